"""The facts of one stored entry, each gathered when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sayso_protocol.content.body import Body
from sayso_storage.interface.store import StoredEntry

Value = str | int | tuple[str, ...]


Gather = Callable[["StoredFacts"], Value]


class StoredFacts:
    """One stored entry; has all that `Facts` names, as attributes, and its `body`."""

    body: Body

    def __init__(self, entry: StoredEntry, gather: Mapping[str, Gather]) -> None:
        self.entry = entry
        self.gather = gather
        """Asked from now on for what is not known yet."""

    def __getattr__(self, name: str) -> Any:
        try:
            gather = self.gather[name]
        except KeyError as error:
            raise AttributeError(name) from error
        value = gather(self)
        self.__dict__[name] = value  # it is not asked for here again
        return value

    def learn(self, facts: Mapping[str, Value]) -> None:
        """Take over facts by their names; nobody gathers them again."""
        self.__dict__.update(facts)
