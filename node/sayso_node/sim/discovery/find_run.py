"""A run of the scenario `find`: what happens when, and what must hold."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final

from sayso_protocol.discovery.kademlia.kademlia_limits import MAX_ASKED, MAX_RECORDS

from ..checks.ground_truth import Violation
from ..event_queue import microseconds
from .find_scenario import FindScenario
from .find_world import BOOT_SECONDS, FindWorld
from .sim_locator import SimLocator

DAY_SECONDS: Final = 86_400.0
LEAVE_DAY: Final = 1.0
AWAY_DAYS: Final = 7.0
SETTLE_SECONDS: Final = 3600.0
"""After which what was looked up is judged: all lookups are over by then."""

REQUESTS_A_DAY: Final = 2_000
"""What a node may ask in a day, on average: some 20 s of processor time on both sides."""


@dataclass(slots=True)
class Reached:
    """How many looked an account up, and how many found what they should have."""

    looked: int
    found: int
    requests: float
    """Of one lookup, the mean."""


@dataclass(slots=True)
class FindReport:
    """All figures of a run."""

    scenario: str
    nodes: int
    servers: int
    authors: int
    seed: int
    digest: str
    virtual_days: float
    wall_seconds: float
    reached: dict[str, Reached]
    requests_a_day: float
    """Of a node, the mean."""
    most_records: int
    table: float
    """Contacts of a node that is on, the mean."""
    counts: dict[str, int]
    violations: list[Violation]

    def as_json(self) -> dict[str, object]:
        """The object that is printed as JSON."""
        return asdict(self)


class FindRun:
    """One run; `run` once."""

    def __init__(self, scenario: FindScenario, nodes: int, seed: int) -> None:
        self.world = FindWorld(scenario, nodes, seed)
        self._scenario = scenario
        self._seed = seed
        self._reached: dict[str, Reached] = {}
        self._violations: list[Violation] = []
        absent = round(scenario.absent * len(self.world.authors))
        self._absent = self.world.authors[:absent]
        self._present = self.world.authors[absent:]

    def run(self) -> FindReport:
        """From an empty network to the report."""
        began = time.perf_counter()
        world, scenario = self.world, self._scenario
        self._boot()
        self._until(LEAVE_DAY / 2)
        self._look("at first", self._followers(world.authors))
        self._until(LEAVE_DAY)
        for author in self._absent:
            world.stop(author)
        self._until(scenario.gone_day)
        self._let_half_go()
        self._look("half gone at once", self._followers(self._present))
        self._until(LEAVE_DAY + AWAY_DAYS)
        self._look("authors off for a week", self._followers(self._absent))
        self._look("by strangers, too", self._strangers(self._absent))
        self._return()
        self._until(scenario.days)
        self._look("back at another address", self._followers(self._absent))
        self._check_bounds()
        return self._report(time.perf_counter() - began)

    # --- what happens ----------------------------------------------------------------------

    def _until(self, days: float) -> None:
        self.world.event_queue.run_until(microseconds(days * DAY_SECONDS))

    def _boot(self) -> None:
        world = self.world
        for number, node in enumerate(world.nodes):
            after = microseconds(BOOT_SECONDS * number / len(world.nodes))
            world.event_queue.at(after, world.start, node)
            world.event_queue.at(after, world.come_and_go, node)

    def _let_half_go(self) -> None:
        """Half of those who are on go at once, authors excepted, and come back together."""
        world, scenario = self.world, self._scenario
        others = [node for node in world.nodes if node.online and node.account is None]
        going = others[:: max(1, round(1 / scenario.gone))] if scenario.gone else []
        for node in going:
            node.stays = True
            world.stop(node)
        after = microseconds(scenario.gone_hours * 3600)
        world.event_queue.after(after, self._come_back, going)

    def _come_back(self, nodes: Iterable[SimLocator]) -> None:
        for node in nodes:
            node.stays = False
            self.world.start(node)
            self.world.come_and_go(node)

    def _return(self) -> None:
        """Who was away comes back, at another address."""
        for author in self._absent:
            author.move()
            self.world.start(author)
        self._until(LEAVE_DAY + AWAY_DAYS + 0.5)

    # --- what must hold --------------------------------------------------------------------

    def _followers(self, authors: Iterable[SimLocator]) -> list[tuple[SimLocator, SimLocator]]:
        return [
            (node, author)
            for author in authors
            if author.account is not None
            for node in self.world.nodes
            if author.account.key in node.follows
        ]

    def _strangers(self, authors: Iterable[SimLocator]) -> list[tuple[SimLocator, SimLocator]]:
        """Some who never heard of these authors, and have been given their keys now."""
        others = [node for node in self.world.nodes if not node.follows and not node.account]
        return [(node, author) for author in authors for node in others[:5]]

    def _look(self, name: str, pairs: list[tuple[SimLocator, SimLocator]]) -> None:
        """Let these look those up; what is newest of what they find must say where those are, or
        were last."""
        world = self.world
        # A lookup counts that was not cut off: who goes off in the middle finds nothing.
        wanted = [(node, author.account.key) for node, author in pairs if author.account]
        began = world.look_up(wanted)
        end_us = world.event_queue.now_us + microseconds(SETTLE_SECONDS)
        at = {one.account.key: one.address for one in world.authors if one.account}
        world.event_queue.run_until(end_us)
        done = [(node, key, node.finds[key]) for node, key in began if key in node.finds]
        found = 0
        for node, key, find in done:
            newest = max(find.told_by, key=lambda one: one.time_ms, default=None)
            found += newest is not None and newest.addresses == (at[key],)
            if find.asked > MAX_ASKED:
                self._violate("cost", node, f"a lookup asked {find.asked}")
        asked = sum(find.asked for *_, find in done) / max(1, len(done))
        self._reached[name] = Reached(len(done), found, round(asked, 1))
        if found < len(done) or (pairs and not done):
            node = world.nodes[0]
            self._violate("not-found", node, f"{name}: {len(done) - found} of {len(done)}")

    def _check_bounds(self) -> None:
        world = self.world
        servers = {node.id for node in world.servers}
        for node in world.nodes:
            if node.locator is None:
                continue
            held = len(node.locator.server.records)
            if held > MAX_RECORDS:
                self._violate("bounds", node, f"{held} records")
            for contact in node.locator.table.closest(0, len(world.nodes)):
                if contact.id not in servers:
                    self._violate("listed", node, "a client stands in a table")
        if self._requests_a_day() > REQUESTS_A_DAY:
            self._violate("cost", world.nodes[0], f"{self._requests_a_day():.0f} requests a day")

    def _requests_a_day(self) -> float:
        days = self.world.event_queue.now_us / microseconds(DAY_SECONDS)
        return self.world.counts["sent requests"] / len(self.world.nodes) / days

    def _violate(self, rule: str, node: SimLocator, detail: str) -> None:
        seconds = self.world.event_queue.now_us / 1e6
        self._violations.append(Violation(rule, node.index, seconds, detail))

    # --- the report ------------------------------------------------------------------------

    def _report(self, wall_seconds: float) -> FindReport:
        world = self.world
        machines = [one.locator for one in world.nodes if one.locator is not None]
        on = [one.locator for one in world.nodes if one.online and one.locator is not None]
        counts = world.counts.copy()
        for machine in on:
            counts.update(machine.counts)
        return FindReport(
            scenario="find",
            nodes=len(world.nodes),
            servers=len(world.servers),
            authors=len(world.authors),
            seed=self._seed,
            digest=world.trace.digest,
            virtual_days=round(world.event_queue.now_us / microseconds(DAY_SECONDS), 2),
            wall_seconds=round(wall_seconds, 2),
            reached=self._reached,
            requests_a_day=round(self._requests_a_day(), 1),
            most_records=max(len(one.server.records) for one in machines),
            table=round(sum(len(one.table) for one in on) / max(1, len(on)), 1),
            counts=dict(sorted(counts.items())),
            violations=self._violations,
        )


def find_text(report: FindReport) -> str:
    """The report for a person to read."""
    lines = [
        f"scenario find, seed {report.seed}: {report.nodes} nodes ({report.servers} serve), "
        f"{report.authors} authors",
        f"  {report.virtual_days} virtual days in {report.wall_seconds} s, trace {report.digest}",
        *(
            f"  {name}: found by {one.found} of {one.looked}, {one.requests} requests each"
            for name, one in report.reached.items()
        ),
        f"  a node asks {report.requests_a_day} times a day and knows {report.table} others; "
        f"most records at one place: {report.most_records}",
        "  events: " + ", ".join(f"{count} {name}" for name, count in report.counts.items()),
    ]
    if not report.violations:
        return "\n".join([*lines, "  no invariant was broken"])
    lines.append(f"BROKEN INVARIANTS ({len(report.violations)}):")
    lines += [f"  {one.rule} at node {one.node}: {one.detail}" for one in report.violations]
    return "\n".join([*lines, f"replay with --nodes {report.nodes} --seed {report.seed}"])
