"""Whether the computer's clock seems to be wrong, before something is dated by it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sayso_node.accounts.continuation import continue_feed
from sayso_node.accounts.creation import create_account
from sayso_node.compose.clock_check import LONGEST_PAUSE_MS, TOLERANCE_MS, clock_doubt
from sayso_node.home.directory import Home
from sayso_node.home.keystore import read_keystore
from sayso_node.home.open_store import open_home
from sayso_protocol.content.body import Post, write_body
from sayso_storage.interface.store import Store
from sayso_storage.validation.arrival_time import DAY_MS, EARLIEST_MS


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    create_account(home, None, None)
    return home


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    with open_home(home) as store:
        yield store


def used_ms(store: Store) -> int:
    latest = store.latest_arrival_ms()
    assert latest is not None
    return latest


def post(home: Home, store: Store, now: int) -> None:
    feed = read_keystore(home.keys).feed
    store.publish(lambda state: continue_feed(feed, state, [write_body(Post("x"))], now), now)


@pytest.mark.parametrize("later", [-TOLERANCE_MS, 0, 1, DAY_MS, LONGEST_PAUSE_MS])
def test_a_clock_that_may_be_right(store: Store, later: int) -> None:
    assert clock_doubt(store, used_ms(store) + later) is None


@pytest.mark.parametrize("later", [LONGEST_PAUSE_MS + DAY_MS, 365 * DAY_MS, 3650 * DAY_MS])
def test_a_clock_that_may_be_ahead(store: Store, later: int) -> None:
    doubt = clock_doubt(store, used_ms(store) + later)
    assert doubt is not None
    assert f"{later // DAY_MS} days after" in doubt


@pytest.mark.parametrize("now", [0, 86_400_000, EARLIEST_MS - 1])
def test_a_clock_that_cannot_be_right(store: Store, now: int) -> None:
    assert "cannot be" in (clock_doubt(store, now) or "")


@pytest.mark.parametrize("days", [1, 60, 3650])
def test_after_a_clock_was_ahead_the_way_out_is_told(home: Home, store: Store, days: int) -> None:
    now = used_ms(store)
    post(home, store, now + days * DAY_MS)
    doubt = clock_doubt(store, now + 1000)
    assert doubt is not None
    assert "was ahead then" in doubt
    assert "sayso backup FILE" in doubt
    assert clock_doubt(store, now + days * DAY_MS) is None


def test_a_clock_that_went_back(home: Home, store: Store) -> None:
    post(home, store, used_ms(store))
    assert "behind" in (clock_doubt(store, used_ms(store) - 2 * DAY_MS) or "")
