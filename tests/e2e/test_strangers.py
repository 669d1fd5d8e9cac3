"""Strangers who knock at somebody whose node is off, over a hub as a real process."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.budget import long

from sayso_node.accounts.author import Author
from sayso_node.home.directory import Home as NodeHome
from sayso_node.home.keystore import read_keystore
from sayso_node.home.letter_keys import open_letters
from sayso_node.home.open_store import open_home
from sayso_node.knocks.outgoing import KnockState, own_knocks
from sayso_node.messages.device_mailbox import DELIVERY
from sayso_protocol.content.body import Prekey, Profile
from sayso_protocol.crypto.keys import parse_key
from sayso_protocol.private.private_limits import MAX_WORDS

from .support import Home, until
from .test_letters import held

pytestmark = pytest.mark.e2e

ALONE = ("--no-mdns", "--no-port-mapping")


@pytest.fixture
def hub(tmp_path: Path) -> Home:
    made = Home(tmp_path / "hub", "Hub")
    (made.path / "hub.toml").write_text('open = "accounts"\n')
    (made.path / "hub.toml").chmod(0o600)
    return made


def say_who(home: Home, name: str, address: str, *, bits: int) -> None:
    """Publish a profile with a carrier, which of a command would have to be on the internet, and
    with what strangers pay."""
    here = NodeHome(home.path)
    with open_home(here) as store:
        profile = Profile(name, carriers=(address,), knock=(0, bits, bits, bits))
        Author(here, store).publish([profile])


def may_be_written_to(home: Home, other: Home) -> bool:
    with open_home(NodeHome(home.path)) as store:
        return bool(store.of_kind(parse_key(other.account), Prekey.KIND, 1))


def find_out(ann: Home, address: str, *others: Home) -> None:
    """Let Ann tell the hub that she can be written to, and then the others, who never meet her,
    hear of it there."""
    with ann.node("--peer", address, *ALONE):
        until(lambda: may_be_written_to(ann, ann))
        until(lambda: ann("sync", address)[-1]["sent"] == 0)
    for one in others:

        def knows(one: Home = one) -> bool:
            one("sync", address)
            return may_be_written_to(one, ann)

        until(knows)


def words(home: Home) -> list[KnockState]:
    """What became of what was said to strangers, without messages."""
    place = NodeHome(home.path)
    records = open_letters(place, read_keystore(place.keys).feed.seed)
    try:
        return [one.state for one in own_knocks(records)]
    finally:
        records.close()


def waiting(home: Home) -> list[bytes]:
    """The ids of letters that no carrier has."""
    place = NodeHome(home.path)
    records = open_letters(place, read_keystore(place.keys).feed.seed)
    try:
        return [one.key for one in records.scan(DELIVERY)]
    finally:
        records.close()


def said_by(ann: Home, *others: Home) -> Counter[tuple[str, str]]:
    """The kinds and texts of what lies on the shelf of those."""
    accounts = [one.account for one in others]
    shelf = ann("notifications", "--strangers", "--all")
    return Counter((one["kind"], one["text"]) for one in shelf if one["by"] in accounts)


def of(ann: Home, other: Home, kind: str) -> dict[str, Any]:
    shelf = ann("notifications", "--strangers", "--all")
    return next(one for one in shelf if (one["by"], one["kind"]) == (other.account, kind))


def messages(home: Home) -> list[tuple[str, str]]:
    return [(one["text"], one["state"]) for one in home("messages")]


@long
def test_strangers_knock_while_nobody_is_there_and_hear_nothing_of_what_becomes_of_it(
    hub: Home, tmp_path: Path
) -> None:
    """Ben is accepted, Cem declined, Dan blocked; none of the four nodes but the hub's are there
    together with Ann's."""
    ann, *others = (Home(tmp_path / name, name.title()) for name in ("ann", "ben", "cem", "dan"))
    ben, cem, dan = others
    assert ann("messages") == []  # from now on others can write here
    with hub.node("--hub", *ALONE) as there:
        peer = ("--peer", there.address, *ALONE)
        assert ann("hub", "ask", there.address)[0]["carried"]
        say_who(ann, "Ann", there.address, bits=12)
        post = ann("post", "Who has beans to swap?")[0]["id"]
        for one in others:
            one("follow", ann.account)
            one("messages")
            assert one("hub", "ask", there.address)[0]["carried"]
            say_who(one, one.path.name.title(), there.address, bits=12)
        find_out(ann, there.address, *others)
        for one in others:
            assert one.texts(ann.account) == ["Who has beans to swap?"]
            one("post", f"{one.path.name} has some", "--reply", post)
            one("message", ann.account, f"{one.path.name} writes")
        ben("post", f"ben asks @{ann.account}")  # one network brings eight a day with stamps
        for one in others:
            with one.node(*peer):
                until(lambda one=one: set(words(one)) == {KnockState.CARRIED})  # type: ignore[misc]
                until(lambda one=one: messages(one)[0][1] == "carried")  # type: ignore[misc]
        assert held(hub) >= 7

        with ann.node(*peer):
            until(lambda: sum(said_by(ann, *others).values()) == 7)
            for one in others:
                said = said_by(ann, one)
                assert said["reply", f"{one.path.name} has some"] == 1
                assert said["message", f"{one.path.name} writes"] == 1
            assert said_by(ann, ben)["mention", f"ben asks @{ann.account}"] == 1
            assert ann("notifications") == []
            assert [one["text"] for one in ann("thread", post)] == ["Who has beans to swap?"]
            lines = ann.run("thread", post).stdout
            assert "3 answers from strangers: `sayso notifications --strangers`" in lines

            accepted = ann("accept", of(ann, ben, "reply")["id"])[0]
            assert accepted["by"] == ben.account
            ann("decline", of(ann, cem, "reply")["id"])
            ann("block", dan.account)
            assert said_by(ann, dan) == {}
            assert said_by(ann, cem)["reply", "cem has some"] == 0
            shown = [one["text"] for one in ann("thread", post)]
            assert shown == ["Who has beans to swap?", "ben has some"]
            assert "from strangers" not in ann.run("thread", post).stdout
            ann.settle()
            until(lambda: not waiting(ann))

        for one in others:
            with one.node(*peer):
                until(lambda one=one: set(words(one)) == {KnockState.DELIVERED})  # type: ignore[misc]
                if one is not ben:
                    assert messages(one) == [(f"{one.path.name} writes", "carried")]
        ben("post", "Next week as well.", "--reply", post)
        dan("post", "Do you hear me?", "--reply", post)
        for one, count in ((ben, 3), (dan, 2)):
            with one.node(*peer):

                def is_laid(one: Home = one, count: int = count) -> bool:
                    return len(words(one)) == count and KnockState.WAITING not in words(one)

                until(is_laid)
        with ann.node(*peer):
            until(lambda: ("ben writes", "delivered") in messages(ann))
            until(lambda: "Next week as well." in [one["text"] for one in ann("thread", post)])
            assert said_by(ann, dan) == {}
        with ann.node(*peer), ben.node(*peer):

            def is_receipted() -> bool:
                for one in (ann, ben):
                    one.settle()
                return set(words(ben)) == {KnockState.DELIVERED}

            until(is_receipted)
            assert messages(ben) == [("ben writes", "delivered")]
    for one in (ann, *others):
        assert one("verify")[0]["errors"] == 0


@long
def test_a_stranger_who_says_much_has_a_bound_at_the_door(hub: Home, tmp_path: Path) -> None:
    """Each word has its own state: those beyond the bound wait."""
    ann, ben = (Home(tmp_path / name, name.title()) for name in ("ann", "ben"))
    assert ann("messages") == []
    with hub.node("--hub", *ALONE) as there:
        peer = ("--peer", there.address, *ALONE)
        assert ann("hub", "ask", there.address)[0]["carried"]
        say_who(ann, "Ann", there.address, bits=8)
        post = ann("post", "Who has beans to swap?")[0]["id"]
        ben("messages")
        ben("follow", ann.account)
        find_out(ann, there.address, ben)
        for number in range(MAX_WORDS + 3):
            ben("post", f"word {number}", "--reply", post)

        def counts() -> Counter[KnockState]:
            ben.settle()
            return Counter(words(ben))

        with ben.node(*peer):
            until(lambda: counts()[KnockState.CARRIED] == MAX_WORDS)
            assert counts()[KnockState.WAITING] == len(words(ben)) - MAX_WORDS >= 3
        with ann.node(*peer):
            until(lambda: sum(said_by(ann, ben).values()) == 4)
        with ben.node(*peer):
            until(lambda: counts()[KnockState.DELIVERED] == MAX_WORDS)
            assert counts()[KnockState.WAITING] == len(words(ben)) - MAX_WORDS
