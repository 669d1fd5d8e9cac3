"""The rosters that peers have shown: which nodes are front ends of one store.

A roster is taken only from a node that stands in it. The newest version of a store holds, and two
of one version hold neither, until a later one comes. Whoever shows another roster, or says that it
stands in none, has left the one that it stood in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ...accounts.envelope import array_of, sized
from ...codec import Value, encode
from ...crypto.hashing import roster_id
from ...errors import BadShape, ProtocolViolation
from ...limits import MAX_ROSTERS
from .roster import Roster, read_roster


@dataclass(frozen=True, slots=True)
class KnownRoster:
    """The newest roster of a store that was shown here."""

    roster: Roster
    is_contested: bool = False
    """Another one of the same version was shown: none of the two holds."""
    left: frozenset[bytes] = frozenset()
    """Nodes that stand in it, and have shown that they are of another store, or of none."""

    def pack(self) -> bytes:
        """The form in which a store keeps it."""
        left: list[Value] = [*sorted(self.left)]
        return encode([self.roster.wire, self.is_contested, left])

    @classmethod
    def unpack(cls, data: bytes) -> KnownRoster:
        """What `pack` gave; its signatures were checked then. Raises `Refused`."""
        fields = array_of(data)
        if len(fields) != 3 or type(fields[2]) is not list:
            raise BadShape("not a roster as it is kept")
        left = frozenset(sized(one, None) for one in fields[2])
        wire = sized(fields[0], None)
        return cls(read_roster(wire, is_verified=True), fields[1] is True, left)

    def nodes(self, wall_ms: int) -> frozenset[bytes]:
        """The front ends of the store, as far as it is known now."""
        if self.is_contested or not self.roster.holds(wall_ms):
            return frozenset()
        return self.roster.nodes - self.left


class RosterBook:
    """The rosters of `MAX_ROSTERS` stores, those that were shown or used last."""

    def __init__(self) -> None:
        self._known: dict[bytes, KnownRoster] = {}
        self._stores: dict[bytes, list[bytes]] = {}
        """The stores in whose rosters each node stands."""

    def load(self, kept: Iterable[KnownRoster]) -> None:
        """What an earlier run of the node knew, the oldest first."""
        for one in kept:
            self._put(one)

    def store_of(self, node: bytes, wall_ms: int) -> bytes | None:
        """The store of which a node is a front end, None where it is of none. Of two the one
        that it agreed to last; where that is no answer, none."""
        listing = [self._known[store] for store in self._stores.get(node, ())]
        found = [one.roster for one in listing if node in one.nodes(wall_ms)]
        latest = max((one.agreed_ms(node) for one in found), default=-1)
        best = [one.store for one in found if one.agreed_ms(node) == latest]
        return best[0] if len(best) == 1 else None

    def nodes(self, store: bytes, wall_ms: int) -> frozenset[bytes]:
        """The front ends of a store."""
        known = self._known.get(store)
        return known.nodes(wall_ms) if known is not None else frozenset()

    def epoch(self, store: bytes) -> bytes:
        """The epoch of a store, as its roster has it; empty for one that is unknown."""
        known = self._known.get(store)
        return known.roster.epoch if known is not None else b""

    def id(self, store: bytes) -> bytes | None:
        """The name of the roster that is known of a store."""
        known = self._known.get(store)
        return roster_id(known.roster.wire) if known is not None else None

    def touch(self, store: bytes) -> None:
        """A store's roster is of use."""
        known = self._known.pop(store, None)
        if known is not None:
            self._known[store] = known

    def show(self, node: bytes, wire: bytes, epoch: bytes, wall_ms: int) -> list[KnownRoster]:
        """A node whose store has this epoch shows its roster, or that it has none (empty). Gives
        those that are otherwise than before. Raises `Refused`."""
        if not wire:
            return self._leave(node, None)
        roster = self._read(wire)
        if node not in roster.nodes:
            raise ProtocolViolation("a roster in which its sender does not stand")
        if roster.epoch != epoch or not roster.holds(wall_ms):
            return []  # a store that was restored, a clock, a late owner: it is a peer like others
        known = self._known.get(roster.store)
        if known is not None and roster.version < known.roster.version:
            return []  # it has not heard of the newer one; or somebody turns back the time
        new = _newer(known, roster, node)
        changed = [new] if new != known else []
        self._put(new)
        return changed + self._leave(node, roster.store)

    def _read(self, wire: bytes) -> Roster:
        """One that is known costs no curve arithmetic, however often it is shown."""
        for known in self._known.values():
            if known.roster.wire == wire:
                return known.roster
        return read_roster(wire)

    def _put(self, known: KnownRoster) -> None:
        self._known.pop(known.roster.store, None)
        self._known[known.roster.store] = known
        if len(self._known) > MAX_ROSTERS:
            del self._known[next(iter(self._known))]
        self._stores.clear()
        for store, one in self._known.items():
            for node in one.roster.nodes:
                self._stores.setdefault(node, []).append(store)

    def _leave(self, node: bytes, present: bytes | None) -> list[KnownRoster]:
        """A node is a front end of no store but the `present` one."""
        changed = []
        for store, known in self._known.items():
            if store != present and node in known.roster.nodes - known.left:
                self._known[store] = replace(known, left=known.left | {node})
                changed.append(self._known[store])
        return changed


def _newer(known: KnownRoster | None, roster: Roster, node: bytes) -> KnownRoster:
    if known is None or roster.version > known.roster.version:
        return KnownRoster(roster)
    if roster.wire != known.roster.wire:
        return replace(known, is_contested=True)
    return replace(known, left=known.left - {node})
