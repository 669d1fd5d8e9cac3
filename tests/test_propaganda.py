"""The detector against real posts: a known operation, ordinary people, honest crowds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.propaganda import (
    GRID,
    Measure,
    constants,
    crowd_of,
    fed,
    measure_part,
    named,
    of,
    parts,
    read,
    shifted,
)
from tests.budget import long, some
from tests.farm import farm, in_order, strangers, write_lines
from tests.testdata import data_file

from sayso_protocol import limits
from sayso_protocol.coordination import scores, significance

MEASURE = Measure(threshold=500, at_least=20)


@long
@pytest.mark.data
def test_a_known_operation_is_told_from_ordinary_people() -> None:
    propaganda = read(data_file("propaganda_ira.jsonl.gz"), "propaganda")
    control = read(data_file("control_accounts.jsonl.gz"), "control")
    posts = [one for one in (*propaganda, *control) if one.english]
    measured = MEASURE(posts, named(fed(posts)))
    assert measured["precision"] >= 0.97 and measured["recall"] >= 0.55
    for repost in (False, True):  # neither words alone nor what is passed on alone
        alone = of(MEASURE, [one for one in posts if one.repost == repost])
        assert alone["precision"] >= 0.97 and alone["recall"] >= 0.5
    # Nothing but acting in step is seen: moved apart in time, the same posts look innocent.
    assert of(MEASURE, shifted(posts))["recall"] <= 0.1


@long
@pytest.mark.data
@pytest.mark.parametrize("name", some(["crowd_event_emoji", "crowd_airline"], 1))
def test_an_honest_crowd_is_left_alone(name: str) -> None:
    crowd, accounts = crowd_of(data_file(f"{name}.jsonl.gz"), MEASURE, texts=False)
    assert len(accounts) > 3000 and crowd["share"] <= 0.003


def test_a_part_is_held_out_of_what_constants_are_chosen_on(tmp_path: Path) -> None:
    trolls = read(write_lines(tmp_path / "farm", farm(12, 12)), "propaganda")
    people = read(write_lines(tmp_path / "people", strangers(40, 30)), "control")
    posts = [
        replace(one, group="half" if one.author[-1] in "02468" else "")
        for one in (*trolls, *people)
    ]
    given = list(parts(posts, at_least=20))
    assert [part.name for part in given[:3]] == ["group half", "later posts", "earlier posts"]
    assert len(given) == 12
    for part in given:
        assert not set(part.known) & set(part.held_out)
        assert set(part.known) | set(part.held_out) == set(posts)
    (group,) = [part for part in given if part.name == "group half"]
    assert {one.group for one in group.known if one.source == "propaganda"} == {""}
    measured = measure_part(group, MEASURE)
    assert set(measured["chosen"]) == {*GRID, "threshold"}
    assert measured["held_out"]["recall"] == measured["shipped"]["recall"] == 1
    assert measured["shipped"]["propaganda"] == 6


def test_other_constants_are_in_force_for_a_while_only() -> None:
    posts = in_order(strangers(100, 30) + farm(6, 4))
    with constants({"LINKED_MILLIBITS": 10**6, "KINSHIP_MILLIBITS": 5}):
        assert (scores.LINKED_MILLIBITS, significance.KINSHIP_MILLIBITS) == (10**6, 5)
        assert not any(named(fed(posts)).values())
    assert scores.LINKED_MILLIBITS == limits.LINKED_MILLIBITS
    assert significance.KINSHIP_MILLIBITS == limits.KINSHIP_MILLIBITS
    assert any(named(fed(posts)).values())
