"""Taking up where the last session with a peer ended, so that a reconnect costs what is new.

Two directions that do not depend on each other. What *this* side wants: it names the place
up to which it knows the peer's store, and its list of wants by a token; where the peer
remembers both, nothing else is said. What the *peer* wants: it is looked up by its token,
and what came into the store after its place is offered.

A place is believed only for the epoch that gave it, and only where the entry at that place
is still the same: a store that was wound back, copied or made anew must not hide entries
behind an old number.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...accounts.attestation import Attestation
from ...crypto.hashing import TOKEN_SIZE, blinded, toggled
from ...errors import ProtocolViolation
from ...limits import MARK_ENTRIES, MARK_EVERY_MS, MAX_WANTS_A_FRAME, PLACE_EVERY_MS, PROMPT_PLACES
from ..catalog import Catalog
from ..effects import Effect, Event, FindChanges, IssueMark, SaveResumeState, Send
from ..gossip.attestation_sync import AttestationSync
from ..gossip.gossip import Gossip
from ..interest import day_of
from ..now import Now
from ..peer.peer import Peer
from ..session import PROTOCOL_VERSION
from ..wire.frame_codec import Again, Hello, Mark, Resume, Want
from .resume_state import Place


class Resumption:
    """Looks at the same accounts and peers as the `Replica` that owns it."""

    def __init__(
        self,
        carried: Catalog,
        gossip: Gossip,
        attestation_sync: AttestationSync,
        epoch: bytes,
        software: str,
    ) -> None:
        self._carried = carried
        self._gossip = gossip
        self._attestation_sync = attestation_sync
        self._epoch = epoch
        self._software = software
        self.token = bytes(TOKEN_SIZE)
        """The own name for all that is wanted now."""
        self._arrived = 0
        self._surveyed = 0

    def wants_changed(self, account: bytes) -> None:
        """An account is wanted now, or no longer."""
        self.token = toggled(self.token, self._epoch, account)

    # --- what this side wants ------------------------------------------------------------

    def greet(self, peer: Peer, now: Now) -> list[Effect]:
        """The first frames of a session."""
        place = peer.memory.place
        if place is None:
            hello = Hello(PROTOCOL_VERSION, self._software, self._epoch)
            return [Send(peer.name, hello), *self.list_wants(peer, now)]
        changed = place.token != self.token
        peer.again_due = not changed
        resume = Resume(place.epoch, place.mark, place.token, changed)
        hello = Hello(PROTOCOL_VERSION, self._software, self._epoch, resume)
        return [Send(peer.name, hello), *(self.list_wants(peer, now) if changed else ())]

    def list_wants(self, peer: Peer, now: Now) -> list[Effect]:
        """Name all wanted accounts."""
        day = day_of(now.wall_ms)
        blinds = [blinded(account, day) for account in self._carried.wanted]
        effects: list[Effect] = []
        for at in range(0, max(1, len(blinds)), MAX_WANTS_A_FRAME):
            part = blinds[at : at + MAX_WANTS_A_FRAME]
            more = at + MAX_WANTS_A_FRAME < len(blinds)
            effects.append(Send(peer.name, Want(day, part, more, self.token)))
        return effects

    def again(self, peer: Peer, now: Now) -> list[Effect]:
        """The peer does not remember what is wanted of it. Raises `ProtocolViolation` where it
        was told: a list of all wants costs more than to say so."""
        if not peer.again_due:
            raise ProtocolViolation("it asks again for wants that it was told")
        peer.again_due = False
        return self.list_wants(peer, now)

    def marked(self, peer: Peer, mark: Mark) -> None:
        """The peer has offered everything up to its mark; where it was told a list of wants,
        the answer to that is still to come."""
        peer.listed = peer.listed or peer.again_due
        peer.mark = mark

    def reached(self, peer: Peer, now: Now) -> list[Effect]:
        """Nothing of what the peer offered is lacking: its mark is a place to come back to.
        Marks that come too fast wait: each that is kept is a write to the disk."""
        if peer.mark is None or peer.lacking or not peer.epoch:
            return []
        if peer.places >= PROMPT_PLACES and now.mono_ms - peer.remembered_at < PLACE_EVERY_MS:
            return []
        peer.places += 1
        peer.remembered_at = now.mono_ms
        place, peer.mark = Place(peer.epoch, peer.mark, self.token), None
        return [SaveResumeState(peer.name, place)]

    # --- what the peer wants -------------------------------------------------------------

    def greeted(self, peer: Peer, hello: Hello) -> list[Effect]:
        """The peer's hello: look up where it was, if it says that it was here."""
        peer.software, peer.epoch = hello.software, hello.epoch
        resume, interest = hello.resume, peer.memory.interest
        if resume is None:
            return []
        if resume.epoch != self._epoch or interest is None or interest.token != resume.token:
            return self._start_over(peer, resume)
        peer.recall_interest(interest, resume)
        for account in sorted(self._carried.withheld & peer.wants):
            peer.set_aside(account, self._carried.feeds(account))
        return [] if resume.changed else [FindChanges(peer.name, resume.mark)]

    def listed(self, peer: Peer) -> list[Effect]:
        """The peer has named all that it wants now. Of what it wanted before it knows what was
        here up to its place; accounts that it has dropped are not looked at."""
        return [FindChanges(peer.name, peer.resume.mark)] if peer.resume is not None else []

    def changes_found(
        self, peer: Peer, feeds: Iterable[bytes] | None, said: Iterable[Attestation]
    ) -> list[Effect]:
        """`feeds` got entries since the peer's place, None where its place is not known; `said`
        counts since then."""
        resume, peer.resume = peer.resume, None
        if resume is None:
            return []
        if feeds is None:
            return self._not_there(peer, resume)
        # What costs time here is spent for each feed that is followed, at every reconnect: so
        # all but what has changed is only counted.
        peer.told_first = self._carried.count
        known = peer.wants & peer.knew
        news = [feed for feed in feeds if self._carried.owner(feed) in known]
        say = self._attestation_sync.about(known, said)
        for account in peer.match_all(self._carried.accounts):
            news += self._carried.feeds(account)
            say += self._attestation_sync.of(account)
        peer.session.resume()
        # A list that was named waits for an answer, an empty one too.
        offers = self._gossip.offers(peer, news, more=False) if news or resume.changed else []
        told = self._attestation_sync.around(peer, say, offers)
        return [Event("resumed", peer.name), *told, *self.owe_mark(peer)]

    def _not_there(self, peer: Peer, resume: Resume) -> list[Effect]:
        """The peer's place is none of this store: what it wants is told in full."""
        if not resume.changed:
            peer.forget_interest()
            return self._start_over(peer, resume)
        return self._attestation_sync.introduce(peer, sorted(peer.wants & peer.knew), more=False)

    def owe_mark(self, peer: Peer) -> list[Effect]:
        """Tell the peer how far it knows this store. A survey is a query: what a peer may cause
        at will waits for `marks_due`."""
        peer.owed_mark = True
        return self._survey()

    def arrived(self, count: int) -> None:
        """So many entries have come into the store."""
        self._arrived += count

    def marks_due(self, peers: Iterable[Peer], now: Now) -> list[Effect]:
        """Once a second: a survey, where some peer's mark has grown old. While much is coming in
        only time counts, not how much."""
        peers = list(peers)
        busy = any(peer.judging or peer.asked_at for peer in peers)
        for peer in peers:
            peer.owed_mark = peer.owed_mark or self._is_old(peer, now, busy)
        return self._survey() if any(peer.owed_mark for peer in peers) else []

    def _is_old(self, peer: Peer, now: Now, busy: bool) -> bool:
        if peer.given is None or peer.marked == self._arrived:
            return False
        if peer.unmarked_since is None:
            peer.unmarked_since = now.mono_ms
        if now.mono_ms - peer.unmarked_since >= MARK_EVERY_MS:
            return True
        return not busy and self._arrived - peer.marked >= MARK_ENTRIES

    def _survey(self) -> list[Effect]:
        self._surveyed = self._arrived
        return [IssueMark()]

    def mark_issued(self, peers: Iterable[Peer], mark: Mark) -> list[Effect]:
        """Everything up to `mark` has been offered by now."""
        effects: list[Effect] = []
        for peer in peers:
            if not peer.owed_mark:
                continue
            peer.owed_mark, peer.marked, peer.unmarked_since = False, self._surveyed, None
            if peer.given != mark:
                effects += self._give_mark(peer, mark)
        return effects

    def _give_mark(self, peer: Peer, mark: Mark) -> list[Effect]:
        """With a mark the peer can come back to its present list of wants: that is when the
        list is worth keeping, and not at each of the many changes that a peer may send."""
        peer.given = mark
        given: list[Effect] = [Send(peer.name, mark)]
        if peer.interest_changed:
            peer.interest_changed = False
            given.append(SaveResumeState(peer.name, peer.interest))
        return given

    def _start_over(self, peer: Peer, resume: Resume) -> list[Effect]:
        return [] if resume.changed else [Send(peer.name, Again())]
