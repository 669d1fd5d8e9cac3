"""Turns: whoever has used less goes first, and nobody saves them up."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.sync.budgets.fair_queue import FORGET_FROM, FairQueue


def serve(queue: FairQueue[str], costs: dict[str, float], turns: int) -> list[str]:
    """Let each key that has costs wait all the time; who got the turns."""
    for key in costs:
        queue.push(key, key)
    order = []
    for _ in range(turns):
        key = queue.pop()
        queue.spend(key, costs[key])
        queue.push(key, key)
        order.append(key)
    return order


def test_turns_are_shared_by_time_not_by_number() -> None:
    turns = Counter(serve(FairQueue(), {"dear": 90.0, "cheap": 10.0}, 1000))
    assert turns["cheap"] == pytest.approx(900, abs=20)


@given(
    st.dictionaries(st.text("abcdef", min_size=1, max_size=1), st.floats(1, 50), min_size=2),
    st.integers(0, 200),
)
def test_a_newcomer_waits_for_nobody_twice(costs: dict[str, float], before: int) -> None:
    queue: FairQueue[str] = FairQueue()
    serve(queue, costs, before)
    queue.push("newcomer", "newcomer")
    served: Counter[str] = Counter()
    while (key := queue.pop()) != "newcomer":
        served[key] += 1
        queue.spend(key, costs[key])
        queue.push(key, key)
    assert all(count <= 1 for count in served.values())


def test_who_was_busy_while_nobody_waited_is_not_behind_later() -> None:
    queue: FairQueue[str] = FairQueue()
    for _ in range(1000):
        queue.enter("honest")
        queue.spend("honest", 100.0)
    turns = Counter(serve(queue, {"honest": 10.0, "new": 10.0}, 100))
    assert turns["honest"] >= 44  # one turn of 100 is still to be made good


def test_those_of_one_key_share_its_turns() -> None:
    queue: FairQueue[str] = FairQueue()
    crowd = [f"crowd {n}" for n in range(8)]
    for one in crowd:
        queue.push("crowd", one)
    queue.push("single", "single")
    got: Counter[str] = Counter()
    for _ in range(400):
        name = queue.pop()
        key = "single" if name == "single" else "crowd"
        got[key] += 1
        queue.spend(key, 1.0)
        queue.push(key, name)
    assert got["single"] == pytest.approx(200, abs=10)


def test_keys_that_are_not_ahead_are_forgotten() -> None:
    queue: FairQueue[str] = FairQueue()
    for number in range(10 * FORGET_FROM):
        queue.enter(str(number))
        queue.spend(str(number), 1.0)
        queue.enter(str(number))
    assert len(queue._ahead) <= FORGET_FROM + 1
    with pytest.raises(IndexError):
        queue.pop()
    assert len(queue) == 0
