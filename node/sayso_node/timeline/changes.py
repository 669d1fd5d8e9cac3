"""Changes of a store since a place in the order of arrival, for whoever shows it live."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from sayso_protocol.content.body import Edit, Retract
from sayso_storage.interface.store import Store

from ..entries.body import body_of

MOST: Final = 1000
"""Entries that are looked at; who was away for longer reads anew."""

EDITED, GONE = "edited", "gone"


class Change(NamedTuple):
    """An entry that is shown otherwise now: `EDITED` or `GONE`, and its place in the order of
    arrival."""

    kind: str
    arrival: int


def changes(store: Store, after: int) -> Iterator[Change]:
    """What came after a place and changes entries that were here, in the order of arrival."""
    for entry in store.arrived_after(after, MOST):
        match body_of(entry):
            case Edit(of=of):
                yield from _change(store, EDITED, of.id)
            case Retract(of=every):
                for of in every:
                    yield from _change(store, GONE, of.id)


def _change(store: Store, kind: str, entry_id: bytes) -> Iterator[Change]:
    held = store.entry(entry_id)
    if held is not None:
        yield Change(kind, held.arrival)
