"""What one process writes in a store on PostgreSQL, others are told of."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from tests.budget import long
from tests.storage.makers import NOW_MS, author, posts
from tests.storage.postgres_server import Schemas

from sayso_storage.interface.records import Changes
from sayso_storage.interface.store import Store

ANN, BEN = author(1), author(2)
PATIENCE = 30.0
NOTHING = Changes([], False)


@pytest.fixture
def two(schemas: Schemas) -> Iterator[tuple[Store, Store]]:
    """Two stores of two processes, on the same tables."""
    from sayso_storage.postgres import open_store

    with ExitStack() as stack:
        url = stack.enter_context(schemas.one())
        one, other = (stack.enter_context(open_store(url)) for _ in range(2))
        for store in (one, other):
            assert store.changes_elsewhere(0.0) == Changes([], True)
            assert store.changes_elsewhere(0.0) == NOTHING
        yield one, other


def told(store: Store, patience: float = PATIENCE) -> Changes:
    """What is told within the patience, notices that say nothing passed over."""
    end = time.monotonic() + patience
    found = store.changes_elsewhere(patience)
    assert found is not None
    while found == NOTHING and time.monotonic() < end:
        found = store.changes_elsewhere(end - time.monotonic()) or NOTHING
    return found


@long
def test_entries_are_told_with_their_feeds_and_to_others_alone(two: tuple[Store, Store]) -> None:
    one, other = two
    one.follow(ANN.account.public, None, NOW_MS)
    assert told(other) == Changes([], True)
    one.add_grant(ANN.grant)
    assert told(other).others
    one.append([posts(ANN, 3)], NOW_MS)
    assert told(other) == Changes([ANN.feed.public], False)
    assert told(one, 0.2) == NOTHING
    other.append([posts(ANN, 6)], NOW_MS)
    assert told(one) == Changes([ANN.feed.public], False)
    assert told(other, 0.2) == NOTHING


def test_what_concerns_this_node_alone_is_not_told(two: tuple[Store, Store]) -> None:
    one, other = two
    one.book_secret(bytes(32))
    one.index_words()
    assert told(other, 0.2) == NOTHING


def test_a_session_that_is_lost_loses_nothing(two: tuple[Store, Store], schemas: Schemas) -> None:
    one, other = two
    one.follow(ANN.account.public, None, NOW_MS)
    one.add_grant(ANN.grant)
    while told(other, 0.2) != NOTHING:
        pass
    schemas.end_sessions("sayso node%")
    one.append([posts(ANN, 3)], NOW_MS)
    with pytest.raises(Exception, match="not there"):
        told(other)
    assert told(other) == Changes([ANN.feed.public], True)
