"""The detector against real posts: a known operation, ordinary people, honest crowds."""

from __future__ import annotations

import pytest
from benchmarks.propaganda import Measure, crowd_of, fed, named, of, read, shifted
from tests.testdata import data_file

MEASURE = Measure(threshold=500, at_least=20)


@pytest.mark.data
def test_a_known_operation_is_told_from_ordinary_people() -> None:
    propaganda = read(data_file("propaganda_ira.jsonl.gz"), "propaganda")
    control = read(data_file("control_accounts.jsonl.gz"), "control")
    posts = [one for one in (*propaganda, *control) if one.english]
    measured = MEASURE(posts, named(fed(posts)))
    assert measured["precision"] >= 0.95 and measured["recall"] >= 0.5
    # Nothing but acting in step is seen: moved apart in time, the same posts look innocent.
    assert of(MEASURE, shifted(posts))["recall"] <= 0.1


@pytest.mark.data
@pytest.mark.parametrize("name", ["crowd_event_emoji", "crowd_airline"])
def test_an_honest_crowd_is_left_alone(name: str) -> None:
    crowd, accounts = crowd_of(data_file(f"{name}.jsonl.gz"), MEASURE, texts=False)
    assert len(accounts) > 3000 and crowd["share"] <= 0.01
