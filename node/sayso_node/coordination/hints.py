"""Hints beside entries of accounts that act in step: evidence, and nothing is hidden by it.

It goes by the newest entries alone, so that reading stays quick; `sayso coordination` looks at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sayso_protocol.codec import pack_array, unpack
from sayso_storage.interface.store import Store

from ..entries.item import Hint, Item
from ..home.directory import Home

if TYPE_CHECKING:
    from sayso_protocol.coordination.findings import Finding

HINTED: Final = 2000
"""So many of the newest entries are looked at: a tenth of a second, some hours of a busy home."""

LONGEST: Final = 2000
"""Bytes of a body that is looked at here: a hundred long ones would take as long as all others."""

WORTHWHILE: Final = 200
"""With fewer entries it is faster to look than to remember."""

FEWEST: Final = 6
"""Entries that the smallest finding takes: three things that two accounts do."""


def with_hints(store: Store, home: Home, items: Iterable[Item]) -> Iterator[Item]:
    """The items with `in_step`: of which finding each is part, or None."""
    found: Mapping[str, Hint] | None = None
    for item in items:
        if found is None:
            found = hints(store, home)
        yield replace(item, in_step=found.get(item.id))


def hints(store: Store, home: Home) -> dict[str, Hint]:
    """The hints on the newest entries, by id in text form. Raises `StoreError`."""
    last = store.last_arrival()
    if last < FEWEST:
        return {}
    start = max(last - HINTED, 0)
    return _found(store, start) if last < WORTHWHILE else _remembered(store, home, start)


def _remembered(store: Store, home: Home, start: int) -> dict[str, Hint]:
    from ..home.cache import cached, digest_of
    from .scan import VERSION

    def made() -> bytes:
        return digest_of(store.digest_after(start), f"hints 1, {VERSION}")

    before = made()
    return cached(
        home.path / "in_step.cache",
        before,
        lambda: _found(store, start),
        lambda found: pack_array([[entry, *hint] for entry, hint in found.items()]),
        lambda packed: {entry: Hint(*hint) for entry, *hint in unpack(packed)},
        is_current=lambda: made() == before,  # nothing came meanwhile
    )


def _found(store: Store, start: int) -> dict[str, Hint]:
    # These import a library that little else needs.
    from sayso_protocol.coordination.detector import Detector
    from sayso_protocol.feed.entry import id_text

    from .scan import entries_after, observation

    detector = Detector()
    for entry in entries_after(store, start):
        seen = observation(entry) if entry.body_size <= LONGEST else None
        if seen is not None:
            detector.add(seen)
    found: dict[str, Hint] = {}
    for finding in detector.findings():  # the strongest first
        # Of those who were copied it says nothing.
        acting = {account for account, _ in finding.accounts}
        for act in finding.entries:
            if act.account in acting:
                found.setdefault(id_text(act.entry), _hint(finding))
    return found


def _hint(finding: Finding) -> Hint:
    signal = finding.signals[0]
    return Hint(len(finding.accounts), finding.score, signal.burst, signal.within_ms)
