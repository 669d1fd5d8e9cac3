"""Plans of a network: who dials whom, who follows whom, and who carries for others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Final

from ..scenario import Scenario, ScenarioError
from .follow_graphs import sample
from .graph_shapes import Edge, regular, ring, small_world

MAX_DIALLED: Final = 64
"""By so many nodes one node is dialled at the most: a home is no hub."""


_RefusalPlan = tuple[int | None, frozenset[int]]
"""The refused author and who refuses him."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The shape of a run. Nodes are numbered from 0, hubs last."""

    edges: list[Edge]
    authors: list[int]
    follows: list[list[int]]
    """For each node the authors that it carries: those that it follows, for hubs all."""
    people: int
    """So many nodes are no hubs."""
    refused: int | None = None
    """The author whom others refuse to carry."""
    refusing: frozenset[int] = field(default_factory=frozenset)

    def followers(self, author: int) -> list[int]:
        """The people who follow an author and do not refuse to."""
        return [node for node in range(self.people) if author in self.follows[node]]


def draw_plan(
    scenario: Scenario, nodes: int, hostile: set[int], forkers: list[int], chance: Random
) -> Plan:
    """A plan for so many nodes; hostile ones follow everybody, so as to do most harm, and
    everybody follows the `forkers` among them.

    Raises `ScenarioError`, or `GraphMissing` where a follow graph is not there.
    """
    people = nodes - (scenario.hub.count if scenario.hub else 0)
    if people < 2:
        raise ScenarioError("a network has two nodes at least, hubs apart")
    known = _known_people(scenario, people, chance)
    if known is None:
        authors, wanted = _drawn(scenario, people, hostile, chance)
    else:
        authors, wanted = _most_followed(scenario, known, hostile)
    wanted += [list(authors) for _ in range(people, nodes)]
    refused, refusing = _refusal(scenario, authors, wanted[:people], nodes, chance)
    follows = _without_refused(wanted, refused, refusing)
    sought = follows if scenario.refusal and scenario.refusal.rechosen else wanted
    edges = _all_edges(scenario, known, sought, people, (refused, refusing), chance)
    _follow_hostile(authors, follows, hostile, forkers)
    return Plan(edges, authors, follows, people, refused, refusing)


def _known_people(scenario: Scenario, people: int, chance: Random) -> list[set[int]] | None:
    """For each of the people whom it follows, where a follow graph tells."""
    if scenario.topology.kind != "follows":
        return None
    return sample(scenario.topology.graph, people, chance)


def _without_refused(
    wanted: list[list[int]], refused: int | None, refusing: frozenset[int]
) -> list[list[int]]:
    return [
        [author for author in whom if author != refused or node not in refusing]
        for node, whom in enumerate(wanted)
    ]


def _all_edges(
    scenario: Scenario,
    known: list[set[int]] | None,
    sought: list[list[int]],
    people: int,
    refusal: _RefusalPlan,
    chance: Random,
) -> list[Edge]:
    """The lines between people, then those to hubs; each node carries its own feed too."""
    carried = [{*whom, node} for node, whom in enumerate(sought)]
    if known is None:
        edges = _edges(scenario, people, refusal, chance)
    else:
        edges = _peers(known, carried, scenario.topology.degree, chance)
    return edges + _to_hubs(scenario, carried, people, chance)


def _follow_hostile(
    authors: list[int], follows: list[list[int]], hostile: set[int], forkers: list[int]
) -> None:
    """Let everybody follow the hostile authors, and hostile nodes follow everybody."""
    authors.extend(forkers)
    for whom in follows:
        whom.extend(forkers)
    for node in sorted(hostile):
        follows[node] = list(authors)


def _drawn(
    scenario: Scenario, people: int, hostile: set[int], chance: Random
) -> tuple[list[int], list[list[int]]]:
    """Authors, and for each of the people whom it follows, at random."""
    honest = [node for node in range(people) if node not in hostile]
    authors = sorted(chance.sample(honest, min(scenario.load.authors, len(honest))))
    share = scenario.load.followers
    follows = [
        [author for author in authors if author != node and chance.random() < share]
        for node in range(people)
    ]
    return authors, follows


def _most_followed(
    scenario: Scenario, known: list[set[int]], hostile: set[int]
) -> tuple[list[int], list[list[int]]]:
    """The most followed honest people write."""
    followers = Counter(followed for whom in known for followed in whom if followed not in hostile)
    ranked = sorted(followers, key=lambda node: (-followers[node], node))
    authors = sorted(ranked[: scenario.load.authors])
    writing = set(authors)
    return authors, [sorted(writing & whom) for whom in known]


def _refusal(
    scenario: Scenario, authors: list[int], wanted: list[list[int]], nodes: int, chance: Random
) -> _RefusalPlan:
    if scenario.refusal is None:
        return None, frozenset()
    followers = Counter(author for whom in wanted for author in whom)
    refused = max(authors, key=lambda author: (followers[author], -author))
    others = [node for node in range(nodes) if node != refused]
    count = min(round(scenario.refusal.share * nodes), len(others))
    return refused, frozenset(chance.sample(others, count))


def _edges(scenario: Scenario, nodes: int, refusal: _RefusalPlan, chance: Random) -> list[Edge]:
    topology = scenario.topology
    match topology.kind:
        case "hubs":
            return []
        case "ring":
            return ring(nodes, 2)
        case "random":
            return regular(nodes, topology.degree, chance)
        case "small-world":
            return small_world(nodes, topology.degree, topology.rewire, chance)
        case "star" if refusal[0] is not None:
            return _star(refusal[0], sorted(refusal[1]), nodes)
    raise ScenarioError(f"{scenario.name}: no topology is called {topology.kind!r}")


def _star(middle: int, refusing: list[int], nodes: int) -> list[Edge]:
    """All dial one node; those who refuse him have each other, too."""
    ring_of_them = zip(refusing, refusing[1:] + refusing[:1], strict=True)
    return [(node, middle) for node in range(nodes) if node != middle] + list(ring_of_them)


def _peers(
    known: list[set[int]], carried: list[set[int]], degree: int, chance: Random
) -> list[Edge]:
    """Each dials people that it follows or that follow it, those first with whom it shares
    most."""
    around: list[set[int]] = [set(whom) for whom in known]
    for node, whom in enumerate(known):
        for other in whom:
            around[other].add(node)
    dialled: Counter[int] = Counter()
    edges: set[Edge] = set()
    for node, others in enumerate(around):
        ranked = sorted(
            sorted(others),
            key=lambda other: (-len(carried[node] & carried[other]), chance.random()),
        )
        open_to = [other for other in ranked if dialled[other] < MAX_DIALLED]
        for other in open_to[:degree]:
            if (other, node) not in edges:
                edges.add((node, other))
                dialled[other] += 1
    return sorted(edges)


def _to_hubs(
    scenario: Scenario, carried: list[set[int]], people: int, chance: Random
) -> list[Edge]:
    """Each of the people dials the hubs that carry most of what it does."""
    if scenario.hub is None:
        return []
    hubs = range(people, len(carried))
    edges = []
    for node in range(people):
        ranked = sorted(hubs, key=lambda hub: (-len(carried[node] & carried[hub]), chance.random()))
        edges += [(node, hub) for hub in sorted(ranked[: scenario.hub.dialled])]
    return edges
