"""Mistakes in a file of the owner's, and their places."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..quantity import quantity

SHOWN = 3
"""Mistakes that one line names."""


class Mistake(NamedTuple):
    """One mistake. Line and column count from 1; 0 where that is not known."""

    line: int
    column: int
    text: str

    def __str__(self) -> str:
        place = f"line {self.line}" + (f", column {self.column}" if self.column else "")
        return f"{place}: {self.text}" if self.line else self.text


class BadFile(Exception):
    """A file of rules with mistakes: all that were found, by line."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        named = "; ".join(map(str, self.mistakes[:SHOWN]))
        more = len(self.mistakes) - SHOWN
        super().__init__(named + (f"; and {quantity(more, 'more mistake')}" if more > 0 else ""))
