"""The contract of the store of blobs, kept by a directory and by a bucket."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.protocol.blob.blobs import bytes_of, tree_of

from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_protocol.blob.cid import DAG_PB, digest_of
from sayso_storage.interface.blobs import Blobs
from sayso_storage.interface.errors import StoreError, StoreFull

from .samples import DIGEST, FILM, PICTURE, TREE, Dribble, added, all_of


@pytest.mark.parametrize("data", [PICTURE, FILM], ids=["one leaf", "a tree"])
def test_what_is_added_is_held(blobs: Blobs, data: bytes) -> None:
    held = blobs.add(io.BytesIO(data), 5000)
    assert (held.cid, held.size, held.looked_ms) == (tree_of(data).cid, len(data), 5000)
    assert held.is_pinned  # it is the owner's
    assert blobs.held(held.cid) == held and blobs.all_held() == [held]
    assert all_of(blobs, held.cid) == data


def test_a_stream_that_gives_little_at_a_time_is_the_same_blob(blobs: Blobs) -> None:
    assert blobs.add(Dribble(FILM), 1).cid == TREE.cid  # type: ignore[arg-type]


def test_a_name_of_the_other_form_is_another_blob(blobs: Blobs) -> None:
    cid = added(blobs, PICTURE)
    assert blobs.open(DAG_PB + digest_of(cid)) is None


def test_looking_at_one_is_remembered(blobs: Blobs) -> None:
    first, second = added(blobs, PICTURE, 1000), added(blobs, FILM, 2000)
    assert [one.cid for one in blobs.all_held()] == [second, first]
    reader = blobs.open(first, 3000)
    assert reader is not None
    reader.close()
    assert [(one.cid, one.looked_ms) for one in blobs.all_held()] == [(first, 3000), (second, 2000)]


def test_what_was_written_before_a_crash_counts_as_far_as_it_hashes_right(
    blobs: Blobs,
) -> None:
    partial = blobs.begin(TREE.cid, len(FILM))
    for index in (0, 2, 3):
        partial.write(index, FILM[index * LEAF_SIZE : (index + 1) * LEAF_SIZE])
    partial.write(2, b"torn")
    partial.close()
    partial.close()
    again = blobs.begin(TREE.cid, len(FILM))
    assert again.verified_leaves(TREE) == [0, 3]
    again.close()
    (state,) = blobs.partials()
    assert state.digest == DIGEST and 0 < state.size <= len(FILM) + 8192


def test_the_oldest_that_is_not_pinned_goes_first(blobs: Blobs) -> None:
    cids = [added(blobs, bytes_of(1000, seed), 1000 * seed) for seed in range(1, 6)]
    blobs.pin(cids[0], on=True)
    assert blobs.occupied() == 4000
    assert blobs.make_room(4000) == []
    assert [one.cid for one in blobs.make_room(4000, wanted=1500)] == [cids[1], cids[2]]
    assert blobs.held_among(cids) == {cids[0], cids[3], cids[4]}
    blobs.pin(cids[0], on=False)
    assert [one.cid for one in blobs.make_room(0)] == [cids[0], cids[3], cids[4]]


def test_what_has_stopped_on_its_way_goes_before_whole_ones(blobs: Blobs) -> None:
    cid = added(blobs, PICTURE)
    stopped = blobs.begin(TREE.cid, len(FILM))
    stopped.write(0, FILM[:LEAF_SIZE])
    assert blobs.make_room(1000) == [] and blobs.partials() == []
    assert blobs.held(cid) is not None
    going_on = blobs.begin(TREE.cid, len(FILM))
    going_on.write(0, FILM[:LEAF_SIZE])
    assert [one.cid for one in blobs.make_room(1000, under_way=[DIGEST])] == [cid]
    assert len(blobs.partials()) == 1
    going_on.close()
    stopped.close()


def test_a_pin_may_come_before_the_blob(blobs: Blobs) -> None:
    blobs.pin(TREE.cid, on=True)
    assert blobs.pinned() == {DIGEST} and blobs.held(TREE.cid) is None
    assert blobs.add(io.BytesIO(FILM), 1, pin=False).is_pinned
    blobs.pin(TREE.cid, on=False)
    blobs.pin(TREE.cid, on=False)
    assert blobs.pinned() == set()


def test_nothing_and_too_much_are_refused(
    blobs: Blobs, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StoreError, match="nothing in the file"):
        added(blobs, b"")
    monkeypatch.setattr("sayso_storage.blobs.draft_file.MAX_BLOB", 2 * LEAF_SIZE)
    with pytest.raises(StoreError, match="longer than"):
        added(blobs, FILM)
    assert list(folder.iterdir()) == []


def test_a_home_without_blobs_has_none(blobs: Blobs, folder: Path) -> None:
    assert blobs.all_held() == [] and blobs.partials() == [] and blobs.pinned() == set()
    assert blobs.held(TREE.cid) is None and blobs.open(TREE.cid) is None
    assert blobs.make_room(0) == [] and blobs.remove([TREE.cid]) == 0
    assert not folder.exists()


def test_a_partial_blob_becomes_a_held_one(blobs: Blobs, folder: Path) -> None:
    partial = blobs.begin(TREE.cid, len(FILM))
    for index in (2, 0, 3, 1):
        partial.write(index, FILM[index * LEAF_SIZE : (index + 1) * LEAF_SIZE])
        assert blobs.held(TREE.cid) is None and blobs.open(TREE.cid) is None
    assert partial.read(3, 9) == FILM[-9:]
    held = partial.complete(TREE, 7000)
    assert (held.size, held.looked_ms, held.is_pinned) == (len(FILM), 7000, False)
    assert blobs.held(TREE.cid) == held and blobs.partials() == []
    assert all_of(blobs, TREE.cid) == FILM
    assert not list(folder.glob("*.part"))


def test_a_longer_file_of_before_does_no_harm(blobs: Blobs, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / (DIGEST.hex() + ".part")).write_bytes(FILM + bytes(2 * LEAF_SIZE))
    partial = blobs.begin(TREE.cid, len(FILM))
    assert partial.verified_leaves(TREE) == [0, 1, 2]  # the last lies where it did not end
    partial.write(3, FILM[-9:])
    partial.complete(TREE, 1)
    assert all_of(blobs, TREE.cid) == FILM


def test_a_full_disk_is_told_before_anything_is_fetched(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sayso_storage.blobs.blob_directory.SPARE", 1 << 60)
    with pytest.raises(StoreFull, match="make room"):
        blobs.begin(TREE.cid, len(FILM))
    assert blobs.partials() == []


def test_one_that_is_open_stays(blobs: Blobs, another: Callable[[], Blobs], folder: Path) -> None:
    cid = added(blobs, FILM)
    reader = another().open(cid)  # as another process would
    assert reader is not None
    assert blobs.make_room(0) == [] and blobs.held(cid) is not None
    reader.close()
    assert len(blobs.make_room(0)) == 1
    assert list(folder.iterdir()) == []


def test_removing_takes_all_of_it(blobs: Blobs, folder: Path) -> None:
    cid = added(blobs, FILM, pin=True)
    blobs.begin(tree_of(PICTURE).cid, 1000).close()
    assert blobs.remove([cid, tree_of(PICTURE).cid, tree_of(b"never here").cid]) == 1
    assert list(folder.iterdir()) == []


def test_drafts_of_a_crash_are_swept(blobs: Blobs, folder: Path) -> None:
    added(blobs, PICTURE, pin=True)
    (folder / "new-0123456789abcdef").write_bytes(b"half")
    blobs.make_room(10**9)
    assert (folder / "new-0123456789abcdef").exists()  # somebody may be writing it
