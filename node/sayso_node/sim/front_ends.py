"""A hub of several front ends on one store, homes that move between them, and two who lie.

One front end's node key is stolen: from some moment on it leaves half of the authors out of what it
tells, and says all the same that this is all. The hub's owner takes it from the roster later. A
stranger does the same from the beginning: he copies the hub's store, says its epoch and its marks,
and shows its roster, in which he does not stand. Authors fall silent before the theft is noticed,
so that no later entry gives away what was hidden.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.run import RawRun
from sayso_protocol.sync.rosters.roster import sign_consent, sign_roster
from sayso_protocol.sync.wire.frames import Entries, Frame, Have, Heights, Miss

from .adversaries.base import Adversary
from .event_queue import SECOND, microseconds
from .machine.node_keys import node_key
from .machine.sim_connection import SimConnection
from .machine.sim_node import SimNode
from .scenario import Moves, ScenarioError
from .world import World

LOOK_SECONDS: Final = 1.0
"""How often a front end looks at what others have put into the store."""
FIRST_MOVE_SECONDS: Final = 15.0
POST_PAUSES: Final = 5
"""An author posts once in so many moves."""
YEAR_MS: Final = 365 * 86_400_000
STORE_KEY: Final = KeyPair.from_seed(b"the store of the hub".ljust(32))


class Hider(Adversary):
    """Tells nothing of some feeds, and gives marks as if it had told everything."""

    def __init__(self, world: World, index: int, hidden: frozenset[bytes], from_us: int) -> None:
        super().__init__(world, index)
        self._hidden = hidden
        self._from_us = from_us

    def rewrite(self, session: SimConnection, frame: Frame) -> list[Frame]:
        """Leave out what is hidden."""
        if self._world.event_queue.now_us < self._from_us:
            return [frame]
        match frame:
            case Have(offers=offers, more=more):
                return [Have([one for one in offers if one.grant[:200] not in self._grants], more)]
            case Entries(number=number, run=run) if self._hides(run):
                return [Miss([number])] if number else []
            case Heights(heights=heights):
                return [Heights([one for one in heights if one[0] not in self._hidden])]
            case _:
                return [frame]

    @property
    def _grants(self) -> set[bytes]:
        authors = self._world.authors.values()
        return {one.grant.wire[:200] for one in authors if one.feed in self._hidden}

    def _hides(self, run: RawRun) -> bool:
        return run.feed in self._hidden


class SimFrontEnds:
    """See the module. Raises `ScenarioError` where there are no hubs."""

    def __init__(self, world: World, moves: Moves, publish: Callable[[SimNode], bool]) -> None:
        self._world = world
        self._moves = moves
        self._publish = publish
        self.hubs = list(range(world.plan.people, world.nodes))
        if len(self.hubs) < 4:
            raise ScenarioError("front ends need a table [hub] with three of them and a stranger")
        *self.front_ends, self.stranger = self.hubs
        self.stolen = self.front_ends[0]
        self.hidden = frozenset(world.authors[one].feed for one in world.plan.authors[::2])
        world.hostile |= {self.stolen, self.stranger}
        for node, seconds in ((self.stolen, moves.stolen), (self.stranger, 0.0)):
            world.adversaries[node] = Hider(world, node, self.hidden, microseconds(seconds))
        self._chance = world.chance.stream("moves")
        self._at: dict[int, int] = {}
        """The one of the hub's nodes that each home is at."""
        self._rosters = [self._roster(1, self.front_ends), self._roster(2, self.front_ends[1:])]
        self.hidden_at_removal = 0
        """Home and feed, where something was hidden when the theft was noticed."""
        self.move_bytes: list[int] = []
        """What wants and offers took at each move between front ends before the theft."""

    def _roster(self, version: int, nodes: list[int]) -> bytes:
        world = self._world
        now_ms = world.event_queue.now().wall_ms
        consents = [sign_consent(node_key(one), STORE_KEY.public, now_ms) for one in nodes]
        epoch = world.scenario.name.encode()[:16].ljust(16, b".")
        return sign_roster(STORE_KEY, epoch, version, now_ms + YEAR_MS, consents).wire

    def epoch(self, node: int, otherwise: bytes) -> bytes:
        """The epoch of a node's store: one for all of the hub's nodes."""
        name = self._world.scenario.name.encode()[:16].ljust(16, b".")
        return name if node in self.hubs else otherwise

    def begin(self) -> None:
        """Plan all that happens. The nodes of the hub have one store."""
        world, queue = self._world, self._world.event_queue
        for node in self.hubs:
            world.stores[node] = world.stores[self.hubs[0]]
        for home in range(world.plan.people):
            self._at[home] = self._chance.choice(self.front_ends)
            world.dial_only(home, [(home, self._at[home])])
            queue.at(microseconds(FIRST_MOVE_SECONDS + self._pause()), self._move, home)
        for author in world.plan.authors:
            queue.at(microseconds(POST_PAUSES * self._pause()), self._post, author)
        queue.at(microseconds(self._moves.removed), self._notice_theft)
        queue.after(microseconds(LOOK_SECONDS), self._look)

    # --- the hub -------------------------------------------------------------------------------

    def _look(self) -> None:
        """Each front end shows the roster that it has, and sees what others have stored. The owner
        brings the new one to those that he has left."""
        is_removed = self._seconds >= self._moves.removed
        for node in self.hubs:
            online = self._world.online.get(node)
            if online is not None:
                is_told = is_removed and node not in self._world.hostile
                online.serve(self._rosters[is_told])
                online.refresh()
        if not self._world.is_over:
            self._world.event_queue.after(microseconds(LOOK_SECONDS), self._look)

    def _notice_theft(self) -> None:
        world = self._world
        for home in range(world.plan.people):
            for author in world.plan.follows[home]:
                feed = world.authors[author].feed
                state = world.stores[home].feed(feed)
                head = state.head if state is not None else 0
                self.hidden_at_removal += head < world.truth.heads[feed]

    # --- homes ---------------------------------------------------------------------------------

    @property
    def _seconds(self) -> float:
        return self._world.event_queue.now_us / SECOND

    def _pause(self) -> float:
        return self._chance.uniform(*self._moves.every)

    def _post(self, author: int) -> None:
        if self._seconds >= self._moves.silent:
            return
        node = self._world.online.get(author)
        if node is not None:
            self._publish(node)
        pause = POST_PAUSES * self._pause()
        self._world.event_queue.after(microseconds(pause), self._post, author)

    def _move(self, home: int) -> None:
        """To another one of them; in the end to one that is honest."""
        is_last = self._seconds >= self._moves.last
        choices = self.front_ends[1:] if is_last else self.hubs
        old, new = self._at[home], self._chance.choice([o for o in choices if o != self._at[home]])
        listed = self._world.monitor.listed
        listed[home, new] = listed[new, home] = 0
        self._at[home] = new
        self._world.move(home, old, new)
        later = self._pause()
        if old != self.stranger and new != self.stranger and self._seconds < self._moves.stolen:
            self._world.event_queue.after(microseconds(later / 2), self._weigh, home, new)
        if not is_last:
            self._world.event_queue.after(microseconds(later), self._move, home)

    def _weigh(self, home: int, new: int) -> None:
        """What it took to come to another front end."""
        listed = self._world.monitor.listed
        size = listed[home, new] + listed[new, home]
        self.move_bytes.append(size)
        if size > self._moves.bytes:
            self._world.truth.violate("dear-move", home, f"{size} bytes at node {new}")
