"""What each frame of a peer means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from ..accounts.statement import Grant, claim_of
from ..errors import Refused, UnknownVersion
from .catalog import Catalog
from .effects import Answer, Disconnect, Effect, Event, StoreGrants, StoreRun, StoreStatements
from .fetch.requester import Requester
from .fetch.scheduler import Scheduler
from .gossip.attestation_sync import AttestationSync
from .ingest.incoming import Incoming
from .ingest.misbehaviour import check_misses, missed, refuse
from .ingest.outcomes import Outcomes
from .now import Now
from .peer.peer import Peer
from .resumption.resumption import Resumption
from .session import State
from .wire.frame_codec import (
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

_Handler = Callable[..., list[Effect]]


class FrameHandlers:
    """Looks at the same accounts, ranges and peers as the `Replica` that owns it."""

    def __init__(
        self,
        carried: Catalog,
        scheduler: Scheduler,
        resumption: Resumption,
        attestation_sync: AttestationSync,
        incoming: Incoming,
        requester: Requester,
        outcomes: Outcomes,
    ) -> None:
        self._carried = carried
        self._scheduler = scheduler
        self._resumption = resumption
        self._attestation_sync = attestation_sync
        self._incoming = incoming
        self._requester = requester
        self._outcomes = outcomes

    def follow(self, peer: Peer, frame: Frame, asks: Sequence[Ask], now: Now) -> list[Effect]:
        """Follow a frame that the session has let pass; `asks` are those that it answers.

        Raises `Refused` where the peer is to be left for it."""
        return self.HANDLERS[type(frame)](self, peer, frame, asks, now)

    def _on_hello(self, peer: Peer, frame: Hello, *_: Any) -> list[Effect]:
        return self._resumption.greeted(peer, frame)

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
            return self._attestation_sync.introduce(peer, found, more=frame.more)
        new = [account for account in found if account not in peer.knew]
        effects = (
            self._attestation_sync.introduce(peer, new, more=True) if new or frame.more else []
        )
        return effects if frame.more else effects + self._resumption.listed(peer)

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
                effects += refuse(peer, None, error)
                continue
            if grant is None:
                continue  # a name that matched by chance, unfollowed since, or left out by a rule
            if grant.feed not in self._scheduler:
                self._carried.enter(grant)
                self._scheduler.track(grant.feed)
                adopted.append(grant)
            self._requester.offered(peer, grant.feed, offer.held)
        peer.listed = not frame.more
        return [StoreGrants(adopted), *effects] if adopted else effects

    def _on_say(self, peer: Peer, frame: Say, _: Any, now: Now) -> list[Effect]:
        found, errors = self._attestation_sync.receive(peer, frame.statements, now)
        effects: list[Effect] = [StoreStatements(peer.name, found)] if found else []
        for error in errors:
            effects += refuse(peer, None, error)
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
        return [Answer(peer.name, frame.asks)]

    def _on_entries(
        self, peer: Peer, frame: Entries, asks: Sequence[Ask], now: Now
    ) -> list[Effect]:
        run = frame.run
        if not frame.number:
            return self._incoming.pushed(peer, run, now)
        for ask in asks:
            peer.answered(ask, now)
            self._scheduler.closed(peer.name, (ask.feed, ask.first, ask.last))
            if self._carried.withholds(run.feed):  # it was asked for before
                self._requester.wake(self._scheduler.released(ask.feed, ask.first, ask.last))
                return []
            self._incoming.answered(peer, run)
            if run.last < ask.last:
                self._scheduler.lacks(peer.name, ask.feed, run.last + 1, ask.last)
                self._requester.wake(self._scheduler.released(ask.feed, run.last + 1, ask.last))
            self._requester.wake(self._scheduler.released(ask.feed, ask.first, run.first - 1))
            peer.judging += 1
            return [StoreRun(peer.name, run, ask)]
        return []

    def _on_miss(self, peer: Peer, _: Miss, asks: Sequence[Ask], now: Now) -> list[Effect]:
        for ask in asks:
            if ask.number in peer.guesses:
                self._scheduler.guessed_wrong(peer.name, ask.feed)
            elif not self._outcomes.may_have_gone(ask.feed):
                missed(peer)
            self._requester.unanswered(peer, ask, now)
        check_misses(peer)
        return []

    def _on_heights(self, peer: Peer, frame: Heights, _: Any, now: Now) -> list[Effect]:
        effects: list[Effect] = []
        checks = frame.checks or [b""] * len(frame.heights)
        for (feed, height), check in zip(frame.heights, checks, strict=True):
            if feed not in self._scheduler:
                continue  # made up, or of an account that is not wanted
            may_ask = peer.session.state is State.OPEN and peer.session.has_room
            if check and may_ask and self._incoming.has_another(peer, feed, height, check, now):
                effects += self._requester.ask(
                    peer, [self._scheduler.probe(peer.name, feed, height)], now
                )
            if height > self._scheduler.offered(peer.name, feed).last:
                self._requester.offered(peer, feed, [(height, height)])
                self._scheduler.guess_below(peer.name, feed, height)
            wanted = self._scheduler.wants_up_to(feed, height)
            if wanted and not self._scheduler.has_or_expects(feed, height, height):
                # An announcement comes late on purpose; whoever still lacks the entry has lost
                # the branch of the tree that should have brought it.
                effects.append(peer.graft(feed))
        return effects

    def _on_prune(self, peer: Peer, frame: Prune, *_: Any) -> list[Effect]:
        peer.announced.update(feed for feed in frame.feeds if feed in self._scheduler)
        return []

    def _on_graft(self, peer: Peer, frame: Graft, *_: Any) -> list[Effect]:
        peer.announced.difference_update(frame.feeds)
        return []

    def _on_mark(self, peer: Peer, frame: Mark, *_: Any) -> list[Effect]:
        self._resumption.marked(peer, frame)
        return []

    def _on_again(self, peer: Peer, _: Again, __: Any, now: Now) -> list[Effect]:
        return self._resumption.again(peer, now)

    def _on_synced(self, peer: Peer, *_: Any) -> list[Effect]:
        peer.synced = True
        if not peer.awaits_synced:
            peer.asks_synced = True
        peer.awaits_synced = False
        heard, peer.heard_synced = peer.heard_synced, True
        return [] if heard else self._resumption.owe_mark(peer)

    def _on_bye(self, peer: Peer, frame: Bye, *_: Any) -> list[Effect]:
        left = Event("left", peer.name, detail=frame.code)
        return [left, Disconnect(peer.name, None)]

    HANDLERS: ClassVar[dict[type, _Handler]] = {
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
