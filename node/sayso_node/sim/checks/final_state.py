"""The state of all stores in the end: everybody has what could reach him, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sayso_protocol.accounts.statement import End
from sayso_protocol.feed.fork import read_fork
from sayso_protocol.ranges import Ranges
from sayso_storage.interface.store import FeedState, Store

from ..topology.graph_shapes import Edge
from .ground_truth import GroundTruth


@dataclass(slots=True)
class Component:
    """Honest nodes that carry one feed and are joined by lines between such nodes: what
    one of them holds, all must come to hold."""

    feed: bytes
    members: list[int]
    has_author: bool


@dataclass(slots=True)
class Components:
    """All components, and how many readers stand outside the one of their author."""

    components: list[Component] = field(default_factory=list)
    without_path: int = 0


def find_components(
    edges: list[Edge], readers: Mapping[bytes, list[int]], author_of: Mapping[bytes, int]
) -> Components:
    """The components of each feed; `readers` are honest, and an honest author is among them."""
    drawn = Components()
    for feed, nodes in readers.items():
        carriers = set(nodes)
        joined: dict[int, list[int]] = {node: [] for node in nodes}
        for one, other in edges:
            if one in carriers and other in carriers:
                joined[one].append(other)
                joined[other].append(one)
        for members in _components(joined):
            has_author = author_of[feed] in members
            drawn.components.append(Component(feed, members, has_author))
            if not has_author and author_of[feed] in carriers:
                drawn.without_path += len(members)
    return drawn


def _components(joined: Mapping[int, list[int]]) -> Iterator[list[int]]:
    left = dict.fromkeys(joined)
    while left:
        start = next(iter(left))
        found, wave = {start: None}, [start]
        while wave:
            wave = [
                other for node in wave for other in joined[node]
                if other not in found and found.setdefault(other, None) is None
            ]  # fmt: skip
        for node in found:
            del left[node]
        yield list(found)


def lacking(
    component: Component, stores: Mapping[int, Store], truth: GroundTruth
) -> list[tuple[int, str]]:
    """The members that do not hold all that the component has, and what they lack."""
    if component.feed in truth.ends:
        return list(_ended_otherwise(component, stores, truth.ends[component.feed]))
    limit = truth.forks.get(component.feed, 1 << 62) - 1
    states = {node: stores[node].feed(component.feed) for node in component.members}
    if component.has_author:
        target = Ranges([(1, head)]) if (head := truth.heads.get(component.feed, 0)) else Ranges()
    else:  # what hostile nodes let through to one of them, and no more
        target = Ranges()
        for state in states.values():
            for part in state.held if state else ():
                target.add(part.first, part.last)
    owed = target.within(1, limit)
    return [
        (node, f"holds {_held(state)} of a feed of which there is {list(owed)}")
        for node, state in states.items()
        if not all(_covers(state, first, last) for first, last in owed)
    ]


def _ended_otherwise(
    component: Component, stores: Mapping[int, Store], end: End
) -> Iterator[tuple[int, str]]:
    """Of a feed that has ended: whoever does not hold just the branch that the end names."""
    for node in component.members:
        state = stores[node].feed(component.feed)
        tops = [(part.first, part.last, part.top) for part in state.held] if state else []
        if tops != [(1, end.seq, end.id)]:
            yield node, f"holds {_held(state)} of a feed that ends with entry {end.seq}"


def accused(store: Store, truth: GroundTruth) -> Iterator[bytes]:
    """Feeds that this store believes to have forked, or has a proof against, and that have not;
    and those against which what it has is no proof."""
    for state in store.feeds_carried():
        if state.feed not in truth.forks:
            is_wrong = state.forked_at is not None or state.proof is not None
        else:
            is_wrong = state.proof is not None and read_fork(state.proof).feed != state.feed
        if is_wrong:
            yield state.feed


def _covers(state: FeedState | None, first: int, last: int) -> bool:
    return state is not None and any(p.first <= first and last <= p.last for p in state.held)


def _held(state: FeedState | None) -> str:
    return str([(part.first, part.last) for part in state.held]) if state else "nothing"


def untrue_entries(store: Store, truth: GroundTruth) -> Iterator[tuple[bytes, int]]:
    """Feed and number of stored entries that their author never wrote so."""
    for subscription in store.subscriptions():
        for state in store.feeds_of(subscription.account):
            for part in state.held:
                high = part.last
                while high >= part.first:
                    run = store.load(state.feed, part.first, high)
                    assert run is not None
                    untrue = truth.untrue(run)
                    if untrue is not None:
                        yield state.feed, untrue
                    high = run.first - 1


def wrongly_blank(store: Store, truth: GroundTruth) -> Iterator[tuple[bytes, int, str]]:
    """Feed and number of stored entries that have a body although their author took them back, or
    none although nobody did, and which of the two."""
    for state in store.feeds_carried():
        for part in state.held:
            for seq in range(part.first, part.last + 1):
                run = store.load(state.feed, seq, seq)
                assert run is not None
                is_blank = type(run.bodies[0]) is not bytes
                is_back = (state.feed, seq) in truth.taken_back
                if is_blank != is_back:
                    yield state.feed, seq, "blank" if is_blank else "not taken back"
