"""Histograms count each value once, under its bound."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sayso_node.histogram import Histogram

BOUNDS = (0.5, 1, 2.5)


@given(st.lists(st.floats(0, 10), max_size=30))
def test_buckets_are_what_counting_by_hand_finds(values: list[float]) -> None:
    histogram = Histogram(BOUNDS)
    for value in values:
        histogram.observe(value)
    by_hand = [sum(value <= bound for value in values) for bound in BOUNDS]
    names = ["0.5", "1.0", "2.5", "+Inf"]
    assert histogram.buckets == list(zip(names, [*by_hand, len(values)], strict=True))
    assert histogram.total == sum(values)
