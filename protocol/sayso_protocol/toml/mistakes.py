"""Mistakes in a file of the owner's, and their places."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..quantity import quantity
from ..translation import _

SHOWN = 3
"""Mistakes that one line names."""


class Mistake(NamedTuple):
    """One mistake. Line and column count from 1; 0 where that is not known."""

    line: int
    column: int
    text: str

    def __str__(self) -> str:
        if not self.line:
            return self.text
        place = (
            _("line {line}, column {column}").format(line=self.line, column=self.column)
            if self.column
            else _("line {line}").format(line=self.line)
        )
        return _("{place}: {text}").format(place=place, text=self.text)


class BadFile(Exception):
    """A file of rules with mistakes: all that were found, by line."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        named = "; ".join(map(str, self.mistakes[:SHOWN]))
        more = len(self.mistakes) - SHOWN
        if more > 0:
            named = _("{mistakes}; and {n_more}").format(
                mistakes=named, n_more=quantity(more, "more mistake")
            )
        super().__init__(named)
