"""Labels in memory, written as their definitions: the oracle of the others."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence

from sayso_protocol.limits import MAX_LABELS_ON_ONE

from ...index.body_facts import IndexedFacts
from ...interface.content.labels import Labelled, Labelling, LabelPlace, Labels
from ...interface.records import StoredEntry
from ..ingest import MemoryIngest

_EntryLabel = tuple[StoredEntry, Labelling]


class MemoryLabels(Labels):
    """See `Labels`."""

    _lock: threading.RLock
    _held: MemoryIngest

    def labels_on(
        self, subjects: Iterable[bytes], labellers: Sequence[bytes], *, on_account: bool = False
    ) -> dict[bytes, list[Labelled]]:
        with self._lock:
            found = {
                subject: [
                    one
                    for labeller in dict.fromkeys(labellers)
                    for one in self._on(labeller, on_account, subject)
                ]
                for subject in subjects
            }
            return {subject: labels for subject, labels in found.items() if labels}

    def followed_labellers(
        self, accounts: Iterable[bytes], name: str, limit: int
    ) -> dict[bytes, list[bytes]]:
        with self._lock:
            followed = {one.account for one in self._held.accounts.subscriptions() if one.followed}
            said = [
                pair
                for pair in self._held.entries.with_facts()
                if any(label.on_account and label.name == name for label in pair[1].labels)
            ]
            found = {
                account: [one for one in sorted(followed) if self._says(one, account, name, said)]
                for account in accounts
            }
            return {account: some for account, some in found.items() if some}

    def _says(
        self,
        labeller: bytes,
        account: bytes,
        name: str,
        said: Iterable[tuple[StoredEntry, IndexedFacts]],
    ) -> bool:
        by, on = self._held.family(labeller), self._held.family(account)
        given = (
            (entry, label)
            for entry, facts in said
            if entry.account in by
            for label in facts.labels
            if label.on_account and label.name == name and label.subject in on
        )
        return bool(self._counting_labels(given))

    def labels_by(
        self,
        labeller: bytes,
        *,
        after: LabelPlace | None = None,
        until_ms: int | None = None,
        limit: int = 1000,
    ) -> list[Labelled]:
        with self._lock:
            given = [
                one
                for one in self._labels_by_author(labeller)
                if until_ms is None or until_ms >= _time(one)
            ]
            counting = [_labelled(labeller, one) for one in self._counting_labels(given)]
            behind = [one for one in counting if after is None or one.place > after]
            return sorted(behind, key=lambda one: one.place)[: max(limit, 0)]

    def _on(self, labeller: bytes, on_account: bool, subject: bytes) -> list[Labelled]:
        keys = self._held.family(subject) if on_account else [subject]
        given = [
            one
            for one in self._labels_by_author(labeller)
            if one[1].on_account == on_account and one[1].subject in keys
        ]
        names = _looked_at(given)
        counting = self._counting_labels(one for one in given if one[1].name in names)
        return sorted((_labelled(labeller, one) for one in counting), key=lambda one: one.name)

    def _counting_labels(self, given: Iterable[_EntryLabel]) -> list[_EntryLabel]:
        newest: dict[tuple[bool, bytes, str], _EntryLabel] = {}
        for one in sorted(given, key=lambda one: _order(one[0])):
            label = one[1]
            subject = self._held.family(label.subject)[0] if label.on_account else label.subject
            newest[label.on_account, subject, label.name] = one
        return [one for one in newest.values() if not one[1].off]

    def _labels_by_author(self, labeller: bytes) -> Iterator[_EntryLabel]:
        keys = self._held.family(labeller)
        for entry, facts in self._held.entries.with_facts():
            if entry.account in keys:
                yield from ((entry, label) for label in facts.labels)


def _looked_at(given: Iterable[_EntryLabel]) -> set[str]:
    """The names that are looked at, of those that each feed gives each key of one subject."""
    names: dict[tuple[bytes, bytes], set[str]] = {}
    for entry, label in given:
        names.setdefault((entry.feed, label.subject), set()).add(label.name)
    return {name for some in names.values() for name in sorted(some)[:MAX_LABELS_ON_ONE]}


def _labelled(labeller: bytes, given: _EntryLabel) -> Labelled:
    entry, label = given
    return Labelled(labeller, label.on_account, label.subject, label.name, entry.time_ms)


def _order(entry: StoredEntry) -> tuple[int, int, bytes]:
    return entry.time_ms, entry.seq, entry.id


def _time(given: _EntryLabel) -> int:
    return given[0].time_ms
