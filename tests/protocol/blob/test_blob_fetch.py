"""Fetching a blob from sources that are honest, slow, silent, dying or lying."""

from __future__ import annotations

import pytest

from sayso_protocol.blob.blob_fetch import BlobFetch
from sayso_protocol.blob.blob_frames import BUSY, NOT_HELD, BlobFrame, Blocks, Have, Leaf, Miss
from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_protocol.blob.exchange_limits import ASK_AGAIN_MS, SOURCE_MS, WINDOW

from .blobs import Source, Swarm, bytes_of, tree_of

DATA = bytes_of(20 * LEAF_SIZE + 100)
CID = tree_of(DATA).cid
OTHER = tree_of(bytes_of(len(DATA), 2))


def lies_after(count: int):
    """Answers with one bit that is wrong, after so many right ones."""

    def spoil(sent: int, frame: BlobFrame) -> BlobFrame:
        if isinstance(frame, Leaf) and sent > count:
            return Leaf(frame.number, frame.index, frame.data[:-1] + b"?")
        return frame

    return spoil


def hangs_up_after(count: int):
    return lambda sent, frame: frame if sent <= count else None


def fetched(*sources: Source, size: int | None = len(DATA), cid: bytes = CID) -> Swarm:
    named = {f"source {number}": source for number, source in enumerate(sources)}
    return Swarm(BlobFetch(cid, size), named).start().run()


@pytest.mark.parametrize("size", [len(DATA), None])
def test_a_blob_comes_from_one_source(size: int | None):
    swarm = fetched(Source(DATA), size=size)
    assert swarm.is_done and swarm.bytes() == DATA
    assert swarm.order == sorted(swarm.order)
    assert swarm.fetch.tree.size == len(DATA)


@pytest.mark.parametrize("size", [5, None])
def test_one_leaf_needs_no_tree(size: int | None):
    swarm = fetched(Source(b"hello"), size=size, cid=tree_of(b"hello").cid)
    assert swarm.is_done and swarm.bytes() == b"hello"


def test_several_sources_share_the_work_and_no_leaf_comes_twice():
    sources = [Source(DATA, pace_ms=10), Source(DATA, pace_ms=10), Source(DATA, pace_ms=20)]
    swarm = fetched(*sources)
    assert swarm.bytes() == DATA
    assert sum(source.sent for source in sources) == 21 + 1
    assert swarm.fetch.sources == {"source 0": 8, "source 1": 7, "source 2": 6}
    behind = [max(swarm.order[:at], default=0) - index for at, index in enumerate(swarm.order)]
    assert max(behind) < 3 * WINDOW  # the lowest first


def test_a_liar_is_left_at_its_first_lie_and_the_bytes_are_right():
    swarm = fetched(Source(DATA), Source(DATA, spoil=lies_after(2)), Source(DATA))
    assert swarm.is_done and swarm.bytes() == DATA
    (left,) = swarm.left
    assert left.source == "source 1" and left.error is not None
    assert swarm.fetch.refused == {"wrong-block": 1}


def test_liars_alone_give_nothing():
    swarm = fetched(*[Source(DATA, spoil=lies_after(0)) for _ in range(3)])
    assert not swarm.is_done and not swarm.stored
    assert len(swarm.left) == 3


@pytest.mark.parametrize(
    "blocks",
    [[], [b"x"], [tree_of(bytes_of(len(DATA), 2)).blocks[0]]],
    ids=["none", "noise", "other"],
)
def test_a_wrong_tree_is_asked_of_another(blocks: list[bytes]):
    def spoil(_: int, frame: BlobFrame) -> BlobFrame:
        return Blocks(frame.number, tuple(blocks)) if isinstance(frame, Blocks) else frame

    swarm = fetched(Source(DATA, spoil=spoil), Source(DATA))
    assert swarm.is_done and [left.source for left in swarm.left] == ["source 0"]


def test_a_source_that_hangs_up_costs_nothing_but_itself():
    swarm = fetched(Source(DATA, spoil=hangs_up_after(4)), Source(DATA))
    assert swarm.is_done and swarm.bytes() == DATA


def test_a_silent_source_is_left_after_its_time_and_no_leaf_waits_so_long():
    swarm = fetched(Source(DATA, pace_ms=1e9), Source(DATA))
    assert swarm.is_done
    assert swarm.now_ms < SOURCE_MS / 2  # what it was asked is asked of the other, one after one


def test_silent_sources_alone_are_left():
    swarm = fetched(Source(DATA, pace_ms=1e9))
    assert [left.error for left in swarm.left] == [None]
    assert swarm.now_ms > SOURCE_MS or swarm.left


def test_a_slow_source_that_sends_something_is_not_left():
    swarm = Swarm(BlobFetch(CID, len(DATA)), {"slow": Source(DATA, pace_ms=SOURCE_MS - 1000)})
    swarm.start().run(10_000_000)
    assert swarm.is_done and not swarm.left


def test_the_leaf_that_is_waited_for_is_asked_twice_where_the_first_source_is_slow():
    swarm = fetched(Source(DATA, pace_ms=5000), Source(DATA, pace_ms=10))
    assert swarm.is_done and swarm.now_ms < 15_000
    assert swarm.bytes() == DATA


def test_a_reader_that_jumps_gets_what_it_looks_at_first():
    long = bytes_of(120 * LEAF_SIZE)
    swarm = Swarm(BlobFetch(tree_of(long).cid, len(long)), {"one": Source(long)}).start()
    swarm.run(100)
    before = len(swarm.order)
    swarm.apply(swarm.fetch.read_from(90, swarm.now_ms))
    swarm.run()
    assert swarm.is_done and swarm.bytes() == long
    after = swarm.order[before : before + 30]
    assert after[1:20] == list(range(after[1], after[1] + 19)) and after[1] in (90, 91)


def test_what_lies_here_already_is_not_asked_for():
    source = Source(DATA)
    swarm = Swarm(BlobFetch(CID, len(DATA)), {"one": source})
    swarm.held = [0, 1, 2, 7]
    swarm.start().run()
    assert swarm.is_done and sorted(swarm.stored) == [3, 4, 5, 6, *range(8, 21)]


def test_all_of_it_lies_here_already():
    swarm = Swarm(BlobFetch(CID, len(DATA)), {"one": Source(DATA)})
    swarm.held = list(range(21))
    swarm.start().run()
    assert swarm.is_done and not swarm.stored


def test_a_source_without_it_is_left_and_one_that_is_busy_is_asked_again():
    def busy(sent: int, frame: BlobFrame) -> BlobFrame:
        return Miss(frame.number, BUSY) if sent < 3 else frame

    swarm = fetched(Source(b"another"), Source(DATA, spoil=busy))
    assert swarm.is_done and [left.source for left in swarm.left] == ["source 0"]
    assert 4000 < swarm.now_ms < 10_000


def test_a_source_that_has_a_part_is_asked_for_that():
    have = Have(CID, ((0, 4), (9, 9)))

    def part(_: int, frame: BlobFrame) -> BlobFrame:
        missing = isinstance(frame, Leaf) and not (frame.index < 5 or frame.index == 9)
        return Miss(frame.number, NOT_HELD) if missing else frame

    part_source = Source(DATA, pace_ms=1, spoil=part)
    swarm = Swarm(BlobFetch(CID, len(DATA)), {"part": part_source, "whole": Source(DATA)}).start()
    swarm.run(1)
    swarm.apply(swarm.fetch.receive("part", have, swarm.now_ms))
    swarm.run()
    assert swarm.is_done and swarm.bytes() == DATA and not swarm.left
    assert swarm.fetch.sources["part"] <= 6


@pytest.mark.parametrize(
    "frame",
    [Leaf(77, 1, b"x"), Leaf(1, 3, b"x"), Miss(77, 0), Blocks(77, (b"x",))],
    ids=["leaf", "another leaf", "miss", "blocks"],
)
def test_answers_to_no_question_end_it_with_a_source(frame: BlobFrame):
    swarm = Swarm(BlobFetch(CID, len(DATA)), {"one": Source(DATA, pace_ms=1e9)}).start().run(5)
    swarm.apply(swarm.fetch.receive("one", frame, swarm.now_ms))
    assert swarm.left[0].error is not None


def test_a_source_that_had_a_part_is_asked_again_when_more_may_have_come():
    here = {0, 1, 2}

    def part(_: int, frame: BlobFrame) -> BlobFrame:
        missing = isinstance(frame, Leaf) and frame.index not in here
        return Miss(frame.number, NOT_HELD) if missing else frame

    swarm = Swarm(BlobFetch(CID, len(DATA)), {"part": Source(DATA, spoil=part)}).start().run(3000)
    assert sorted(swarm.stored) == [0, 1, 2]
    here.update(range(21))
    swarm.run(3000 + 2 * ASK_AGAIN_MS)
    assert swarm.is_done and not swarm.left
