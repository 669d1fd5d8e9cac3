"""Two branches of one feed: whatever came in whichever order, the end decides.

Runs of both branches, proofs, revokes and a rotation arrive in any order. Once the branch that
the end names was offered, any cut of it in any order as often as something is still new, it
alone is held. Both stores agree all along, and the SQLite store is reopened on the way.
"""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from tests.budget import examples, long

from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.accounts.statement import End, Revoke, Rotate, sign_revoke, sign_rotate
from sayso_protocol.content.body import Post
from sayso_protocol.feed.fork import fork_of
from sayso_protocol.feed.run import RawRun, Run, verify_run
from sayso_storage.interface.store import AlreadyHeld, Held, Store
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store

from ..makers import EPOCH, NOW_MS, START_MS, account_key, author, columns, part, posts, run_of
from .test_replicas import comparable

BERT = author(2)
FEED = BERT.feed.public
HEIR = account_key(2, 1)
LENGTH = 9


def branch(stem: Run | None, text: str, step_ms: int, start_ms: int = START_MS) -> Run:
    """A feed of `LENGTH` posts that has a stem, or none, in common with others."""
    first = stem.last + 1 if stem else 1
    tags = [("One",), (), ("two", "three")]
    bodies = [Post(f"{text} {seq}", tags=tags[seq % 3]) for seq in range(first, LENGTH + 1)]
    previous = stem.tip if stem else None
    rest = run_of(BERT, bodies, first=first, previous=previous, start_ms=start_ms, step_ms=step_ms)
    if stem is None:
        return rest
    joined = (
        [*getattr(stem, name), *getattr(rest, name)] for name in ("times", "bodies", "signatures")
    )
    return verify_run(RawRun(FEED, 1, None, *joined))


def branches(stem_length: int, hurry: int) -> tuple[Run, Run]:
    """Two branches; entries of the second are earlier or later than those of the first."""
    stem = posts(BERT, stem_length) if stem_length else None
    return branch(stem, "left", 1000), branch(stem, "right", 1000 + 300 * hurry)


PAIRS = {(stem, hurry): branches(stem, hurry) for stem in range(5) for hurry in range(4)}
WHOLE = {id_: run for pair in PAIRS.values() for run in pair for id_ in run.ids}
LEFT, RIGHT = PAIRS[3, 0]
LATE = PAIRS[3, 3][1]


def cuts(run: Run) -> st.SearchStrategy[Run]:
    ends = st.tuples(st.integers(1, LENGTH), st.integers(1, LENGTH)).map(sorted)
    return ends.map(lambda ends: part(run, *ends))


def end_in(run: Run, seq: int) -> Revoke:
    return sign_revoke(BERT.account, FEED, seq, run.ids[seq - 1] if seq else None)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Run | Attestation | None], list[tuple[int, int]]]:
    """Runs that arrive (None reopens the store), and how the branch of the end is cut at last."""
    left, right = draw(st.sampled_from([*PAIRS.values()]))
    either = st.sampled_from([left, right])
    revokes = draw(st.lists(st.tuples(either, st.integers(1, LENGTH)), min_size=1, max_size=3))
    said: list[Run | Attestation | None] = [end_in(run, seq) for run, seq in revokes]
    if draw(st.booleans()):
        run, seq = draw(either), draw(st.integers(1, LENGTH))
        said.append(sign_rotate(HEIR, BERT.account.public, [(FEED, seq, run.ids[seq - 1])]))
    said += draw(st.lists(st.just(fork_of(left, right)) | st.none(), max_size=2))
    runs = draw(st.lists(cuts(left) | cuts(right), max_size=8))
    last = draw(st.lists(st.tuples(st.integers(1, LENGTH), st.integers(1, LENGTH)), max_size=4))
    return draw(st.permutations([*said, *runs])), last


def branch_named(history: list[Run | Attestation | None]) -> Revoke | Rotate:
    """The statement that decides in the end: a rotation, or else the revoke of the lowest rank."""
    rotations = [one for one in history if isinstance(one, Rotate)]
    revokes = [one for one in history if isinstance(one, Revoke)]
    return rotations[0] if rotations else min(revokes, key=lambda one: one.rank)


class Pair:
    """Both stores; every call goes to each, and what they give must agree."""

    def __init__(self, folder: str) -> None:
        self._path = Path(folder) / "store.db"
        self.memory: Store = MemoryStore(EPOCH)
        self.sqlite: Store = self._open()
        self.call("follow", BERT.account.public, None, NOW_MS)
        self.call("add_grant", BERT.grant)

    def _open(self) -> Store:
        return open_store(self._path, random=lambda _: EPOCH)

    def reopen(self) -> None:
        self.sqlite.close()
        self.sqlite = self._open()

    def call(self, name: str, *values: Any) -> Any:
        one, other = (getattr(store, name)(*values) for store in (self.memory, self.sqlite))
        assert comparable(one) == comparable(other), name
        return one

    def take(self, what: Run | Attestation | None) -> Any:
        if what is None:
            self.reopen()
            return None
        name = "append" if isinstance(what, Run) else "add_statements"
        (outcome,) = self.call(name, [what], NOW_MS)
        self.compare()
        return outcome

    def compare(self) -> None:
        for name, *values in (
            ("feed", FEED),
            ("arrived_after", 0),
            ("last_arrival",),
            ("mark",),
            ("load", FEED, 1, LENGTH),
            ("statements_since", 0),
        ):
            self.call(name, *values)

    def errors(self) -> list[str]:
        stores = (self.memory, self.sqlite)
        return [line for store in stores for line in store.check(None, lambda _: None).errors]


# Later in time than what is offered above it, although they share no number.
LATER_BELOW = ([end_in(LEFT, LENGTH), part(LATE, 4, 5)], [(8, LENGTH)])


@long
@given(histories())
@example(([RIGHT, part(LEFT, 1, 6), end_in(LEFT, 6)], []))
@example(([end_in(LEFT, 6), part(LATE, 1, 5)], [(5, 6), (1, 4)]))
@example(LATER_BELOW)
@example(([LEFT, end_in(RIGHT, 8), end_in(LEFT, 5)], [(3, 5)]))
@examples(120, deadline=None)
def test_the_branch_that_the_end_names_is_all_that_is_held_in_the_end(history_and_cuts):
    history, cut_at = history_and_cuts
    with tempfile.TemporaryDirectory() as folder:
        pair = Pair(folder)
        for what in history:
            pair.take(what)
        state = pair.call("feed", FEED)
        decided = branch_named(history)
        end = decided.end if isinstance(decided, Revoke) else decided.end_of(FEED)
        assert state.end == end
        right = part(WHOLE[end.id], 1, end.seq)
        offer(pair, pieces_of(right, cut_at))
        assert_holds(pair, right)
        assert pair.errors() == []
        pair.sqlite.close()


def pieces_of(run: Run, cut_at: list[tuple[int, int]]) -> list[Run]:
    """Parts that cover a run, with some that overlap."""
    inside = [sorted((min(a, run.last), min(b, run.last))) for a, b in cut_at]
    borders = sorted({1, run.last + 1, *(first for first, _ in inside)})
    tiles = [(first, after - 1) for first, after in pairwise(borders)]
    return [part(run, first, last) for first, last in [*tiles, *inside]]


def offer(pair: Pair, pieces: list[Run]) -> None:
    """Offer all pieces until nothing of them is new; each round takes one more at least."""
    for _ in range(len(pieces) + 1):
        outcomes = [pair.take(piece) for piece in pieces]
        if all(isinstance(outcome, AlreadyHeld) for outcome in outcomes):
            return
    raise AssertionError("a piece of the branch is refused for ever")


def assert_holds(pair: Pair, right: Run) -> None:
    whole = Held(1, right.last, None, right.tip, right.times[0], right.times[-1])
    assert pair.call("feed", FEED).held == (whole,)
    entries = pair.call("arrived_after", 0)
    assert sorted((entry.seq, entry.id) for entry in entries) == [*enumerate(right.ids, 1)]
    assert columns(pair.call("load", FEED, 1, LENGTH)) == columns(right)


@long
@given(histories())
@example(LATER_BELOW)
@examples(40, deadline=None)
def test_from_the_end_down_one_offer_is_enough(history_and_cuts):
    """As peers are asked: newest first."""
    history, cut_at = history_and_cuts
    with tempfile.TemporaryDirectory() as folder:
        pair = Pair(folder)
        for what in history:
            pair.take(what)
        end: End = pair.call("feed", FEED).end
        right = part(WHOLE[end.id], 1, end.seq)
        for piece in sorted(pieces_of(right, cut_at), key=lambda one: -one.last):
            outcome = pair.take(piece)
            assert isinstance(outcome, Run | AlreadyHeld)
        assert_holds(pair, right)
        pair.sqlite.close()
