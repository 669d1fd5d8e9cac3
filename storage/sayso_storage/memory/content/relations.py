"""Relations in memory, written as their definitions: the oracle of the others."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator

from sayso_protocol.blob.cid import digest_of

from ...index.body_facts import ids_named_by
from ...index.shown_version import first_to_mention
from ...interface.content.relations import (
    ATTACH,
    EDIT,
    FOLLOW,
    FOLLOWS_COUNTED,
    MENTION,
    NOTIFICATION_KINDS,
    QUOTE,
    REACT,
    REPOST,
    ROOT,
    Interactions,
    Notification,
    Relation,
    Relations,
    Stance,
    ThreadEntry,
    order_of,
)
from ...interface.records import Place, StoredEntry
from ..ingest import MemoryIngest
from .thread import thread

_EntryRelation = tuple[StoredEntry, Relation]


class MemoryRelations(Relations):
    """See `Relations`."""

    _lock: threading.RLock
    _held: MemoryIngest

    def reactions(self, ids: Iterable[bytes]) -> dict[bytes, list[Stance]]:
        with self._lock:
            return self._stances(REACT, ids)

    def reposts(self, ids: Iterable[bytes]) -> dict[bytes, list[Stance]]:
        with self._lock:
            return self._stances(REPOST, ids)

    def interactions(self, ids: Iterable[bytes]) -> dict[bytes, Interactions]:
        with self._lock:
            found: dict[bytes, Interactions] = {}
            for one in ids:
                reacted = [relation.value or "" for _, relation in self._counting(REACT, [one])]
                replies = self._held.entries.reply_counts([one]).get(one, 0)
                made = Interactions(
                    replies, tuple(sorted(reacted)), len(self._counting(REPOST, [one]))
                )
                if any(made):
                    found[one] = made
            return found

    def followers(self, account: bytes) -> list[Stance]:
        with self._lock:
            return [_stance(given) for given in self._counting(FOLLOW, self._held.family(account))]

    def follower_counts(self, accounts: Iterable[bytes]) -> dict[bytes, int]:
        with self._lock:
            counted = {one: self._follower_count(one) for one in accounts}
            return {one: count for one, count in counted.items() if count}

    def _follower_count(self, account: bytes) -> int:
        looked_at: list[_EntryRelation] = []
        for key in self._held.family(account):
            said = [one for one in self._relations(FOLLOW) if one[1].subject == key]
            said.sort(key=lambda one: one[0].place, reverse=True)
            looked_at += said[:FOLLOWS_COUNTED]
        return len(_newest(looked_at, lambda one: self._held.family(one[0].account)[0]))

    def following_among(self, account: bytes, others: Iterable[bytes]) -> set[bytes]:
        with self._lock:
            counting = self._counting(FOLLOW, self._held.family(account))
            following = {self._held.family(entry.account)[0] for entry, _ in counting}
            return {one for one in others if self._held.family(one)[0] in following}

    def followees(self, account: bytes) -> list[bytes]:
        with self._lock:
            keys = self._held.family(account)
            given = [one for one in self._relations(FOLLOW) if one[0].account in keys]
            newest = _newest(given, lambda one: self._held.family(one[1].subject)[0])
            ordered = sorted(newest, key=lambda one: order_of(one[0]), reverse=True)
            return [relation.subject for _, relation in ordered]

    def followee_count(self, account: bytes) -> int:
        with self._lock:
            keys = self._held.family(account)
            looked_at: dict[tuple[bytes, bool], list[_EntryRelation]] = {}
            for one in self._relations(FOLLOW):
                if one[0].account in keys:
                    key = one[0].feed, one[1].value is None
                    looked_at.setdefault(key, []).append(one)
            newest = [
                one
                for some in looked_at.values()
                for one in sorted(some, key=lambda one: one[0].seq)[-FOLLOWS_COUNTED:]
            ]
            return len(_newest(newest, lambda one: self._held.family(one[1].subject)[0]))

    def quotes(self, entry_id: bytes, limit: int = 1000) -> list[StoredEntry]:
        with self._lock:
            return self._each(QUOTE, [entry_id])[: max(limit, 0)]

    def named_ids(self, prefix: str, limit: int = 10) -> list[bytes]:
        with self._lock:
            every = self._held.entries.with_facts()
            found = {one for _, facts in every for one in ids_named_by(facts)}
            return sorted(one for one in found if one.hex().startswith(prefix))[: max(limit, 0)]

    def attaching(self, cid: bytes, limit: int = 1000) -> list[StoredEntry]:
        with self._lock:
            return self._each(ATTACH, [digest_of(cid)])[: max(limit, 0)]

    def rooted(self, root_id: bytes, limit: int = 1000) -> list[StoredEntry]:
        with self._lock:
            return self._each(ROOT, [root_id])[: max(limit, 0)]

    def thread(self, root_id: bytes, limit: int = 10_000) -> list[ThreadEntry]:
        with self._lock:
            return thread(self._held.entries.with_facts(), root_id, limit)

    def mentions(self, account: bytes, limit: int = 1000) -> list[StoredEntry]:
        with self._lock:
            return self._each(MENTION, self._held.family(account))[: max(limit, 0)]

    def notifications(self, limit: int = 50, since_ms: int | None = None) -> list[Notification]:
        with self._lock:
            found = self._every_notification()
            kept = [one for one in found if since_ms is None or one.entry.sort_ms >= since_ms]
            ordered = sorted(kept, key=lambda one: one.entry.place, reverse=True)
            return ordered[: max(limit, 0)]

    def arrived_notifications(
        self, limit: int, before: int | None = None, after: int = 0, *, oldest_first: bool = False
    ) -> list[Notification]:
        with self._lock:
            found = self._every_notification()
            kept = [
                one
                for one in found
                if one.entry.arrival > after and (before is None or one.entry.arrival < before)
            ]
            ordered = sorted(kept, key=lambda one: one.entry.arrival, reverse=not oldest_first)
            return ordered[: max(limit, 0)]

    def _every_notification(self) -> list[Notification]:
        own = self._held.own_keys()
        found: dict[int, Notification] = {}
        for kind in NOTIFICATION_KINDS:
            for entry in self._notified(kind, own):
                if entry.account not in own:
                    found.setdefault(entry.arrival, Notification(kind, entry))
        return list(found.values())

    def reply_counts(self, ids: Iterable[bytes]) -> dict[bytes, int]:
        with self._lock:
            return self._held.entries.reply_counts(ids)

    def reply_authors(self, ids: Iterable[bytes]) -> dict[bytes, dict[bytes, int]]:
        with self._lock:
            return self._held.entries.reply_authors(ids)

    def replies(self, entry_id: bytes, limit: int = 1000) -> list[StoredEntry]:
        with self._lock:
            return self._held.entries.replies(entry_id, limit)

    def _notified(self, kind: str, own: list[bytes]) -> list[StoredEntry]:
        ids = [entry.id for entry, _ in self._held.entries.with_facts() if entry.account in own]
        match kind:
            case "reply":
                return [
                    entry for entry, facts in self._held.entries.with_facts() if facts.reply in ids
                ]
            case "quote":
                return self._each(QUOTE, ids)
            case "mention":
                return [one for one in self._each(MENTION, own) if self._is_new(one, own)]
            case "follow":
                return [entry for entry, _ in self._counting(FOLLOW, own)]
            case _:
                each = (self._counting(NOTIFICATION_KINDS[kind], [one]) for one in ids)
                return [entry for counted in each for entry, _ in counted]

    def _is_new(self, entry: StoredEntry, own: list[bytes]) -> bool:
        """Whether a mention is the first of the versions of one entry."""
        for relation in self._held.entries.facts_of(entry).relations:
            if relation.code == EDIT:
                of = self._held.entries.by_id(relation.subject)
                edits = self._held.edits().get(relation.subject, [])
                return first_to_mention([*([of] if of else []), *edits], own) == entry.id
        return True

    def _stances(self, code: int, ids: Iterable[bytes]) -> dict[bytes, list[Stance]]:
        counted = {one: self._counting(code, [one]) for one in ids}
        return {one: [_stance(given) for given in every] for one, every in counted.items() if every}

    def _counting(self, code: int, subjects: list[bytes]) -> list[_EntryRelation]:
        """The relation of each account to several names of one subject that counts."""
        given = [one for one in self._relations(code) if one[1].subject in subjects]
        newest = _newest(given, lambda one: self._held.family(one[0].account)[0])
        return sorted(newest, key=lambda one: one[0].place, reverse=True)

    def _each(self, code: int, subjects: list[bytes]) -> list[StoredEntry]:
        found = {
            entry.arrival: entry
            for entry, relation in self._relations(code)
            if relation.subject in subjects
        }
        return sorted(found.values(), key=lambda entry: entry.place, reverse=True)

    def _relations(self, code: int) -> Iterator[_EntryRelation]:
        for entry, facts in self._held.entries.with_facts():
            yield from ((entry, relation) for relation in facts.relations if relation.code == code)


def _newest(
    given: Iterable[_EntryRelation], group: Callable[[_EntryRelation], bytes]
) -> list[_EntryRelation]:
    """Of each group the newest, unless it takes back."""
    newest: dict[bytes, _EntryRelation] = {}
    for one in sorted(given, key=lambda one: order_of(one[0])):
        newest[group(one)] = one
    return [one for one in newest.values() if one[1].value is not None]


def _stance(given: _EntryRelation) -> Stance:
    entry, relation = given
    place: Place = entry.place
    return Stance(entry.account, relation.value or "", place)
