"""The places of the parts of a file of rules, for telling what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .definitions import Definition, definitions

_ARRAYS: Final = ("rule", "labeller")
"""Tables that a file has several of; their places have a number, from 1."""

Place = tuple[str | int, ...]
"""A part, as ``("rule", 3, "words")`` or ``("lists", "friends", "accounts")``."""


class Positions:
    """Lines and columns of a file's parts; looked for once something is asked."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[Place, tuple[int, int]] | None = None

    def of(self, place: Place) -> tuple[int, int]:
        """Line and column of a part, or of the nearest part that it is in; (0, 0) for none."""
        if self._known is None:
            self._known = _places(self._text)
        while place and place not in self._known:
            place = place[:-1]
        return self._known.get(place, (0, 0))


def _places(text: str) -> dict[Place, tuple[int, int]]:
    found: dict[Place, tuple[int, int]] = {}
    table: Place = ()
    numbers = dict.fromkeys(_ARRAYS, 0)
    for one in definitions(text):
        if one.is_table:
            if len(one.path) == 1 and one.path[0] in numbers:
                numbers[one.path[0]] += 1
            table = _numbered(one, numbers)
            place = table
        else:
            place = table + one.path
        for length in range(1, len(place) + 1):
            found.setdefault(place[:length], (one.line, one.column))
    return found


def _numbered(header: Definition, numbers: Mapping[str, int]) -> Place:
    name, *rest = header.path
    return (name, numbers[name], *rest) if numbers.get(name) else (name, *rest)
