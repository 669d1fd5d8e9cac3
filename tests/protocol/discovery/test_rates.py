"""Rates of many names: each for itself, in bounded memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.discovery.rates import Rates


def test_each_name_has_its_own_rate() -> None:
    rates = Rates(2, 1, 100)
    assert [rates.spend(name, 0) for name in "aaabbb"] == [True, True, False] * 2
    assert rates.spend("a", 1000)
    assert not rates.spend("a", 1000)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 3000)), max_size=300))
def test_memory_is_bounded_whoever_comes(row: list[tuple[int, int]]) -> None:
    rates = Rates(2, 1, 16)
    now = 0
    for name, wait in row:
        now += wait
        rates.spend(str(name), now)
        assert len(rates) <= 16


def test_those_who_used_theirs_up_are_remembered_before_those_who_did_not() -> None:
    rates = Rates(1, 0.001, 4)
    for name in "abc":
        rates.spend(name, 0)
    rates.spend("idle", 0, amount=0)
    rates.spend("e", 0)
    assert not any(rates.spend(name, 0) for name in "abc")
