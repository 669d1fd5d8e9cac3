"""A node's part in the network, as one state machine: what arrives goes in with the time,
what is to be done comes out as `effects`.

It knows the wanted accounts, the feeds carried and how much of each is held, and for each
peer what it wants and what it has. It reads no clock, opens no store and sends nothing, so
the same machine runs under libp2p and under the simulator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from .carrying import Carried
from .effects import Adopt, Effect, HangUp, Heed, Judge, Notice, Review, Send, Serve
from .errors import Forked, ProtocolViolation, Refused, Revoked, TimeGoesBack, UnknownVersion
from .fetching import Fetcher
from .frames import (
    Again,
    Ask,
    Bye,
    Entries,
    Frame,
    Get,
    Graft,
    Have,
    Heights,
    Hello,
    Mark,
    Miss,
    Prune,
    Say,
    Synced,
    Unwant,
    Want,
)
from .hashing import blinded
from .intake import Intake
from .interest import day_of
from .limits import (
    ASK_TIMEOUT_MS,
    MAX_REFUSALS,
    PROMPT_SYNCED,
    SYNCED_ASKED_MS,
    SYNCED_EVERY_MS,
)
from .memory import NOTHING, Memory
from .peer import Now, Peer
from .racing import Racer
from .ranges import Range
from .resuming import Resumer
from .run import RawRun
from .said import Heard, Said
from .saying import Sayer
from .session import State
from .spreading import Spreader
from .statement import End, Grant, claim_of
from .tracking import Window

_Handler = Callable[..., list[Effect]]


class Replica:
    """See the module."""

    def __init__(self, *, epoch: bytes, software: str) -> None:
        self._carried = Carried()
        self._fetcher = Fetcher()
        self._woken: dict[str, None] = {}
        self._look_again: dict[bytes, None] = {}
        """Feeds that have changed while the store was looked at."""
        self.peers: dict[str, Peer] = {}
        self._spreader = Spreader(self._carried, self._fetcher, self.peers)
        self._racer = Racer(self._fetcher, self.peers)
        self._sayer = Sayer(self._carried, self._spreader)
        self._resumer = Resumer(self._carried, self._spreader, self._sayer, epoch, software)
        self._intake = Intake(self._fetcher, self._spreader, self._resumer)

    # --- what the owner wants and the store holds ------------------------------------------

    def want(self, account: bytes, now: Now) -> list[Effect]:
        """Carry an account and ask every peer for it."""
        if not self._carried.want(account):
            return []
        self._resume(account)
        self._resumer.wants_changed(account)
        day, token = day_of(now.wall_ms), self._resumer.token
        effects: list[Effect] = []
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
        as_of: int | None = None,
    ) -> None:
        """A feed that the store holds; `own` for the one that is written here, which is asked
        for like any other: where a copy of this store has written on, its numbers are not free.
        `end` and `forked_at` as the store knows them. The feed is held as told here and no other
        way, whatever was held of it before; but where more of it came to be held since the
        `version` that was there `as_of` the look at the store, it is to be looked at again.
        Call `settle` when all are told, so that peers hear of what they did not know."""
        if own:
            self._intake.own_feed = grant.feed
        if as_of is not None and self._fetcher.has_changed(grant.feed, as_of):
            self._look_again[grant.feed] = None
            return
        parts = list(held)
        new = not parts or not all(self._fetcher.has(grant.feed, *part) for part in parts)
        self._enter(grant)
        if end is not None:
            new = self._fetcher.end(grant.feed, parts, end.seq, forked_at)
        else:
            self._wake(self._fetcher.hold_only(grant.feed, parts, forked_at))
        if self._carried.wants(grant.account):
            self._fetcher.want(grant.feed, True)
            self._wake(self._fetcher.offering(grant.feed) if new and end is not None else ())
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
        self._woken[name] = None
        return self.settle(now)

    def lost(self, name: str, now: Now) -> list[Effect]:
        """The session is over, whatever the reason."""
        peer = self.peers.pop(name, None)
        if peer is None:
            return []
        asked = [(ask.feed, ask.first, ask.last) for ask in peer.session.asked.values()]
        self._wake(self._fetcher.leave(name, asked))
        return self.settle(now)

    def offended(self, name: str, error: Refused) -> list[Effect]:
        """The peer broke a rule for which it is left: tell it, and hang up."""
        return [
            Notice("refused", name, detail=f"{error.code}: {error}"),
            Send(name, Bye(error.code, str(error))),
            HangUp(name, error),
        ]

    def tick(self, now: Now) -> list[Effect]:
        """Call once a second, and `ANNOUNCE_EVERY_MS` after `announcing` became true: gives up
        asks that are not answered in time, finds other sources for what is late, and sends what
        has waited."""
        effects = self._spreader.announce()
        for peer in self.peers.values():
            if not peer.is_quiet:
                self._woken[peer.name] = None
            for ask in peer.overdue(now, ASK_TIMEOUT_MS):
                effects.append(Notice("too-slow", peer.name, ask.feed))
                peer.session.give_up(ask)
                peer.lacking = True
                self._answer_lacks(peer, ask, now)
        for name, found in self._racer.second_sources(now):
            self._woken[name] = None
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
            effects = self._HANDLERS[type(frame)](self, peer, frame, asks, now)
        except Refused as error:
            return self.offended(name, error)
        self._woken[name] = None
        return effects + self.settle(now)

    def _on_hello(self, peer: Peer, frame: Hello, *_: Any) -> list[Effect]:
        return self._resumer.greeted(peer, frame)

    def _on_want(self, peer: Peer, frame: Want, _: Any, now: Now) -> list[Effect]:
        found: list[bytes] = []
        peer.days.note(frame.day, *now)
        for blind in frame.blinds:
            account = self._carried.directory.find(frame.day, blind)
            if account is None:
                peer.remember(frame.day, blind)
            elif account not in peer.wants:
                peer.wants.add(account)
                found.append(account)
        if not frame.more:
            peer.names_wants(frame.token)
        if peer.resume is None:
            return self._sayer.introduce(peer, found, more=frame.more)
        new = [account for account in found if account not in peer.knew]
        effects = self._sayer.introduce(peer, new, more=True) if new or frame.more else []
        return effects if frame.more else effects + self._resumer.listed(peer)

    def _on_unwant(self, peer: Peer, frame: Unwant, _: Any, now: Now) -> list[Effect]:
        peer.days.note(frame.day, *now)
        for blind in frame.blinds:
            account = self._carried.directory.find(frame.day, blind)
            peer.wants.discard(account or b"")
        peer.forget(frame.day, frame.blinds)
        peer.names_wants(frame.token)
        return []

    def _on_have(self, peer: Peer, frame: Have, *_: Any) -> list[Effect]:
        adopted: list[Grant] = []
        effects: list[Effect] = []
        for offer in frame.offers:
            try:
                grant = self._wanted_grant(offer.grant)
            except UnknownVersion:
                continue  # later software offers more, and is not worse for that
            except Refused as error:
                effects += self._refuse(peer, None, error)
                continue
            if grant is None:
                continue  # a name that matched by chance, unfollowed since, or left out by a rule
            if grant.feed not in self._fetcher:
                self._enter(grant)
                adopted.append(grant)
            self._offered(peer, grant.feed, offer.held)
        peer.listed = not frame.more
        return [Adopt(adopted), *effects] if adopted else effects

    def _on_say(self, peer: Peer, frame: Say, _: Any, now: Now) -> list[Effect]:
        found, errors = self._sayer.receive(peer, frame.statements, now)
        effects: list[Effect] = [Heed(peer.name, found)] if found else []
        for error in errors:
            effects += self._refuse(peer, None, error)
        return effects

    def _wanted_grant(self, wire: bytes) -> Grant | None:
        """Verify a grant, if its account is wanted and its feed may be taken. Raises `Refused`.

        It is looked at first: whoever offers what nobody wants costs no curve arithmetic. A
        wanted account's key was checked when it was followed.
        """
        claim = self._carried.known(wire) or claim_of(wire)
        if not (self._carried.wants(claim.account) and self._carried.takes(claim)):
            return None
        return claim if isinstance(claim, Grant) else claim.verified(account_is_valid=True)

    def _on_get(self, peer: Peer, frame: Get, *_: Any) -> list[Effect]:
        return [Serve(peer.name, frame.asks)]

    def _on_entries(
        self, peer: Peer, frame: Entries, asks: Sequence[Ask], now: Now
    ) -> list[Effect]:
        run = frame.run
        if not frame.number:
            return self._intake.pushed(peer, run, now)
        for ask in asks:
            peer.answered(ask, now)
            self._fetcher.closed(peer.name, (ask.feed, ask.first, ask.last))
            self._intake.answered(peer, run)
            if run.last < ask.last:
                self._fetcher.lacks(peer.name, ask.feed, run.last + 1, ask.last)
                self._wake(self._fetcher.released(ask.feed, run.last + 1, ask.last))
            self._wake(self._fetcher.released(ask.feed, ask.first, run.first - 1))
            peer.judging += 1
            return [Judge(peer.name, run, ask)]
        return []

    def _on_miss(self, peer: Peer, _: Miss, asks: Sequence[Ask], now: Now) -> list[Effect]:
        for ask in asks:
            if ask.number in peer.guesses:
                self._fetcher.guessed_wrong(peer.name, ask.feed)
            elif not self._may_have_gone(ask.feed):
                peer.lacking = True
                peer.refusals += 1
            self._answer_lacks(peer, ask, now)
        if peer.refusals > MAX_REFUSALS:
            # Or one claim of a billion entries would cost a million asks.
            raise ProtocolViolation("it offers what it does not have")
        return []

    def _on_heights(self, peer: Peer, frame: Heights, _: Any, now: Now) -> list[Effect]:
        effects: list[Effect] = []
        checks = frame.checks or [b""] * len(frame.heights)
        for (feed, height), check in zip(frame.heights, checks, strict=True):
            if feed not in self._fetcher:
                continue  # made up, or of an account that is not wanted
            may_ask = peer.session.state is State.OPEN and peer.session.has_room
            if check and may_ask and self._intake.has_another(peer, feed, height, check, now):
                effects += self._ask(peer, [self._fetcher.probe(peer.name, feed, height)], now)
            if height > self._fetcher.offered(peer.name, feed).last:
                self._offered(peer, feed, [(height, height)])
                self._fetcher.guess_below(peer.name, feed, height)
            wanted = self._fetcher.wants_up_to(feed, height)
            if wanted and not self._fetcher.has_or_expects(feed, height, height):
                # An announcement comes late on purpose; whoever still lacks the entry has lost
                # the branch of the tree that should have brought it.
                effects.append(peer.graft(feed))
        return effects

    def _on_prune(self, peer: Peer, frame: Prune, *_: Any) -> list[Effect]:
        peer.announced.update(feed for feed in frame.feeds if feed in self._fetcher)
        return []

    def _on_graft(self, peer: Peer, frame: Graft, *_: Any) -> list[Effect]:
        peer.announced.difference_update(frame.feeds)
        return []

    def _on_mark(self, peer: Peer, frame: Mark, *_: Any) -> list[Effect]:
        self._resumer.marked(peer, frame)
        return []

    def _on_again(self, peer: Peer, _: Again, __: Any, now: Now) -> list[Effect]:
        return self._resumer.again(peer, now)

    def _on_synced(self, peer: Peer, *_: Any) -> list[Effect]:
        peer.synced = True
        if not peer.awaits_synced:
            peer.asks_synced = True
        peer.awaits_synced = False
        heard, peer.heard_synced = peer.heard_synced, True
        return [] if heard else self._resumer.owe_mark(peer)

    def _on_bye(self, peer: Peer, frame: Bye, *_: Any) -> list[Effect]:
        left = Notice("left", peer.name, detail=frame.code)
        return [left, HangUp(peer.name, None)]

    _HANDLERS: ClassVar[dict[type, _Handler]] = {
        Hello: _on_hello,
        Want: _on_want,
        Unwant: _on_unwant,
        Have: _on_have,
        Get: _on_get,
        Entries: _on_entries,
        Miss: _on_miss,
        Heights: _on_heights,
        Synced: _on_synced,
        Bye: _on_bye,
        Mark: _on_mark,
        Again: _on_again,
        Prune: _on_prune,
        Graft: _on_graft,
        Say: _on_say,
    }

    # --- what became of a run ----------------------------------------------------------------

    def judged(self, job: Judge, error: Refused | None, now: Now) -> list[Effect]:
        """The outcome of a `Judge`: stored (or held already), or refused with `error`."""
        run, peer = job.run, self.peers.get(job.peer)
        # What is noted as held is not waited for; of a feed that has ended a review does that.
        if error is not None or self._fetcher.has_ended(run.feed):
            self._wake(self._fetcher.released(run.feed, run.first, run.last))
        if peer is not None:
            peer.judging -= 1
            self._woken[peer.name] = None
        if error is not None:
            effects = self._run_refused(job, peer, error)
        else:
            effects = self._intake.stored(job, peer)
            if not self._fetcher.has_ended(run.feed) and self._sayer.ends(run.feed):
                effects.append(Review([run.feed]))  # its grant came after its end
        return effects + self.settle(now)

    def _run_refused(self, job: Judge, peer: Peer | None, error: Refused) -> list[Effect]:
        run = job.run
        self._intake.refused(run)
        if isinstance(error, Forked | Revoked):
            # No fault of the peer, which has another branch.
            return self._find_out(job, error)
        if peer is None:
            return []
        if isinstance(error, TimeGoesBack):
            # No frame carries a run whose own times go back: the author has contradicted himself,
            # and the peer holds the part that does not count.
            self._fetcher.lacks(peer.name, run.feed, run.first, run.last)
            return []
        self._fetcher.split(peer.name, (run.feed, run.first, run.last))
        return self._refuse(peer, run.feed, error)

    def heeded(self, job: Heed, outcomes: Sequence[Heard], now: Now) -> list[Effect]:
        """The outcome of a `Heed`, for each statement."""
        effects, blames = self._sayer.heeded(job, outcomes)
        for name, error in blames:
            if name in self.peers:
                effects += self._refuse(self.peers[name], None, error)
        if job.peer in self.peers:
            counting = [said for said, outcome in outcomes if said is not None and outcome is True]
            self.peers[job.peer].says.give_back(sum(len(said.wire) for said in counting))
        return effects + self.settle(now)

    def _find_out(self, job: Judge, error: Forked | Revoked) -> list[Effect]:
        """The feed has forked, or has an end: the store knows what is wanted of it now."""
        feed = job.run.feed
        if self._fetcher.has_ended(feed):
            return []
        self._fetcher.want(feed, False)
        notice = [Notice("forked", job.peer, feed, str(error))] if isinstance(error, Forked) else []
        return [*notice, Review([feed])]

    def _may_have_gone(self, feed: bytes) -> bool:
        """Whether peers may have lost of a feed what they offered: their account has ended it."""
        return self._fetcher.has_ended(feed) or self._sayer.is_deciding(feed)

    def _refuse(self, peer: Peer, feed: bytes | None, error: Refused) -> list[Effect]:
        peer.refusals += 1
        peer.lacking = True
        if peer.refusals > MAX_REFUSALS:
            return self.offended(peer.name, ProtocolViolation("too much of it was refused"))
        return [Notice("refused", peer.name, feed, f"{error.code}: {error}")]

    # --- asking ----------------------------------------------------------------------------------

    def _offered(self, peer: Peer, feed: bytes, held: Sequence[Range]) -> None:
        self._fetcher.offer(peer.name, feed, held)
        peer.told_synced = False

    def _answer_lacks(self, peer: Peer, ask: Ask, now: Now) -> None:
        peer.answered(ask, now)
        window = (ask.feed, ask.first, ask.last)
        self._fetcher.closed(peer.name, window)
        self._fetcher.lacks(peer.name, *window)
        self._wake(self._fetcher.released(*window))

    def settle(self, now: Now) -> list[Effect]:
        """Ask on, wherever something has changed, and say so where nothing is left to ask."""
        effects: list[Effect] = []
        woken, self._woken = self._woken, {}
        for name in woken:
            peer = self.peers.get(name)
            if peer is not None and peer.session.state is State.OPEN:
                effects += self._ask_on(peer, now)
        if self._look_again:
            effects.append(Review(list(self._look_again)))
            self._look_again.clear()
        return effects + self._spreader.tell_changes()

    def _ask_on(self, peer: Peer, now: Now) -> list[Effect]:
        windows = self._fetcher.next_windows(peer.name) if peer.session.has_room else []
        idle = peer.listed and not peer.judging and self._fetcher.is_idle(peer.name)
        peer.complete = idle and not windows
        if windows:
            return self._ask(peer, windows, now)
        if not peer.complete:
            return []
        return self._resumer.reached(peer, now) + self._tell_synced(peer, now)

    def _ask(self, peer: Peer, windows: Sequence[Window], now: Now) -> list[Effect]:
        peer.told_synced = False
        get = peer.session.ask(windows)
        for ask in get.asks:
            peer.asked_at[ask.number] = now.mono_ms
            if self._fetcher.is_guess(peer.name, ask.feed, ask.last):
                peer.guesses.add(ask.number)
        return [Send(peer.name, get)]

    def _tell_synced(self, peer: Peer, now: Now) -> list[Effect]:
        told_at, asked = peer.told_synced_at, peer.asks_synced
        if not asked and (peer.told_synced or peer.awaits_synced):
            return []
        soon = asked or peer.hurried or peer.told_synced_times < PROMPT_SYNCED
        wait = SYNCED_ASKED_MS if soon else SYNCED_EVERY_MS
        if told_at is not None and now.mono_ms - told_at < wait:
            return []
        peer.told_synced, peer.told_synced_at = True, now.mono_ms
        peer.told_synced_times += 1
        peer.awaits_synced = peer.awaits_synced or not asked
        peer.asks_synced = peer.hurried = False
        # Before it leaves with this, let it know how far it knows this store by now.
        mark = self._resumer.owe_mark(peer) if told_at is None else []
        return [*mark, Send(peer.name, Synced()), Notice("synced", peer.name)]

    def _resume(self, account: bytes) -> None:
        for feed in self._carried.feeds(account):
            self._fetcher.want(feed, True)

    def _enter(self, grant: Grant) -> None:
        self._carried.enter(grant)
        self._fetcher.track(grant.feed)

    def _wake(self, names: Iterable[str]) -> None:
        self._woken |= dict.fromkeys(names)
