"""Where the parts of a file of rules stand, for telling what is wrong with them."""

from __future__ import annotations

from .toml_places import Statement, statements

Place = tuple[str | int, ...]
"""A part, as ``("rule", 3, "words")`` or ``("lists", "friends", "accounts")``."""


class Places:
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
    number = 0
    for one in statements(text):
        if one.is_table:
            number += one.path == ("rule",)
            table = _numbered(one, number)
            place = table
        else:
            place = table + one.path
        for length in range(1, len(place) + 1):
            found.setdefault(place[:length], (one.line, one.column))
    return found


def _numbered(header: Statement, number: int) -> Place:
    name, *rest = header.path
    return ("rule", number, *rest) if name == "rule" and number else (name, *rest)
