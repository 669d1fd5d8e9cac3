"""The state of a run: nodes, stores, clocks and network, and what puts nodes on and off line."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Protocol

from sayso_storage.interface.store import Store

from .authors import SimAuthor
from .checks.event_trace import EventTrace
from .checks.ground_truth import GroundTruth
from .checks.monitor import Monitor
from .event_queue import Chance, EventQueue
from .machine.disk import Disk
from .machine.sim_clock import SimClock
from .machine.sim_connection import SimConnection
from .machine.sim_node import SimNode
from .scenario import Scenario
from .sim_network import SimNetwork
from .topology.graph_shapes import Edge
from .topology.plan import Plan
from .withholders import Withholders


class HostileNode(Protocol):
    """The part of an adversary that the world knows."""

    def begin(self, node: SimNode) -> None:
        """The node has come on line."""

    def tamper(self, session: SimConnection, data: bytes) -> Iterable[bytes]:
        """The frames that are really sent instead of one."""


class World:
    """Everything that a run is about. Stores and adversaries are put in by whoever begins it."""

    def __init__(
        self,
        scenario: Scenario,
        plan: Plan,
        hostile: set[int],
        authors: dict[int, SimAuthor],
        withholders: Withholders | None,
        chance: Chance,
    ) -> None:
        self.scenario = scenario
        self.plan = plan
        self.nodes = len(plan.follows)
        self.hostile = hostile
        self.authors = authors
        self.withholders = withholders
        self.chance = chance
        self.event_queue = EventQueue()
        self.trace = EventTrace()
        self.truth = GroundTruth(self.event_queue, self.trace)
        self.monitor = Monitor(self.event_queue, self.trace, self.truth, hostile, withholders)
        self.clocks = [SimClock(self.event_queue) for _ in range(self.nodes)]
        self.stores: dict[int, Store] = {}
        self.online: dict[int, SimNode] = {}
        self.adversaries: dict[int, HostileNode] = {}
        self.network = SimNetwork(
            self.event_queue, chance, scenario.links, self.online, self.monitor, scenario.house
        )
        self.is_over = False
        """The scenario's time is over: no more faults and floods."""
        self._dials: dict[int, list[Edge]] = {node: [] for node in range(self.nodes)}
        for edge in plan.edges:
            self._dials[edge[0]].append(edge)

    # --- on line and off ---------------------------------------------------------------------

    def start_node(self, index: int) -> None:
        """A node comes on line, unless it is."""
        if index in self.online:
            return
        node = self.online[index] = self._make_node(index)
        self.monitor.online(index, node.store)
        self.check_own_feed(index)
        if index in self.adversaries:
            self.adversaries[index].begin(node)
        self.network.keep(self._dials[index])

    def _make_node(self, index: int) -> SimNode:
        store, clock = self.stores[index], self.clocks[index]
        adversary, relay_policy = self.adversaries.get(index), None
        if self.withholders is not None and index in self.withholders.nodes:
            relay_policy = self.withholders.relay_policy(store, lambda: clock.now().wall_ms)
        return SimNode(
            index,
            store,
            self.event_queue,
            clock,
            self.network,
            self.monitor,
            adversary.tamper if adversary is not None else None,
            relay_policy,
            # A hostile node has as many processors as it needs.
            self.scenario.processor if adversary is None else None,
        )

    def stop_node(self, index: int, *, silently: bool = False) -> None:
        """A node goes off line, with a goodbye of its system or without."""
        node = self.online.pop(index, None)
        if node is not None:
            self.monitor.count("offline", index)
            self.network.gone(node, silently=silently)
            node.stop()

    def dial_only(self, index: int, edges: list[Edge]) -> None:
        """A node dials these from now on; it is off line."""
        self._dials[index] = edges

    def move(self, index: int, old: int, new: int) -> None:
        """A node leaves one peer and dials another one instead."""
        self._dials[index] = [(index, new)]
        self.network.leave((index, old))
        if index in self.online:
            self.network.keep(self._dials[index])

    def cut_power(self, index: int, chance: Random) -> None:
        """A node stops in the middle of what it does, and its disk forgets."""
        self.stop_node(index, silently=True)
        store = self.stores[index]
        assert isinstance(store, Disk)
        self.monitor.count("power-cut", index)
        self.stores[index] = store.after_power_cut(chance)

    def end_faults(self) -> None:
        """The scenario's time is over: all nodes are there and can reach each other."""
        self.is_over = self.network.is_steady = True
        self.network.split({})
        for node in range(self.nodes):
            self.start_node(node)

    # --- an invariant ------------------------------------------------------------------------

    def check_own_feed(self, index: int) -> None:
        """Whatever happened to a node: what its owner was told is safe, is there."""
        author = self.authors.get(index)
        state = self.stores[index].own_feed()
        if author is None or index in self.hostile:
            return
        head = state.head if state is not None else 0
        if head < self.truth.heads[author.feed]:
            self.truth.violate("lost", index, f"own entries after {head} were acknowledged")
