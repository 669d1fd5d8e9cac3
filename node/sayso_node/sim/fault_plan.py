"""Faults of a scenario, planned: churn, power cuts, partitions, wrong clocks."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from sayso_protocol.sync.interest import DAY_MS

from .event_queue import microseconds
from .scenario import Churn, Partition, WrongClock
from .world import World


def plan_faults(world: World) -> None:
    """Put all faults of the world's scenario into its event queue."""
    for number, churn in enumerate(world.scenario.churn):
        chance = world.chance.stream("churn", number)
        honest = [node for node in range(world.nodes) if node not in world.hostile]
        count = round(churn.share * len(honest))
        for node in sorted(chance.sample(honest, min(count, len(honest)))):
            _Churner(world, churn, node, world.chance.stream("churn", number, node)).stay()
    for number, partition in enumerate(world.scenario.partition):
        _plan_partition(world, partition, world.chance.stream("partition", number))
    for number, revocation in enumerate(world.scenario.revocation):
        chance = world.chance.stream("revocation", number)
        world.event_queue.at(microseconds(revocation.at_seconds), _revoke, world, chance)


def set_clocks(world: World) -> None:
    """Set the clocks wrong that are to be wrong, before anything else happens."""
    for number, wrong in enumerate(world.scenario.clock):
        chance = world.chance.stream("clock", number)
        for node in sorted(chance.sample(range(world.nodes), round(wrong.share * world.nodes))):
            _jump(world, wrong, node, world.chance.stream("clock", number, node))


def _jump(world: World, wrong: WrongClock, node: int, chance: Random) -> None:
    world.clocks[node].off_ms = round(chance.uniform(*wrong.days) * DAY_MS)
    world.monitor.count("clock-set", node)
    if wrong.jump_minutes:
        delay_us = microseconds(chance.expovariate(1 / (60 * wrong.jump_minutes)))
        if world.event_queue.now_us + delay_us < microseconds(world.scenario.seconds):
            world.event_queue.after(delay_us, _jump, world, wrong, node, chance)


def _revoke(world: World, chance: Random) -> None:
    """End the forked feeds, each on an honest node that holds some of it: the account's own."""
    for author in world.authors.values():
        if author.feed not in world.truth.forks:
            continue
        holders = [
            (node, state.held[-1])
            for node, store in world.stores.items()
            if node not in world.hostile
            and (state := store.feed(author.feed)) is not None
            and state.held
            and state.held[-1].first == 1
        ]
        node, part = chance.choice(holders)
        revoke = author.revoke(part.last, part.top)
        world.truth.ends[author.feed] = revoke.end
        world.monitor.count("revoked", node)
        world.stores[node].add_statements([revoke], world.clocks[node].now().wall_ms)
        if node in world.online:
            world.online[node].refresh()


class _Churner:
    """A node that comes and goes until the scenario's time is over."""

    def __init__(self, world: World, churn: Churn, node: int, chance: Random) -> None:
        self._world = world
        self._churn = churn
        self._node = node
        self._chance = chance

    def stay(self) -> None:
        """Remain on line for a while."""
        self._later(self._churn.up_minutes, self._leave)

    def _leave(self) -> None:
        if self._churn.power:
            self._world.cut_power(self._node, self._chance)
        else:
            self._world.stop_node(self._node, silently=self._chance.random() < 0.5)
        self._later(self._churn.down_minutes, self._return)

    def _return(self) -> None:
        self._world.start_node(self._node)
        self.stay()

    def _later(self, minutes: float, action: Callable[[], None]) -> None:
        event_queue = self._world.event_queue
        at_us = event_queue.now_us + microseconds(self._chance.expovariate(1 / (60 * minutes)))
        if at_us < microseconds(self._world.scenario.seconds):
            event_queue.at(at_us, action)


def _plan_partition(world: World, partition: Partition, chance: Random) -> None:
    sides = {node: chance.randrange(partition.parts) for node in range(world.nodes)}
    event_queue = world.event_queue
    event_queue.at(microseconds(partition.from_seconds), world.network.split, sides)
    event_queue.at(microseconds(partition.until_seconds), world.network.split, {})
