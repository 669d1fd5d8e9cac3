"""A reader with stores of both kinds, who follows some people."""

from __future__ import annotations

import time

from tests.node.support import Person

from sayso_node.clock import now_ms
from sayso_node.entries.item import Item
from sayso_node.filters.facts.gatherer import Gatherer
from sayso_node.filters.judge import Judge
from sayso_node.timeline.filtered import filtered_timeline
from sayso_protocol.content.body import KnownBody
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.facts import Facts
from sayso_protocol.feed.run import Run
from sayso_protocol.filters.syntax.parser import read_rules
from sayso_storage.interface.store import Store, StoredEntry, TimelineQuery

LATER = 2**41
"""Arrival of what others write: their times are believed."""


class Village:
    """`robin` reads in `store`; everybody else is followed once named."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.robin = Person("robin", store)
        self.others: dict[str, Person] = {}
        self._spoken_ms = 0

    def __getitem__(self, name: str) -> Person:
        if name not in self.others:
            self.others[name] = other = Person(name)
            self.robin.follow(other)
            self.store.add_grant(other.grant)
        return self.others[name]

    def key(self, name: str) -> str:
        return key_text(self[name].account)

    def says(self, name: str, *bodies: KnownBody) -> list[StoredEntry]:
        """Publish, and let the reader's store have it."""
        person = self[name]
        while now_ms() <= self._spoken_ms:  # else who spoke last would not stand first
            time.sleep(0.0002)
        run: Run = person.publish(list(bodies))
        self._spoken_ms = run.times[-1]
        self.store.append([run], LATER)
        return [self.held(entry_id) for entry_id in run.ids]

    def held(self, entry_id: bytes) -> StoredEntry:
        entry = self.store.entry(entry_id)
        assert entry is not None
        return entry

    def facts(self, entry: StoredEntry, now: int | None = None, **lists: list[str]) -> Facts:
        [facts] = Gatherer(self.store, now or now_ms(), lists).facts_of([entry])
        return facts

    def choice(self, text: str) -> Judge:
        return Judge(self.store, read_rules(text.encode()), now_ms())

    def shown(self, text: str, limit: int = 50, **more: bool) -> list[Item]:
        return list(filtered_timeline(self.store, TimelineQuery(limit), self.choice(text), **more))
