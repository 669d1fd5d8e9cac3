"""Facts about labels, of the labellers who are subscribed to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from sayso_protocol.crypto.keys import key_text, parse_key
from sayso_protocol.filters.syntax.values import can_be_asked_for
from sayso_protocol.text.normal_form import keep
from sayso_storage.interface.content.labels import Labelled, Labels
from sayso_storage.interface.store import StoredEntry

from ...entries.body import references_of

if TYPE_CHECKING:
    from .record import StoredFacts

_REMEMBERED: Final = 10_000
"""Accounts of which is remembered on what lists they are: 10 MB at the most. Posts mention any."""


class EntryLabels:
    """Labels of the labellers who are subscribed to, by their key texts; nobody else is asked."""

    def __init__(self, labels: Labels, labellers: Iterable[str]) -> None:
        self._labels = labels
        self._labellers = [parse_key(key) for key in labellers]
        self._of_accounts: dict[str, tuple[str, ...]] = {}

    def on_entries(self, ids: Sequence[bytes]) -> dict[bytes, tuple[str, ...]]:
        """The labels on each entry, as ``name@key``, sorted; entries without any left out."""
        if not self._labellers or not ids:
            return {}
        found = self._labels.labels_on(ids, self._labellers)
        return {one: _texts(labels) for one, labels in found.items()}

    def on_account(self, account: str) -> tuple[str, ...]:
        """The lists that an account is on, as ``name@key``, sorted."""
        if not self._labellers:
            return ()
        if account not in self._of_accounts:
            if len(self._of_accounts) >= _REMEMBERED:
                self._of_accounts.clear()
            key = parse_key(account)
            found = self._labels.labels_on([key], self._labellers, on_account=True)
            self._of_accounts[account] = _texts(found.get(key, ()))
        return self._of_accounts[account]


class LabelFacts:
    """The labels on the entries of one page."""

    def __init__(self, labels: EntryLabels, page: Sequence[StoredEntry]) -> None:
        self._labels_of = labels
        self._ids = [entry.id for entry in page]
        self.facts: dict[str, Callable[[StoredFacts], Any]] = {
            "labels": lambda facts: self._labels.get(facts.entry.id, ()),
            "labels_through": self._labels_through,
        }

    @cached_property
    def _labels(self) -> dict[bytes, tuple[str, ...]]:
        return self._labels_of.on_entries(self._ids)

    def _labels_through(self, facts: StoredFacts) -> tuple[str, ...]:
        ids = [reference.id for reference in references_of(facts.body)]
        found = self._labels_of.on_entries(ids)
        return tuple(sorted({label for labels in found.values() for label in labels}))


def _texts(labels: Iterable[Labelled]) -> tuple[str, ...]:
    found = {
        f"{keep(one.name)}@{key_text(one.labeller)}" for one in labels if can_be_asked_for(one.name)
    }
    return tuple(sorted(found))
