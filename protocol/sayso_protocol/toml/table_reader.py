"""The reader of settings: what the tables of an owner's file mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from ..suggestion import similar
from ..translation import _
from .mistakes import Mistake
from .positions import Place, Positions
from .values import BadValue, Value

_Item = TypeVar("_Item")


class TableReader:
    """Reads what the tables mean, and notes what is wrong."""

    def __init__(self, places: Positions) -> None:
        self.mistakes: list[Mistake] = []
        self._places = places

    def add_mistake(self, place: Place, text: str) -> None:
        """Note what is wrong at a place of the file."""
        self.mistakes.append(Mistake(*self._places.of(place), text))

    def check_keys(self, place: Place, table: Mapping[str, Value], known: tuple[str, ...]) -> None:
        """Note the keys of a table that mean nothing, and what may have been meant."""
        for key in table.keys() - set(known):
            self.add_mistake(
                (*place, key),
                _("`{key}` is not known{similar}").format(key=key, similar=similar(key, known)),
            )

    def read(
        self,
        place: Place,
        table: Mapping[str, Value],
        rule: Callable[[Value], _Item],
        default: _Item,
    ) -> _Item:
        """One value of a table, by a rule that raises `BadValue`; `default` where it is not there
        or wrong."""
        key = str(place[-1])
        if key not in table:
            return default
        try:
            return rule(table[key])
        except BadValue as error:
            self.add_mistake(place, f"`{key}`: {error}")
            return default
