"""Virtual time, and streams of chance."""

from __future__ import annotations

import pytest

from sayso_node.sim.event_queue import MAX_AT_ONCE, Chance, EventQueue, LivelockError


def test_events_happen_in_order_of_time_and_then_of_planning() -> None:
    event_queue, seen = EventQueue(), []
    for time_us, name in [(5, "b"), (3, "a"), (5, "c"), (9, "later")]:
        event_queue.at(time_us, seen.append, name)
    event_queue.run_until(8)
    assert (seen, event_queue.now_us) == (["a", "b", "c"], 8)
    assert event_queue.now().mono_ms == 0


def test_events_that_cause_each_other_at_one_time_are_an_error(monkeypatch) -> None:
    event_queue = EventQueue()
    monkeypatch.setattr("sayso_node.sim.event_queue.MAX_AT_ONCE", min(MAX_AT_ONCE, 1000))

    def again() -> None:
        event_queue.after(0, again)

    again()
    with pytest.raises(LivelockError):
        event_queue.run_until(1)


def test_streams_of_chance_are_independent_and_repeat() -> None:
    one, other = Chance(3), Chance(3)
    one.stream("posts", 1).random()
    assert one.stream("line", 4).random() == other.stream("line", 4).random()
    assert one.stream("line", 4).random() != one.stream("line", 5).random()
