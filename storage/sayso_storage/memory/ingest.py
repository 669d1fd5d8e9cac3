"""Ingest of the store in memory: grants, runs and statements, one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sayso_protocol.absence import taken_back
from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.accounts.statement import End, Grant, Revoke, Rotate
from sayso_protocol.content.body import Reference
from sayso_protocol.crypto.hashing import body_hash
from sayso_protocol.discovery.address_book.known_codec import KnownRow
from sayso_protocol.errors import (
    BadSignature,
    Forked,
    NotGranted,
    Refused,
    Revoked,
    TimeGoesBack,
    TooLarge,
)
from sayso_protocol.feed.fork import ForkProof
from sayso_protocol.feed.run import Run
from sayso_protocol.limits import MAX_FEEDS_AN_ACCOUNT
from sayso_protocol.sync.resume_state import ResumeState

from ..index.attachments import cids_of
from ..index.body_columns import split_body
from ..index.body_facts import NO_FACTS, facts_of
from ..interface.bookmarks import Bookmark
from ..interface.content.relations import EDIT, REPOST, order_of
from ..interface.errors import AlreadyHeld, StoreError
from ..interface.feeds import Taken
from ..interface.network.carriage import CarriedAccount
from ..interface.records import FeedState, ImportedPosts, StoredEntry, TimelineQuery
from ..interface.statements import DEVICE_ADDED, FORKED, KeyChange
from ..interface.withholding import RelayRule, RuleProgress
from ..validation.arrival_time import arrival_time
from ..validation.feed_end import OtherBranch, limit
from ..validation.segments import Contradiction, cut
from ..validation.statement_rules import (
    chains,
    check_promise,
    counts,
    displaced,
    end_of,
    family,
    is_news,
    kind_of_change,
    stated_ends,
)
from .imports import imports_of
from .tables.account_table import AccountTable
from .tables.entry_table import EntryTable
from .tables.feed_entries import MemoryFeedEntries
from .tables.invite_table import InviteTable
from .tables.retraction_table import BlankState, RetractionTable
from .tables.statement_table import StatementTable


class MemoryIngest:
    """All that is held, and the ways into it."""

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
        self._lately: list[StoredEntry] = []
        """The entries that came since retractions were followed last."""
        self.own_feed: bytes | None = None
        self.for_others: dict[bytes, CarriedAccount] = {}
        """The accounts that are carried for others, in the order in which that began."""
        self.uncarried: dict[bytes, None] = {}
        """Those that were, and whose entries are being removed."""
        self.resume_states: dict[str, ResumeState] = {}
        """The states kept of peers, by their ids; the one that was heard of last is the last."""
        self.book_secret: bytes | None = None
        self.known_peers: dict[str, KnownRow] = {}
        self.bookmarks: dict[bytes, Bookmark] = {}
        """By the id of what they mark, in the order in which they were made."""
        self.carriers: dict[tuple[bytes, str], int] = {}
        """By account and peer, when it was last known to carry it."""

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

    # --- grants --------------------------------------------------------------------

    def admit(self, grant: Grant, now_ms: int = 0) -> bool:
        """Enter a feed; raises as `Store.add_grant`, but for an account that is not carried."""
        known = self.feeds.get(grant.feed)
        if known is not None:
            if known.state.account != grant.account:
                raise NotGranted("the feed belongs to another account")
            return False
        check_promise(grant, self.statement_tables)
        if len(self.of_account(grant.account)) >= MAX_FEEDS_AN_ACCOUNT:
            raise TooLarge("the account has as many feeds as are allowed")
        end = end_of(grant.account, grant.feed, self.statement_tables)
        state = FeedState(grant.feed, grant.account, grant, held=(), forked_at=None, end=end)
        others_held = any(one.held for one in self.of_account(grant.account))
        self.feeds[grant.feed] = MemoryFeedEntries(state)
        if others_held:
            self._note(KeyChange(DEVICE_ADDED, grant.account, grant.feed, now_ms))
        return True

    def _note(self, change: KeyChange) -> None:
        """Note a key change, the first of its kind alone; see `interface.statements`."""
        own = None if self.own_feed is None else self.feeds[self.own_feed]
        if own is not None and own.state.held and change.account in self.shown():
            self.key_changes.setdefault((change.account, change.kind, change.about), change)

    # --- runs ----------------------------------------------------------------------

    def take(self, now_ms: int, run: Run, source: str | None = None) -> Taken:
        """Take one run in; see `Store.append`."""
        known = self.feeds.get(run.feed)
        if known is None:
            return NotGranted("no grant of the feed is known")
        try:
            joined = known.join(run)
        except (Contradiction, OtherBranch) as error:
            self._note_fork(known, error.seq, arrival_time(now_ms, self.latest_ms))
            return error
        except (AlreadyHeld, BadSignature, Forked, Revoked, TimeGoesBack) as error:
            return error
        if joined.forked_at is not None:
            self._note_fork(known, joined.forked_at, arrival_time(now_ms, self.latest_ms))
        if joined.gone or joined.end is not None:
            self.gave_way[run.feed] = None
        self.remove(known, joined.gone)
        for first, last in joined.fresh:
            for seq in range(first, last + 1):
                place = self._store(known, run, seq, now_ms)
                if source is not None:
                    self.sources[place] = source
        known.state = replace(known.state, held=joined.held, end=joined.end or known.state.end)
        if joined.refused is not None:
            return joined.refused
        return cut(run, joined.fresh[0][0], joined.fresh[-1][1])

    def _note_fork(self, known: MemoryFeedEntries, seq: int, now_ms: int) -> None:
        if known.state.forked_at is None:
            self._note(KeyChange(FORKED, known.state.account, known.state.feed, now_ms))
        known.note_fork(seq)

    def _store(self, known: MemoryFeedEntries, run: Run, seq: int, now_ms: int) -> int:
        place = seq - run.first
        now_ms = self.latest_ms = arrival_time(now_ms, self.latest_ms)
        given = run.bodies[place]
        if isinstance(given, bytes) and facts_of(given).takes_back:
            of = facts_of(given).takes_back
            self.retractions.note(known.state.account, (run.feed, seq, run.ids[place]), of)
        body, size, digest = split_body(given)
        facts = NO_FACTS if body is None else facts_of(body)
        entry = StoredEntry(
            arrival=self.entries.next_place(),
            account=known.state.account,
            feed=run.feed,
            seq=seq,
            id=run.ids[place],
            time_ms=run.times[place],
            sort_ms=facts.sort_ms(run.times[place], now_ms),
            arrived_ms=now_ms,
            body=body,
            signature=run.signatures[place],
            body_size=size,
            body_hash=digest,
        )
        known.entries[seq] = entry
        known.previous[seq] = run.ids[place - 1] if place else run.previous
        self.entries.add(entry)
        self._lately.append(entry)
        return entry.arrival

    def remove(self, known: MemoryFeedEntries, ranges: Iterable[tuple[int, int]]) -> None:
        """Take entries out again; the stretches are the caller's."""
        gone = [known.entries.pop(seq) for low, high in ranges for seq in range(low, high + 1)]
        self.entries.remove(gone)
        for entry in gone:
            self.withheld.pop((entry.feed, entry.seq), None)
            self.retractions.blank.pop((entry.feed, entry.seq), None)
            self._release(self.retractions.drop_entry(entry.feed, entry.seq))

    # --- retractions ---------------------------------------------------------------

    def is_named(self, reference: Reference) -> bool:
        """Whether an entry counts as taken back, if its reference is right."""
        by = self.retractions.by(reference)
        return not by.isdisjoint(self.family(reference.account))

    def follow_retractions(self, *, all_anew: bool = False) -> None:
        """Blank what is named and held, and the edits of what was named: what was named or came
        lately, or everything."""
        table = self.retractions
        lately, self._lately = self._lately, []
        named = table.named() if all_anew else table.take_fresh()
        if not table.named():
            return
        for entry in lately:
            edits = NO_FACTS.edits if entry.body is None else facts_of(entry.body).edits
            named += [one for one in (entry.reference, edits) if one is not None and table.by(one)]
        for reference in dict.fromkeys(named):
            if self.is_named(reference):
                self._take_back(reference)

    def _take_back(self, reference: Reference) -> None:
        entry = self._held_as(reference)
        if entry is not None and not taken_back(entry.body):
            self._blank(entry, None, proven=True)
        one = self.family(reference.account)
        for edit, facts in self.entries.with_facts():
            if facts.edits == reference and edit.account in one:
                self._blank(edit, reference.id, proven=False)

    def _held_as(self, reference: Reference) -> StoredEntry | None:
        known = self.feeds.get(reference.feed)
        entry = None if known is None else known.entries.get(reference.seq)
        return entry if entry is not None and entry.reference == reference else None

    def _blank(self, entry: StoredEntry, of: bytes | None, *, proven: bool) -> None:
        key = entry.feed, entry.seq
        if key in self.retractions.blank and not proven:
            return
        if self.retractions.blank.get(key) != (BlankState.PROVEN, None):
            self.retractions.blank[key] = (
                BlankState.PROVEN if proven else BlankState.UNPROVEN,
                of,
            )
            self.gave_way[entry.feed] = None
        self.withheld.pop(key, None)
        if entry.body is not None:
            self.retractions.blobs |= dict.fromkeys(cids_of(entry.body))
            digest = body_hash(entry.body)
            thinned = entry._replace(body=None, body_hash=digest, sort_ms=entry.signed_ms)
            self.feeds[entry.feed].entries[entry.seq] = thinned
            self.entries.thin(thinned)

    def _release(self, named: Iterable[Reference]) -> None:
        """Retractions of these count no longer."""
        for reference in named:
            if self.is_named(reference):
                continue
            for key, (state, of) in list(self.retractions.blank.items()):
                is_it = key == (reference.feed, reference.seq) and state is BlankState.PROVEN
                if is_it or (of == reference.id and state is BlankState.UNPROVEN):
                    is_own = key[0] == self.own_feed
                    now = BlankState.UNPROVEN if is_own else BlankState.RELEASED
                    self.retractions.blank[key] = now, of

    # --- statements ----------------------------------------------------------------

    def take_statement(
        self, statement: Attestation, now_ms: int, *, told: bool = True
    ) -> bool | Refused | StoreError:
        """Take one statement in; see `Store.add_statements`. The owner is `told` of what it
        changes."""
        try:
            if isinstance(statement, ForkProof):
                return self._take_proof(statement, now_ms)
            if not is_news(statement, self.statement_tables):
                return False
        except (Refused, StoreError) as error:
            return error
        lost = displaced(statement, self.statement_tables)
        touched = [statement.account, *([lost.account] if lost else [])]
        ends = [stated_ends(account, self.statement_tables) for account in touched]
        if lost:
            self.statements.drop(lost, self.entries.places)
        self.statements.keep(statement, self.entries.places)
        if isinstance(statement, Rotate):
            self.accounts.ensure(statement.successor, now_ms)
            self.follow_retractions(all_anew=True)
            self._release(self.retractions.named())
        for account, before in zip(touched, ends, strict=True):
            self._end_feeds(account, before)
        counted = counts(statement, self.statement_tables)
        if counted and told:
            self._note(self._change(statement, now_ms))
        return counted

    def _change(self, statement: Revoke | Rotate, now_ms: int) -> KeyChange:
        rotates = isinstance(statement, Rotate)
        about = statement.successor if isinstance(statement, Rotate) else statement.feed
        known = None if rotates else self.feeds.get(about)
        kind = kind_of_change(statement, None if known is None else known.state)
        return KeyChange(kind, statement.account, about, now_ms)

    def _take_proof(self, proof: ForkProof, now_ms: int) -> bool:
        known = self.feeds.get(proof.feed)
        if known is None:
            raise NotGranted("no grant of the feed is known")
        self._note_fork(known, proof.seq, now_ms)
        if known.state.proof is not None:
            return False
        known.state = replace(known.state, proof=proof.wire)
        self.statements.keep(proof, self.entries.places)
        return True

    def _end_feeds(self, account: bytes, before: Mapping[bytes, End | None]) -> None:
        """Let the ends that are others than before take effect on an account's feeds."""
        for feed, end in stated_ends(account, self.statement_tables).items():
            if end != before[feed]:
                self._end(self.feeds[feed], end)

    def _end(self, known: MemoryFeedEntries, end: End | None) -> None:
        if end is not None:
            limited = limit(known.state.held, end, known)
            self.remove(known, limited.gone)
            known.state = replace(known.state, held=limited.held)
            self._release(self.retractions.drop_beyond(known.state.feed, end))
        known.state = replace(known.state, end=end)


class MemoryStatementTables:
    """Answers to the rules for statements; see `statement_rules.StatementTables`."""

    def __init__(self, held: MemoryIngest) -> None:
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
