"""The table of facts and their protocol say the same."""

from __future__ import annotations

from typing import get_type_hints

from sayso_protocol.facts import FACTS, Facts, Kind

PYTHON = {Kind.INTEGER: int, Kind.TEXT: str, Kind.TEXTS: tuple[str, ...]}


def test_each_fact_is_in_the_table_with_its_kind():
    stated = {
        name: get_type_hints(item.fget)["return"]
        for name, item in vars(Facts).items()
        if isinstance(item, property)
    }
    assert stated == {name: PYTHON[fact.kind] for name, fact in FACTS.items()}


def test_each_fact_says_what_it_is():
    assert all(getattr(Facts, name).__doc__ for name in FACTS)
