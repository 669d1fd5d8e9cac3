"""The newest announcements: bounded, forgotten with their account, whole over a restart."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples

from sayso_protocol.discovery.location import announcement_book
from sayso_protocol.discovery.location.announcement_book import AnnouncementBook
from sayso_protocol.discovery.location.announcement_limits import (
    DAY_MS,
    FRESH_MS,
    MAX_AGE_MS,
    NODES_AN_ACCOUNT,
)

from .support import ANN, AT, BEN, Somebody

HOUR = 3600 * 1000
SAID = [(who, hour, node, who.says(AT + hour * HOUR, node)) for who in (ANN, BEN)
        for hour in range(4) for node in range(4)]  # fmt: skip


@given(st.permutations(SAID))
@examples(30)
def test_the_newest_of_each_node_is_kept_in_whatever_order_they_come(said) -> None:
    book = AnnouncementBook()
    for *_, one in said:
        book.learn(one, AT)
    for who in (ANN, BEN):
        newest = book.newest(who.account, AT)
        assert sorted((one.time_ms, one.peer_id) for one in newest) == sorted(
            (one.time_ms, one.peer_id) for of, hour, _, one in SAID if of == who and hour == 3
        )
    assert len(book) == 8


def test_what_is_known_or_older_changes_nothing() -> None:
    book = AnnouncementBook()
    assert book.learn(ANN.says(AT), AT)
    assert not book.learn(ANN.says(AT), AT)
    assert not book.learn(ANN.says(AT - 1), AT)
    assert book.learn(ANN.says(AT + 1), AT)


def test_what_is_too_old_or_of_the_future_is_not_taken_and_ends() -> None:
    book = AnnouncementBook()
    assert not book.learn(ANN.says(AT), AT + MAX_AGE_MS + 1)
    assert not book.learn(ANN.says(AT + 2 * DAY_MS), AT)
    assert book.learn(ANN.says(AT), AT)
    assert book.is_fresh(ANN.account, AT + FRESH_MS - 1)
    assert not book.is_fresh(ANN.account, AT + FRESH_MS)
    assert book.newest(ANN.account, AT + MAX_AGE_MS)
    assert not book.newest(ANN.account, AT + MAX_AGE_MS + 1)


def test_an_account_has_so_many_nodes_the_newest() -> None:
    book = AnnouncementBook()
    nodes = list(range(3 * NODES_AN_ACCOUNT))
    for node in Random(1).sample(nodes, len(nodes)):
        book.learn(ANN.says(AT + node, node), AT)
    times = [one.time_ms - AT for one in book.newest(ANN.account, AT)]
    assert times == nodes[: -NODES_AN_ACCOUNT - 1 : -1]


def test_in_all_there_are_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcement_book, "MAX_KEPT", 5)
    book = AnnouncementBook()
    people = [Somebody(number) for number in range(20, 27)]
    taken = [book.learn(one.says(AT), AT) for one in people]
    assert taken == [True] * 5 + [False] * 2
    assert book.learn(people[0].says(AT + 1), AT)
    later = AT + MAX_AGE_MS + 2
    assert book.learn(people[6].says(later), later)
    assert len(book) == 1


def test_who_is_followed_no_longer_and_what_a_dead_feed_said_is_forgotten() -> None:
    book = AnnouncementBook()
    for who in (ANN, BEN):
        for node in range(3):
            book.learn(who.says(AT, node), AT)
    book.retain([ANN.account])
    assert (book.accounts(), len(book)) == ([ANN.account], 3)
    book.forget(ANN.account, BEN.feed.public)
    assert len(book) == 3
    book.forget(ANN.account, ANN.feed.public)
    assert (book.accounts(), len(book)) == ([], 0)


def test_it_outlives_a_restart_and_damage() -> None:
    book = AnnouncementBook()
    for who in (ANN, BEN):
        book.learn(who.says(AT), AT)
    packed = book.pack()
    again = AnnouncementBook.unpacked(packed, AT + 7 * DAY_MS)
    assert [again.newest(who.account, AT) for who in (ANN, BEN)] == [
        book.newest(who.account, AT) for who in (ANN, BEN)
    ]
    for at in range(0, len(packed), 7):
        spoilt = packed[:at] + bytes([packed[at] ^ 0x20]) + packed[at + 1 :]
        found = AnnouncementBook.unpacked(spoilt, AT)
        assert set(found.accounts()) <= {ANN.account, BEN.account}
        assert len(found) < 2
    assert len(AnnouncementBook.unpacked(b"", AT)) == 0
    assert len(AnnouncementBook.unpacked(b"\x91\x01", AT)) == 0
