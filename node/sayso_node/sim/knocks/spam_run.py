"""A run of the scenario `spam`: days of knocking on real follow graphs, and what owners see of
it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from random import Random
from typing import Final

from sayso_protocol.letters.distance import MAX_LOOKED_AT, Neighbourhood
from sayso_protocol.letters.prices import DAY_MS, DEFAULT, Reach
from sayso_protocol.letters.shelf import MAX_DECIDED, MAX_LANES, MAX_TURNS, PLACES
from sayso_protocol.letters.turns import FIRST_PAGE

from ..checks.ground_truth import Violation
from ..scenario import ScenarioError
from ..topology.follow_graphs import whole
from .crowd import Crowd
from .door import Door, Letter
from .sim_owner import Look, SimOwner
from .spam_scenario import SpamScenario

FIRST_DAY: Final = 20_000
NOON_MS: Final = DAY_MS // 2

MAX_SPAM_LINES: Final = 1.0
"""Lines of spam that an owner sees a day, the mean."""

MIN_HEARD: Final = 0.95
"""First words of newcomers that lie on the shelf within a day."""


@dataclass(slots=True)
class GraphFigures:
    """What owners saw on one graph."""

    graph: str
    people: int
    follows: int
    owners: int
    newcomers: dict[str, int]
    """First words of newcomers by the distance of their senders."""
    heard: float
    spam_lines: float
    """On a first page, the mean of all looks; then that of each day, and the most."""
    spam_lines_by_day: list[float]
    most_spam_lines: int
    more_than_one: float
    """The share of looks with more than one line of spam."""
    sent: int
    """Letters of the attacker that carriers took."""
    answers: dict[str, dict[str, int]]
    """What carriers said to the attacker, and to newcomers."""
    most_carried: int
    """Letters that lay at one door, the most."""
    rules: dict[str, int]
    most_remembered: int
    """Things that one owner's shelf remembers, the most."""


@dataclass(slots=True)
class SpamReport:
    """All figures of a run."""

    scenario: str
    seed: int
    days: int
    free: bool
    cpu_seconds: float
    graphs: list[GraphFigures]
    violations: list[Violation]

    def as_json(self) -> dict[str, object]:
        """The object that is printed as JSON."""
        return asdict(self)


class SpamRun:
    """One run; `run` once."""

    def __init__(self, scenario: SpamScenario, owners: int, seed: int) -> None:
        self._scenario, self._owners, self._seed = scenario, owners, seed
        self._violations: list[Violation] = []

    def run(self) -> SpamReport:
        """All graphs, one after the other. Raises `ScenarioError`: `GraphMissing` where one is not
        on this machine."""
        began = time.process_time()
        figures = [self._on(name) for name in self._scenario.graphs]
        scenario = self._scenario
        return SpamReport(
            "spam", self._seed, scenario.days, scenario.free,
            round(time.process_time() - began, 1), figures, self._violations,
        )  # fmt: skip

    def _on(self, name: str) -> GraphFigures:
        chance = Random(self._seed)  # noqa: S311 - the same seed gives the same run
        world = SpamWorld(self._scenario, name, self._owners, chance)
        looks: list[list[Look]] = []
        for day in range(self._scenario.days):
            looks.append([world.live(owner, day) for owner in world.owners])
            self._check_bounds(world, day)
        figures = world.figures(name, looks)
        if figures.spam_lines > MAX_SPAM_LINES:
            self._violate("spam", f"{name}: {figures.spam_lines:.2f} lines of spam a day")
        if figures.heard < MIN_HEARD:
            self._violate("unheard", f"{name}: {figures.heard:.1%} of newcomers are heard")
        return figures

    def _check_bounds(self, world: SpamWorld, day: int) -> None:
        for number, owner in enumerate(world.owners):
            state = owner.shelf.state
            kept = len(state.decided), len(state.turns), len(state.lanes), len(owner.shelf)
            most = MAX_DECIDED, MAX_TURNS, MAX_LANES, sum(PLACES.values())
            if any(one > bound for one, bound in zip(kept, most, strict=True)):
                self._violate("bounds", f"{kept} of {most}", number, day)

    def _violate(self, rule: str, detail: str, owner: int = 0, day: int = 0) -> None:
        self._violations.append(Violation(rule, owner, day * 86_400.0, detail))


class SpamWorld:
    """One graph, its owners, and the attacker."""

    def __init__(self, scenario: SpamScenario, graph: str, owners: int, chance: Random) -> None:
        self._scenario, self._chance = scenario, chance
        rows = whole(graph)
        names = [b"person %d" % number for number in range(len(rows))]
        self._follows = {
            name: {names[other] for other in row if other != number}
            for number, (name, row) in enumerate(zip(names, rows, strict=True))
        }
        # In the order of the rows, so that the same seed finds the same ways.
        self._rows = {
            name: [names[other] for other in row] for name, row in zip(names, rows, strict=True)
        }
        gullible = chance.sample(names, round(scenario.gullible * len(names)))
        self._crowd = Crowd(scenario, gullible, chance)
        self._honest = Counter[str]()
        self._answers = {"spam": Counter[str](), "newcomers": Counter[str]()}
        self._most_carried = 0
        self._number = 0
        self.owners = [*self._chosen_owners(names, owners)]

    def live(self, owner: SimOwner, day: int) -> Look:
        """One day of one owner: letters come in any order, his node collects, he looks."""
        now_ms = (FIRST_DAY + day) * DAY_MS + NOON_MS
        if self._scenario.free:
            return self._live_free(owner)
        carriers, today = range(self._scenario.carriers), now_ms // DAY_MS
        least = owner.prices.least(today)
        doors = [Door(self._chance.randbytes(32), today, least) for _ in carriers]
        offered = [*self._crowd.letters_to(owner.around, day)]
        for letter in self._newcomers_to(owner):
            offered += [(carrier, letter) for carrier in range(len(doors))]
        self._chance.shuffle(offered)
        for carrier, letter in offered:
            said = doors[carrier].offer(letter)
            self._answers["spam" if letter.is_spam else "newcomers"][said.name.lower()] += 1
        self._most_carried = max(self._most_carried, *map(len, doors))
        for door in doors:
            owner.collect(door.collect(), now_ms, self._is_follow)
        return owner.look(now_ms)

    def figures(self, graph: str, looks: list[list[Look]]) -> GraphFigures:
        """What all owners saw, by day."""
        rules = sum((owner.shelf.state.counts for owner in self.owners), Counter[str]())
        days = [sum(one.spam for one in day) / len(day) for day in looks]
        flat = [one for day in looks for one in day]
        remembered = [_remembered(owner) for owner in self.owners]
        return GraphFigures(
            graph=graph,
            people=len(self._rows),
            follows=sum(map(len, self._rows.values())),
            owners=len(self.owners),
            newcomers=dict(sorted(self._honest.items())),
            heard=sum(one.heard for one in flat) / max(1, sum(self._honest.values())),
            spam_lines=sum(days) / len(days),
            spam_lines_by_day=[round(one, 3) for one in days],
            most_spam_lines=max(one.spam for one in flat),
            more_than_one=sum(one.spam > 1 for one in flat) / len(flat),
            sent=self._answers["spam"]["carried"],
            answers={who: dict(sorted(said.items())) for who, said in self._answers.items()},
            most_carried=self._most_carried,
            rules={str(rule): count for rule, count in sorted(rules.items())},
            most_remembered=max(remembered),
        )

    # --- who takes part -------------------------------------------------------------------

    def _chosen_owners(self, names: list[bytes], owners: int) -> Iterator[SimOwner]:
        followers: dict[bytes, list[bytes]] = {name: [] for name in names}
        for name in names:
            for other in self._rows[name]:
                if name not in self._follows[other] and name != other:
                    followers[other].append(name)
        able = [name for name in names if followers[name] and self._follows[name]]
        if len(able) < owners:
            raise ScenarioError(f"only {len(able)} people can be owners, not {owners}")
        for name in self._chance.sample(able, owners):
            around = Neighbourhood(self._rows.__getitem__, name, most=MAX_LOOKED_AT)
            yield SimOwner(name, around, followers[name])

    def _is_follow(self, one: bytes, other: bytes) -> bool:
        return other in self._follows.get(one, ()) or self._crowd.follows(one, other)

    def _newcomers_to(self, owner: SimOwner) -> Iterator[Letter]:
        """First words of people who follow an owner: each pays what his distance costs."""
        each = min(self._scenario.newcomers, len(owner.newcomers))
        for sender in self._chance.sample(owner.newcomers, each):
            self._number += 1
            route = owner.around.route_to(sender)
            reach = route.reach if route is not None else Reach.FARTHER
            self._honest[reach.name.lower()] += 1
            between = route.between if route is not None else ()
            bits = DEFAULT.of(reach) or 0
            yield Letter(
                b"newcomer %d" % self._number, bits, "home of " + sender.decode(), sender, reach,
                between if reach is not Reach.FARTHER else (), is_spam=False,
            )  # fmt: skip

    def _live_free(self, owner: SimOwner) -> Look:
        """The control: all that comes lies in a row, and the newest 200 are kept."""
        letters = [*self._crowd.free_letters(), *self._newcomers_to(owner)]
        self._chance.shuffle(letters)
        shelf = letters[-sum(PLACES.values()) :]
        page = shelf[-FIRST_PAGE:]
        heard = sum(not one.is_spam for one in shelf)
        self._answers["spam"]["carried"] += sum(one.is_spam for one in letters)
        return Look(len(page), sum(one.is_spam for one in page), heard)


def _remembered(owner: SimOwner) -> int:
    state = owner.shelf.state
    return len(owner.shelf) + len(state.decided) + len(state.turns) + len(state.lanes)


def _counted(numbers: dict[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in numbers.items())


def spam_text(report: SpamReport) -> str:
    """The report for people."""
    lines = [
        f"spam: {report.days} days, seed {report.seed}, {report.cpu_seconds} s of processor time"
    ]
    if report.free:
        lines[0] += "; knocking is free: a control"
    for one in report.graphs:
        distances = ", ".join(f"{count} {reach}" for reach, count in one.newcomers.items())
        days = " ".join(f"{mean:.2f}" for mean in one.spam_lines_by_day)
        rules = _counted(one.rules)
        lines += [
            f"{one.graph}: {one.people} people, {one.follows} follows, {one.owners} owners",
            f"  spam lines on a first page: {one.spam_lines:.2f} a day (by day {days}; most "
            f"{one.most_spam_lines}; more than one in {one.more_than_one:.1%} of looks)",
            f"  first words of newcomers on the shelf within a day: {one.heard:.1%} ({distances})",
            f"  carriers said to the attacker: {_counted(one.answers['spam'])}; to newcomers: "
            f"{_counted(one.answers['newcomers'])}; at most {one.most_carried} letters at a door",
            f"  shelves refused or let go of: {rules}",
            f"  at most {one.most_remembered} things remembered by a shelf",
        ]
    lines += [f"BROKEN {one.rule}: {one.detail}" for one in report.violations]
    return "\n".join(lines if report.violations else [*lines, "all invariants held"])
