"""The hubs that a home asks to carry an account: its own, or one that it reads.

They are kept in `carriers.json`. Beside each stands the proof that the own feed signed when the
owner named the hub: a node that runs has no key of the feed (`carry_proof`).
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace

from sayso_protocol.crypto.keys import KeyPair, key_text, parse_key
from sayso_protocol.discovery.address_book.trust import is_local_name
from sayso_protocol.discovery.hub.carry_proof import CARRY, sign_proof
from sayso_protocol.discovery.hub.hub_limits import MAX_CARRIERS
from sayso_protocol.discovery.multiaddr import Address, AddressError
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.errors import Refused
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store

from ..clock import now_ms
from ..errors import HomeError, NodeError, PeerError
from ..home.directory import Home
from ..home.keystore import read_keystore
from ..home.node_key import node_seed
from ..home.secret_file import read_secret, write_secret


@dataclass(frozen=True, slots=True)
class Carrier:
    """One hub that is asked, for one account; `proof` where that is the own one."""

    address: str
    account: bytes
    proof: bytes | None = None

    @property
    def peer_id(self) -> str:
        """The hub's peer id."""
        return self.address.rpartition("/p2p/")[2]


def read_carriers(home: Home) -> list[Carrier]:
    """Those of a home. Raises `HomeError`."""
    if not home.carriers.exists():
        return []
    try:
        rows = json.loads(read_secret(home.carriers))["carriers"]
        return [_carrier_of(row) for row in rows[:MAX_CARRIERS]]
    except (ValueError, KeyError, TypeError, Refused) as error:
        raise HomeError(
            _(
                "{carriers} is damaged: remove it, and name your hubs again with "
                "`sayso hub ask MADDR`"
            ).format(carriers=home.carriers)
        ) from error


def add_carrier(home: Home, carrier: Carrier) -> None:
    """Ask one more hub from now on, or the same one with another address or proof. Raises
    `NodeError` where there are too many."""
    kept = [one for one in read_carriers(home) if not _is_same(one, carrier)]
    if len(kept) >= MAX_CARRIERS:
        raise NodeError(
            _(
                "{max_carriers} hubs are named already: leave one with `sayso hub leave MADDR`"
            ).format(max_carriers=MAX_CARRIERS)
        )
    _write(home, [*kept, carrier])


def remove_carrier(home: Home, carrier: Carrier) -> bool:
    """Ask a hub no more for this account. True where it was asked."""
    before = read_carriers(home)
    kept = [one for one in before if not _is_same(one, carrier)]
    _write(home, kept)
    return len(kept) < len(before)


def check_hub_address(home: Home, text: str) -> str:
    """The address of a hub, in its one form. Raises `PeerError` unless it names a peer, and another
    one than the own node."""
    try:
        address = Address.parse(text)
    except AddressError as error:
        raise PeerError(str(error)) from error
    if address.peer_id is None:
        raise PeerError(
            _("{text} names no peer: a hub's address ends with /p2p/12D3KooW…").format(text=text)
        )
    if address.peer_id == own_peer_id(home):
        raise PeerError(_("{text} is this node itself: name a hub").format(text=text))
    return str(address)


def check_carrier(home: Home, text: str) -> str:
    """The address of a hub that may stand in a profile, in its one form: public, since everybody
    sees it for ever, and no home's. Raises `PeerError`."""
    shown = check_hub_address(home, text)
    address = Address.parse(shown)
    if address.relay is not None:
        raise PeerError(
            _("{text} is reached over a relay, as homes are: name a hub's own address").format(
                text=text
            )
        )
    if not address.is_public or (not address.is_ip and is_local_name(address.host)):
        raise PeerError(
            _(
                "{text} is not public: a profile names hubs, never a home, and all who read it see "
                "that address for ever. To ask a hub on your own network: `sayso hub ask MADDR`"
            ).format(text=text)
        )
    return shown


def own_peer_id(home: Home) -> str:
    """The peer id of a home's node. Raises `HomeError`."""
    return peer_id_of_key(KeyPair.from_seed(node_seed(home)).public)


def own_carrier(
    home: Home, store: Store, address: str, passphrase: bytes | None, what: str = CARRY
) -> Carrier:
    """A hub that is asked for the own account, with the proof of the own feed. Raises
    `NodeError`."""
    own = store.own_feed()
    if own is None:
        raise NodeError(_("there is no account here: make one with `sayso init`"))
    carrier = Carrier(address, own.account)
    feed = read_keystore(home.keys, passphrase).feed
    proof = sign_proof(feed, own.grant, what, carrier.peer_id, own_peer_id(home), now_ms())
    return replace(carrier, proof=proof)


def _is_same(one: Carrier, other: Carrier) -> bool:
    return (one.peer_id, one.account) == (other.peer_id, other.account)


def _carrier_of(row: dict[str, str | None]) -> Carrier:
    address, account, proof = str(row["address"]), str(row["account"]), row["proof"]
    Address.parse(address)  # raises `ValueError` where it is none
    return Carrier(address, parse_key(account), None if proof is None else b64decode(proof))


def _write(home: Home, carriers: list[Carrier]) -> None:
    rows = [
        {
            "address": one.address,
            "account": key_text(one.account),
            "proof": None if one.proof is None else b64encode(one.proof).decode("ascii"),
        }
        for one in carriers
    ]
    write_secret(home.carriers, json.dumps({"carriers": rows}, indent=1).encode(), replace=True)
