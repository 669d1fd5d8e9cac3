"""The frames of a peer, and what is to be done for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from ..accounts.statement import Grant, claim_of
from ..errors import PromiseBroken, Refused, UnknownVersion
from .effects import Answer, Disconnect, Effect, Event, StoreGrants
from .ingest.incoming import Incoming
from .ingest.misbehaviour import charge, charge_misses
from .now import Now
from .peer.peer import Peer
from .replica_parts import ReplicaParts
from .session import State
from .wire.frames import (
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
    Serve,
    Synced,
    Unwant,
    Want,
)

_Handler = Callable[..., list[Effect]]


class FrameHandlers:
    """One method for each frame; `HANDLERS` names them."""

    def __init__(self, parts: ReplicaParts, incoming: Incoming) -> None:
        self._catalog = parts.state.catalog
        self._scheduler = parts.state.scheduler
        self._front_ends = parts.front_ends
        self._resumption = parts.resumption
        self._marks = parts.marks
        self._attestation_sync = parts.attestation_sync
        self._requester = parts.requester
        self._incoming = incoming

    def follow(self, peer: Peer, frame: Frame, asks: Sequence[Ask], now: Now) -> list[Effect]:
        """Follow a frame that the session has let pass; `asks` are those that it answers.

        Raises `Refused` where the peer is to be left for it."""
        return self.HANDLERS[type(frame)](self, peer, frame, asks, now)

    def _on_hello(self, peer: Peer, frame: Hello, _: Any, now: Now) -> list[Effect]:
        return self._resumption.greeted(peer, frame, now)

    def _on_serve(self, peer: Peer, frame: Serve, _: Any, now: Now) -> list[Effect]:
        try:
            return self._front_ends.shown(peer, frame.roster, now)
        except Refused as error:
            return charge(peer, None, error)

    def _on_want(self, peer: Peer, frame: Want, _: Any, now: Now) -> list[Effect]:
        found = peer.interest.add(self._catalog.directory, frame.day, frame.blinds, now)
        if not frame.more:
            peer.interest.rename(frame.token)
        if peer.resumption.resume is None:
            return self._attestation_sync.introduce(peer, found, more=frame.more)
        new = [account for account in found if account not in peer.resumption.known]
        effects = (
            self._attestation_sync.introduce(peer, new, more=True) if new or frame.more else []
        )
        return effects if frame.more else effects + self._resumption.listed(peer)

    def _on_unwant(self, peer: Peer, frame: Unwant, _: Any, now: Now) -> list[Effect]:
        peer.interest.remove(self._catalog.directory, frame.day, frame.blinds, now)
        peer.interest.rename(frame.token)
        return []

    def _on_have(self, peer: Peer, frame: Have, *_: Any) -> list[Effect]:
        taken: list[Grant] = []
        effects: list[Effect] = []
        for offer in frame.offers:
            try:
                grant = self._wanted_grant(offer.grant)
            except UnknownVersion:
                continue  # later software offers more, and is not worse for that
            except PromiseBroken as error:  # whoever passes it on may have met a thief first
                if not peer.conduct.lacking:
                    effects.append(Event("refused", peer.name, None, f"{error.code}: {error}"))
                peer.conduct.note_lack()  # it has to offer it again, should the promise change
                continue
            except Refused as error:
                effects += charge(peer, None, error)
                continue
            if grant is None:
                continue  # a name that matched by chance, unfollowed since, or left out by a rule
            if grant.feed not in self._scheduler:
                self._catalog.enter(grant)
                self._scheduler.track(grant.feed)
                taken.append(grant)
            self._requester.offered(peer, grant.feed, offer.held)
        peer.fetch.listed = not frame.more
        return [StoreGrants(taken), *effects] if taken else effects

    def _on_say(self, peer: Peer, frame: Say, _: Any, now: Now) -> list[Effect]:
        return self._incoming.stated(peer, frame.statements, now)

    def _wanted_grant(self, wire: bytes) -> Grant | None:
        """Verify a grant, if its account is wanted and its feed may be taken. Raises `Refused`.

        It is read first: whoever offers what nobody wants costs no curve arithmetic. A
        wanted account's key was checked when it was followed. One that breaks the promise of an
        invite is `PromiseBroken`.
        """
        known = self._catalog.known(wire)
        if known is not None:
            return known if self._catalog.wants(known.account) else None
        claim = claim_of(wire)
        if not self._catalog.wants(claim.account):
            return None
        if self._catalog.takes(claim):
            return claim.verified(account_is_valid=True)
        if self._catalog.breaks_promise(claim):
            claim.verified(account_is_valid=True)  # a made-up one must not alarm anybody
            self._catalog.broken_promises.add(claim.account)
            raise PromiseBroken("a feed that promises another next key than the invite did")
        return None

    def _on_get(self, peer: Peer, frame: Get, *_: Any) -> list[Effect]:
        return [Answer(peer.name, frame.asks)] if frame.asks else []

    def _on_entries(
        self, peer: Peer, frame: Entries, asks: Sequence[Ask], now: Now
    ) -> list[Effect]:
        if not frame.number:
            return self._incoming.pushed(peer, frame, now)
        for ask in asks:
            return self._incoming.answered(peer, ask, frame, now)
        return []  # the ask was given up

    def _on_miss(self, peer: Peer, _: Miss, asks: Sequence[Ask], now: Now) -> list[Effect]:
        broken = 0
        for ask in asks:
            if ask.number in peer.fetch.guesses:
                self._scheduler.guessed_wrong(peer.name, ask.feed)
            elif not self._attestation_sync.may_have_gone(ask.feed):
                broken += 1
            self._requester.unanswered(peer, ask, now)
        charge_misses(peer, broken)
        return []

    def _on_heights(self, peer: Peer, frame: Heights, _: Any, now: Now) -> list[Effect]:
        effects: list[Effect] = []
        lost: list[bytes] = []
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
                lost.append(feed)
        return [*effects, peer.graft(lost)] if lost else effects

    def _on_prune(self, peer: Peer, frame: Prune, *_: Any) -> list[Effect]:
        peer.gossip.announced.update(feed for feed in frame.feeds if feed in self._scheduler)
        return []

    def _on_graft(self, peer: Peer, frame: Graft, *_: Any) -> list[Effect]:
        peer.gossip.announced.difference_update(frame.feeds)
        return []

    def _on_mark(self, peer: Peer, frame: Mark, *_: Any) -> list[Effect]:
        self._resumption.marked(peer, frame)
        return []

    def _on_again(self, peer: Peer, _: Again, __: Any, now: Now) -> list[Effect]:
        return self._resumption.again(peer, now)

    def _on_synced(self, peer: Peer, *_: Any) -> list[Effect]:
        return self._marks.owe(peer) if peer.synced.hear() else []

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
        Serve: _on_serve,
    }
