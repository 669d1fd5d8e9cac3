"""A look at what a peer has of an account, from peers over real links that answer only in part."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from tests.budget import long

from sayso_node.accounts.lineage import feeds_in_line
from sayso_node.daemon.one_off import one_off_fetch
from sayso_node.daemon.one_off.one_off_fetch import fetched
from sayso_node.errors import NotFound, PeerError
from sayso_protocol.accounts.statement import sign_rotate
from sayso_protocol.feed.run import verify_run

from ..stalling import listening
from ..support import Person


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files are; nothing is left there in the end."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def ann() -> Person:
    """Has much to say: some hundred windows."""
    ann = Person("ann")
    ann.post_many(3000, "x" * 100)
    return ann


@long
def test_all_of_it_comes(ann: Person, place: Path) -> None:
    told: list[int] = []
    with (
        listening(ann) as address,
        fetched(
            ann.account, address, timeout=60, progress=lambda now: told.append(now["received"])
        ) as (store, found),
    ):
        assert (found["received"], found["in_sync"], told[-1]) == (3001, True, 3001)
        assert store.feeds_of(ann.account)[0].count == 3001
        assert store.own_feed() is None
        assert len(list(place.iterdir())) == 1
    assert list(place.iterdir()) == []


@long
def test_what_came_under_the_next_key_comes_too(ann: Person) -> None:
    heir = Person("heir", account=ann.next_key)
    run = heir.post("under a new key")
    end = (ann.feed, 3001, ann.store.own_feed().held[0].top)
    assert ann.store.add_statements([sign_rotate(ann.next_key, ann.account, [end])], 1) == [True]
    ann.store.add_grant(heir.grant)
    opening = verify_run(heir.store.load(heir.feed, 1, 1))
    ann.store.append([opening, run], 1)
    with (
        listening(ann) as address,
        fetched(ann.account, address, timeout=60, progress=lambda _: None) as (store, found),
    ):
        assert found["in_sync"]
        assert sum(state.count for state in feeds_in_line(store, ann.account)) == 3003


@long
def test_what_came_until_time_was_up_counts(ann: Person, place: Path) -> None:
    with (
        listening(ann, most=100_000) as address,
        fetched(ann.account, address, timeout=1, progress=lambda _: None) as (store, found),
    ):
        [state] = store.feeds_of(ann.account)
        assert 0 < found["received"] == state.count < 3001
        assert not found["in_sync"]
        assert state.head == 3001  # the newest first
    assert list(place.iterdir()) == []


@long
@pytest.mark.parametrize(("who", "most", "error", "said"), [
    ("ben", 1 << 40, NotFound, "has nothing of"),
    ("ann", 200, PeerError, "nothing of .* came in 1 second:"),
])  # fmt: skip
def test_where_nothing_comes_it_is_said_why(
    ann: Person, place: Path, who: str, most: int, error: type[Exception], said: str
) -> None:
    asked = ann if who == "ann" else Person("ben")
    with (
        listening(asked, most) as address,
        pytest.raises(error, match=said),
        fetched(ann.account, address, timeout=1, progress=lambda _: None),
    ):
        pass
    assert list(place.iterdir()) == []


def test_it_is_no_endless_look(ann: Person, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_off_fetch, "MAX_FETCHED", 10_000)
    with (
        listening(ann) as address,
        pytest.raises(BaseExceptionGroup) as caught,
        fetched(ann.account, address, timeout=60, progress=lambda _: None),
    ):
        pass
    assert "too much for a look" in repr(caught.value)
    assert list(place.iterdir()) == []


def test_an_address_that_is_none_is_told_before_anything_else(ann: Person) -> None:
    with (
        pytest.raises(PeerError),
        fetched(ann.account, "somewhere", timeout=1, progress=lambda _: None),
    ):
        pass
