"""Letters between nodes that are never there at the same time, over a hub as a real process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from tests.budget import long
from tests.node.letters.source import Desk

from sayso_node.accounts.author import Author
from sayso_node.clock import now_ms
from sayso_node.daemon.letters.account_carriers import AccountCarriers
from sayso_node.daemon.run import running_node
from sayso_node.daemon.run_options import RunOptions
from sayso_node.home.directory import Home as NodeHome
from sayso_node.home.keystore import read_keystore
from sayso_node.home.open_store import open_home
from sayso_node.letters.courier import Courier
from sayso_node.letters.letter_source import OwnDoor, Places
from sayso_protocol.content.body import Prekey, Profile
from sayso_protocol.crypto.keys import parse_key
from sayso_protocol.letters.box import day_at, door_box, pair_key, secret_box
from sayso_protocol.letters.letter_frames import LetterState
from sayso_protocol.letters.letter_limits import LETTER_PROTOCOL

from .support import Home, RunningNode, until

pytestmark = pytest.mark.e2e

TODAY = day_at(now_ms())
KEY = pair_key(b"s" * 32, TODAY, 0)
BOX = secret_box(KEY.public)
SECRET, KNOCK = b"secret 0" * 64, b"knock 00" * 64


@pytest.fixture
def hub(tmp_path: Path) -> Home:
    made = Home(tmp_path / "hub", "Hub")
    (made.path / "hub.toml").write_text('open = "accounts"\n')
    (made.path / "hub.toml").chmod(0o600)
    return made


@asynccontextmanager
async def courier(home: Home, desk: Desk, hub: RunningNode) -> AsyncIterator[Courier]:
    """A home's node, connected with the hub, and its courier."""
    here = NodeHome(home.path)
    with open_home(here) as store:
        async with running_node(here, store, RunOptions(), lambda _: None) as (node, _):
            await node.dial(hub.address)
            yield Courier(node.network, desk, AccountCarriers(here, store, node).find)


def places_of(home: Home) -> Places:
    """Where letters for a home's owner lie."""
    with open_home(NodeHome(home.path)) as store:
        own = store.own_feed()
    assert own is not None
    feed = read_keystore(NodeHome(home.path).keys).feed
    return Places((own.account,), (KEY,), (OwnDoor(feed, own.grant),))


def name_carrier(home: Home, address: str) -> None:
    """As a profile does that names a hub; of a command it would have to be on the internet."""
    here = NodeHome(home.path)
    with open_home(here) as store:
        # Stamps of the default price take minutes where much else runs.
        profile = Profile(name="Ann", carriers=(address,), knock=(0, 12, 12, 12))
        Author(here, store).publish([profile])


def held(hub: Home) -> int:
    letters = hub("status")[0]["letters"]
    return int(letters["held"]) if letters else 0


def in_files(home: Home, *words: bytes) -> bool:
    files = [one.read_bytes() for one in home.path.glob("carried.db*")]
    assert files
    return any(word in data for word in words for data in files)


def test_a_hub_carries_letters_for_a_home_that_is_off_and_keeps_nothing_of_them(
    hub: Home, tmp_path: Path
) -> None:
    ann, ben = Home(tmp_path / "ann", "Ann"), Home(tmp_path / "ben", "Ben")
    ben("follow", ann.account)
    account = parse_key(ann.account)
    sent, came = Desk(), Desk(places_of(ann))
    secret = sent.write(account, BOX, SECRET)
    knock = sent.write(account, door_box(account, TODAY), KNOCK, bits=8)
    with hub.node("--hub", "--no-mdns", "--no-port-mapping") as there:
        assert ann("hub", "ask", there.address)[0]["carried"]
        name_carrier(ann, there.address)
        ann("sync", there.address)
        ben("sync", there.address)
        until(lambda: hub("status")[0]["letters"]["doors"] == 2)

        async def deliver() -> None:
            async with courier(ben, sent, there) as one:
                await one.find_stamps()
                await one.deliver()

        trio.run(deliver)
        assert sent.states(secret) == sent.states(knock) == [LetterState.CARRIED]
        assert held(hub) == 2
        assert in_files(hub, SECRET)

        async def collect() -> None:
            for _ in range(2):
                async with courier(ann, came, there) as one:
                    await one.collect()

        trio.run(collect)
        assert sorted(one.letter for one in came.came) == [KNOCK, SECRET]
        assert held(hub) == 0

        async def ask() -> None:
            async with courier(ben, sent, there) as one:
                await one.ask()

        trio.run(ask)
        assert sent.states(secret)[-1] is sent.states(knock)[-1] is LetterState.DELIVERED
        until(lambda: not in_files(hub, SECRET, KNOCK, BOX))
    assert not in_files(hub, SECRET, KNOCK, BOX)


def test_a_node_for_one_exchange_offers_no_letters(hub: Home) -> None:
    here = NodeHome(hub.path)

    async def offered() -> Sequence[str]:
        with open_home(here) as store:
            async with running_node(here, store, RunOptions(), lambda _: None) as (node, _):
                return node.network.protocols

    assert LETTER_PROTOCOL not in trio.run(offered)
    assert not here.carried_letters.exists()


@long
def test_a_message_comes_to_a_home_that_was_off_and_is_receipted(hub: Home, tmp_path: Path) -> None:
    """Real nodes, of which the two that write are never there together but for the hub."""
    ann, ben = Home(tmp_path / "ann", "Ann"), Home(tmp_path / "ben", "Ben")
    for one, other in ((ann, ben), (ben, ann)):
        one("follow", other.account)
        assert one("messages") == []  # from now on others can write here
    with hub.node("--hub", "--no-mdns", "--no-port-mapping") as there:
        for one in (ann, ben):
            assert one("hub", "ask", there.address)[0]["carried"]
            name_carrier(one, there.address)
        with ann.node("--peer", there.address), ben.node("--peer", there.address):
            until(lambda: prekeys(ann) == prekeys(ben) == 2)
        written = ann("message", ben.account, "meet me at the quay")[0]
        assert written["state"] == "waiting"
        with ann.node("--peer", there.address):
            until(lambda: ann("messages")[0]["state"] == "carried")
            until(lambda: held(hub) == 2)  # with the knock, whose stamp takes a while
        assert not in_files(hub, b"quay")
        with ben.node("--peer", there.address):
            until(lambda: [one["text"] for one in ben("messages")] == ["meet me at the quay"])
            answer = ben("message", ann.account, "at noon")[0]
            until(lambda: state(ben, answer) == "carried")
        with ann.node("--peer", there.address):
            until(lambda: [one["text"] for one in ann("messages")][1:] == ["at noon"])
            assert state(ann, written) == "delivered"
        with ben.node("--peer", there.address):
            until(lambda: state(ben, answer) == "delivered")
    for one in (ann, ben):
        assert one("verify")[0]["errors"] == 0
        assert not any(b"quay" in file.read_bytes() for file in one.path.glob("letters*"))


def prekeys(home: Home) -> int:
    """How many of the accounts that a home knows can be written to."""
    with open_home(NodeHome(home.path)) as store:
        keys = [parse_key(home.account), *(one.account for one in store.subscriptions())]
        return sum(bool(store.of_kind(key, Prekey.KIND, 1)) for key in dict.fromkeys(keys))


def state(home: Home, message: dict[str, object]) -> object:
    """What became of a message."""
    return next(one["state"] for one in home("messages") if one["id"] == message["id"])
