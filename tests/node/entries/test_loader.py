"""Items of stored entries, also of those that nobody can read."""

from __future__ import annotations

from pathlib import Path

import pytest

from sayso_node.accounts.names import Names
from sayso_node.entries.loader import count_reactions, load_items
from sayso_protocol.codec import encode
from sayso_protocol.feed.run import sign_run
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store

from ..support import Person


@pytest.fixture(params=["memory", "sqlite"])
def person(request: pytest.FixtureRequest, tmp_path: Path) -> Person:
    memory = request.param == "memory"
    return Person("robin", MemoryStore(bytes(16)) if memory else open_store(tmp_path / "s.sqlite"))


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


def test_forms_of_one_sign_are_one_reaction() -> None:
    assert count_reactions(["❤", "❤️", "❤️", "👍", "👍️"]) == {"❤️": 3, "👍️": 2}
    assert count_reactions(["ok", "OK", "Ok", "ok"]) == {"ok": 4}
    assert count_reactions(["1️⃣", "1⃣"]) == {"1️⃣": 2}
    assert count_reactions(["é", "e\u0301"]) == {"e\u0301": 2}
    assert count_reactions(["🏳️‍🌈", "🏳‍🌈"]) == {"🏳️‍🌈": 2}


def test_skin_tones_and_flags_are_reactions_of_their_own() -> None:
    signs = ["👍", "👍🏽", "👍🏿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🏴", "🇩🇪", "🇩🇰", "\u200b"]
    assert count_reactions(signs) == dict.fromkeys(sorted(signs), 1)
