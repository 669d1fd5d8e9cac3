"""Hubs that a home names: which addresses may stand in a profile, and what is kept of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from sayso_node.accounts.author import Author
from sayso_node.accounts.carriers import (
    Carrier,
    add_carrier,
    check_carrier,
    check_hub_address,
    own_carrier,
    own_peer_id,
    read_carriers,
    remove_carrier,
)
from sayso_node.accounts.creation import create_account
from sayso_node.accounts.holdings import account_profile
from sayso_node.accounts.lineage import own_account
from sayso_node.compose.profile import set_profile
from sayso_node.errors import HomeError, NodeError, PeerError
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.hub.carry_proof import read_proof
from sayso_protocol.discovery.hub.hub_limits import MAX_CARRIERS
from sayso_protocol.discovery.peer_id import peer_id_of_key

ACCOUNT = KeyPair.from_seed(bytes([7]) * 32).public
PEER = peer_id_of_key(KeyPair.from_seed(bytes(32)).public)
OTHER = peer_id_of_key(KeyPair.from_seed(bytes(31) + b"\1").public)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    create_account(made, "Ann", None)
    return made


@pytest.mark.parametrize(
    "place",
    ["/dns4/hub.example/tcp/4001", "/dns/hub.example.org/tcp/4001", "/ip4/198.41.0.4/tcp/4001",
     "/ip6/2001:500:2::c/tcp/4001", "/dns6/a.b/tcp/1"],
)  # fmt: skip
def test_public_addresses_of_hubs_may_stand_in_a_profile(home: Home, place: str) -> None:
    assert check_carrier(home, f"{place}/p2p/{PEER}") == f"{place}/p2p/{PEER}"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (f"/ip4/192.168.1.7/tcp/4001/p2p/{PEER}", "never a home"),
        (f"/ip4/10.0.0.1/tcp/4001/p2p/{PEER}", "never a home"),
        (f"/ip4/127.0.0.1/tcp/4001/p2p/{PEER}", "never a home"),
        (f"/ip4/100.64.0.1/tcp/4001/p2p/{PEER}", "never a home"),
        (f"/ip6/fe80::1/tcp/4001/p2p/{PEER}", "never a home"),
        (f"/ip6/fd00::1/tcp/4001/p2p/{PEER}", "never a home"),
        (f"/dns4/localhost/tcp/4001/p2p/{PEER}", "never a home"),
        (f"/dns4/laptop.local/tcp/4001/p2p/{PEER}", "never a home"),
        (f"/dns4/laptop.fritz.lan./tcp/4001/p2p/{PEER}", "never a home"),
        (f"/ip4/198.41.0.4/tcp/4001/p2p/{OTHER}/p2p-circuit/p2p/{PEER}", "over a relay"),
        ("/ip4/198.41.0.4/tcp/4001", "names no peer"),
        ("hub.example", "no address"),
    ],
)
def test_no_address_of_a_home_does(home: Home, address: str, said: str) -> None:
    with pytest.raises(PeerError, match=said):
        check_carrier(home, address)


def test_the_own_node_is_no_hub_of_its_own(home: Home) -> None:
    with pytest.raises(PeerError, match="this node itself"):
        check_hub_address(home, f"/dns4/hub.example/tcp/4001/p2p/{own_peer_id(home)}")


def test_what_is_kept_is_read_back_with_the_proof(home: Home) -> None:
    address = f"/ip4/127.0.0.1/tcp/4001/p2p/{PEER}"
    with open_home(home) as store:
        carrier = own_carrier(home, store, address, None)
    add_carrier(home, carrier)
    [kept] = read_carriers(home)
    assert kept == carrier
    assert kept.proof is not None
    proof = read_proof(kept.proof)
    assert (proof.hub, proof.asker, proof.account) == (PEER, own_peer_id(home), kept.account)
    moved = Carrier(address.replace("4001", "4002"), kept.account)
    add_carrier(home, moved)
    assert read_carriers(home) == [moved]
    assert remove_carrier(home, moved)
    assert not remove_carrier(home, moved)
    assert read_carriers(home) == []
    assert home.carriers.stat().st_mode & 0o077 == 0


def test_there_is_a_bound(home: Home) -> None:
    for number in range(MAX_CARRIERS):
        peer = peer_id_of_key(KeyPair.from_seed(bytes([number]) * 32).public)
        add_carrier(home, Carrier(f"/dns4/hub.example/tcp/1/p2p/{peer}", ACCOUNT))
    with pytest.raises(NodeError, match="leave one"):
        add_carrier(home, Carrier(f"/dns4/hub.example/tcp/1/p2p/{OTHER}", ACCOUNT))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"carriers": 3}', '{"carriers": [{}]}'])
def test_a_damaged_file_is_told(home: Home, text: str) -> None:
    home.carriers.write_text(text)
    home.carriers.chmod(0o600)
    with pytest.raises(HomeError, match="name your hubs again"):
        read_carriers(home)


def test_a_profile_keeps_what_is_not_set(home: Home) -> None:
    addresses = [f"/dns4/hub{n}.example/tcp/4001/p2p/{PEER}" for n in range(3)]
    with open_home(home) as store:
        author = Author(home, store)
        set_profile(store, author, None, None, addresses)
        set_profile(store, author, None, "beans")
        profile = account_profile(store, own_account(store)).profile
        assert (profile.name, profile.bio) == ("Ann", "beans")
        assert profile.carriers == tuple(addresses)
        set_profile(store, author, None, None, [])
        assert account_profile(store, own_account(store)).as_json()["carriers"] == []
        with pytest.raises(NodeError, match="at most 4"):
            set_profile(store, author, None, None, [f"{a}/{b}" for a in addresses for b in "ab"])
