"""Entries as items, the timeline in pages, and what people type for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_node.accounts.lookup import find_account, find_entry, find_feeds
from sayso_node.accounts.names import Names
from sayso_node.entries.loader import load_items
from sayso_node.errors import Ambiguous, NotFound
from sayso_node.timeline import timeline as timeline_module
from sayso_node.timeline.timeline import timeline
from sayso_node.timestamps import parse_time, time_text
from sayso_protocol.codec import encode
from sayso_protocol.content.body import Post, Profile
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.feed.entry import id_text
from sayso_protocol.feed.run import sign_run
from sayso_protocol.limits import MAX_TIME_MS
from sayso_storage.interface.store import Store, TimelineQuery
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store

from .support import Person


@pytest.fixture(params=["memory", "sqlite"])
def person(request: pytest.FixtureRequest, tmp_path: Path) -> Person:
    memory = request.param == "memory"
    return Person("robin", MemoryStore(bytes(16)) if memory else open_store(tmp_path / "s.sqlite"))


@pytest.mark.parametrize("page", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("limit", [1, 5, 6, 7, 1000])
@pytest.mark.parametrize("kind", ["all", "account", "tag"])
def test_pages_join_to_the_whole(
    page: int, limit: int, kind: str, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline_module, "PAGE", page)
    other = Person("anna")
    person.follow(other)
    person.store.add_grant(other.grant)
    for n in range(4):  # many with equal times
        person.publish([Post(f"{n} a", tags=("t",)), Post(f"{n} b"), Post(f"{n} c", tags=("t",))])
        person.store.append([other.publish([Post(f"{n}", tags=("t",))])], 2**41)
    query = TimelineQuery(
        limit, person.account if kind == "account" else None, "t" if kind == "tag" else None
    )
    shown = [item.id for item in timeline(person.store, query)]
    assert shown == [id_text(entry.id) for entry in person.store.timeline(query)]
    assert len(shown) == min(limit, {"all": 16, "account": 12, "tag": 12}[kind])


def test_unknown_and_missing_bodies_are_items_too(person: Person) -> None:
    store = person.store
    state = store.own_feed()
    assert state is not None
    bodies = [
        encode({"kind": "zebra", "stripes": 9}),
        encode({"kind": "post"}),
        b"\xc1",
    ]
    top = state.held[-1]
    run = sign_run(person.feed_key, 2, top.top, [top.last_ms] * 3, bodies)
    store.publish(lambda _: run, top.last_ms)
    entries = store.arrived_after(1)
    items = load_items(store, Names(store), entries)
    assert [item.kind for item in items] == ["zebra", "post", "unreadable"]
    assert {item.text for item in items} == {None}
    assert {item.as_json()["body"] for item in items} == {"unknown"}


def test_a_petname_comes_before_the_profile(person: Person) -> None:
    other = Person("anna")
    person.store.follow(other.account, None, 1)
    person.store.add_grant(other.grant)
    person.store.append([other.publish([Profile(name="The Queen")])], 2**41)
    assert Names(person.store).of(other.account).shown == "The Queen"
    person.store.follow(other.account, "Annie", 1)
    assert Names(person.store).of(other.account).shown == "Annie"
    assert Names(person.store).of(bytes(32)).shown is None


def test_entries_are_found_by_beginnings(person: Person) -> None:
    run = person.post(*(f"post {n}" for n in range(300)))
    text = id_text(run.ids[7])
    for form in (text, text.upper(), text[:8], text[:40]):
        assert find_entry(person.store, form).id == run.ids[7]
    for wrong in ("", text[:7], text[:-1] + "x", "g" * 64, "é" * 64, text + "0", "%" * 9):
        with pytest.raises(NotFound):
            find_entry(person.store, wrong)


def test_feeds_are_found_by_account_or_own_key(person: Person) -> None:
    other = Person("anna")
    person.store.follow(other.account, "anna", 1)
    with pytest.raises(NotFound, match="nothing of"):
        find_feeds(person.store, "@anna")
    person.store.add_grant(other.grant)
    account, feed = key_text(other.account), key_text(other.feed)
    for form in (account, feed, feed[:14], account[:14], "@anna", f"did:key:{account}"):
        [state] = find_feeds(person.store, form)
        assert state.feed == other.feed
    for form in (f"did:key:did:key:{account}", f"sayso:did:key:did:key:{account}"):
        with pytest.raises(NotFound, match="not a key"):
            find_feeds(person.store, form)


def test_a_shared_petname_is_ambiguous() -> None:
    store: Store = MemoryStore(bytes(16))
    for name in ("anna", "bert"):
        store.follow(Person(name).account, "twin", 1)
    with pytest.raises(Ambiguous) as caught:
        find_account(store, "@twin")
    assert len(caught.value.candidates) == 2


@pytest.mark.parametrize(
    ("text", "time_ms"),
    [
        ("1970-01-01T00:00:01Z", 1000),
        ("2024-05-01T12:00:00.250+02:00", 1_714_557_600_250),
        ("1950-01-01T00:00:00Z", 0),
        ("90s", 1_000_000_000 - 90_000),
        ("2h", 1_000_000_000 - 7_200_000),
        ("4w", 0),
    ],
)
def test_times_are_read(text: str, time_ms: int) -> None:
    assert parse_time(text, 1_000_000_000) == time_ms


@pytest.mark.parametrize("text", ["", "x", "2024-13-01", "5", "-1h", "9" * 5000 + "h", "h", "٣h"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        parse_time(text, 0)


@pytest.mark.parametrize(
    ("time_ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_795_343_889_123, "2026-11-22T10:38:09.123Z"),
        (MAX_TIME_MS, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_times_are_written(time_ms: int, text: str) -> None:
    assert time_text(time_ms) == text


@given(st.integers(0, MAX_TIME_MS))
def test_times_are_read_back(time_ms: int) -> None:
    assert parse_time(time_text(time_ms), 0) == time_ms
