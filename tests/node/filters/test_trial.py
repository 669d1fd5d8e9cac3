"""One more rule, tried field by field: its effect is what it then has, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from sayso_node.filters import trial as module
from sayso_node.filters.edit import add
from sayso_node.filters.file import FiltersError
from sayso_node.filters.trial import explain_entry, try_rule
from sayso_node.home.directory import Home
from sayso_node.timeline.reader import TimelineReader, TimelineRequest
from sayso_protocol.content.body import Post
from sayso_protocol.feed.entry import id_text

from ..village import Village

RULE = {"name": "no ads", "action": "hide", "words": ["casino"], "because": "noise"}


def texts(village: Village, home: Home) -> list[str | None]:
    return [one.text for one in TimelineReader(village.store, home).timeline(TimelineRequest(50))]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_the_effect_told_is_the_effect_had(village: Village, home: Home) -> None:
    village.says("anna", *map(Post, ("casino night", "a walk", "Casino again")))
    before = texts(village, home)
    trial = try_rule(home, village.store, RULE, 1)
    assert not home.filters.exists() and texts(village, home) == before
    assert (trial.rule.name, trial.rule.because, trial.since) == ("no ads", "noise", 0)
    assert (trial.tried.counts["hidden"], trial.tried.posts) == (2, len(before))
    assert [one.item.text for one in trial.posts] == ["Casino again"]
    add(home, RULE, first=False)
    assert texts(village, home) == [one for one in before if "asino" not in (one or "")]


def test_a_rule_counts_in_its_place(village: Village, home: Home) -> None:
    village.says("anna", Post("casino night"))
    add(home, {"action": "allow", "words": ["casino"]}, first=False)
    assert not try_rule(home, village.store, RULE, 9).tried.counts
    assert try_rule(home, village.store, RULE, 9, first=True).tried.counts["hidden"] == 1


def test_what_makes_no_rule_says_why(village: Village, home: Home) -> None:
    for bad in (
        {"action": "hide"},
        {"action": "hide", "pattern": ["("]},
        {"action": "x", "tag": ["a"]},
    ):
        with pytest.raises(FiltersError):
            try_rule(home, village.store, bad, 9)
    home.filters.write_text("nonsense = 1\n", encoding="utf-8")
    with pytest.raises(FiltersError):
        try_rule(home, village.store, RULE, 9)


def test_only_the_newest_are_looked_at(
    village: Village, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.says("anna", *(Post(f"casino {n}") for n in range(9)))
    monkeypatch.setattr(module, "LOOKED_AT", 4)
    trial = try_rule(home, village.store, RULE, 9)
    assert trial.since and trial.tried.counts["hidden"] == 4


def test_an_entry_is_explained_by_the_rules_of_the_home(village: Village, home: Home) -> None:
    [post] = village.says("anna", Post("casino night"))
    add(home, RULE, first=False)
    found, _ = explain_entry(home, village.store, id_text(post.id))
    assert (found.hidden, found.asked[0].why) == ("no ads", "applies")
