"""Rules about single entries: which of them keeps an entry from being passed on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sayso_protocol.content.body import Label
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.filters.relay_rules import THINNING, keys_of
from sayso_protocol.filters.rule_engine import RuleEngine
from sayso_protocol.filters.rules import Rule, Rules, Stage
from sayso_storage.interface.store import Store, StoredEntry
from sayso_storage.interface.withholding import Decision, RelayRule

from ..entries.body import body_of
from .facts.gatherer import Gatherer
from .judge import gatherer

FRESH_MS: Final = 30_000
"""How old what is known of people, labels and copies may be when an entry is decided on: with a
rule about copies it costs a second to gather."""


class EntryRules:
    """The rules of `rules_on_entries` that are in force, asked about entries of one store."""

    def __init__(self, store: Store, rules: Rules) -> None:
        self._store = store
        self._rules = rules
        self._engine = RuleEngine(rules, (Stage.CARRY,))
        keys = keys_of(rules)
        self._names = {rule: _named(rule, key) for rule, key in keys.items()}
        self.key: bytes | None = next(reversed(keys.values()), None)
        """Stands for all of them; None for no rules."""
        self.keys = frozenset(keys.values())
        """That of each rule."""
        self._gatherer: tuple[int, Gatherer] | None = None

    @property
    def is_active(self) -> bool:
        """Whether there are such rules."""
        return bool(self._rules.rules)

    def decide(
        self, entries: Sequence[StoredEntry], now_ms: int, since: int | None = None
    ) -> list[Decision]:
        """The changes of what is withheld among entries; of new ones, which came after `since`,
        nothing is known yet, and bodies go. Raises `StoreError`."""
        held = [entry for entry in entries if entry.body is not None]
        found: list[Decision] = []
        for entry, facts in zip(
            held, self._gather(now_ms).facts_of(held, as_written=True), strict=True
        ):
            decides = self._engine.judge(facts, now_ms).carry
            rule = None if decides is None else self._names[decides]
            is_new = since is not None and entry.arrival > since
            if rule != (None if is_new else self._store.withheld_by(entry)):
                thins = decides is not None and decides.action in THINNING
                found.append(Decision(entry, rule, thin=is_new and thins))
        return found

    def labelled(self, page: Iterable[StoredEntry]) -> list[StoredEntry]:
        """Entries that are labelled in a page by somebody whose labels the owner has chosen."""
        chosen = {one.account for one in self._rules.labellers}
        ids: dict[bytes, None] = {}
        for entry in page if chosen else ():
            if key_text(entry.account) in chosen:
                body = body_of(entry)
                if isinstance(body, Label):
                    ids |= dict.fromkeys(one.id for one in body.entries)
        if ids:
            self._gatherer = None  # it does not know of these labels
        return [one for entry_id in ids if (one := self._store.entry(entry_id)) is not None]

    def _gather(self, now_ms: int) -> Gatherer:
        if self._gatherer is None or not 0 <= now_ms - self._gatherer[0] < FRESH_MS:
            self._gatherer = now_ms, gatherer(self._store, self._rules, now_ms)
        return self._gatherer[1]


def _named(rule: Rule, key: bytes) -> RelayRule:
    return RelayRule(key, rule.action.value, rule.title, rule.by, rule.because)
