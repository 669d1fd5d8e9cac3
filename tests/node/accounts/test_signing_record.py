"""What a home keeps beside its store of what it signed: an older store signs no number again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.budget import examples, long

from sayso_node.accounts import signing_record
from sayso_node.accounts.author import Author
from sayso_node.accounts.creation import create_account
from sayso_node.accounts.signing_record import (
    AWAY_MS,
    LONG_AWAY_MS,
    Doubt,
    doubt_about,
    note_heard,
    note_signed,
    read_record,
    words_of,
)
from sayso_node.clock import now_ms
from sayso_node.errors import StoreBehind
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_protocol.content.body import Post
from sayso_storage.interface.store import FeedState


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    create_account(made, "Ann", None)
    return made


def post(home: Home, *texts: str) -> int:
    with open_home(home) as store:
        return Author(home, store).publish([Post(text) for text in texts]).last


def own(home: Home) -> FeedState:
    with open_home(home) as store:
        state = store.own_feed()
    assert state is not None
    return state


def doubt(home: Home, later_ms: int = 0) -> Doubt | None:
    return doubt_about(home, own(home), now_ms() + later_ms)


def put_back(home: Home, store: Path) -> None:
    """An older store in the place of the present one, in the same file."""
    home.store.write_bytes(store.read_bytes())
    for name in ("store.sqlite-wal", "store.sqlite-shm"):
        (home.path / name).unlink(missing_ok=True)


def test_a_new_home_has_no_doubt_and_each_entry_is_noted(home: Home) -> None:
    assert doubt(home) is None
    last = post(home, "one", "two")
    record = read_record(home)
    assert record is not None
    assert (record.feed, record.seq) == (own(home).feed, last)
    assert home.signed.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("lost", [1, 2, 5])
def test_an_older_store_signs_nothing_until_it_has_caught_up(
    home: Home, tmp_path: Path, lost: int
) -> None:
    post(home, "before")
    shutil.copy(home.store, tmp_path / "older")
    for number in range(lost):
        post(home, f"later {number}")
    with open_home(home) as store:
        state = store.own_feed()
        assert state is not None
        later = store.load(state.feed, state.head - lost + 1, state.head)
    head = own(home).head
    put_back(home, tmp_path / "older")
    assert doubt(home) is Doubt.BEHIND
    numbers = f"entry {head}" if lost == 1 else f"entries {head - lost + 1} to {head}"
    for _ in range(2):
        with pytest.raises(StoreBehind, match=f"{numbers} of your feed are missing"):
            post(home, "again")
    assert own(home).head == head - lost
    from sayso_protocol.feed.run import verify_run

    assert later is not None
    with open_home(home) as store:
        store.append([verify_run(later)], now_ms())
    assert post(home, "after all") == head + 1


def test_a_word_that_the_peer_has_no_more_does_not_let_it_sign(home: Home, tmp_path: Path) -> None:
    shutil.copy(home.store, tmp_path / "older")
    post(home, "later")
    put_back(home, tmp_path / "older")
    note_heard(home, own(home), now_ms())
    assert doubt(home) is Doubt.BEHIND


def test_a_copy_is_in_doubt_until_it_is_heard_or_signs(home: Home, tmp_path: Path) -> None:
    post(home, "before")
    copy = Home(Path(shutil.copytree(home.path, tmp_path / "copy")))
    assert doubt(home) is None
    assert doubt(copy) is Doubt.COPIED
    assert "copied or put back" in (words_of(Doubt.COPIED, read_record(copy), now_ms()) or "")
    note_heard(copy, own(copy), now_ms())
    assert doubt(copy) is None
    again = Home(Path(shutil.copytree(home.path, tmp_path / "again")))
    assert post(again, "there") == own(home).head + 1
    assert doubt(again) is None


@pytest.mark.parametrize(
    ("away_ms", "wanted"),
    [
        (0, None),
        (AWAY_MS - 60_000, None),
        (AWAY_MS, Doubt.AWAY),
        (LONG_AWAY_MS - 60_000, Doubt.AWAY),
        (LONG_AWAY_MS + 60_000, Doubt.LONG_AWAY),
        (-AWAY_MS, None),
    ],
)
def test_who_was_away_asks(home: Home, away_ms: int, wanted: Doubt | None) -> None:
    assert doubt(home, away_ms) is wanted
    said = None if wanted is None else words_of(wanted, read_record(home), now_ms() + away_ms)
    assert (said is not None) == (wanted is Doubt.LONG_AWAY)


def test_software_without_a_record_is_as_if_it_had_been_away(home: Home) -> None:
    home.signed.unlink()
    assert doubt(home) is Doubt.AWAY
    assert post(home, "goes on") == 3
    assert doubt(home) is None


def test_another_feed_is_another_matter(home: Home) -> None:
    note_signed(home, bytes(32), 10**6, now_ms())
    assert doubt(home) is None
    assert post(home, "goes on") == 3


@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=80))
def test_a_damaged_record_forbids_nothing(home: Home, data: bytes) -> None:
    home.signed.write_bytes(data)
    assert read_record(home) is None or len(data) == signing_record._FORM.size
    assert doubt(home) in (None, Doubt.AWAY, Doubt.LONG_AWAY, Doubt.COPIED)


def test_where_it_cannot_be_kept_posting_goes_on(home: Home) -> None:
    home.signed.unlink()
    home.signed.mkdir()
    assert post(home, "goes on") == 3
    home.signed.rmdir()


@long
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.sampled_from(["post", "keep", "back"]), max_size=8))
def test_whatever_is_put_back_no_number_is_signed_twice(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    home = Home(tmp_path_factory.mktemp("steps") / "home")
    create_account(home, None, None)
    kept, signed = home.path.parent / "kept", set[int]()
    shutil.copy(home.store, kept)
    for step in steps:
        if step == "keep":
            shutil.copy(home.store, kept)
        elif step == "back":
            put_back(home, kept)
        else:
            try:
                number = post(home, "text")
            except StoreBehind:
                continue
            assert number not in signed
            signed.add(number)


def test_control_without_the_record_a_number_is_signed_twice(home: Home, tmp_path: Path) -> None:
    shutil.copy(home.store, tmp_path / "older")
    first = post(home, "one story")
    put_back(home, tmp_path / "older")
    home.signed.unlink()
    assert post(home, "another story") == first
