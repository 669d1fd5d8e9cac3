"""How much a run of the tests may take: by default minutes, with `--all` what it takes.

A test that is long by its nature is marked `long`, and has a short one of its kind beside it. One
that is as long as its number of rounds takes that number from here.
"""

import os
from typing import Any

import pytest
from hypothesis import settings

ALL = "SAYSO_TEST_ALL" in os.environ
"""Whether `--all` was given."""

long = pytest.mark.long


def rounds(all_of_them: int, by_default: int) -> int:
    """How often to do what a test does again and again."""
    return all_of_them if ALL else by_default


def examples(count: int, **more: Any) -> settings:
    """Have hypothesis try so many, by default a quarter of them; `more` is as in `settings`."""
    return settings(max_examples=rounds(count, max(20, count // 4)), **more)
