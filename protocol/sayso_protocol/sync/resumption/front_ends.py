"""Front ends of one store: what is kept of one is good at all of them.

Which nodes are front ends, and of what, their rosters say (`rosters.roster`). A place is used at
one only where it rests on the word of nodes that are front ends by now, and where two of them told
everything lately (`rosters.basis`). Where that changes within a session on which it bears, the
session ends, and the next one begins anew.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from ...crypto.hashing import roster_id
from ...errors import ProtocolViolation
from ...limits import ROSTERS_A_SESSION
from ..effects import Disconnect, Effect, SaveRoster, Send
from ..now import Now
from ..peer.peer import Peer
from ..peer.peer_resumption import PeerResumption
from ..replica_state import ReplicaState
from ..resume_state import Interest, Place, ResumeState
from ..rosters.basis import NOBODY
from ..rosters.roster import claimed_store
from ..session import State
from ..wire.frames import Bye, Hello, Serve

_Kept = TypeVar("_Kept", Interest, Place)


class FrontEnds:
    """The rosters of peers, and the own one."""

    def __init__(self, state: ReplicaState) -> None:
        self._state = state
        self._rosters = state.rosters

    # --- the own roster --------------------------------------------------------------------

    def serve(self, roster: bytes) -> list[Effect]:
        """Show this one from now on, also to those who are connected."""
        if roster == self._state.own_roster:
            return []
        self._state.own_roster = roster
        return [Send(one.name, Serve(roster)) for one in self._state.greeted() if one.knows_rosters]

    def greeted(self, peer: Peer, hello: Hello) -> list[Effect]:
        """A peer says of which store it takes this node for a front end; tell it where it errs."""
        self._check_epoch(peer)
        own = self._state.own_roster
        if not peer.knows_rosters or hello.roster == (roster_id(own) if own else None):
            return []
        return [Send(peer.name, Serve(own))]

    # --- the rosters of peers --------------------------------------------------------------

    def roster_of(self, peer: Peer) -> bytes | None:
        """The name of the roster by which a peer is a front end."""
        store = peer.resumption.store
        return self._rosters.id(store) if store else None

    def begin(self, peer: Peer, now: Now) -> None:
        """Leave out what is not to be believed of what is kept of the peer's store."""
        one = peer.resumption
        if not one.store:
            return
        self._rosters.touch(one.store)
        state, epoch = one.state, self._rosters.epoch(one.store)
        place, interest = (
            self._usable(one, state.place, now),
            self._usable(one, state.interest, now),
        )
        if place is not None and place.epoch != epoch:
            place = None
        one.state = ResumeState(interest, place)
        one.basis = state.place.basis if state.place is not None else NOBODY
        one.interest_basis = state.interest.basis if state.interest is not None else NOBODY
        if place is None:
            self.tells_whole(peer, now)
        else:
            one.basis = one.basis.passed_to(one.node)

    def _usable(self, one: PeerResumption, kept: _Kept | None, now: Now) -> _Kept | None:
        if kept is None or not kept.basis.nodes or kept.basis.is_due(one.node, now.wall_ms):
            return None
        nodes = self._rosters.nodes(one.store, now.wall_ms)
        return kept if kept.basis.rests_on(nodes) else None

    def tells_whole(self, peer: Peer, now: Now) -> None:
        """The peer tells everything that this side wants."""
        one = peer.resumption
        if one.store:
            one.basis = one.basis.told_whole(one.node, now.wall_ms)

    def names_wants(self, peer: Peer, now: Now, *, whole: bool) -> None:
        """The peer names all that it wants, or goes on from what was named before."""
        one = peer.resumption
        if one.store and whole:
            one.interest_basis = one.interest_basis.told_whole(one.node, now.wall_ms)
        elif one.store:
            one.interest_basis = one.interest_basis.passed_to(one.node)

    def shown(self, peer: Peer, roster: bytes, now: Now) -> list[Effect]:
        """A peer shows its roster, or that it has none. Raises `Refused` for one that is not sound,
        and for too many."""
        one = peer.resumption
        one.rosters += 1
        if one.rosters > ROSTERS_A_SESSION:
            raise ProtocolViolation("it shows too many rosters")
        if not one.node or one.epoch == self._state.epoch:
            return []  # another front end of this very store: what it has is here
        if roster:
            store = claimed_store(roster)
            if one.shown not in (b"", store):
                return _begin_anew(peer)  # each takes the place of a peer in what is kept
            one.shown = store
        changed = self._rosters.show(one.node, roster, one.epoch, now.wall_ms)
        saved: list[Effect] = [SaveRoster(peer.name, known) for known in changed]
        return saved + self._look_at(peer, now)

    def due(self, now: Now) -> list[Effect]:
        """Once a second: what one front end has shown may concern others, a roster may have ended,
        or a front end may have to tell everything."""
        return [effect for peer in self._state.greeted() for effect in self._look_at(peer, now)]

    def _check_epoch(self, peer: Peer) -> None:
        """A front end whose store is not the one of its roster is a peer like any other."""
        one = peer.resumption
        if one.store and one.epoch != self._rosters.epoch(one.store):
            one.store, one.basis, one.interest_basis = b"", NOBODY, NOBODY
            one.state = replace(one.state, interest=None)

    def _look_at(self, peer: Peer, now: Now) -> list[Effect]:
        """Begin anew with a peer where the session rests on what nobody answers for any more."""
        one = peer.resumption
        store = self._rosters.store_of(one.node, now.wall_ms) or b""
        if store and one.epoch != self._rosters.epoch(store):
            store = b""
        nodes = self._rosters.nodes(store, now.wall_ms) if store == one.store else {one.node}
        bases = (one.basis, one.interest_basis)
        if not all(basis.rests_on(nodes) for basis in bases):
            return _begin_anew(peer)
        if store != one.store:
            self._join(peer, store, now)
        elif any(basis.is_due(one.node, now.wall_ms) for basis in bases):
            return _begin_anew(peer)
        return []

    def _join(self, peer: Peer, store: bytes, now: Now) -> None:
        """A peer that was none is a front end of this store, or of none any more. What it has told
        so far it has told alone."""
        one = peer.resumption
        one.store, one.basis, one.interest_basis = store, NOBODY, NOBODY
        self.tells_whole(peer, now)
        self.names_wants(peer, now, whole=True)


def _begin_anew(peer: Peer) -> list[Effect]:
    """End the session, and keep nothing of it: the next one tells everything."""
    if peer.resumption.is_void or peer.session.state is State.CLOSED:
        return []
    peer.resumption.is_void = True
    goodbye = Bye("done", "what was told of its store before is to be told again")
    return [Send(peer.name, goodbye), Disconnect(peer.name, None)]
