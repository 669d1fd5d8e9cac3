"""Ingest of the store in memory: grants, runs and statements, one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.accounts.statement import End, Grant, Revoke, Rotate
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

from ..index.body_columns import split_body
from ..index.body_facts import NO_FACTS, facts_of
from ..interface.errors import AlreadyHeld, StoreError
from ..interface.feeds import Taken
from ..interface.records import FeedState, StoredEntry
from ..interface.statements import DEVICE_ADDED, FORKED, KeyChange
from ..validation.arrival_time import arrival_time
from ..validation.feed_end import OtherBranch, limit
from ..validation.segments import Contradiction, cut
from ..validation.statement_rules import (
    check_promise,
    counts,
    displaced,
    end_of,
    is_news,
    kind_of_change,
    stated_ends,
)
from .retraction_ingest import MemoryRetractionIngest
from .tables.feed_entries import MemoryFeedEntries


class MemoryIngest(MemoryRetractionIngest):
    """All that is held, and the ways into it."""

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
        self.lately.append(entry)
        return entry.arrival

    def remove(self, known: MemoryFeedEntries, ranges: Iterable[tuple[int, int]]) -> None:
        """Take entries out again; the stretches are the caller's."""
        gone = [known.entries.pop(seq) for low, high in ranges for seq in range(low, high + 1)]
        self.entries.remove(gone)
        for entry in gone:
            self.withheld.pop((entry.feed, entry.seq), None)
            self.retractions.blank.pop((entry.feed, entry.seq), None)
            self.release(self.retractions.drop_entry(entry.feed, entry.seq))

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
            self.release(self.retractions.named())
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
            self.release(self.retractions.drop_beyond(known.state.feed, end))
        known.state = replace(known.state, end=end)
