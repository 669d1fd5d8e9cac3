"""Threads in the order of the conversation, in both stores."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples, long

from sayso_protocol.content.body import Post, Reference
from sayso_protocol.feed.run import Run
from sayso_storage.interface.store import Store
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store

from .makers import EPOCH, NOW_MS, author, part, reference, run_of

WRITER = author(2)


def written(parents: Sequence[int | None], roots: Sequence[int | None]) -> Run:
    """A run of posts, each of which replies to one before it and names a root."""
    names: list[Reference] = []
    run = run_of(WRITER, [Post("0")])
    bodies = []
    for number, (parent, root) in enumerate(zip(parents, roots, strict=True)):
        above = None if parent is None else names[parent]
        top = None if root is None or root == parent else names[root]
        bodies.append(Post(str(number), reply=above, root=top))
        run = run_of(WRITER, list(bodies))
        names.append(reference(WRITER, run, number + 1))
    return run


def give(store: Store, run: Run, held: Sequence[int]) -> None:
    store.follow(WRITER.account.public, None, NOW_MS)
    store.add_grant(WRITER.grant)
    store.append([part(run, seq + 1, seq + 1) for seq in held], NOW_MS)


def drawn(store: Store, run: Run, root: int, limit: int = 99) -> list[tuple[int, int]]:
    """Each entry of a thread as its number and its depth."""
    numbers = {one: number for number, one in enumerate(run.ids)}
    return [(numbers[one.id], one.depth) for one in store.thread(run.ids[root], limit)]


def test_an_answer_stands_under_what_it_answers(store: Store) -> None:
    run = written([None, 0, 0, 1, 2, 1], [None, 0, 0, 0, 0, 0])
    give(store, run, range(6))
    assert drawn(store, run, 0) == [(0, 0), (1, 1), (3, 2), (5, 2), (2, 1), (4, 2)]
    parents = [one.parent for one in store.thread(run.ids[0])]
    assert parents == [None, run.ids[0], run.ids[1], run.ids[1], run.ids[0], run.ids[2]]


def test_replies_to_what_is_not_held_stand_together(store: Store) -> None:
    run = written([None, 0, 1, 0, 1, 2], [None, 0, 0, 0, 0, 0])
    give(store, run, [0, 2, 3, 4, 5])
    assert drawn(store, run, 0) == [(0, 0), (2, 2), (5, 3), (4, 2), (3, 1)]
    assert store.thread(run.ids[0])[1].parent == run.ids[1]


def test_a_thread_without_its_first_entry(store: Store) -> None:
    run = written([None, 0, 1, 1], [None, 0, 0, 0])
    give(store, run, [1, 2, 3])
    assert drawn(store, run, 0) == [(1, 1), (2, 2), (3, 2)]
    assert store.thread(bytes(32)) == []


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_of_many_the_least_deep_are_given(store: Store, limit: int) -> None:
    run = written([None, 0, 1, 2, 0], [None, 0, 0, 0, 0])
    give(store, run, range(5))
    assert drawn(store, run, 0, limit) == [(0, 0), (1, 1), (4, 1)][:limit]


SHAPES = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 4), st.booleans()), min_size=1, max_size=12
)


@long
@given(SHAPES, st.integers(1, 12))
@examples(40)
def test_both_stores_give_the_same_of_any_tree(
    tmp_path_factory: pytest.TempPathFactory, shape: list[tuple[int, int, bool]], limit: int
) -> None:
    parents: list[int | None] = [None]
    roots: list[int | None] = [None]
    for number, (above, root, _) in enumerate(shape[1:], 1):
        parents.append(above % number)
        roots.append(None if root == 4 else min(root, number - 1))
    run = written(parents, roots)
    held = [number for number, (_, _, is_held) in enumerate(shape) if is_held]
    path = tmp_path_factory.mktemp("thread") / "store.db"
    with open_store(path) as sqlite:
        memory = MemoryStore(EPOCH)
        for store in (sqlite, memory):
            give(store, run, held)
        for root in run.ids[:5]:
            for most in (limit, 99):
                assert sqlite.thread(root, most) == memory.thread(root, most)
