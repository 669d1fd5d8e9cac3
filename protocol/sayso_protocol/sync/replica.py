"""A node's part in the network, as one state machine: what arrives goes in with the time,
what is to be done comes out as `effects`.

It knows the wanted accounts, the feeds carried and how much of each is held, and for each
peer what it wants and what it has. It reads no clock, opens no store and sends nothing, so
the same machine runs under libp2p and under the simulator.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..accounts.attestation import Heard, Said
from ..accounts.statement import End, Grant
from ..crypto.hashing import blinded
from ..errors import Refused
from ..feed.run import RawRun
from ..limits import ASK_TIMEOUT_MS
from ..ranges import Range
from .attestation_sync import Sayer
from .catalog import Carried
from .effects import Effect, Heed, Judge, Notice, Send
from .frame_codec import Frame, Mark, Unwant, Want
from .frame_handlers import Receiver
from .gossip import Spreader
from .hedging import Racer
from .incoming import Intake
from .interest import day_of
from .misbehaviour import offended
from .outcomes import Verdicts
from .peer import Now, Peer
from .requester import Asker
from .resume_state import NOTHING, Memory
from .resumption import Resumer
from .scheduler import Fetcher


class Replica:
    """See the module."""

    def __init__(self, *, epoch: bytes, software: str) -> None:
        self._carried = Carried()
        self._fetcher = Fetcher()
        self.peers: dict[str, Peer] = {}
        self._spreader = Spreader(self._carried, self._fetcher, self.peers)
        self._racer = Racer(self._fetcher, self.peers)
        self._sayer = Sayer(self._carried, self._spreader)
        self._resumer = Resumer(self._carried, self._spreader, self._sayer, epoch, software)
        self._intake = Intake(self._fetcher, self._spreader, self._resumer)
        self._asker = Asker(self._fetcher, self.peers, self._spreader, self._resumer)
        self._verdicts = Verdicts(self._fetcher, self.peers, self._intake, self._sayer, self._asker)
        self._receiver = Receiver(
            self._carried,
            self._fetcher,
            self._resumer,
            self._sayer,
            self._intake,
            self._asker,
            self._verdicts,
        )

    # --- what the owner wants and the store holds ------------------------------------------

    def want(self, account: bytes, now: Now) -> list[Effect]:
        """Carry an account and ask every peer for it."""
        effects = self.readmit(account)
        if not self._carried.want(account):
            return effects
        self._resume(account)
        self._resumer.wants_changed(account)
        day, token = day_of(now.wall_ms), self._resumer.token
        for peer in self.peers.values():
            peer.listed = peer.complete = peer.told_synced = False
            peer.hurried = True
            peer.match_late(account)
            want = Want(day, [blinded(account, day)], more=False, token=token)
            effects.append(Send(peer.name, want))
        return effects

    def unwant(self, account: bytes, now: Now) -> list[Effect]:
        """Ask for an account no longer; what is held stays and is still offered."""
        if not self._carried.unwant(account):
            return []
        for feed in self._carried.feeds(account):
            self._fetcher.want(feed, False)
        self._resumer.wants_changed(account)
        day = day_of(now.wall_ms)
        unwant = Unwant(day, [blinded(account, day)], self._resumer.token)
        return [Send(peer.name, unwant) for peer in self.peers.values()]

    def want_anew(self, account: bytes, now: Now) -> list[Effect]:
        """Something of a wanted account is held no longer and wanted again: peers offer all that
        they have of it, also what they think is known here."""
        if account not in self._carried.wanted:
            return []
        return self.unwant(account, now) + self.want(account, now)

    def withhold(self, account: bytes, now: Now) -> list[Effect]:
        """Neither ask for an account nor tell anybody of it, whatever is held. Who wants it is
        remembered: `readmit` and `want` end it."""
        effects = self.unwant(account, now)
        if self._carried.withhold(account):
            for peer in self.peers.values():
                peer.set_aside(account, self._carried.feeds(account))
        return effects

    def readmit(self, account: bytes) -> list[Effect]:
        """Tell those who want it of an account that was withheld."""
        if not self._carried.readmit(account):
            return []
        wanting = [peer for peer in self._spreader.greeted() if peer.match_late(account)]
        return [
            effect
            for peer in wanting
            for effect in self._sayer.introduce(peer, [account], more=False)
        ]

    def withholds(self, feed: bytes) -> bool | None:
        """Whether a feed is one of an account that is withheld; None where it is not known."""
        return self._carried.withholds(feed) if self._carried.owner(feed) else None

    @property
    def withheld(self) -> list[bytes]:
        """The accounts that are withheld now."""
        return sorted(self._carried.withheld)

    @property
    def accounts(self) -> list[bytes]:
        """All accounts that were ever wanted or of which a feed was told."""
        return sorted(self._carried.accounts | self._carried.withheld)

    @property
    def wanted(self) -> list[bytes]:
        """The accounts that are wanted now."""
        return list(self._carried.wanted)

    def hold(
        self,
        grant: Grant,
        held: Iterable[Range],
        *,
        own: bool = False,
        end: End | None = None,
        forked_at: int | None = None,
        kept_back: Iterable[Range] = (),
        as_of: int | None = None,
    ) -> None:
        """A feed that the store holds; `own` for the one that is written here, which is asked
        for like any other: where a copy of this store has written on, its numbers are not free.
        `end` and `forked_at` as the store knows them; what is `kept_back` is not passed on. The
        feed is held as told here and no other way, whatever was held of it before; but where more
        of it came to be held since the `version` that was there `as_of` the look at the store,
        it is to be looked at again. Call `settle` when all are told, so that peers hear of what
        they did not know."""
        if own:
            self._intake.own_feed = grant.feed
        if as_of is not None and self._fetcher.has_changed(grant.feed, as_of):
            self._asker.look_again(grant.feed)
            return
        parts = list(held)
        new = not parts or not all(self._fetcher.has(grant.feed, *part) for part in parts)
        self._enter(grant)
        if end is not None:
            new = self._fetcher.end(grant.feed, parts, end.seq, forked_at)
        else:
            self._asker.wake(self._fetcher.hold_only(grant.feed, parts, forked_at))
        new |= self._fetcher.keep_back(grant.feed, kept_back)
        wanted = self._carried.wants(grant.account)
        self._fetcher.want(grant.feed, wanted)
        if wanted:
            self._asker.wake(self._fetcher.offering(grant.feed) if new and end is not None else ())
        if new:  # what is known already was pushed or announced when it came
            self._spreader.changed(grant.feed)
            self._resumer.arrived(1)

    def said(self, said: Iterable[Said], now: Now) -> list[Effect]:
        """What counts in the store of the accounts that are carried, besides grants; tell the
        feeds before that it speaks of. Who wants it hears of what is new."""
        return self._sayer.said(said) + self.settle(now)

    def halted(self, name: str) -> tuple[list[bytes], list[bytes]]:
        """Of the feeds that a peer wants, those that have forked and have no end, and those that
        have one."""
        wants = self.peers[name].wants if name in self.peers else ()
        feeds = [feed for account in sorted(wants) for feed in self._carried.feeds(account)]
        halted = [feed for feed in feeds if self._fetcher.is_halted(feed)]
        ended = [feed for feed in halted if self._fetcher.has_ended(feed)]
        return [feed for feed in halted if feed not in ended], ended

    @property
    def announcing(self) -> bool:
        """Whether announcements wait for a `tick`."""
        return self._spreader.announcing

    @property
    def version(self) -> int:
        """Grows whenever a run is told of that is held now: see `hold`."""
        return self._fetcher.version

    def height(self, feed: bytes) -> int:
        """Highest sequence number held of a feed; 0 for none."""
        return self._fetcher.held(feed).last if feed in self._fetcher else 0

    def published(self, run: RawRun, now: Now) -> list[Effect]:
        """The owner has posted these entries."""
        if run.feed not in self._fetcher:
            return []
        return self._intake.published(run) + self.settle(now)

    # --- peers that come and go --------------------------------------------------------------

    def connected(self, name: str, now: Now, memory: Memory = NOTHING) -> list[Effect]:
        """A session begins: say hello and, unless the peer should remember it, what is wanted."""
        peer = self.peers[name] = Peer(name, memory)
        self._fetcher.join(name)
        return self._resumer.greet(peer, now)

    def recalled(
        self, name: str, feeds: Iterable[bytes] | None, now: Now, said: Iterable[Said] = ()
    ) -> list[Effect]:
        """The outcome of a `Recall`: the feeds that got entries since, None where the store's
        entry at that place is another one; and what counts since then."""
        peer = self.peers.get(name)
        if peer is None:
            return []
        return self._resumer.recalled(peer, feeds, said) + self.settle(now)

    def surveyed(self, mark: Mark, now: Now) -> list[Effect]:
        """The outcome of a `Survey`: all that came into the store up to `mark` has been told
        through `hold`."""
        effects = self.settle(now) + self._spreader.tell_changes(whatever_is_under_way=True)
        effects += self._spreader.announce()
        return effects + self._resumer.surveyed(self.peers.values(), mark)

    def ask_synced(self, name: str, now: Now) -> list[Effect]:
        """Let a peer say soon whether it lacks something: it is told so, and answers."""
        peer = self.peers.get(name)
        if peer is None:
            return []
        peer.told_synced, peer.hurried = False, True
        self._asker.wake([name])
        return self.settle(now)

    def lost(self, name: str, now: Now) -> list[Effect]:
        """The session is over, whatever the reason."""
        peer = self.peers.pop(name, None)
        if peer is None:
            return []
        asked = [(ask.feed, ask.first, ask.last) for ask in peer.session.asked.values()]
        self._asker.wake(self._fetcher.leave(name, asked))
        return self.settle(now)

    def offended(self, name: str, error: Refused) -> list[Effect]:
        """The peer broke a rule for which it is left: tell it, and hang up."""
        return offended(name, error)

    def tick(self, now: Now) -> list[Effect]:
        """Call once a second, and `ANNOUNCE_EVERY_MS` after `announcing` became true: gives up
        asks that are not answered in time, finds other sources for what is late, and sends what
        has waited."""
        effects = self._spreader.announce()
        for peer in self.peers.values():
            if not peer.is_quiet:
                self._asker.wake([peer.name])
            for ask in peer.overdue(now, ASK_TIMEOUT_MS):
                effects.append(Notice("too-slow", peer.name, ask.feed))
                peer.session.give_up(ask)
                peer.lacking = True
                self._asker.unanswered(peer, ask, now)
        for name, found in self._racer.second_sources(now):
            self._asker.wake([name])
            effects += found
        return effects + self.settle(now) + self._resumer.marks_due(self.peers.values(), now)

    # --- frames ----------------------------------------------------------------------------------

    def receive(self, name: str, frame: Frame, now: Now) -> list[Effect]:
        """Follow one frame of a peer."""
        peer = self.peers.get(name)
        if peer is None:
            return []
        try:
            asks = peer.session.receive(frame)
            effects = self._receiver.follow(peer, frame, asks, now)
        except Refused as error:
            return offended(name, error)
        self._asker.wake([name])
        return effects + self.settle(now)

    # --- what became of a run ----------------------------------------------------------------

    def judged(
        self, job: Judge, error: Refused | None, now: Now, kept_back: Sequence[Range] = ()
    ) -> list[Effect]:
        """The outcome of a `Judge`: stored (or held already), or refused with `error`. Of its
        entries those with the numbers `kept_back` are not passed on."""
        return self._verdicts.judged(job, error, kept_back) + self.settle(now)

    def heeded(self, job: Heed, outcomes: Sequence[Heard], now: Now) -> list[Effect]:
        """The outcome of a `Heed`, for each statement."""
        return self._verdicts.heeded(job, outcomes) + self.settle(now)

    def settle(self, now: Now) -> list[Effect]:
        """Ask on, wherever something has changed, and say so where nothing is left to ask."""
        return self._asker.settle(now)

    def _resume(self, account: bytes) -> None:
        for feed in self._carried.feeds(account):
            self._fetcher.want(feed, True)

    def _enter(self, grant: Grant) -> None:
        self._carried.enter(grant)
        self._fetcher.track(grant.feed)
