"""Closed groups of nodes that are never all there, over a hub as a real process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.budget import long

from sayso_node.clock import now_ms
from sayso_node.home.directory import Home as NodeHome
from sayso_node.home.keystore import read_keystore
from sayso_node.home.letter_keys import open_letters
from sayso_node.home.open_store import open_home
from sayso_node.messages.group_book import GroupBook
from sayso_node.messages.group_deliveries import GroupDeliveries
from sayso_node.messages.group_records import put_letter, waiting_letters
from sayso_protocol.content.body import Prekey
from sayso_protocol.crypto.keys import KeyPair, parse_key
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.memory.sealed_records import MemorySealedRecords

from .support import Home, until
from .test_letters import held, in_files, name_carrier

pytestmark = pytest.mark.e2e


@pytest.fixture
def hub(tmp_path: Path) -> Home:
    made = Home(tmp_path / "hub", "Hub")
    (made.path / "hub.toml").write_text('open = "accounts"\n')
    (made.path / "hub.toml").chmod(0o600)
    return made


@contextmanager
def book_and_records(home: Home) -> Iterator[tuple[GroupBook, SealedRecords]]:
    """The groups of a home, as a command has them."""
    place = NodeHome(home.path)
    feed = feed_of(home)
    records = open_letters(place, feed.seed)
    try:
        with open_home(place) as store:
            own = store.own_feed()
        assert own is not None
        yield GroupBook(records, feed, own.grant), records
    finally:
        records.close()


@contextmanager
def book_of(home: Home) -> Iterator[GroupBook]:
    with book_and_records(home) as (book, _):
        yield book


def write(home: Home, group: bytes, text: bytes, *others: Home) -> dict[str, bytes]:
    """Write a post; by the accounts of the others some of the sealed bytes as which it travels to
    each, which nobody but the writer can know before."""
    devices = {parse_key(one.account): [feed_of(one).public] for one in others}
    with book_and_records(home) as (book, records):
        with records.writing():  # its node cannot take it before it was seen here
            book.write(group, now_ms(), text)
            waiting = waiting_letters(records)[-1]
        apart = MemorySealedRecords()
        put_letter(apart, waiting)
        deliveries = GroupDeliveries(apart, feed_of(home).public)
        deliveries.update({one.id: one for one in book.joined()}, devices, now_ms())
        letters = list(deliveries.waiting(99))
    names = {parse_key(one.account): one.account for one in others}
    return {names[one.account]: one.letter[100:200] for one in letters}


def feed_of(home: Home) -> KeyPair:
    return read_keystore(NodeHome(home.path).keys).feed


def read(home: Home, group: bytes) -> list[bytes]:
    """What is there, once the node has looked again."""
    home.settle()
    with book_of(home) as book:
        return [one.post.body for one in book.posts(group)]


def join(home: Home, group: bytes) -> None:
    """Take part as soon as the invitation is there."""

    def is_invited() -> bool:
        home.settle()
        with book_of(home) as book:
            return [one.group for one in book.invitations()] == [group]

    until(is_invited)
    with book_of(home) as book:
        book.join(group, now_ms())


def knows(home: Home, *others: Home) -> bool:
    """Whether it has the keys by which these can be written to."""
    with open_home(NodeHome(home.path)) as store:
        keys = [parse_key(one.account) for one in others]
        return all(store.of_kind(key, Prekey.KIND, 1) for key in keys)


@long
def test_a_group_of_three_whose_nodes_come_and_go(hub: Home, tmp_path: Path) -> None:
    """Ben and Cem do not follow each other, and one of them is off while the other writes."""
    ann, ben, cem = (Home(tmp_path / name, name.title()) for name in ("ann", "ben", "cem"))
    for one, other in ((ann, ben), (ann, cem), (ben, ann), (cem, ann)):
        one("follow", other.account)
    for one in (ann, ben, cem):
        assert one("messages") == []  # from now on others can write here
    with hub.node("--hub", "--no-mdns", "--no-port-mapping") as there:
        peer = ("--peer", there.address, "--no-mdns", "--no-port-mapping")
        for one in (ann, ben, cem):
            assert one("hub", "ask", there.address)[0]["carried"]
            name_carrier(one, there.address)
        with ann.node(*peer), ben.node(*peer), cem.node(*peer):
            until(lambda: knows(ann, ben, cem) and knows(ben, ann) and knows(cem, ann))
            with book_of(ann) as book:
                group = book.create(now_ms(), "chess").id
                for one in (ben, cem):
                    book.invite(group, now_ms(), parse_key(one.account))
            ann.settle()
            for one in (ben, cem):
                join(one, group)
            until(lambda: knows(ben, cem) and knows(cem, ben))
        with ann.node(*peer), ben.node(*peer):
            sealed = [write(ann, group, b"e4", ben, cem)]
            until(lambda: read(ben, group) == [b"e4"])
            sealed.append(write(ben, group, b"e5", ann, cem))
            until(lambda: read(ann, group) == [b"e4", b"e5"])
            until(lambda: all(in_files(hub, one[cem.account]) for one in sealed))
        with cem.node(*peer):
            until(lambda: read(cem, group) == [b"e4", b"e5"])
            sealed.append(write(cem, group, b"Nf3", ann, ben))
            cem.settle()
            until(lambda: all(in_files(hub, one) for one in sealed[-1].values()))
        with ann.node(*peer), ben.node(*peer), cem.node(*peer):
            for one in (ann, ben, cem):
                until(lambda one=one: read(one, group) == [b"e4", b"e5", b"Nf3"])  # type: ignore[misc]

            def is_quiet() -> bool:
                for one in (ann, ben, cem):
                    one.settle()
                return held(hub) == 0

            until(is_quiet)
        until(lambda: not in_files(hub, *(one for of in sealed for one in of.values())))
    for one in (ann, ben, cem):
        assert one("verify")[0]["errors"] == 0
        assert not any(b"Nf3" in file.read_bytes() for file in one.path.glob("letters*"))
