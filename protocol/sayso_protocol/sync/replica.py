"""A node's part in the network, as one state machine: what arrives goes in with the time,
what is to be done comes out as `effects`.

It knows the wanted accounts, the feeds carried and how much of each is held, and for each
peer what it wants and what it has. It reads no clock, opens no store and sends nothing, so
the same machine runs under libp2p and under the simulator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..accounts.attestation import Attestation, StatementOutcome
from ..accounts.statement import End, Grant
from ..crypto.hashing import blinded
from ..errors import Refused
from ..feed.run import RawRun
from ..limits import ASK_TIMEOUT_MS
from ..ranges import Range
from .effects import Effect, Event, Send, StoreRun, StoreStatements
from .frame_handlers import FrameHandlers
from .ingest.incoming import Incoming
from .ingest.misbehaviour import leave
from .ingest.outcomes import Outcomes
from .interest import day_of
from .now import Now
from .peer.peer import Peer
from .peer.peer_resumption import PeerResumption
from .replica_parts import ReplicaParts
from .replica_state import ReplicaState
from .resume_state import NOTHING, ResumeState
from .rosters.roster_book import KnownRoster
from .wire.frames import SYNC_1, Frame, Mark, Unwant, Want


class Replica:
    """See the module."""

    def __init__(self, *, epoch: bytes, software: str) -> None:
        state = ReplicaState(epoch, software)
        parts = ReplicaParts(state)
        incoming = Incoming(parts)
        self._state = state
        self._catalog = state.catalog
        self._scheduler = state.scheduler
        self.peers = state.peers
        self._gossip = parts.gossip
        self._hedging = parts.hedging
        self._marks = parts.marks
        self._attestation_sync = parts.attestation_sync
        self._front_ends = parts.front_ends
        self._resumption = parts.resumption
        self._requester = parts.requester
        self._outcomes = Outcomes(parts)
        self._frame_handlers = FrameHandlers(parts, incoming)

    # --- what the owner wants and the store holds ------------------------------------------

    def want(self, account: bytes, now: Now) -> list[Effect]:
        """Carry an account and ask every peer for it."""
        effects = self.readmit(account)
        if not self._catalog.want(account):
            return effects
        self._resume(account)
        self._resumption.wants_changed(account)
        day, token = day_of(now.wall_ms), self._resumption.token
        for peer in self.peers.values():
            peer.fetch.start_over()
            peer.synced.hurry()
            peer.interest.match_late(account)
            want = Want(day, [blinded(account, day)], more=False, token=token)
            effects.append(Send(peer.name, want))
        return effects

    def expect(self, promises: Mapping[bytes, bytes], now: Now) -> list[Effect]:
        """Take feeds of accounts that have none here only if they promise what invites said: how
        the next key's hash begins, by account. In place of what was said before; peers are asked
        again where something was refused for that."""
        changed = [
            account
            for account in sorted(self._catalog.broken_promises)
            if promises.get(account) != self._catalog.promises.get(account)
        ]
        self._catalog.promises = promises
        self._catalog.broken_promises.difference_update(changed)
        return [effect for account in changed for effect in self.want_anew(account, now)]

    def has_broken_promise(self, account: bytes) -> bool:
        """Whether somebody offered feeds of an account that promise another key than its invite."""
        return account in self._catalog.broken_promises

    def unwant(self, account: bytes, now: Now) -> list[Effect]:
        """Ask for an account no longer; what is held stays and is still offered."""
        if not self._catalog.unwant(account):
            return []
        for feed in self._catalog.feeds(account):
            self._scheduler.want(feed, False)
        self._resumption.wants_changed(account)
        day = day_of(now.wall_ms)
        unwant = Unwant(day, [blinded(account, day)], self._resumption.token)
        return [Send(peer.name, unwant) for peer in self.peers.values()]

    def want_anew(self, account: bytes, now: Now) -> list[Effect]:
        """Something of a wanted account is held no longer and wanted again: peers offer all that
        they have of it, also what they think is known here."""
        if account not in self._catalog.wanted:
            return []
        return self.unwant(account, now) + self.want(account, now)

    def withhold(self, account: bytes, now: Now) -> list[Effect]:
        """Neither ask for an account nor tell anybody of it, whatever is held. Who wants it is
        remembered: `readmit` and `want` end it."""
        effects = self.unwant(account, now)
        if self._catalog.withhold(account):
            for peer in self.peers.values():
                self._resumption.set_aside(peer, account)
        return effects

    def readmit(self, account: bytes) -> list[Effect]:
        """Tell those who want it of an account that was withheld."""
        if not self._catalog.readmit(account):
            return []
        wanting = [peer for peer in self._state.greeted() if peer.interest.match_late(account)]
        return [
            effect
            for peer in wanting
            for effect in self._attestation_sync.introduce(peer, [account], more=False)
        ]

    def withholds(self, feed: bytes) -> bool | None:
        """Whether a feed is one of an account that is withheld; None where it is not known."""
        return self._catalog.withholds(feed) if self._catalog.owner(feed) else None

    @property
    def withheld(self) -> list[bytes]:
        """The accounts that are withheld now."""
        return sorted(self._catalog.withheld)

    @property
    def accounts(self) -> list[bytes]:
        """All accounts that were ever wanted or of which a feed was told."""
        return sorted(self._catalog.accounts | self._catalog.withheld)

    @property
    def wanted(self) -> list[bytes]:
        """The accounts that are wanted now."""
        return list(self._catalog.wanted)

    @property
    def wants_token(self) -> bytes:
        """The own name for all that is wanted now: another one where that is something else."""
        return self._resumption.token

    def hold(
        self,
        grant: Grant,
        held: Iterable[Range],
        *,
        own: bool = False,
        end: End | None = None,
        forked_at: int | None = None,
        withheld: Iterable[Range] = (),
        blank: Iterable[Range] = (),
        as_of: int | None = None,
    ) -> None:
        """A feed that the store holds; `own` for the one that is written here, which is asked
        for like any other: where a copy of this store has written on, its numbers are not free.
        `end` and `forked_at` as the store knows them; what is `withheld` is not passed on, what
        is `blank` was taken back by its author and is passed on without its body. The
        feed is held as told here and no other way, whatever was held of it before; but where more
        of it came to be held since the `version` that was there `as_of` the reading of the
        store, it is read again. Call `settle` when all are told, so that peers hear of what
        they did not know."""
        if own:
            self._state.own_feed = grant.feed
        if as_of is not None and self._scheduler.has_changed(grant.feed, as_of):
            self._requester.reload(grant.feed)
            return
        news = self._take_over(grant, list(held), end, forked_at)
        news |= self._scheduler.withhold(grant.feed, withheld)
        self._scheduler.blank(grant.feed, blank)
        wanted = self._catalog.wants(grant.account)
        self._scheduler.want(grant.feed, wanted)
        if wanted and news and end is not None:
            self._requester.wake(self._scheduler.offering(grant.feed))
        if news:  # what is known already was pushed or announced when it came
            self._gossip.note_change(grant.feed)
            self._marks.arrived(1)

    def _take_over(
        self, grant: Grant, parts: list[Range], end: End | None, forked_at: int | None
    ) -> bool:
        """So much of a feed is held. True where that is news."""
        new = not parts or not all(self._scheduler.has(grant.feed, *part) for part in parts)
        self._enter(grant)
        if end is not None:
            return self._scheduler.end(grant.feed, parts, end.seq, forked_at)
        self._requester.wake(self._scheduler.hold_only(grant.feed, parts, forked_at))
        return new

    def hold_attestations(self, attestations: Iterable[Attestation], now: Now) -> list[Effect]:
        """Attestations that are in force in the store, about accounts that are carried; tell the
        feeds before that they speak of. Who wants them hears of what is new."""
        return self._attestation_sync.hold(attestations) + self.settle(now)

    def carried_by(self, name: str) -> set[bytes]:
        """The wanted accounts of which a peer has offered feeds in this session. One that goes on
        where an earlier session was offers only what is new."""
        owners = map(self._catalog.owner, self._scheduler.offered_feeds(name))
        return {account for account in owners if account in self._catalog.wanted}

    def reads_own(self, name: str) -> bool:
        """Whether a peer wants what is written here, and has taken all of it or offers some."""
        peer, own = self.peers.get(name), self._state.own_feed
        if peer is None or own is None:
            return False
        wants = self._catalog.owner(own) in peer.interest.wants
        return wants and (peer.synced.heard or bool(self._scheduler.offered(name, own)))

    def offered_count(self, name: str) -> int:
        """How many feeds a peer has offered in this session."""
        return self._scheduler.offered_count(name)

    def goes_on(self, name: str) -> bool:
        """Whether the session with a peer is where an earlier one was, and nothing that the peer
        offers is lacking here."""
        peer = self.peers.get(name)
        return peer is not None and peer.resumption.state.place is not None and peer.fetch.listed

    def halted(self, name: str) -> tuple[list[bytes], list[bytes]]:
        """Of the feeds that a peer wants, those that have forked and have no end, and those that
        have one."""
        wants = self.peers[name].interest.wants if name in self.peers else ()
        feeds = [feed for account in sorted(wants) for feed in self._catalog.feeds(account)]
        halted = [feed for feed in feeds if self._scheduler.is_halted(feed)]
        ended = [feed for feed in halted if self._scheduler.has_ended(feed)]
        return [feed for feed in halted if feed not in ended], ended

    @property
    def announcing(self) -> bool:
        """Whether announcements wait for a `tick`."""
        return self._gossip.announcing

    @property
    def version(self) -> int:
        """Grows whenever a run is told of that is held now: see `hold`."""
        return self._scheduler.version

    def has(self, feed: bytes, first: int, last: int) -> bool:
        """Whether all of a range of a feed is held."""
        return self._scheduler.has(feed, first, last)

    @property
    def own_feed(self) -> bytes | None:
        """The feed that is written here."""
        return self._state.own_feed

    def height(self, feed: bytes) -> int:
        """Highest sequence number held of a feed; 0 for none."""
        return self._scheduler.held(feed).last if feed in self._scheduler else 0

    def told_of_own_feed(self, name: str) -> bool | None:
        """Whether a peer has told how far it has the feed that is written here, and none of that
        is lacking; None while it has not answered, or what it has is on its way."""
        peer, feed = self.peers.get(name), self._state.own_feed
        if peer is None or feed is None or feed not in self._scheduler:
            return None
        offered = self._scheduler.offered(name, feed)
        if offered:
            return True if self.height(feed) >= offered.last else None
        if not peer.fetch.listed:
            return None
        # Who took up where the last session ended tells only what is new.
        is_known = self._catalog.account(feed) in peer.interest.wants
        return (True if peer.in_sync else None) if is_known else False

    def published(self, run: RawRun, now: Now, *, urgent: bool = False) -> list[Effect]:
        """The owner has posted these entries, which are passed on before all else where they are
        `urgent`."""
        if run.feed not in self._scheduler:
            return []
        return self._outcomes.published(run, urgent=urgent) + self.settle(now)

    # --- front ends of one store -------------------------------------------------------------

    def serve(self, roster: bytes) -> list[Effect]:
        """Show peers this roster, in which this node stands; empty for none."""
        return self._front_ends.serve(roster)

    def load_rosters(self, kept: Iterable[KnownRoster]) -> None:
        """What was kept of other stores' rosters, the oldest first."""
        self._state.rosters.load(kept)

    def store_of(self, node: bytes, now: Now) -> bytes:
        """The key of the store of which the node with this key is a front end; empty for none."""
        return self._state.rosters.store_of(node, now.wall_ms) or b""

    # --- peers that come and go --------------------------------------------------------------

    def connected(
        self,
        name: str,
        now: Now,
        resume_state: ResumeState = NOTHING,
        *,
        version: int = SYNC_1,
        node: bytes = b"",
        store: bytes = b"",
    ) -> list[Effect]:
        """A session in a version of the protocol begins: say hello and, unless the peer should
        remember it, what is wanted. `node` is the key of the peer, `store` what `store_of` gave for
        it: the resume state is that of the store."""
        resumption = PeerResumption(resume_state, node=node, store=store)
        peer = self.peers[name] = Peer(name, resumption, version=version)
        self._scheduler.join(name)
        return self._resumption.greet(peer, now)

    def changes_found(
        self,
        name: str,
        feeds: Iterable[bytes] | None,
        now: Now,
        attestations: Iterable[Attestation] = (),
    ) -> list[Effect]:
        """The outcome of a `FindChanges`: the feeds that got entries since, None where the store's
        entry at that place is another one; and what came into force since then."""
        peer = self.peers.get(name)
        if peer is None:
            return []
        return self._resumption.changes_found(peer, feeds, attestations) + self.settle(now)

    def mark_issued(self, mark: Mark | None, now: Now) -> list[Effect]:
        """The outcome of an `IssueMark`: all that came into the store up to `mark` has been told
        through `hold`. None where the store could not be read; sessions may end without it."""
        if mark is None:
            return self._marks.not_issued()
        effects = self.settle(now) + self._gossip.offer_changes(whatever_is_under_way=True)
        effects += self._gossip.announce()
        return effects + self._marks.issued(mark)

    def ask_synced(self, name: str, now: Now) -> list[Effect]:
        """Let a peer say soon whether it lacks something: it is told so, and answers."""
        peer = self.peers.get(name)
        if peer is None:
            return []
        peer.synced.hurry()
        self._requester.wake([name])
        return self.settle(now)

    def lost(self, name: str, now: Now) -> list[Effect]:
        """The session is over, whatever the reason."""
        peer = self.peers.pop(name, None)
        if peer is None:
            return []
        asked = [(ask.feed, ask.first, ask.last) for ask in peer.session.asked.values()]
        self._requester.wake(self._scheduler.leave(name, asked))
        return self.settle(now)

    def offended(self, name: str, error: Refused) -> list[Effect]:
        """The peer broke a rule for which it is left: tell it, and disconnect."""
        return leave(name, error)

    def tick(self, now: Now) -> list[Effect]:
        """Call once a second, and `ANNOUNCE_EVERY_MS` after `announcing` became true: gives up
        asks that are not answered in time, finds other sources for what is late, and sends what
        has waited."""
        effects = self._gossip.announce()
        for peer in self.peers.values():
            if not peer.is_quiet:
                self._requester.wake([peer.name])
            for ask in peer.overdue(now, ASK_TIMEOUT_MS):
                effects.append(Event("too-slow", peer.name, ask.feed))
                peer.session.give_up(ask)
                peer.conduct.note_lack()
                self._requester.unanswered(peer, ask, now)
        for name, found in self._hedging.second_sources(now):
            self._requester.wake([name])
            effects += found
        effects += self._front_ends.due(now)
        return effects + self.settle(now) + self._marks.due(now)

    @property
    def names_hashed(self) -> int:
        """Names of accounts that were made for tables of days, ever: part of what frames cost."""
        return self._catalog.directory.hashed

    # --- frames ----------------------------------------------------------------------------------

    def receive(self, name: str, frame: Frame, now: Now) -> list[Effect]:
        """Follow one frame of a peer."""
        peer = self.peers.get(name)
        if peer is None:
            return []
        try:
            asks = peer.session.receive(frame)
            effects = self._frame_handlers.follow(peer, frame, asks, now)
        except Refused as error:
            return leave(name, error)
        self._requester.wake([name])
        return effects + self.settle(now)

    # --- what became of a run ----------------------------------------------------------------

    def run_ingested(
        self,
        job: StoreRun,
        error: Refused | None,
        now: Now,
        withheld: Sequence[Range] = (),
        *,
        is_known: bool = False,
        blank: Sequence[Range] = (),
        urgent: bool = False,
    ) -> list[Effect]:
        """The outcome of a `StoreRun`: stored (or held already, where it `is_known`), or refused
        with `error`. Of its entries those with the numbers `withheld` are not passed on, and those
        that are `blank` in the store without their bodies. What is `urgent` goes first."""
        effects = self._outcomes.run_ingested(
            job, error, withheld, is_known=is_known, blank=blank, urgent=urgent
        )
        return effects + self.settle(now)

    def statements_ingested(
        self, job: StoreStatements, outcomes: Sequence[StatementOutcome], now: Now
    ) -> list[Effect]:
        """The outcome of a `StoreStatements`, for each statement."""
        return self._outcomes.statements_ingested(job, outcomes) + self.settle(now)

    def settle(self, now: Now) -> list[Effect]:
        """Ask on, wherever something has changed, and tell peers of whom nothing is left to ask."""
        return self._requester.settle(now)

    def _resume(self, account: bytes) -> None:
        for feed in self._catalog.feeds(account):
            self._scheduler.want(feed, True)

    def _enter(self, grant: Grant) -> None:
        is_new = not self._catalog.carries(grant.account)
        self._catalog.enter(grant)
        if is_new and not self._catalog.withholds(grant.feed):
            # Another node on this store has begun to carry it: whoever waits for it is to hear of
            # it before a mark says that he has.
            for peer in self.peers.values():
                peer.interest.match_late(grant.account)
        self._scheduler.track(grant.feed)
