"""A whole run: nodes, net, posts, faults, and the account that is taken of it all."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from random import Random
from traceback import extract_tb
from typing import Final

from sayso_storage.interface.store import Store, StoreError
from sayso_storage.memory.store import MemoryStore

from .adversaries.base import Adversary
from .adversaries.registry import kind_of
from .authors import SimAuthor
from .checks.ground_truth import GroundTruth
from .checks.monitor import Monitor
from .checks.trace import Trace
from .evaluation import Evaluation, Outcome
from .event_queue import Chance, EventQueue, microseconds
from .fault_plan import plan_faults, set_clocks
from .machine.disk import Disk
from .machine.sim_clock import SimClock
from .machine.sim_node import SimNode
from .owners.population import Outspoken, Population
from .scenario import Scenario, ScenarioError
from .sim_network import SimNetwork
from .topology.graph_shapes import Edge
from .topology.plan import draw_plan
from .withholders import Withholders

BOOT_SECONDS: Final = 5.0
"""Within which all nodes come on line."""

StoreMaker = Callable[[int, bytes], Store]
"""Makes the store of a node from its number and its epoch."""


class World:
    """One run; `run` once. Raises `ScenarioError` where the scenario does not fit."""

    def __init__(
        self, scenario: Scenario, nodes: int, seed: int, make_store: StoreMaker | None = None
    ) -> None:
        self.scenario = scenario
        self.nodes = nodes
        self.chance = Chance(seed)
        self.event_queue = EventQueue()
        self.trace = Trace()
        self.ledger = GroundTruth(self.event_queue, self.trace)
        self.clocks = [SimClock(self.event_queue) for _ in range(nodes)]
        self.online: dict[int, SimNode] = {}
        self.stores: dict[int, Store] = {}
        self.is_calm = False
        """The scenario's time is over: no more faults and floods."""
        self._seed = seed
        self._make_store = make_store or (_disk if scenario.power else _memory)
        kinds = self._draw_hostile()
        self.hostile = set(kinds)
        forkers = [node for node, kind in kinds.items() if kind.writes]
        self.plan = draw_plan(scenario, nodes, self.hostile, forkers, self.chance.stream("plan"))
        self._dials: dict[int, list[Edge]] = {node: [] for node in range(nodes)}
        for edge in self.plan.edges:
            self._dials[edge[0]].append(edge)
        self.writers = {node: self._writer(node) for node in self.plan.authors}
        self.withholders = self._draw_thinners()
        self.watch = Monitor(
            self.event_queue, self.trace, self.ledger, self.hostile, self.withholders
        )
        self.mischiefs: dict[int, Adversary] = {
            node: kind(self, node) for node, kind in kinds.items()
        }
        self.owners = Population(self, scenario.owners) if scenario.owners else None
        self.net = SimNetwork(
            self.event_queue, self.chance, scenario.links, self.online, self.watch
        )

    def _draw_hostile(self) -> dict[int, type[Adversary]]:
        chance = self.chance.stream("hostile")
        free = list(range(self.nodes))
        kinds: dict[int, type[Adversary]] = {}
        for group in self.scenario.hostile:
            count = max(1, round(group.share * self.nodes))
            if count >= len(free):
                raise ScenarioError("no honest node is left")
            chosen = chance.sample(free, count)
            free = [node for node in free if node not in chosen]
            kinds |= dict.fromkeys(sorted(chosen), kind_of(group.kind))
        return kinds

    def _draw_thinners(self) -> Withholders | None:
        if self.scenario.thinning is None:
            return None
        writing = self.hostile | self.writers.keys()
        people = [node for node in range(self.nodes) if node not in writing]
        return Withholders(self.scenario.thinning, people, self.chance.stream("thinning"))

    def _writer(self, node: int) -> SimAuthor:
        lengths = self.scenario.load.characters
        kind = Outspoken if self.scenario.owners else SimAuthor
        return kind(self._seed, node, lengths, self.chance.stream("text", node))

    # --- the run ---------------------------------------------------------------------------

    def run(self) -> Outcome:
        """From an empty network to the verdict. A node that fails ends the run, and is one
        more broken invariant."""
        verdict = Evaluation(self)
        try:
            self._live()
            verdict.reach()
        except Exception as error:
            place = extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__}: {error} ({place.name}, line {place.lineno})"
            self.ledger.violate("crash", -1, what)
        finally:
            if self.owners is not None:
                self.owners.close()
        return verdict.outcome

    def _live(self) -> None:
        set_clocks(self)
        for node in range(self.nodes):
            self._found(node)
        if self.owners is not None:
            self.owners.settle_in()
        starts = self.chance.stream("boot")
        for node in range(self.nodes):
            delay_us = microseconds(starts.uniform(0, BOOT_SECONDS))
            self.event_queue.at(delay_us, self.come, node)
        for node in self.writers:
            self._plan_post(node, self.chance.stream("posts", node))
        plan_faults(self)
        self.event_queue.run_until(microseconds(self.scenario.seconds))
        self.calm()

    def _found(self, node: int) -> None:
        """A store with its subscriptions and what was written before the run."""
        epoch = sha256(f"{self._seed}/{node}".encode()).digest()[:16]
        is_owner = self.owners is not None and node in self.owners.nodes
        make_store = self.owners.make_store if self.owners and is_owner else self._make_store
        store = self.stores[node] = make_store(node, epoch)
        writer, now_ms = self.writers.get(node), self.clocks[node].now().wall_ms
        if writer is not None:
            self.ledger.wrote(node, writer.begin(store, now_ms))
            left = self.scenario.load.history
            while left:
                count = min(left, 500)
                self.ledger.wrote(node, writer.post(store, count, now_ms))
                left -= count
        for author in self.plan.follows[node]:
            if author != node:
                store.follow(self.writers[author].account, None, now_ms)

    def come(self, index: int) -> None:
        """A node comes on line."""
        if index in self.online:
            return
        wicked = self.mischiefs.get(index)
        tamper = wicked.tamper if wicked is not None else None
        store, clock = self.stores[index], self.clocks[index]
        carrying = None
        if self.withholders is not None and index in self.withholders.nodes:
            carrying = self.withholders.carrying(store, lambda: clock.now().wall_ms)
        node = SimNode(
            index, store, self.event_queue, clock, self.net, self.watch, tamper, carrying
        )
        self.online[index] = node
        self.watch.online(node)
        self.check_own(index)
        if wicked is not None:
            wicked.begin(node)
        self.net.keep(self._dials[index])

    def go(self, index: int, *, silently: bool = False) -> None:
        """A node goes off line, with a goodbye of its system or without."""
        node = self.online.pop(index, None)
        if node is not None:
            self.watch.count("offline", index)
            self.net.gone(node, silently=silently)
            node.die()

    def cut_power(self, index: int, chance: Random) -> None:
        """A node stops in the middle of what it does, and its disk forgets."""
        self.go(index, silently=True)
        store = self.stores[index]
        assert isinstance(store, Disk)
        self.watch.count("power-cut", index)
        self.stores[index] = store.after_power_cut(chance)

    # --- posts -----------------------------------------------------------------------------

    def _plan_post(self, node: int, chance: Random) -> None:
        rate = self.scenario.load.posts_per_minute
        if rate:
            seconds = chance.expovariate(rate / 60)
            self.event_queue.after(microseconds(seconds), self._post, node, chance)

    def _post(self, index: int, chance: Random) -> None:
        if self.event_queue.now_us >= microseconds(self.scenario.seconds):
            return
        node = self.online.get(index)
        if node is not None:
            now_ms = self.clocks[index].now().wall_ms
            try:
                run = self.writers[index].post(self.stores[index], 1, now_ms)
            except StoreError as error:
                if self._may_still_post(index):
                    self.ledger.violate("silenced", index, str(error))
                return
            self.ledger.wrote(index, run)
            self.watch.count("posted", index)
            self.watch.wrote(index, run)
            node.published(run)
        self._plan_post(index, chance)

    def _may_still_post(self, index: int) -> bool:
        """Whether a writer has neither forked its feed nor been ended by its account."""
        feed = self.writers[index].feed
        return feed not in self.ledger.forks and feed not in self.ledger.ends

    def calm(self) -> None:
        """No more faults: all are there and can reach each other."""
        self.is_calm = self.net.calm = True
        self.net.split({})
        for node in range(self.nodes):
            self.come(node)

    # --- invariants at the door ------------------------------------------------------------

    def check_own(self, index: int) -> None:
        """Whatever happened to a node: what its owner was told is safe, is there."""
        writer = self.writers.get(index)
        state = self.stores[index].own_feed()
        if writer is None or index in self.hostile:
            return
        head = state.head if state is not None else 0
        if head < self.ledger.heads[writer.feed]:
            self.ledger.violate("lost", index, f"own entries after {head} were acknowledged")


def _memory(_: int, epoch: bytes) -> Store:
    return MemoryStore(epoch)


def _disk(_: int, epoch: bytes) -> Store:
    return Disk(epoch)
