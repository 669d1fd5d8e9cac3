"""The end of a run: does everybody come to hold everything, is there peace then, and was the
price within its bounds?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sayso_protocol.crypto.keys import key_text

from ..sync.send_queue import MAX_BYTES
from .checks.final_state import (
    Component,
    accused,
    find_components,
    lacking,
    untrue_entries,
    wrongly_blank,
)
from .event_queue import SECOND, microseconds
from .owners.population import Population
from .world import World

STEP_SECONDS: Final = 5.0
"""Between two looks at who lacks something."""

PAUSE_SECONDS: Final = 45.0
"""After the last delivery: what was under way ends, time-outs run out."""

REST_SECONDS: Final = 120.0
"""How long is counted what is sent although there is nothing to say."""

SHOWN: Final = 3
"""Nodes that are named for one feed that did not arrive."""


@dataclass(slots=True)
class Outcome:
    """The outcome of a run."""

    settled_seconds: float | None = None
    """From the last post or fault until everybody had everything; None: never."""
    idle_frames: float = 0.0
    """Frames a session and minute when there was nothing to say."""
    without_path: int = 0
    """Readers whom no honest carriers join to their author."""
    refused: RefusedRuns | None = None
    """How the author fared whom others refuse to carry."""


@dataclass(frozen=True, slots=True)
class RefusedRuns:
    """`followers` wanted an author whom `refusing` nodes refuse to carry, `joined` of them are
    joined to him by honest nodes that carry him, `reached` hold all that he wrote."""

    refusing: int
    followers: int
    joined: int
    reached: int


class Evaluation:
    """Lets a world come to rest, and checks everything in it."""

    def __init__(self, world: World, owners: Population | None) -> None:
        self._world = world
        self._owners = owners
        self._truth = world.truth
        self._event_queue = world.event_queue
        self._bounds = world.scenario.bounds
        self.outcome = Outcome()

    def reach(self) -> None:
        """Wait, and check everything."""
        self._settle()
        self._rest()
        self._audit()
        self._check_bounds()
        self.outcome.refused = self._count_reached()

    def _count_reached(self) -> RefusedRuns | None:
        world, plan = self._world, self._world.plan
        if plan.refused is None:
            return None
        feed = world.authors[plan.refused].feed
        followers = set(plan.followers(plan.refused)) - world.hostile
        mine = [one for one in self._components() if one.feed == feed and one.has_author]
        joined = followers.intersection(*(one.members for one in mine))
        everybody = Component(feed, sorted(followers), has_author=True)
        without = {node for node, _ in lacking(everybody, world.stores, self._truth)}
        return RefusedRuns(
            len(plan.refusing), len(followers), len(joined), len(followers - without)
        )

    def _settle(self) -> None:
        quiet_us = self._event_queue.now_us
        end_us = quiet_us + microseconds(self._bounds.settle_seconds)
        components = self._lacking(self._components())
        while components and self._event_queue.now_us < end_us:
            self._event_queue.run_until(self._event_queue.now_us + microseconds(STEP_SECONDS))
            components = self._lacking(components)
        if not components:
            late_us = max(0, self._truth.tally.last_delivery_us - quiet_us)
            self.outcome.settled_seconds = late_us / SECOND

    def _lacking(self, components: list[Component]) -> list[Component]:
        return [one for one in components if lacking(one, self._world.stores, self._truth)]

    def _components(self) -> list[Component]:
        world = self._world
        author_of = {author.feed: node for node, author in world.authors.items()}
        readers: dict[bytes, list[int]] = {feed: [] for feed in author_of}
        for node in set(range(world.nodes)) - world.hostile:
            carried = dict.fromkeys([node] if node in world.authors else [])
            for author in [*carried, *world.plan.follows[node]]:
                readers[world.authors[author].feed].append(node)
        drawn = find_components(world.plan.edges, readers, author_of)
        self.outcome.without_path = drawn.without_path
        return drawn.components

    def _rest(self) -> None:
        self._event_queue.run_until(self._event_queue.now_us + microseconds(PAUSE_SECONDS))
        tally = self._truth.tally
        before = tally.frames.total() + tally.hostile_frames
        self._event_queue.run_until(self._event_queue.now_us + microseconds(REST_SECONDS))
        frames = tally.frames.total() + tally.hostile_frames - before
        honest = [n for i, n in self._world.online.items() if i not in self._world.hostile]
        sessions = sum(len(node.sessions) for node in honest)
        self.outcome.idle_frames = frames / max(1, sessions) / (REST_SECONDS / 60)

    def _audit(self) -> None:
        """Once more over everything, whatever was seen before."""
        stores = self._world.stores
        for component in self._components():
            for node, what in lacking(component, stores, self._truth)[:SHOWN]:
                self._truth.violate("not-converged", node, what)
            self._audit_proofs(component)
        for index, store in stores.items():
            if index not in self._world.hostile:
                self._world.check_own_feed(index)
                for feed in accused(store, self._truth):
                    self._truth.violate("accused", index, f"the honest feed {key_text(feed)}")
                if self._world.scenario.retractions is not None:
                    for _, seq, what in list(wrongly_blank(store, self._truth))[:SHOWN]:
                        self._truth.violate(what.replace(" ", "-"), index, f"entry {seq}")
                for _, seq in untrue_entries(store, self._truth):
                    self._truth.violate("untrue", index, f"entry {seq} is not what was written")
        if self._owners is not None:
            self._owners.look()

    def _audit_proofs(self, component: Component) -> None:
        rounds = self._bounds.proof_rounds
        if rounds:
            late = list(self._world.monitor.branches.without_proof(component, rounds))
            for node, what in late[:SHOWN]:
                self._truth.violate("unproven", node, what)

    def _check_bounds(self) -> None:
        tally, bounds = self._truth.tally, self._bounds
        for node in self._world.online.values():
            for session in node.sessions.values():
                tally.worst_outbox = max(tally.worst_outbox, session.worst_wait)
        fresh = max(1, tally.fresh)
        self._bound("duplicates", tally.duplicates / fresh, bounds.duplicates)
        self._bound("bytes", tally.bytes / fresh, bounds.bytes_per_entry)
        self._bound("restless", self.outcome.idle_frames, bounds.idle_frames)
        found = tally.percentiles()
        for name, most in (("p99", bounds.live_p99_ms), ("max", bounds.live_max_ms)):
            if most:
                self._bound("late", found.get(name, 0), most)
        self._bound("queue", tally.worst_outbox, MAX_BYTES)

    def _bound(self, rule: str, value: float, most: float) -> None:
        if value > most:
            self._truth.violate(rule, -1, f"{value:.2f} where {most:g} is the bound")
