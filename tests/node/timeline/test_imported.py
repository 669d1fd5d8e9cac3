"""Imports on timelines: one line each, by the rules of the owner."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.budget import long

from sayso_node.entries.imported import import_text
from sayso_node.entries.item import Import
from sayso_node.home.directory import Home
from sayso_node.timeline.reader import TimelineReader, TimelineRequest
from sayso_protocol.content.body import Post
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.feed.run import verify_run

from ..support import Person

YEAR_MS = 365 * 24 * 3_600_000
FIRST_MS = 1_250_000_000_000
"""In 2009."""


@pytest.fixture
def robin() -> Person:
    robin, ada = Person("robin"), Person("ada")
    robin.follow(ada)
    robin.store.add_grant(ada.grant)
    ada.post("live 1")
    ada.publish([Post(f"old {n}", written=FIRST_MS + n * YEAR_MS // 10) for n in range(120)])
    ada.post("live 2")
    run = ada.store.load(ada.feed, 1, 500)
    assert run is not None
    robin.store.append([verify_run(run)], 2**41)
    return robin


def shown(robin: Person, tmp_path: Path, limit: int) -> list[str | None]:
    reader = TimelineReader(robin.store, Home(tmp_path))
    items = list(reader.timeline(TimelineRequest(limit)))
    return [item.text if item.imported is None else import_text(item.imported) for item in items]


def test_an_import_is_one_line_where_it_was_made(robin: Person, tmp_path: Path) -> None:
    line = "imported 120 posts of 2009 to 2021"
    assert shown(robin, tmp_path, 5) == ["live 2", line, "live 1", "old 119", "old 118"]
    assert shown(robin, tmp_path, 2) == ["live 2", line]
    assert shown(robin, tmp_path, 1) == ["live 2"]


def test_rules_that_hide_its_author_hide_it(robin: Person, tmp_path: Path) -> None:
    ada = key_text(Person("ada").account)
    rule = f'[[rule]]\nname = "quiet"\naccount = "{ada}"\naction = "hide"\n'
    (tmp_path / "filters.toml").write_text(rule, encoding="utf-8")
    assert shown(robin, tmp_path, 5) == []


def test_years_are_said_once() -> None:
    assert import_text(Import(1, FIRST_MS, FIRST_MS)) == "imported 1 post of 2009"
    said = Import(2, FIRST_MS, FIRST_MS + 12 * YEAR_MS).as_json()
    assert said["entries"] == 2
    assert str(said["from"]).startswith("2009-08-11T")
    assert str(said["to"]).startswith("2021-")


@long
def test_pages_go_on_where_the_one_before_ended(robin: Person, tmp_path: Path) -> None:
    """Whichever entry or line a page ends with: all are seen, each once."""
    reader = TimelineReader(robin.store, Home(tmp_path))
    whole = [item.id for item in reader.timeline(TimelineRequest(500))]
    for size in (1, 2, 3, 7):
        seen, before = list[str](), None
        while page := list(reader.timeline(TimelineRequest(size, before=before))):
            assert len(page) <= size
            seen += [item.id for item in page]
            before = page[-1].place
            assert before is not None
        assert seen == whole, size
