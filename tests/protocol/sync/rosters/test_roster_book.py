"""Which nodes are front ends of one store, whatever they show."""

from __future__ import annotations

import pytest

from sayso_protocol.crypto.hashing import roster_id
from sayso_protocol.errors import ProtocolViolation, Refused
from sayso_protocol.limits import MAX_ROSTERS
from sayso_protocol.sync.rosters.roster import Roster
from sayso_protocol.sync.rosters.roster_book import KnownRoster, RosterBook

from .makers import ANN, BEN, CID, DAY_MS, EPOCH, EVE, NOW_MS, OTHER_STORE, STORE, key, roster_of


def show(book: RosterBook, roster: Roster, by=ANN, now_ms: int = NOW_MS, epoch: bytes = EPOCH):
    return book.show(by.public, roster.wire, epoch, now_ms)


def stores(book: RosterBook, *nodes, now_ms: int = NOW_MS) -> list[bytes | None]:
    return [book.store_of(node.public, now_ms) for node in nodes]


def test_who_stands_in_it_is_of_the_store_also_who_was_never_met() -> None:
    book, roster = RosterBook(), roster_of([ANN, BEN])
    assert show(book, roster) == [KnownRoster(roster)]
    assert stores(book, ANN, BEN, EVE) == [STORE.public, STORE.public, None]
    assert book.epoch(STORE.public) == EPOCH
    assert book.id(STORE.public) == roster_id(roster.wire)
    assert show(book, roster, BEN) == []  # known, and costs no signature


def test_a_stranger_cannot_show_it() -> None:
    book = RosterBook()
    with pytest.raises(ProtocolViolation):
        show(book, roster_of([ANN, BEN]), EVE)
    assert stores(book, ANN) == [None]
    with pytest.raises(Refused):
        book.show(ANN.public, b"nonsense", EPOCH, NOW_MS)


def test_the_newer_version_holds_whoever_shows_an_older_one() -> None:
    book = RosterBook()
    show(book, roster_of([ANN, BEN, EVE], 1))
    show(book, roster_of([ANN, BEN], 2), BEN)
    assert stores(book, ANN, BEN, EVE) == [STORE.public, STORE.public, None]
    assert show(book, roster_of([ANN, BEN, EVE], 1), EVE) == []
    assert stores(book, EVE) == [None]


def test_two_of_one_version_hold_neither_until_a_later_one_comes() -> None:
    book = RosterBook()
    show(book, roster_of([ANN, BEN], 2))
    (contested,) = show(book, roster_of([ANN, EVE], 2))
    assert contested.is_contested
    assert stores(book, ANN, BEN, EVE) == [None, None, None]
    show(book, roster_of([ANN, BEN], 2))
    assert stores(book, ANN) == [None]
    show(book, roster_of([ANN, BEN], 3))
    assert stores(book, ANN, BEN) == [STORE.public, STORE.public]


def test_it_ends() -> None:
    book = RosterBook()
    show(book, roster_of([ANN], until_ms=NOW_MS + DAY_MS))
    assert stores(book, ANN, now_ms=NOW_MS + DAY_MS - 1) == [STORE.public]
    assert stores(book, ANN, now_ms=NOW_MS + DAY_MS) == [None]
    assert show(book, roster_of([ANN], 2, until_ms=NOW_MS - 1)) == []


def test_a_store_with_another_epoch_is_not_the_one_of_the_roster() -> None:
    book = RosterBook()
    assert show(book, roster_of([ANN]), epoch=bytes(16)) == []
    assert stores(book, ANN) == [None]


def test_who_shows_another_or_none_has_left() -> None:
    book = RosterBook()
    ours, theirs = roster_of([ANN, BEN]), roster_of([ANN, CID], store=OTHER_STORE)
    show(book, ours)
    assert len(show(book, theirs)) == 2
    assert stores(book, ANN, BEN, CID) == [OTHER_STORE.public, STORE.public, OTHER_STORE.public]
    (left,) = book.show(BEN.public, b"", EPOCH, NOW_MS)
    assert left.left == {ANN.public, BEN.public}
    assert stores(book, BEN) == [None]
    show(book, ours, BEN)
    assert stores(book, BEN) == [STORE.public]


def test_of_two_stores_the_one_that_a_node_agreed_to_last_has_it() -> None:
    """It was met at neither: two others have shown their rosters."""
    book = RosterBook()
    show(book, roster_of([ANN, EVE]))
    later = roster_of([BEN, EVE], store=OTHER_STORE, agreed_ms=NOW_MS + 1)
    show(book, later, BEN)
    assert stores(book, EVE) == [OTHER_STORE.public]
    show(book, roster_of([CID, EVE], store=key(102), agreed_ms=NOW_MS + 1), CID)
    assert stores(book, EVE) == [None]


def test_what_is_kept_is_read_back() -> None:
    known = KnownRoster(roster_of([ANN, BEN], 4), True, frozenset([ANN.public]))
    assert KnownRoster.unpack(known.pack()) == known
    book = RosterBook()
    book.load([KnownRoster(known.roster)])
    assert stores(book, ANN, BEN) == [STORE.public, STORE.public]
    for data in (b"", b"\x90", known.pack() + b"\0"):
        with pytest.raises(Refused):
            KnownRoster.unpack(data)


def test_it_remembers_so_many_stores_and_no_more() -> None:
    book = RosterBook()
    rosters = [roster_of([ANN], store=key(1000 + n)) for n in range(MAX_ROSTERS + 2)]
    book.load(KnownRoster(one) for one in rosters)
    assert [book.id(one.store) is None for one in rosters[:3]] == [True, True, False]
    assert book.id(rosters[-1].store) is not None


def test_what_is_of_use_is_not_pushed_out() -> None:
    book = RosterBook()
    used = roster_of([ANN])
    book.load([KnownRoster(used)])
    for number in range(MAX_ROSTERS + 2):
        book.touch(used.store)
        show(book, roster_of([EVE], store=key(1000 + number)), EVE)
    assert stores(book, ANN) == [used.store]
    book.touch(bytes(32))
