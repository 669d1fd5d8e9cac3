"""A home that runs in two clones: the one that learns of the other in time writes no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from sayso_node.accounts import clone_guard
from sayso_node.accounts.author import Author
from sayso_node.accounts.clone_guard import CloneGuard
from sayso_node.accounts.continuation import continue_feed
from sayso_node.accounts.rotation import rotate
from sayso_node.errors import HomeCloned
from sayso_node.home.directory import Home
from sayso_node.home.keystore import read_keystore
from sayso_protocol.content.body import Post, write_body
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.feed.run import Run
from sayso_storage.interface.store import Store

from .support import Ann

STARTED_MS = 2_000_000_000_000


@pytest.fixture
def events() -> list[dict[str, object]]:
    return []


@pytest.fixture
def guard(
    home: Home, store: Store, events: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> CloneGuard:
    monkeypatch.setattr(clone_guard, "now_ms", lambda: STARTED_MS)
    return CloneGuard(home, store, events.append)


def comes_back(home: Home, store: Store, signed_ms: int) -> None:
    """The other copy's next entry comes from a peer."""
    own = store.own_feed()
    assert own is not None
    written = [write_body(Post("by the other copy"))]
    run = continue_feed(read_keystore(home.keys).feed, own, written, signed_ms)
    assert store.append([run], STARTED_MS + 10**6) == [run]


AHEAD = {"event": "own-feed-ahead", "peer": "ben"}


def test_what_a_clone_writes_now_ends_posting_here(
    home: Home, store: Store, guard: CloneGuard, events: list[dict[str, object]]
) -> None:
    comes_back(home, store, STARTED_MS + 5)
    guard.handle(AHEAD)
    assert events == [AHEAD]
    own = store.own_feed()
    assert own is not None
    for _ in range(2):
        with pytest.raises(HomeCloned, match=f"device revoke {key_text(own.feed)}"):
            Author(home, store).publish([Post("here")])
    guard.handle(AHEAD)  # a second time changes nothing
    after = store.own_feed()
    assert after is not None
    assert after.head == own.head


def test_an_old_copy_that_learns_its_past_goes_on(
    home: Home, store: Store, guard: CloneGuard
) -> None:
    comes_back(home, store, STARTED_MS - 1)
    guard.handle(AHEAD)
    assert isinstance(Author(home, store).publish([Post("here")]), Run)


def test_other_events_are_handed_on(
    home: Home, store: Store, guard: CloneGuard, events: list[dict[str, object]]
) -> None:
    comes_back(home, store, STARTED_MS + 5)
    guard.handle({"event": "received", "entries": 3})
    assert events == [{"event": "received", "entries": 3}]
    assert isinstance(Author(home, store).publish([Post("here")]), Run)


def test_a_new_feed_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way out for who has the phrase."""
    from sayso_node.accounts.creation import create_account
    from sayso_node.home.open_store import open_home

    monkeypatch.setattr(clone_guard, "now_ms", lambda: STARTED_MS)
    home = Home(tmp_path / "home")
    _, phrase = create_account(home, None, None)
    ann = Ann(home, phrase)
    with open_home(home) as store:
        guard = CloneGuard(home, store, lambda _: None)
        comes_back(home, store, STARTED_MS + 5)
        guard.handle(AHEAD)
        with pytest.raises(HomeCloned):
            Author(home, store).publish([Post("here")])
        rotate(home, store, phrase, None, None)
    ann.post("here")
    assert sorted(ann.texts()) == ["by the other copy", "here"]
