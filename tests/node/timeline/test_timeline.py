"""The timeline in pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from sayso_node.timeline import timeline as timeline_module
from sayso_node.timeline.timeline import timeline
from sayso_protocol.content.body import Post
from sayso_protocol.feed.entry import id_text
from sayso_storage.interface.store import TimelineQuery
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store

from ..support import Person


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
