"""What the store in memory holds, and the questions that its ingest and its roles ask of it."""

from __future__ import annotations

from sayso_protocol.discovery.address_book.known_codec import KnownRow
from sayso_protocol.sync.resume_state import ResumeState

from ..interface.bookmarks import Bookmark
from ..interface.content.relations import EDIT, REPOST, order_of
from ..interface.network.carriage import CarriedAccount
from ..interface.records import FeedState, ImportedPosts, StoredEntry, TimelineQuery
from ..interface.statements import KeyChange
from ..interface.withholding import RelayRule, RuleProgress
from ..validation.statement_rules import (
    chains,
    family,
)
from .imports import imports_of
from .tables.account_table import AccountTable
from .tables.entry_table import EntryTable
from .tables.feed_entries import MemoryFeedEntries
from .tables.invite_table import InviteTable
from .tables.retraction_table import RetractionTable
from .tables.statement_table import StatementTable


class MemoryHoldings:
    """All that is held."""

    def __init__(self) -> None:
        self.accounts = AccountTable()
        self.feeds: dict[bytes, MemoryFeedEntries] = {}
        self.entries = EntryTable()
        self.statements = StatementTable()
        self.invites = InviteTable()
        self.statement_tables = MemoryStatementTables(self)
        self.sources: dict[int, str] = {}
        """The peers that brought entries, by the place of those in the order of arrival."""
        self.withheld: dict[tuple[bytes, int], RelayRule] = {}
        """The entries that are withheld, by feed and number."""
        self.progress: RuleProgress | None = None
        self.key_changes: dict[tuple[bytes, str, bytes], KeyChange] = {}
        """By account, kind and what they are about."""
        self.latest_ms: int | None = None
        """When entries arrived last."""
        self.gave_way: dict[bytes, None] = {}
        """Feeds of which a run removed entries, or found a lower end."""
        self.retractions = RetractionTable()
        self.lately: list[StoredEntry] = []
        """The entries that came since retractions were followed last."""
        self.own_feed: bytes | None = None
        self.for_others: dict[bytes, CarriedAccount] = {}
        """The accounts that are carried for others, in the order in which that began."""
        self.uncarried: dict[bytes, None] = {}
        """Those that were, and whose entries are being removed."""
        self.resume_states: dict[str, ResumeState] = {}
        """The states kept of peers, by their ids; the one that was heard of last is the last."""
        self.rosters: dict[str, tuple[int, bytes]] = {}
        """By row, with the time at which it was heard of; the row is among the resume states."""
        self.book_secret: bytes | None = None
        self.known_peers: dict[str, KnownRow] = {}
        self.bookmarks: dict[bytes, Bookmark] = {}
        """By the id of what they mark, in the order in which they were made."""
        self.carriers: dict[tuple[bytes, str], int] = {}
        """By account and peer, when it was last known to carry it."""

    def forget_peers(self) -> None:
        """Know no peer any more: with each the next session begins anew. Rosters say nothing of
        it."""
        rows = self.resume_states
        self.resume_states = {row: rows[row] for row in rows if row in self.rosters}

    def shown(self) -> list[bytes]:
        """See `Store.shown_accounts`."""
        subscribed = [one.account for one in self.accounts.subscriptions()]
        return chains(subscribed, self.statements.successors())

    def carried(self) -> list[bytes]:
        """See `Store.carried_accounts`."""
        in_order = sorted(self.for_others.values(), key=lambda one: (one.since_ms, one.account))
        growing = [one.account for one in in_order if one.grows]
        return chains([*self._kept(), *growing], self.statements.successors())

    def held_for_anybody(self) -> list[bytes]:
        """`carried`, and those that are carried for others and do not grow."""
        return chains([*self._kept(), *self.for_others], self.statements.successors())

    def _kept(self) -> list[bytes]:
        return [one.account for one in self.accounts.subscriptions()] + self.accounts.labellers

    def own_accounts(self) -> list[bytes]:
        """The own account and its successors; none where there is no owner."""
        return chains(self.accounts.own(), self.statements.successors())

    def own_keys(self) -> list[bytes]:
        """The own account under all its keys; none where there is no owner."""
        return [key for own in self.accounts.own() for key in self.family(own)]

    def family(self, account: bytes) -> list[bytes]:
        """All accounts that are one with this one, the last of them first."""
        return family(account, self.statements.successors())

    def timeline(self, query: TimelineQuery) -> list[StoredEntry]:
        """See `Store.timeline`."""
        accounts = self.shown() if query.account is None else self.family(query.account)
        shown = {one: every[-1].id for one, every in self.edits().items()}
        return self.entries.timeline(set(accounts), query, self._superseded_reposts(), shown)

    def edits(self) -> dict[bytes, list[StoredEntry]]:
        """The edits that count of each entry that has any, oldest first; see `Versions`."""
        found: dict[bytes, list[StoredEntry]] = {}
        for entry, facts in self.entries.with_facts():
            for relation in facts.relations:
                if relation.code != EDIT:
                    continue
                of = self.entries.original(relation.subject)
                if of is not None and of.account in self.family(entry.account):
                    found.setdefault(of.id, []).append(entry)
        return {one: sorted(every, key=order_of) for one, every in found.items()}

    def imports(self, query: TimelineQuery) -> list[ImportedPosts]:
        """See `StoredEntries.imports`."""
        if query.tag is not None or query.account is not None:
            return []
        accounts = set(self.shown()) - set(self.own_keys())
        found = [
            one
            for one in self._every_import()
            if one.entry.account in accounts
            and one.sort_ms >= (query.since_ms or 0)
            and (query.before is None or one.place < query.before)
        ]
        return sorted(found, key=lambda one: one.place, reverse=True)[: max(query.limit, 0)]

    def every_import(self, limit: int) -> list[ImportedPosts]:
        """See `StoredEntries.every_import`."""
        found = self._every_import()
        return sorted(found, key=lambda one: one.place, reverse=True)[: max(limit, 0)]

    def _every_import(self) -> list[ImportedPosts]:
        every = self.entries.with_facts()
        return imports_of(
            entry for entry, facts in every if facts.is_imported(entry.time_ms, entry.arrived_ms)
        )

    def _superseded_reposts(self) -> set[bytes]:
        """Ids of the reposts that do not count: their account reposted the entry again later, or
        took it back."""
        newest: dict[tuple[bytes, bytes], bytes] = {}
        every = set[bytes]()
        said = [
            (entry, relation)
            for entry, facts in self.entries.with_facts()
            for relation in facts.relations
            if relation.code == REPOST
        ]
        for entry, relation in sorted(said, key=lambda one: order_of(one[0])):
            newest[self.family(entry.account)[0], relation.subject] = entry.id
            every.add(entry.id)
        return every - set(newest.values())

    def of_account(self, account: bytes) -> list[FeedState]:
        """See `Store.feeds_of`."""
        states = [known.state for known in self.feeds.values()]
        return [state for state in states if state.account == account]


class MemoryStatementTables:
    """Answers to the rules for statements; see `statement_rules.StatementTables`."""

    def __init__(self, held: MemoryHoldings) -> None:
        self._held = held
        self.rotation = held.statements.rotation
        self.revokes = held.statements.revokes
        self.successors = held.statements.successors

    def carries(self, account: bytes) -> bool:
        """See `StatementTables`."""
        return account in self._held.held_for_anybody()

    def promise(self, account: bytes) -> bytes | None:
        """See `StatementTables`."""
        states = self._held.of_account(account)
        return states[0].grant.next_key_hash if states else None

    def invited(self, account: bytes) -> bytes | None:
        """See `StatementTables`."""
        accepted = self._held.invites.accepted.get(account)
        return None if accepted is None else accepted.promise

    def feeds(self, account: bytes) -> list[bytes]:
        """See `StatementTables`."""
        return [state.feed for state in self._held.of_account(account)]
