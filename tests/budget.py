"""How much a run of the tests may take: by default minutes, with `--all` what it takes.

A test that is long by its nature is marked `long`, and has a short one of its kind beside it. One
that is as long as its number of rounds takes that number from here.
"""

import os
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import settings

ALL = "SAYSO_TEST_ALL" in os.environ
"""Whether `--all` was given."""

long = pytest.mark.long


def rounds(all_of_them: int, by_default: int) -> int:
    """How often to do what a test does again and again."""
    return all_of_them if ALL else by_default


def some(values: Iterable[Any], by_default: int) -> list[Any]:
    """Parameters of a test, tuples where it has several, of which only the first few are tried by
    default."""
    rows = [value if isinstance(value, tuple) else (value,) for value in values]
    return [
        pytest.param(*row, marks=[] if place < by_default else [long])
        for place, row in enumerate(rows)
    ]


def examples(count: int, **more: Any) -> settings:
    """Have hypothesis try so many, by default an eighth of them; `more` is as in `settings`."""
    return settings(max_examples=rounds(count, min(count, max(20, count // 8))), **more)
