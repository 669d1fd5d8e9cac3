"""A whole run: builds a world, lets people write and faults happen in it, and evaluates it."""

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
from .evaluation import Evaluation, Outcome
from .event_queue import Chance, microseconds
from .fault_plan import plan_faults, set_clocks
from .front_ends import SimFrontEnds
from .hubs import SimHubs
from .machine.disk import Disk
from .machine.sim_node import SimNode
from .owners.population import Outspoken, Population
from .scenario import Scenario, ScenarioError
from .topology.plan import draw_plan
from .withholders import Withholders
from .world import World

BOOT_SECONDS: Final = 5.0
"""Within which all nodes come on line."""

MAX_POSTED_AT_ONCE: Final = 500

StoreMaker = Callable[[int, bytes], Store]
"""Makes the store of a node from its number and its epoch."""

Kinds = dict[int, type[Adversary]]
"""The kinds of the hostile nodes."""


class Simulation:
    """One run; `run` once. Raises `ScenarioError` where the scenario does not fit."""

    def __init__(
        self, scenario: Scenario, nodes: int, seed: int, make_store: StoreMaker | None = None
    ) -> None:
        self._seed = seed
        self._make_store = make_store or (_disk if scenario.power else _memory)
        self._end_us = microseconds(scenario.seconds)
        kinds = _draw_kinds(scenario, nodes, Chance(seed))
        self.world = world = _draw_world(scenario, nodes, seed, kinds)
        world.adversaries |= {node: kind(world, node) for node, kind in kinds.items()}
        self.owners = Population(world, scenario.owners) if scenario.owners else None
        self.hubs = SimHubs(world, scenario.quotas, seed) if scenario.quotas else None
        self.front_ends = (
            SimFrontEnds(world, scenario.moves, self._publish) if scenario.moves else None
        )

    def run(self) -> Outcome:
        """From an empty network to the evaluation. A node that fails ends the run, and is one
        more broken invariant."""
        evaluation = Evaluation(self.world, self.owners)
        try:
            self._play()
            evaluation.reach()
        except Exception as error:
            place = extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__}: {error} ({place.name}, line {place.lineno})"
            self.world.truth.violate("crash", -1, what)
        finally:
            if self.owners is not None:
                self.owners.close()
        return evaluation.outcome

    def _play(self) -> None:
        """Let the scenario's time pass."""
        world = self.world
        set_clocks(world)
        for node in range(world.nodes):
            self._fill_store(node)
        if self.owners is not None:
            self.owners.settle_in()
        self._plan_starts()
        if self.hubs is not None:
            self.hubs.begin()
        if self.front_ends is not None:
            self.front_ends.begin()
        for node in world.authors:
            self._plan_post(node, world.chance.stream("posts", node))
        plan_faults(world)
        world.event_queue.run_until(self._end_us)
        world.end_faults()

    def _plan_starts(self) -> None:
        starts = self.world.chance.stream("boot")
        for node in range(self.world.nodes):
            seconds = starts.uniform(0, BOOT_SECONDS)
            if self.hubs is not None:
                seconds += self.hubs.late_by(node)
            delay_us = microseconds(seconds)
            self.world.event_queue.at(delay_us, self.world.start_node, node)

    # --- stores ------------------------------------------------------------------------------

    def _fill_store(self, node: int) -> None:
        """A store with its subscriptions and what was written before the run."""
        world = self.world
        store = world.stores[node] = self._open_store(node)
        now_ms = world.clocks[node].now().wall_ms
        if node in world.authors:
            self._write_history(node, world.authors[node], now_ms)
        for author in world.plan.follows[node]:
            if author != node and (self.hubs is None or node < world.plan.people):
                store.follow(world.authors[author].account, None, now_ms)

    def _open_store(self, node: int) -> Store:
        epoch = sha256(f"{self._seed}/{node}".encode()).digest()[:16]
        if self.front_ends is not None:
            epoch = self.front_ends.epoch(node, epoch)
        if self.owners is not None and node in self.owners.nodes:
            return self.owners.make_store(node, epoch)
        return self._make_store(node, epoch)

    def _write_history(self, node: int, author: SimAuthor, now_ms: int) -> None:
        store, truth = self.world.stores[node], self.world.truth
        truth.wrote(node, author.begin(store, now_ms))
        left = self.world.scenario.load.history
        while left:
            count = min(left, MAX_POSTED_AT_ONCE)
            truth.wrote(node, author.post(store, count, now_ms))
            left -= count

    # --- posts -------------------------------------------------------------------------------

    def _plan_post(self, node: int, chance: Random) -> None:
        rate = self.world.scenario.load.posts_per_minute
        if rate:
            seconds = chance.expovariate(rate / 60)
            self.world.event_queue.after(microseconds(seconds), self._post, node, chance)

    def _post(self, index: int, chance: Random) -> None:
        if self.world.event_queue.now_us >= self._end_us:
            return
        node = self.world.online.get(index)
        if node is None or self._publish(node):
            self._plan_post(index, chance)

    def _publish(self, node: SimNode) -> bool:
        """Post once; False where the author can post no more."""
        world, index = self.world, node.index
        now_ms = world.clocks[index].now().wall_ms
        try:
            run = world.authors[index].post(world.stores[index], 1, now_ms)
        except StoreError as error:
            if self._may_still_post(index):
                world.truth.violate("silenced", index, str(error))
            return False
        world.truth.wrote(index, run)
        world.monitor.count("posted", index)
        world.monitor.wrote(index, run)
        node.published(run)
        return True

    def _may_still_post(self, index: int) -> bool:
        """Whether an author has neither forked its feed nor been ended by its account."""
        feed, truth = self.world.authors[index].feed, self.world.truth
        return feed not in truth.forks and feed not in truth.ends


# --- drawing ---------------------------------------------------------------------------------


def _draw_kinds(scenario: Scenario, nodes: int, chance: Chance) -> Kinds:
    drawn = chance.stream("hostile")
    free = list(range(nodes))
    kinds: Kinds = {}
    for group in scenario.hostile:
        count = max(1, round(group.share * nodes))
        if count >= len(free):
            raise ScenarioError("no honest node is left")
        chosen = drawn.sample(free, count)
        free = [node for node in free if node not in chosen]
        kinds |= dict.fromkeys(sorted(chosen), kind_of(group.kind))
    return kinds


def _draw_world(scenario: Scenario, nodes: int, seed: int, kinds: Kinds) -> World:
    chance, hostile = Chance(seed), set(kinds)
    forkers = [node for node, kind in kinds.items() if kind.writes]
    plan = draw_plan(scenario, nodes, hostile, forkers, chance.stream("plan"))
    author = Outspoken if scenario.owners else SimAuthor
    lengths = scenario.load.characters
    authors = {
        node: author(seed, node, lengths, chance.stream("text", node)) for node in plan.authors
    }
    if scenario.retractions is not None:
        for one in authors.values():
            one.takes_back = scenario.retractions.share
    withholders = None
    if scenario.thinning is not None:
        writing = hostile | authors.keys()
        people = [node for node in range(nodes) if node not in writing]
        withholders = Withholders(scenario.thinning, people, chance.stream("thinning"))
    return World(scenario, plan, hostile, authors, withholders, chance)


def _memory(_: int, epoch: bytes) -> Store:
    return MemoryStore(epoch)


def _disk(_: int, epoch: bytes) -> Store:
    return Disk(epoch)
