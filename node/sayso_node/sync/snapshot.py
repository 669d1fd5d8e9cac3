"""The contents of a store as a replica is told of them, on a node and in the simulator alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sayso_protocol.absence import absent_numbers
from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.feed.run import RawRun
from sayso_protocol.ranges import Range, Ranges
from sayso_protocol.sync.effects import Effect, ReloadFeeds
from sayso_protocol.sync.now import Now
from sayso_protocol.sync.proven_entries import proven_entries
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.wire.frames import Ask, Entries, Mark
from sayso_storage.interface.store import FeedState, Store


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that is in a store, or all that is new there: `accounts` are all that are carried, None
    where they were not looked up."""

    accounts: Sequence[bytes] | None
    feeds: Sequence[FeedState]
    attestations: Sequence[Attestation]
    dropped: Collection[bytes] = ()
    """Accounts that the owner's rules keep out, whether they are subscribed to or not."""
    withheld: Mapping[bytes, Sequence[Range]] = field(default_factory=dict)
    """Of the feeds the numbers of what is held and not passed on."""
    refetch: Collection[bytes] = ()
    """Accounts of which something was removed or is damaged, to be fetched again."""
    promises: Mapping[bytes, bytes] | None = None
    """How accounts' next keys' hashes begin, by invites; None where they were not looked up."""
    blank: Mapping[bytes, Sequence[Range]] = field(default_factory=dict)
    """Of the feeds the numbers of what is held and was taken back by its author."""
    damaged: Mapping[bytes, Sequence[Range]] = field(default_factory=dict)
    """Of feeds the numbers of what is held and is not what its author signed any more: as good as
    missing."""

    def tell(
        self, replica: Replica, own_feed: bytes, now: Now, as_of: int | None = None
    ) -> list[Effect]:
        """Tell a replica, and give the effects; `own_feed` is the one written here, `as_of`
        the replica's version when the store was read, None where that is now."""
        effects: list[Effect] = []
        if self.promises is not None:
            effects += replica.expect(self.promises, now)
        if self.accounts is not None:
            effects += self._tell_accounts(self.accounts, replica, now)
        lost = [state.account for state in self.feeds if self._loses(state, replica)]
        for state in self.feeds:
            replica.hold(
                state.grant,
                self._held(state),
                own=state.feed == own_feed,
                end=state.end,
                forked_at=state.forked_at,
                withheld=self.withheld.get(state.feed, ()),
                blank=self.blank.get(state.feed, ()),
                as_of=as_of,
            )
        for account in sorted({*self.refetch, *lost}):
            effects += replica.want_anew(account, now)
        return effects + replica.hold_attestations(self.attestations, now)

    def _held(self, state: FeedState) -> list[Range]:
        held = [(part.first, part.last) for part in state.held]
        bad = self.damaged.get(state.feed)
        return held if bad is None else list(Ranges(held).without(Ranges(bad)))

    def _loses(self, state: FeedState, replica: Replica) -> bool:
        """Whether the replica counts on something that is damaged now."""
        bad = self.damaged.get(state.feed, ())
        return any(replica.has(state.feed, *part) for part in bad)

    def _tell_accounts(self, accounts: Sequence[bytes], replica: Replica, now: Now) -> list[Effect]:
        effects: list[Effect] = []
        for account in sorted(self.dropped):
            effects += replica.withhold(account, now)
        for account in sorted(set(replica.withheld) - set(self.dropped)):
            effects += replica.readmit(account)
        for account in accounts:
            if account not in self.dropped:
                effects += replica.want(account, now)
        for account in sorted(set(replica.wanted) - set(accounts)):
            effects += replica.unwant(account, now)
        return effects


def whole_snapshot(store: Store, wanted: Sequence[bytes], since: int) -> Snapshot:
    """All accounts and feeds that are carried; and the attestations since an arrival, or of
    accounts that were not wanted so far."""
    accounts, feeds = store.carried_accounts(), store.feeds_carried()
    attestations = store.statements_since(since)
    if since:
        attestations += _attestations_of(store, accounts, wanted)
    invites = store.accepted_invites()
    promises = {one.account: one.promise for one in invites if one.promise is not None}
    return Snapshot(accounts, feeds, attestations, promises=promises)


def snapshot_since(store: Store, arrival: int) -> tuple[Mark, Snapshot]:
    """The present mark, and at least all that came up to it after an arrival."""
    mark = store.mark()
    assert mark is not None
    feeds = store.feeds_since(arrival) if mark.arrival > arrival else []
    return mark, Snapshot(None, feeds, store.statements_since(arrival))


def snapshot_of(store: Store, wish: ReloadFeeds, wanted: Sequence[bytes]) -> Snapshot:
    """The feeds, and maybe the accounts, that a `ReloadFeeds` names."""
    feeds = [state for feed in wish.feeds if (state := store.feed(feed)) is not None]
    if not wish.accounts:
        return Snapshot(None, feeds, [])
    accounts = store.carried_accounts()
    feeds += [state for one in _new(accounts, wanted) for state in store.feeds_of(one)]
    return Snapshot(accounts, feeds, _attestations_of(store, accounts, wanted))


def changes_since(store: Store, mark: Mark) -> tuple[list[bytes] | None, list[Attestation]]:
    """The feeds that got entries after a mark, None where it is none of this store's, and the
    attestations since."""
    if store.mark(mark.arrival) != mark:
        return None, []
    feeds = [state.feed for state in store.feeds_since(mark.arrival)]
    return feeds, store.statements_since(mark.arrival)


def relayed_run(
    store: Store, feed: bytes, first: int, last: int, withheld: Sequence[Range]
) -> RawRun | None:
    """The newest stretch of a range that is held and not withheld; see `Store.load`."""
    for low, high in reversed(list(Ranges([(first, last)]).without(Ranges(withheld)))):
        run = store.load(feed, low, high)
        if run is not None:
            return run
    return None


def relayed_entries(
    store: Store,
    ask: Ask,
    withheld: Sequence[Range],
    *,
    takes_proofs: bool,
    loaded: RawRun | None = None,
) -> Entries | None:
    """The answer to an ask: the newest stretch that may be given. Entries that were taken back are
    in it without their bodies, with what shows that, for a peer that `takes_proofs`; else, and
    where nothing shows it, they are left out. `loaded` is what `Store.load` gives of all that is
    asked for, where that was read already."""
    left_out = list(withheld)
    run = None if left_out else loaded
    while True:
        if run is None:
            run = relayed_run(store, ask.feed, ask.first, ask.last, left_out)
        if run is None:
            return None
        absent = absent_numbers(run.bodies, run.first)
        if not absent:
            return Entries(ask.number, run)
        proofs = store.proofs(run.feed, run.first, run.last) if takes_proofs else {}
        missing = [seq for seq in absent if seq not in proofs]
        if not missing or missing[-1] < run.last:
            return proven_entries(ask.number, run, absent, proofs)
        left_out += [(seq, seq) for seq in missing]
        run = None


def _attestations_of(
    store: Store, accounts: Sequence[bytes], wanted: Sequence[bytes]
) -> list[Attestation]:
    new = _new(accounts, wanted)
    return [attestation for one in new for attestation in store.statements_of(one)]


def _new(accounts: Sequence[bytes], wanted: Sequence[bytes]) -> list[bytes]:
    known = set(wanted)
    return [account for account in accounts if account not in known]
