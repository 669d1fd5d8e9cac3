"""What honest nodes owe each other at the end of a run."""

from __future__ import annotations

import pytest
from tests.storage.makers import EPOCH, NOW_MS, author, part, posts

from sayso_node.sim.checks.event_trace import EventTrace
from sayso_node.sim.checks.final_state import Component, lacking
from sayso_node.sim.checks.ground_truth import GroundTruth
from sayso_node.sim.event_queue import EventQueue
from sayso_storage.interface.store import Store
from sayso_storage.memory.store import MemoryStore

ANN = author(1)
WHOLE = posts(ANN, 30)
FEED = ANN.feed.public


def holding(*ranges: tuple[int, int]) -> Store:
    store = MemoryStore(EPOCH)
    store.follow(ANN.account.public, None, NOW_MS)
    store.add_grant(ANN.grant)
    for first, last in ranges:
        store.append([part(WHOLE, first, last)], NOW_MS)
    return store


@pytest.mark.parametrize(
    ("has_author", "held", "lack"),
    [
        (True, [[(1, 30)], [(1, 30)]], []),
        (True, [[(1, 30)], [(1, 29)]], [1]),
        (True, [[(1, 30)], [(2, 30)]], [1]),
        (True, [[(1, 30)], []], [1]),
        # Hostile nodes let the newest through to them, and no more.
        (False, [[(22, 30)]], []),
        (False, [[(22, 30)], [(22, 30)]], []),
        (False, [[(22, 30)], [(22, 29)]], [1]),
        (False, [[(22, 30)], [(1, 5), (22, 30)]], [0]),
        (False, [[(22, 30)], []], [1]),
    ],
)
def test_whoever_is_joined_owes_what_one_of_them_holds(
    has_author: bool, held: list[list[tuple[int, int]]], lack: list[int]
) -> None:
    queue = EventQueue()
    truth = GroundTruth(queue, EventTrace())
    truth.wrote(0, WHOLE)
    stores = {node: holding(*ranges) for node, ranges in enumerate(held)}
    component = Component(FEED, list(stores), has_author)
    assert [node for node, _ in lacking(component, stores, truth)] == lack
