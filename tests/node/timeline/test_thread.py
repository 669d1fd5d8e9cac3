"""Conversations, whole and torn, against a plain definition; their bounds."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples, long
from tests.testdata import data_file

from sayso_node.timeline import thread as module
from sayso_node.timeline.thread import (
    Spot,
    conversation,
    depth_of,
    first_page,
    thread,
    thread_page,
)
from sayso_protocol.content.body import Post, React, Reference, Repost, write_body
from sayso_protocol.feed.entry import id_text
from sayso_protocol.feed.run import RawRun, sign_run, verify_run
from sayso_protocol.limits import MAX_RUN_ENTRIES
from sayso_storage.interface.content.relations import ThreadEntry
from sayso_storage.interface.store import Store, StoredEntry
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store

from ..support import Person

WRITER, STRANGER = Person("writer"), Person("stranger")
START_MS = 1_700_000_000_000
LATE_MS = 2**41


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "memory":
        return MemoryStore(bytes(16))
    return open_store(tmp_path / "store.sqlite")


class Talk:
    """Writes posts of one feed, some of which a store is given and others are kept from it."""

    def __init__(self, person: Person = WRITER) -> None:
        self._person = person
        self._bodies: list[bytes] = []
        self._times: list[int] = []
        self._tip: bytes | None = None
        self._runs: list[tuple[RawRun, bool]] = []
        self.names: list[Reference] = []

    def say(
        self, reply: Reference | None = None, root: Reference | None = None, *, held: bool = True
    ) -> Reference:
        """One more post; `root` is left out where it is `reply`, as honest software does."""
        seq = len(self.names) + 1
        post = Post(f"post {seq}", reply=reply, root=None if root == reply else root)
        run = sign_run(self._person.feed_key, seq, self._tip, [START_MS + seq], [write_body(post)])
        raw = RawRun(run.feed, seq, run.previous, run.times, run.bodies, run.signatures)
        self._runs.append((raw, held))
        self._tip = run.tip
        name = Reference(self._person.account, self._person.feed, seq, run.tip)
        self.names.append(name)
        return name

    def give(self, store: Store) -> None:
        """Let a store take in what it is to hold."""
        store.follow(self._person.account, None, 1)
        store.add_grant(self._person.grant)
        runs = [verify_run(raw) for raw, held in self._runs if held]
        for start in range(0, len(runs), MAX_RUN_ENTRIES):
            store.append(runs[start : start + MAX_RUN_ENTRIES], LATE_MS)


def entry(store: Store, name: Reference) -> StoredEntry:
    found = store.entry(name.id)
    assert found is not None
    return found


def drawn(spots: Sequence[Spot], names: Sequence[Reference]) -> list[tuple[int, int, bool]]:
    """Each spot as the number of its post, its depth, and whether it is held."""
    numbers = {name.id: n for n, name in enumerate(names)}
    return [(numbers[spot.name.id], spot.depth, spot.entry is not None) for spot in spots]


def test_a_conversation_is_the_same_from_each_of_its_entries(store: Store) -> None:
    talk = Talk()
    root = talk.say()
    first = talk.say(root)
    second = talk.say(root)
    below = talk.say(first, root)
    talk.say(below, root)
    talk.say(second, root)
    talk.say()  # another conversation
    talk.give(store)
    expected = [(0, 0, True), (1, 1, True), (3, 2, True), (4, 3, True), (2, 1, True), (5, 2, True)]
    for name in talk.names[:6]:
        assert drawn(conversation(store, entry(store, name)), talk.names) == expected
        at = next(depth for n, depth, _ in expected if talk.names[n] == name)
        assert depth_of(store, entry(store, name)) == at
    assert drawn(conversation(store, entry(store, talk.names[6])), talk.names) == [(6, 0, True)]


def test_what_is_named_and_not_held_has_a_place(store: Store) -> None:
    talk = Talk()
    root = talk.say()
    lost = talk.say(root, held=False)
    below = talk.say(lost, root)
    also_lost = talk.say(below, root, held=False)
    deep_lost = talk.say(also_lost, root, held=False)
    talk.say(deep_lost, root)
    talk.give(store)
    # What is known of the deepest: its parent, which is not held, and the root.
    expected = [
        *((0, 0, True), (1, 1, False), (2, 2, True)),
        *((4, 1, False), (5, 2, True)),
    ]
    for number in (0, 2, 5):
        spots = conversation(store, entry(store, talk.names[number]))
        assert drawn(spots, talk.names) == expected


def test_a_conversation_without_its_root_is_found_all_the_same(store: Store) -> None:
    talk = Talk()
    root = talk.say(held=False)
    first = talk.say(root)
    lost = talk.say(root, held=False)
    below = talk.say(lost, root)
    talk.give(store)
    expected = [(0, 0, False), (1, 1, True), (2, 1, False), (3, 2, True)]
    for name in (first, below):
        assert drawn(conversation(store, entry(store, name)), talk.names) == expected


def test_missing_items_say_what_is_known(store: Store) -> None:
    talk = Talk()
    root = talk.say(held=False)
    answer = talk.say(root)
    talk.give(store)
    missing, held = (item.as_json() for item in thread(store, entry(store, answer)))
    assert (missing["missing"], missing["depth"]) == (True, 0)
    assert (missing["id"], missing["text"], missing["time"]) == (id_text(root.id), None, None)
    assert (held["missing"], held["depth"], held["text"]) == (False, 1, "post 2")
    assert missing.keys() - held.keys() == {"body"}


def test_replies_that_name_no_root_or_another_are_found_by_what_they_answer(store: Store) -> None:
    talk = Talk()
    root = talk.say()
    other = talk.say()
    first = talk.say(root)
    silent = talk.say(first, first)  # written as if it answered the root
    false = talk.say(silent, other)
    talk.give(store)
    for name in (root, first, silent, false):
        found = [n for n, _, _ in drawn(conversation(store, entry(store, name)), talk.names)]
        assert found == [0, 2, 3, 4]
    # What names it as the root comes along, and what that answers.
    found = [n for n, _, _ in drawn(conversation(store, entry(store, other)), talk.names)]
    assert found == [1, 3, 4]


def test_a_parent_comes_before_its_answer_whatever_their_clocks_say(store: Store) -> None:
    other = Person("ahead")
    root = STRANGER.publish([Post("root")])
    name = Reference(STRANGER.account, STRANGER.feed, root.last, root.tip)
    early = sign_run(other.feed_key, 1, None, [1000], [write_body(Post("x", reply=name))])
    for person in (STRANGER, other):
        store.follow(person.account, None, 1)
        store.add_grant(person.grant)
    opening = STRANGER.store.load(STRANGER.feed, 1, root.last)
    assert opening is not None
    store.append([early, verify_run(opening)], LATE_MS)
    spots = conversation(store, entry(store, name))
    assert [spot.depth for spot in spots] == [0, 1]


def test_a_repost_leads_to_what_it_shows(store: Store) -> None:
    talk = Talk()
    root, lost = talk.say(), talk.say(held=False)
    talk.give(store)
    person = STRANGER
    store.follow(person.account, None, 1)
    store.add_grant(person.grant)
    bodies = [write_body(body) for body in (Repost(root), Repost(lost), React(root, "x"))]
    run = sign_run(person.feed_key, 1, None, [START_MS] * 3, bodies)
    store.append([run], LATE_MS)
    found = [store.entry(one) for one in run.ids]
    repost, of_lost, reaction = [one for one in found if one is not None]
    assert drawn(conversation(store, repost), talk.names) == [(0, 0, True)]
    assert drawn(conversation(store, of_lost), talk.names) == [(1, 0, False)]
    assert [spot.name.id for spot in conversation(store, reaction)] == [reaction.id]


SHAPES = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=14)


@given(SHAPES, st.data())
@examples(60)
def test_any_tree_with_any_gaps_is_what_the_definition_says(
    shape: list[tuple[int, bool]], data: st.DataObject
) -> None:
    """Post 0 is the root; each answers one before it; some are not held."""
    talk = Talk()
    parents: list[int | None] = [None]
    root = talk.say(held=shape[0][1])
    for wish, held in shape[1:]:
        parent = wish % len(parents)
        parents.append(parent)
        talk.say(talk.names[parent], root, held=held)
    held = [is_held for _, is_held in shape]
    store = MemoryStore(bytes(16))
    talk.give(store)
    for number in [n for n, is_held in enumerate(held) if is_held]:
        spots = conversation(store, entry(store, talk.names[number]))
        assert set(drawn(spots, talk.names)) == by_definition(parents, held)
        path: list[bytes] = []
        for spot in spots:
            del path[spot.depth :]
            number = {name.id: n for n, name in enumerate(talk.names)}[spot.name.id]
            parent = parents[number] if held[number] else 0
            if number:
                assert parent is not None
                assert path[-1] == talk.names[parent].id, "an answer stands under what it answers"
            path.append(spot.name.id)


def by_definition(parents: list[int | None], held: list[bool]) -> set[tuple[int, int, bool]]:
    """The root, all that is held, and what that answers; gaps hang on the root."""
    named = {0} | {n for n, is_held in enumerate(held) if is_held}
    named |= {parents[n] or 0 for n in named if held[n] and n}

    def depth(n: int) -> int:
        if n == 0:
            return 0
        parent = parents[n]
        return 1 + (depth(parent) if held[n] and parent is not None else 0)

    return {(n, depth(n), held[n]) for n in named}


@pytest.mark.parametrize("start", [0, -1, 150])
def test_a_conversation_beyond_its_bound_is_cut_and_stays_true(store: Store, start: int) -> None:
    talk = Talk()
    root = talk.say()
    at = root
    for _ in range(299):
        at = talk.say(at, root)
    talk.give(store)
    spots = conversation(store, entry(store, talk.names[start]), most=50)
    assert 50 <= len(spots) <= 54
    assert all(spot.entry is not None for spot in spots)
    assert talk.names[start].id in {spot.name.id for spot in spots}


@long
def test_the_deepest_talk_is_walked_without_recursion(tmp_path: Path) -> None:
    """Deeper than Python's stack, from its end and from its beginning."""
    talk = Talk()
    root = at = talk.say()
    for _ in range(3000):
        at = talk.say(at, root)
    with open_store(tmp_path / "store.sqlite") as store:
        talk.give(store)
        for name in (root, at):
            spots = conversation(store, entry(store, name))
            assert [spot.depth for spot in spots] == list(range(3001))
        assert depth_of(store, entry(store, at)) == 3000


def test_a_long_chain_that_names_no_root_is_asked_for_once(store: Store) -> None:
    """One look-up gives the tree, and another one what stands in it."""
    talk = Talk()
    at = talk.say()
    for _ in range(200):
        at = talk.say(at, at)
    talk.give(store)
    asked: list[bytes] = []
    look_up = store.entries
    store.entries = lambda ids: (asked.extend(ids), look_up(ids))[1]  # type: ignore[method-assign]
    spots = conversation(store, entry(store, talk.names[0]))
    assert [spot.depth for spot in spots] == list(range(201))
    assert len(asked) == 201


@long
@pytest.mark.data
@pytest.mark.parametrize("name", [pytest.param("threads_irc", marks=long), "threads_rumoureval"])
def test_real_conversations_are_read_whole(tmp_path: Path, name: str) -> None:
    with gzip.open(data_file(f"{name}.jsonl.gz")) as lines:
        posts = [json.loads(line) for line in lines]
    chance = random.Random(3)
    talk = Talk()
    made: dict[str, Reference] = {}
    parents: dict[str, str | None] = {}
    roots: dict[str, Reference] = {}
    for post in posts:
        parent = post.get("reply_to")
        parent = parent if parent in made else None
        above = made[parent] if parent is not None else None
        root = roots[parent] if parent is not None else None
        made[post["id"]] = talk.say(above, root)
        roots[post["id"]] = root or made[post["id"]]
        parents[post["id"]] = parent
    depths: dict[str, int] = {}
    for one, parent in parents.items():
        depths[one] = 0 if parent is None else depths[parent] + 1
    with open_store(tmp_path / "store.sqlite") as store:
        talk.give(store)
        for one in [*chance.sample(sorted(made), 25), max(depths, key=depths.__getitem__)]:
            spots = conversation(store, entry(store, made[one]))
            whole = {made[other].id for other in made if roots[other] == roots[one]}
            assert {spot.name.id for spot in spots} == whole
            assert {spot.name.id: spot.depth for spot in spots}[made[one].id] == depths[one]
    print(f"{len(made)} posts, {max(depths.values())} deep")


def test_the_bound_is_the_one_that_is_told() -> None:
    assert module.MAX_CONVERSATION == 10_000


# --- a page of a long conversation ---------------------------------------------------------


def test_a_short_conversation_is_one_page(store: Store) -> None:
    talk = Talk()
    root = talk.say()
    first = talk.say(root)
    talk.say(first, root)
    talk.give(store)
    page = thread_page(store, entry(store, first))
    assert page.items == list(thread(store, entry(store, first)))
    assert (page.left_out, page.is_whole) == (0, True)


def test_a_page_has_the_first_the_line_to_what_was_asked_what_follows_and_the_newest(
    store: Store,
) -> None:
    talk = Talk()
    root = talk.say()
    branches = [talk.say(root) for _ in range(20)]
    deep = talk.say(branches[3], root)
    asked = talk.say(deep, root)
    below = talk.say(asked, root)
    talk.give(store)
    late = Talk(Person("late"))
    newest = late.say(branches[15], root)
    late.give(store)
    page = thread_page(store, entry(store, asked), 8)
    shown = [item.reference for item in page.items]
    assert shown[:5] == [root, branches[3], deep, asked, below]
    assert newest in shown and branches[15] in shown  # what it answers stands above it
    assert shown == [one for one in whole(store, root) if one in shown]
    assert (len(shown), page.left_out) == (8, 25 - 8)
    assert all(item.answered is None for item in page.items)


def test_what_hangs_on_something_left_out_says_what_it_answers(store: Store) -> None:
    talk = Talk()
    root = talk.say()
    above = root
    for _ in range(30):
        above = talk.say(above, root)
    talk.give(store)
    page = thread_page(store, entry(store, root), 5)
    assert [item.depth for item in page.items] == [0, 1, 2, 29, 30]
    torn = [
        (item, before)
        for before, item in pairwise(page.items)
        if (item.depth or 0) > (before.depth or 0) + 1
    ]
    assert torn
    for item, _ in torn:
        assert item.answered is not None and item.answered.text is not None


def test_a_page_reads_only_what_it_shows(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Talk()
    root = talk.say()
    for _ in range(300):
        talk.say(root)
    talk.give(store)
    asked: list[int] = []
    read = store.entries

    def counting(ids: Sequence[bytes]) -> dict[bytes, StoredEntry]:
        asked.append(len(ids))
        return read(ids)

    monkeypatch.setattr(store, "entries", counting)
    page = thread_page(store, entry(store, root), 10)
    assert (len(page.items), sum(asked), page.left_out) == (10, 10, 291)


@given(st.integers(1, 60), st.data())
def test_any_page_is_a_part_of_the_whole_in_its_order(size: int, data: st.DataObject) -> None:
    parents = [data.draw(st.integers(-1, at - 1), label=f"parent of {at}") for at in range(1, size)]
    tree = [ThreadEntry(0, None, 0, b"0")]
    for at, parent in enumerate(parents, 1):
        tree.append(ThreadEntry(at, f"{max(parent, 0)}".encode(), 1, f"{at}".encode()))
    asked = data.draw(st.integers(0, size - 1), label="asked")
    most = data.draw(st.integers(1, size), label="most")
    chosen = first_page(tree, f"{asked}".encode(), most)
    assert chosen == sorted(set(chosen))
    assert len(chosen) == min(most, size)
    assert 0 in chosen
    assert most == 1 or asked in chosen


def whole(store: Store, name: Reference) -> list[Reference]:
    return [spot.name for spot in conversation(store, entry(store, name))]
