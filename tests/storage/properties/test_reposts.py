"""Whatever an account reposts, again and again, from whichever device, and takes back: on a
timeline each entry that it reposts stands once, where it said so last, and counts once."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st
from tests.budget import long

from sayso_protocol.accounts.statement import sign_rotate
from sayso_protocol.content.body import KnownBody, Post, Repost, Unrepost, write_body
from sayso_protocol.feed.run import Run, sign_run
from sayso_storage.index.body_facts import DAY_MS
from sayso_storage.interface.store import Store, TimelineQuery
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store

from ..makers import EPOCH, NOW_MS, START_MS, account_key, author, part, posts, reference

ANNA, BERT, CARA = author(1), author(2), author(3)
PHONE, HEIR = author(2, device=1), author(2, generation=1)
WRITERS = (BERT, PHONE, HEIR, CARA)
"""Bert with two devices and, under his next key, a third; and somebody else."""

ORIGINALS = posts(ANNA, 3)
TARGETS = [reference(ANNA, ORIGINALS, seq) for seq in (1, 2, 3)]

Act = tuple[int, str, int, int]
"""Writer, what is done, to which entry, and how much later than what the writer did last."""

acts = st.lists(
    st.tuples(
        st.integers(0, len(WRITERS) - 1),
        st.sampled_from(["repost", "repost of old", "unrepost", "post"]),
        st.integers(0, len(TARGETS) - 1),
        st.sampled_from([0, 0, 1, 1000, 2 * (NOW_MS - START_MS)]),
    ),
    max_size=14,
)


@dataclass(frozen=True)
class Said:
    """One act as signed; `order` decides which of an account's counts."""

    account: int
    target: int
    shows: bool
    id: bytes
    order: tuple[int, int, bytes]


def histories(drawn: list[Act]) -> tuple[list[Run], list[Said]]:
    """The feeds that these acts make, and what is said in them of the originals."""
    bodies: dict[int, list[KnownBody]] = {}
    times: dict[int, list[int]] = {}
    what: dict[int, list[tuple[str, int]]] = {}
    for writer, kind, target, later in drawn:
        on, line_of = TARGETS[target], times.get(writer, ())
        body: KnownBody = Post(f"{writer} {len(what)}")
        if kind != "post":
            written = START_MS - 9 * DAY_MS - len(line_of) if kind == "repost of old" else None
            body = Unrepost(on) if kind == "unrepost" else Repost(on, written=written)
        bodies.setdefault(writer, []).append(body)
        line = times.setdefault(writer, [START_MS])
        line.append(line[-1] + later)
        what.setdefault(writer, []).append((kind, target))
    runs, said = [], []
    for writer, every in bodies.items():
        run = sign_run(WRITERS[writer].feed, 1, None, times[writer][1:], [*map(write_body, every)])
        runs.append(run)
        for seq, (kind, target) in enumerate(what[writer], 1):
            if kind != "post":
                order = (run.times[seq - 1], seq, run.ids[seq - 1])
                who = 1 if WRITERS[writer] is CARA else 0
                said.append(Said(who, target, kind != "unrepost", run.ids[seq - 1], order))
    return runs, said


def counting(said: list[Said]) -> set[bytes]:
    newest: dict[tuple[int, int], Said] = {}
    for one in sorted(said, key=lambda one: one.order):
        newest[one.account, one.target] = one
    return {one.id for one in newest.values() if one.shows}


def filled(store: Store, runs: list[Run], chance: random.Random) -> Store:
    store.add_own(ANNA.grant, NOW_MS)
    for one in (BERT, CARA):
        store.follow(one.account.public, None, NOW_MS)
    for one in (BERT, PHONE, CARA):
        store.add_grant(one.grant)
    ends = sorted(
        (run.feed, run.last, run.tip)
        for run in runs
        if run.feed in (BERT.feed.public, PHONE.feed.public)
    )
    rotation = sign_rotate(account_key(2, 1), BERT.account.public, ends)
    assert store.add_statements([rotation], NOW_MS) == [True]
    store.add_grant(HEIR.grant)
    pieces = [part(run, seq, seq) for run in (ORIGINALS, *runs) for seq in range(1, run.last + 1)]
    chance.shuffle(pieces)
    for at in range(0, len(pieces), 3):
        store.append(pieces[at : at + 3], NOW_MS)
    return store


@long
@given(acts, st.randoms(use_true_random=False), st.integers(1, 4))
def test_a_timeline_shows_what_counts_and_shows_it_once(
    drawn: list[Act], chance: random.Random, size: int
) -> None:
    runs, said = histories(drawn)
    right = counting(said)
    plain = {one for run in runs for one in run.ids} - {one.id for one in said}
    with TemporaryDirectory() as folder, open_store(Path(folder) / "s.db") as sqlite:
        for store in (MemoryStore(EPOCH), sqlite):
            filled(store, runs, chance)
            everything = store.timeline(TimelineQuery(1000))
            assert {one.id for one in everything} == right | plain | set(ORIGINALS.ids)
            assert len(everything) == len({one.id for one in everything})
            assert paged(store, size) == [one.id for one in everything]
            assert store.places(TimelineQuery(1000)) == [one.place for one in everything]
            came = sorted(everything, key=lambda one: one.arrival)
            assert store.shown_after(0, 1000) == came
            assert store.shown_after(0, size) == came[:size]
            counted = store.reposts([one.id for one in TARGETS])
            assert {one.place for every in counted.values() for one in every} == {
                one.place for one in everything if one.id in right
            }
            assert store.check(None, lambda _: None).errors == ()


def paged(store: Store, size: int) -> list[bytes]:
    """The whole timeline, a page at a time."""
    found: list[bytes] = []
    query = TimelineQuery(size)
    while page := store.timeline(query):
        found += [one.id for one in page]
        query = TimelineQuery(size, before=page[-1].place)
    return found
