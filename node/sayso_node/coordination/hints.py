"""Hints beside entries of accounts that act in step: evidence, and nothing is hidden by it.

Beside a running node they are those that its keeper has written last, and nothing is worked out.
Where none runs they go by the newest entries alone, so that reading stays quick; `sayso
coordination` looks at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sayso_protocol.codec import pack_array, unpack
from sayso_protocol.feed.entry import id_text
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


MOST_KEPT: Final = 10_000
"""Hints that a keeper writes, the newest: some hundred kB, which each `read` reads."""

FILE: Final = "in_step.cache"


def with_hints(
    store: Store,
    home: Home,
    items: Iterable[Item],
    has_node: Callable[[], bool] = lambda: False,
) -> Iterator[Item]:
    """The items with `in_step`: of which finding each is part, or None. `has_node` says whether a
    node runs, and is asked where there is any item."""
    found: Mapping[str, Hint] | None = None
    for item in items:
        if found is None:
            found = kept_hints(store, home) if has_node() else hints(store, home)
        yield replace(item, in_step=found.get(item.id))


def hints(store: Store, home: Home) -> dict[str, Hint]:
    """The hints on the newest entries, by id in text form. Raises `StoreError`."""
    last = store.last_arrival()
    if last < FEWEST:
        return {}
    start = max(last - HINTED, 0)
    return _found(store, start) if last < WORTHWHILE else _remembered(store, home, start)


def kept_hints(store: Store, home: Home) -> dict[str, Hint]:
    """The hints that the keeper of a running node has written last; none before it has."""
    from ..home.cache import read_cached

    packed = read_cached(home.path / FILE, _digest_of_kept(store))
    return {} if packed is None else _unpack(packed)


def keep_hints(store: Store, home: Home, findings: Iterable[Finding]) -> None:
    """Write the hints that findings give, the strongest first, on the newest entries in them."""
    from ..home.cache import write_cached

    found = _hints_of(findings)
    times = {act.entry: act.time_ms for finding in findings for act in finding.entries}
    newest = sorted(found, key=lambda entry: times[entry], reverse=True)[:MOST_KEPT]
    packed = _pack({id_text(entry): found[entry] for entry in newest})
    write_cached(home.path / FILE, _digest_of_kept(store), packed)


def _digest_of_kept(store: Store) -> bytes:
    from ..home.cache import digest_of
    from .version import VERSION

    return digest_of(store.epoch, f"kept hints 1, {VERSION}")


def _remembered(store: Store, home: Home, start: int) -> dict[str, Hint]:
    from ..home.cache import cached, digest_of
    from .version import VERSION

    def made() -> bytes:
        return digest_of(store.digest_after(start), f"hints 1, {VERSION}")

    before = made()
    return cached(
        home.path / FILE,
        before,
        lambda: _found(store, start),
        _pack,
        _unpack,
        is_current=lambda: made() == before,  # nothing came meanwhile
    )


def _found(store: Store, start: int) -> dict[str, Hint]:
    # These import a library that little else needs.
    from sayso_protocol.coordination.detector import Detector

    from .scan import entries_after, observation

    detector = Detector()
    for entry in entries_after(store, start):
        seen = observation(entry) if entry.body_size <= LONGEST else None
        if seen is not None:
            detector.add(seen)
    return {id_text(entry): hint for entry, hint in _hints_of(detector.findings()).items()}


def _hints_of(findings: Iterable[Finding]) -> dict[bytes, Hint]:
    """The hints by the ids of entries; `findings` are the strongest first."""
    found: dict[bytes, Hint] = {}
    for finding in findings:
        # Of those who were copied it says nothing.
        acting = {account for account, _ in finding.accounts}
        for act in finding.entries:
            if act.account in acting:
                found.setdefault(act.entry, _hint(finding))
    return found


def _pack(found: Mapping[str, Hint]) -> bytes:
    return pack_array([[entry, *hint] for entry, hint in found.items()])


def _unpack(packed: bytes) -> dict[str, Hint]:
    return {entry: Hint(*hint) for entry, *hint in unpack(packed)}


def _hint(finding: Finding) -> Hint:
    signal = finding.signals[0]
    return Hint(len(finding.accounts), finding.score, signal.burst, signal.within_ms)
