"""Nodes that let somebody else decide: what the proof must find out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import sayso_node.sim.machine.slow_ingest
from sayso_node.filters.facts.gatherer import Gatherer
from sayso_node.sim.owners.expectations import ORDERS
from sayso_node.sync.ingest import ingest
from sayso_protocol.content.body import Follow, Label, Profile, Unknown, ViewOffer, read_body
from sayso_protocol.crypto.keys import key_text
from sayso_storage.interface.store import Store, StoredEntry
from sayso_storage.sqlite import SqliteStore

Patch = pytest.MonkeyPatch


def labels_of_anybody(patch: Patch) -> None:
    """Believe labels of labellers whom nobody subscribed to."""
    plain = Gatherer.facts_of

    def facts_of(self: Gatherer, entries, **how):
        found, said = plain(self, entries, **how), dict[bytes, set[str]]()
        for one in self._store.arrived_after(0, 10**6):
            label = read_body(one.body) if one.body else None
            if isinstance(label, Label) and not label.off:
                for on in label.entries:
                    said.setdefault(on.id, set()).add(f"{label.name}@{key_text(one.account)}")
                    # Who is subscribed to may say it too.
                    said[on.id] |= {f"{label.name}@{key_text(k)}" for k in self._store.labellers()}
        for facts, entry in zip(found, entries, strict=True):
            facts.__dict__["labels"] = tuple(sorted(said.get(entry.id, ())))
        return found

    patch.setattr(Gatherer, "facts_of", facts_of)


def follows_whom_they_follow(patch: Patch) -> None:
    def heed(store: Store, entry: StoredEntry, body: object) -> None:
        if isinstance(body, Follow):
            store.follow(body.account, None, entry.time_ms)

    on_arrival(patch, heed)


def calls_them_what_they_call_themselves(patch: Patch) -> None:
    def heed(store: Store, entry: StoredEntry, body: object) -> None:
        if isinstance(body, Profile) and body.name:
            store.follow(entry.account, body.name, entry.time_ms)

    on_arrival(patch, heed)


def subscribes_to_whoever_labels(patch: Patch) -> None:
    def heed(store: Store, entry: StoredEntry, body: object) -> None:
        if isinstance(body, Label):
            store.set_labellers([*store.labellers(), entry.account], entry.time_ms)

    on_arrival(patch, heed)


def takes_orders(patch: Patch) -> None:
    """Add to the rules what an entry of some kind might ask for."""

    def heed(store: Store, _: StoredEntry, body: object) -> None:
        if isinstance(body, Unknown) and body.kind in (ORDERS, "filter", "mute", "block"):
            add_to(store, "filters.toml", "[[rule]]\naction = 'hide'\nwords = 'hello'\n")

    on_arrival(patch, heed)


def takes_offers(patch: Patch) -> None:
    """Use a view because somebody offers it."""

    def heed(store: Store, entry: StoredEntry, body: object) -> None:
        if isinstance(body, ViewOffer):
            name = f"offered-{entry.id.hex()[:8]}"
            add_to(store, "views.toml", f'[views.{name}]\nexpression = "-age"\n')

    on_arrival(patch, heed)


BUGS: list[Callable[[Patch], None]] = [
    labels_of_anybody,
    follows_whom_they_follow,
    calls_them_what_they_call_themselves,
    subscribes_to_whoever_labels,
    takes_orders,
    takes_offers,
]


def on_arrival(patch: Patch, heed: Callable[[Store, StoredEntry, object], None]) -> None:
    """Do something because of an entry that was taken in."""
    plain = ingest.ingest_batch

    def ingest_batch(store: Store, *given):
        before = store.last_arrival()
        outcomes = plain(store, *given)
        for entry in store.arrived_after(before):
            heed(store, entry, read_body(entry.body) if entry.body else None)
        return outcomes

    patch.setattr(ingest, "ingest_batch", ingest_batch)
    patch.setattr(sayso_node.sim.machine.slow_ingest, "ingest_batch", ingest_batch)


def add_to(store: Store, name: str, text: str) -> None:
    """Write to a file of the home that a store is in, where it is in one."""
    if isinstance(store, SqliteStore):
        path = Path(store._database.path).with_name(name)
        if path.exists():  # else it is one of the others
            path.write_text(path.read_text() + text)
