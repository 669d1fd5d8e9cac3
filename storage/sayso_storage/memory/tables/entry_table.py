"""The entries of the store in memory, in order of arrival: every query is its definition."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from sayso_protocol.content.body import Poll, Post, Reference, Repost
from sayso_protocol.feed.entry import id_text
from sayso_protocol.sync.wire.frames import CHECK_SIZE, Mark

from ...index import body_facts
from ...index.body_facts import NO_FACTS, IndexedFacts, fold_tag
from ...interface.records import Place, StoredEntry, TimelineQuery


class EntryTable:
    """The entries that are held of all feeds; see the methods of `Store` for what each gives."""

    def __init__(self) -> None:
        self._arrived: list[StoredEntry] = []
        self._facts: dict[bytes, IndexedFacts] = {}
        self.places = 0
        """Places in the order of arrival that were given, to removed entries too."""

    def __len__(self) -> int:
        return len(self._arrived)

    def next_place(self) -> int:
        """Give the next place in the order of arrival."""
        self.places += 1
        return self.places

    def add(self, entry: StoredEntry) -> None:
        """Take in an entry at the place that was given last."""
        self._arrived.append(entry)
        if entry.body is not None:
            self._facts[entry.id] = body_facts.facts_of(entry.body)

    def remove(self, gone: Collection[StoredEntry]) -> None:
        """Take entries out again."""
        places = {entry.arrival for entry in gone}
        if places:
            self._arrived = [one for one in self._arrived if one.arrival not in places]
        for entry in gone:
            self._facts.pop(entry.id, None)

    def thin(self, entry: StoredEntry) -> None:
        """Take an entry's body out."""
        self._arrived = [entry if one.arrival == entry.arrival else one for one in self._arrived]
        self._facts.pop(entry.id, None)

    # --- single entries ------------------------------------------------------------

    def by_id(self, entry_id: bytes) -> StoredEntry | None:
        """See `Store.entry`."""
        return next((entry for entry in self._arrived if entry.id == entry_id), None)

    def by_prefix(self, prefix: str, limit: int) -> list[StoredEntry]:
        """See `Store.find_entries`."""
        found = [entry for entry in self._arrived if id_text(entry.id).startswith(prefix)]
        return sorted(found, key=lambda entry: entry.id)[:limit]

    def latest(self, account: bytes, kind: str) -> StoredEntry | None:
        """See `Store.latest`."""
        newest_of_feed: dict[bytes, StoredEntry] = {}
        for entry in self._arrived:
            if entry.account == account and kind and self.facts_of(entry).kind == kind:
                other = newest_of_feed.get(entry.feed, entry)
                newest_of_feed[entry.feed] = max(entry, other, key=lambda one: one.seq)
        return max(newest_of_feed.values(), key=_by_time, default=None)

    def of_kind(self, account: bytes, kind: str) -> list[StoredEntry]:
        """See `Store.of_kind`."""
        every = (entry for entry in self._arrived if entry.account == account)
        found = [entry for entry in every if kind and self.facts_of(entry).kind == kind]
        return sorted(found, key=_by_time, reverse=True)

    # --- many ----------------------------------------------------------------------

    def timeline(
        self,
        accounts: Collection[bytes],
        query: TimelineQuery,
        without: Collection[bytes],
        edits: Mapping[bytes, bytes],
    ) -> list[StoredEntry]:
        """What a query asks for of these accounts, but for entries with an id in `without`; `edits`
        are those that are shown, by what they change. See `Store.timeline`."""
        wanted = [
            entry
            for entry in self._arrived
            if entry.account in accounts
            and self._shown(entry, query, edits.get(entry.id))
            and entry.id not in without
        ]
        return sorted(wanted, key=_by_time, reverse=True)[: query.limit]

    def with_facts(self) -> list[tuple[StoredEntry, IndexedFacts]]:
        """Every entry, in order of arrival, and what is known of its body."""
        return [(entry, self.facts_of(entry)) for entry in self._arrived]

    def reply_counts(self, ids: Iterable[bytes]) -> dict[bytes, int]:
        """See `Store.reply_counts`."""
        counts = {entry_id: len(self._replies(entry_id)) for entry_id in ids}
        return {entry_id: count for entry_id, count in counts.items() if count}

    def reply_authors(self, ids: Iterable[bytes]) -> dict[bytes, dict[bytes, int]]:
        """See `Store.reply_authors`."""
        found = {one: Counter(reply.account for reply in self._replies(one)) for one in ids}
        return {one: dict(authors) for one, authors in found.items() if authors}

    def replies(self, entry_id: bytes, limit: int) -> list[StoredEntry]:
        """See `Store.replies`."""
        return sorted(self._replies(entry_id), key=_by_time)[:limit]

    def origins(self, own: Collection[bytes]) -> dict[str, Reference]:
        """Posts of the own accounts that were imported; see `Store.import_origins`."""
        found: dict[str, Reference] = {}
        for entry in self._arrived:
            origin = self.facts_of(entry).origin
            if entry.account in own and origin is not None:
                found.setdefault(origin, entry.reference)
        return found

    # --- order of arrival ----------------------------------------------------------

    def arrived_after(self, arrival: int, limit: int | None = None) -> list[StoredEntry]:
        """See `Store.arrived_after`."""
        return [entry for entry in self._arrived if entry.arrival > arrival][:limit]

    def last_arrival(self) -> int:
        """See `Store.last_arrival`."""
        return self._arrived[-1].arrival if self._arrived else 0

    def mark(self, arrival: int | None) -> Mark | None:
        """See `Store.mark`."""
        place = self.last_arrival() if arrival is None else arrival
        if place == 0:
            return Mark(0, bytes(CHECK_SIZE))
        at = bisect_left(self._arrived, place, key=lambda entry: entry.arrival)
        found = self._arrived[at] if at < len(self._arrived) else None
        if found is None or found.arrival != place:
            return None
        return Mark(place, found.id[:CHECK_SIZE])

    def _replies(self, entry_id: bytes) -> list[StoredEntry]:
        return [entry for entry in self._arrived if self.facts_of(entry).reply == entry_id]

    def facts_of(self, entry: StoredEntry) -> IndexedFacts:
        """What is known of an entry's body."""
        return self._facts.get(entry.id, NO_FACTS)

    def original(self, entry_id: bytes) -> StoredEntry | None:
        """The post or poll with an id: what an edit may change."""
        entry = self.by_id(entry_id)
        is_one = entry is not None and self.facts_of(entry).kind in (Post.KIND, Poll.KIND)
        return entry if is_one else None

    def _shown(self, entry: StoredEntry, query: TimelineQuery, edit: bytes | None) -> bool:
        facts = self.facts_of(entry)
        tags = facts.tags if edit is None else self._facts.get(edit, NO_FACTS).edit_tags
        return (
            facts.kind in (Post.KIND, Repost.KIND, Poll.KIND)
            and (query.tag is None or fold_tag(query.tag) in tags)
            and (query.since_ms is None or entry.sort_ms >= query.since_ms)
            and (query.before is None or _by_time(entry) < query.before)
        )


def _by_time(entry: StoredEntry) -> Place:
    return entry.place
