"""Resumption: a session takes up where the last one with the peer ended, so that a reconnect costs
what is new.

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
from ...limits import MAX_WANTS_A_FRAME
from ..effects import Effect, Event, FindChanges, Send
from ..gossip.attestation_sync import AttestationSync
from ..gossip.gossip import Gossip
from ..interest import day_of
from ..now import Now
from ..peer.peer import Peer
from ..replica_state import ReplicaState
from ..resume_state import Interest
from ..session import PROTOCOL_VERSION
from ..wire.frames import Again, Hello, Mark, Resume, Want
from .front_ends import FrontEnds
from .marks import Marks


class Resumption:
    """The first frames of a session, and the places to come back to."""

    def __init__(
        self,
        state: ReplicaState,
        gossip: Gossip,
        marks: Marks,
        attestation_sync: AttestationSync,
        front_ends: FrontEnds,
    ) -> None:
        self._catalog = state.catalog
        self._epoch = state.epoch
        self._software = state.software
        self._gossip = gossip
        self._marks = marks
        self._attestation_sync = attestation_sync
        self._front_ends = front_ends
        self.token = bytes(TOKEN_SIZE)
        """The own name for all that is wanted now."""

    def wants_changed(self, account: bytes) -> None:
        """An account is wanted now, or no longer."""
        self.token = toggled(self.token, self._epoch, account)

    # --- what this side wants ------------------------------------------------------------

    def greet(self, peer: Peer, now: Now) -> list[Effect]:
        """The first frames of a session."""
        self._front_ends.begin(peer, now)
        place, roster = peer.resumption.state.place, self._front_ends.roster_of(peer)
        if place is None:
            hello = Hello(PROTOCOL_VERSION, self._software, self._epoch, None, roster)
            return [Send(peer.name, hello), *self._list_wants(peer, now)]
        changed = place.token != self.token
        peer.resumption.again_due = not changed
        resume = Resume(place.epoch, place.mark, place.token, changed)
        hello = Hello(PROTOCOL_VERSION, self._software, self._epoch, resume, roster)
        return [Send(peer.name, hello), *(self._list_wants(peer, now) if changed else ())]

    def _list_wants(self, peer: Peer, now: Now) -> list[Effect]:
        """Name all wanted accounts."""
        day = day_of(now.wall_ms)
        blinds = [blinded(account, day) for account in self._catalog.wanted]
        effects: list[Effect] = []
        for at in range(0, max(1, len(blinds)), MAX_WANTS_A_FRAME):
            part = blinds[at : at + MAX_WANTS_A_FRAME]
            more = at + MAX_WANTS_A_FRAME < len(blinds)
            effects.append(Send(peer.name, Want(day, part, more, self.token)))
        return effects

    def again(self, peer: Peer, now: Now) -> list[Effect]:
        """The peer does not remember what is wanted of it. Raises `ProtocolViolation` where it
        was told: a list of all wants costs more than to say so."""
        if not peer.resumption.again_due:
            raise ProtocolViolation("it asks again for wants that it was told")
        peer.resumption.again_due = False
        self._front_ends.tells_whole(peer, now)
        return self._list_wants(peer, now)

    def marked(self, peer: Peer, mark: Mark) -> None:
        """The peer has offered everything up to its mark; where it was told a list of wants,
        the answer to that is still to come."""
        peer.fetch.listed = peer.fetch.listed or peer.resumption.again_due
        peer.resumption.mark = mark

    def reached(self, peer: Peer, now: Now) -> list[Effect]:
        """Nothing of what the peer offered is lacking: its mark is a place to come back to."""
        if peer.conduct.lacking:
            return []
        place = peer.resumption.take_place(self.token, now)
        return peer.resumption.saving(peer.name, place) if place is not None else []

    # --- what the peer wants -------------------------------------------------------------

    def greeted(self, peer: Peer, hello: Hello, now: Now) -> list[Effect]:
        """The peer's hello: look up where it was, if it says that it was here."""
        peer.software, peer.resumption.epoch = hello.software, hello.epoch
        shown = self._front_ends.greeted(peer, hello)
        return shown + self._look_up(peer, hello.resume, now)

    def _look_up(self, peer: Peer, resume: Resume | None, now: Now) -> list[Effect]:
        interest = peer.resumption.state.interest
        if resume is None or not self._remembers(interest, resume):
            self._front_ends.names_wants(peer, now, whole=True)
            return [] if resume is None else self._start_over(peer, resume)
        self._front_ends.names_wants(peer, now, whole=resume.changed)
        assert interest is not None
        peer.resumption.begin(resume, interest)
        if resume.changed:
            return []  # it names all that it wants now, and nothing else counts
        peer.interest.restore(interest)
        peer.session.recall()
        for account in sorted(self._catalog.withheld & peer.interest.wants):
            self.set_aside(peer, account)
        return [FindChanges(peer.name, resume.mark)]

    def _remembers(self, interest: Interest | None, resume: Resume) -> bool:
        return (
            interest is not None and resume.epoch == self._epoch and interest.token == resume.token
        )

    def set_aside(self, peer: Peer, account: bytes) -> None:
        """An account is withheld: the peer's want for it is kept, and nothing announced."""
        if peer.interest.set_aside(account):
            peer.gossip.drop_heights(self._catalog.feeds(account))

    def listed(self, peer: Peer) -> list[Effect]:
        """The peer has named all that it wants now. Of what it wanted before it knows what was
        here up to its place; accounts that it has dropped are not looked at."""
        resume = peer.resumption.resume
        return [FindChanges(peer.name, resume.mark)] if resume is not None else []

    def changes_found(
        self, peer: Peer, feeds: Iterable[bytes] | None, attestations: Iterable[Attestation]
    ) -> list[Effect]:
        """The outcome of a `FindChanges`: `feeds` got entries since the peer's place, None where
        its place is not known; `attestations` came into force since then."""
        # A place is good for one answer. A session that did not come back to one, or has had its
        # answer, has nothing to be told.
        resume = peer.resumption.take_resume()
        if resume is None:
            return []
        if feeds is None:
            return self._not_there(peer, resume)
        # All feeds that are carried by now it knows: it was here when they were told, or wants
        # their accounts for the first time and is told below. What costs time here is spent for
        # each feed that is followed, at every reconnect: so they are only counted.
        peer.gossip.told_first = self._catalog.count
        # Of what it wanted then and still wants it lacks what is new in the store. (With an
        # unchanged list of wants these are all of them. With a new list, what it wants for the
        # first time was told in full while the list came in.)
        known = peer.interest.wants & peer.resumption.known
        news = [feed for feed in feeds if self._catalog.owner(feed) in known]
        stated = self._attestation_sync.about(known, attestations)
        # What it has asked for all the time, and is carried only since: of that it knows nothing.
        for account in peer.interest.match_all(self._catalog.directory):
            news += self._catalog.feeds(account)
            stated += self._attestation_sync.of(account)
        # Its old list of wants holds: it may ask, as if it had named the list in this session.
        peer.session.resume()
        # A list that was named waits for an answer, an empty one too.
        offers = self._gossip.offers(peer, news, more=False) if news or resume.changed else []
        told = self._attestation_sync.around(peer, stated, offers)
        # With all of this it knows the store up to the present: the mark says where that is.
        return [Event("resumed", peer.name), *told, *self._marks.owe(peer)]

    def _not_there(self, peer: Peer, resume: Resume) -> list[Effect]:
        """The peer's place is none of this store: what it wants is told in full."""
        if not resume.changed:
            peer.interest.clear()
            return self._start_over(peer, resume)
        wants = peer.interest.wants & peer.resumption.known
        return self._attestation_sync.introduce(peer, sorted(wants), more=False)

    def _start_over(self, peer: Peer, resume: Resume) -> list[Effect]:
        """Let it name its wants, unless it is doing so."""
        return [] if resume.changed else [Send(peer.name, Again())]
