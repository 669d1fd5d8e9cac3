"""What comes into the store in memory: grants, runs and statements, one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.accounts.statement import End, Grant, Rotate
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
from ..interface.store import AlreadyHeld, FeedState, StoredEntry, StoreError, Taken
from ..interface.withholding import CarryRule, Judged
from ..validation.feed_end import OtherBranch, limit
from ..validation.segments import Contradiction, cut
from ..validation.statement_rules import (
    chains,
    check_promise,
    counts,
    displaced,
    end_of,
    is_news,
    stated_ends,
)
from .accounts import MemoryAccounts
from .entries import MemoryEntries
from .feed import MemoryFeed
from .statements import MemoryStatements


class MemoryIngest:
    """All that is held, and the ways into it."""

    def __init__(self) -> None:
        self.accounts = MemoryAccounts()
        self.feeds: dict[bytes, MemoryFeed] = {}
        self.entries = MemoryEntries()
        self.said = MemoryStatements()
        self.book = MemoryStatementBook(self)
        self.sources: dict[int, str] = {}
        """The peers that brought entries, by the place of those in the order of arrival."""
        self.kept: dict[tuple[bytes, int], CarryRule] = {}
        """The entries that are kept back, by feed and number."""
        self.asked: Judged | None = None
        self.gave_way: dict[bytes, None] = {}
        """Feeds of which a run removed entries, or found a lower end."""

    def shown(self) -> list[bytes]:
        """See `Store.shown_accounts`."""
        subscribed = [one.account for one in self.accounts.subscriptions()]
        return chains(subscribed, self.said.successors())

    def carried(self) -> list[bytes]:
        """See `Store.carried_accounts`."""
        roots = [one.account for one in self.accounts.subscriptions()] + self.accounts.labellers
        return chains(roots, self.said.successors())

    def of_account(self, account: bytes) -> list[FeedState]:
        """See `Store.feeds_of`."""
        states = [known.state for known in self.feeds.values()]
        return [state for state in states if state.account == account]

    # --- grants --------------------------------------------------------------------

    def admit(self, grant: Grant) -> bool:
        """Enter a feed; raises as `Store.add_grant`, but for an account that is not carried."""
        known = self.feeds.get(grant.feed)
        if known is not None:
            if known.state.account != grant.account:
                raise NotGranted("the feed belongs to another account")
            return False
        check_promise(grant, self.book)
        if len(self.of_account(grant.account)) >= MAX_FEEDS_AN_ACCOUNT:
            raise TooLarge("the account has as many feeds as are allowed")
        end = end_of(grant.account, grant.feed, self.book)
        state = FeedState(grant.feed, grant.account, grant, held=(), forked_at=None, end=end)
        self.feeds[grant.feed] = MemoryFeed(state)
        return True

    # --- runs ----------------------------------------------------------------------

    def take(self, now_ms: int, run: Run, source: str | None = None) -> Taken:
        """Take one run in; see `Store.append`."""
        known = self.feeds.get(run.feed)
        if known is None:
            return NotGranted("no grant of the feed is known")
        try:
            joined = known.join(run)
        except (Contradiction, OtherBranch) as error:
            known.note_fork(error.seq)
            return error
        except (AlreadyHeld, BadSignature, Forked, Revoked, TimeGoesBack) as error:
            return error
        known.note_fork(joined.forked_at)
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

    def _store(self, known: MemoryFeed, run: Run, seq: int, now_ms: int) -> int:
        place = seq - run.first
        body, size, digest = split_body(run.bodies[place])
        entry = StoredEntry(
            arrival=self.entries.next_place(),
            account=known.state.account,
            feed=run.feed,
            seq=seq,
            id=run.ids[place],
            previous=run.ids[place - 1] if place else run.previous,
            time_ms=run.times[place],
            sort_ms=min(run.times[place], now_ms),
            arrived_ms=now_ms,
            body=body,
            signature=run.signatures[place],
            body_size=size,
            body_hash=digest,
        )
        known.entries[seq] = entry
        self.entries.add(entry)
        return entry.arrival

    def remove(self, known: MemoryFeed, ranges: Iterable[tuple[int, int]]) -> None:
        """Take entries out again; the stretches are the caller's."""
        gone = [known.entries.pop(seq) for low, high in ranges for seq in range(low, high + 1)]
        self.entries.remove(gone)
        for entry in gone:
            self.kept.pop((entry.feed, entry.seq), None)

    # --- statements ----------------------------------------------------------------

    def take_said(self, said: Attestation, now_ms: int) -> bool | Refused | StoreError:
        """Take one statement in; see `Store.add_statements`."""
        try:
            if isinstance(said, ForkProof):
                return self._take_proof(said)
            if not is_news(said, self.book):
                return False
        except (Refused, StoreError) as error:
            return error
        lost = displaced(said, self.book)
        touched = [said.account, *([lost.account] if lost else [])]
        ends = [stated_ends(account, self.book) for account in touched]
        if lost:
            self.said.drop(lost, self.entries.places)
        self.said.keep(said, self.entries.places)
        if isinstance(said, Rotate):
            self.accounts.ensure(said.successor, now_ms)
        for account, before in zip(touched, ends, strict=True):
            self._end_feeds(account, before)
        return counts(said, self.book)

    def _take_proof(self, proof: ForkProof) -> bool:
        known = self.feeds.get(proof.feed)
        if known is None:
            raise NotGranted("no grant of the feed is known")
        known.note_fork(proof.seq)
        if known.state.proof is not None:
            return False
        known.state = replace(known.state, proof=proof.wire)
        self.said.keep(proof, self.entries.places)
        return True

    def _end_feeds(self, account: bytes, before: Mapping[bytes, End | None]) -> None:
        """Let the ends that are others than before take effect on an account's feeds."""
        for feed, end in stated_ends(account, self.book).items():
            if end != before[feed]:
                self._end(self.feeds[feed], end)

    def _end(self, known: MemoryFeed, end: End | None) -> None:
        if end is not None:
            limited = limit(known.state.held, end, known)
            self.remove(known, limited.gone)
            known.state = replace(known.state, held=limited.held)
        known.state = replace(known.state, end=end)


class MemoryStatementBook:
    """What the rules for statements ask of the store; see `statements.Book`."""

    def __init__(self, held: MemoryIngest) -> None:
        self._held = held
        self.rotation = held.said.rotation
        self.revokes = held.said.revokes
        self.successors = held.said.successors

    def carries(self, account: bytes) -> bool:
        """See `Book`."""
        return account in self._held.carried()

    def promise(self, account: bytes) -> bytes | None:
        """See `Book`."""
        states = self._held.of_account(account)
        return states[0].grant.next_key_hash if states else None

    def feeds(self, account: bytes) -> list[bytes]:
        """See `Book`."""
        return [state.feed for state in self._held.of_account(account)]
