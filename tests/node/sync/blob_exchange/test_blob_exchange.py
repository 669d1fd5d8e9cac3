"""Blobs between real endpoints over loopback."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from tests.protocol.blob.blobs import bytes_of

from sayso_node.sync.blob_exchange.blob_download import BlobDownload, NotFetched
from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_protocol.blob.cid import digest_of

from .swarm import Node, die_after, give, nodes, spoil

FILM = bytes_of(24 * LEAF_SIZE + 7)


async def fetched(reader: Node, cid: bytes, size: int | None, *sources: Node) -> BlobDownload:
    async with trio.open_nursery() as nursery:
        download = reader.exchange.start(nursery, cid, size, [one.peer_id for one in sources])
        with trio.fail_after(60):
            await download.ended.wait()
    return download


def held_bytes(node: Node, cid: bytes) -> bytes:
    reader = node.blobs.open(cid)
    assert reader is not None
    try:
        return reader.read(0, reader.size)
    finally:
        reader.close()


@pytest.mark.parametrize("data", [b"a picture", FILM], ids=["one leaf", "a film"])
async def test_a_blob_comes_whole(tmp_path: Path, data: bytes) -> None:
    async with nodes(tmp_path, 2) as (reader, source):
        cid = give(data, source)
        download = await fetched(reader, cid, len(data), source)
        assert download.error is None and held_bytes(reader, cid) == data
        assert reader.exchange.downloads == {} and not reader.blobs.partials()


async def test_a_liar_and_one_that_dies_change_nothing(tmp_path: Path) -> None:
    async with nodes(tmp_path, 4) as (reader, honest, liar, dying):
        cid = give(FILM, honest, liar, dying)
        spoil(liar, FILM, cid)
        die_after(dying, 5)
        download = await fetched(reader, cid, len(FILM), liar, dying, honest)
        assert download.error is None and held_bytes(reader, cid) == FILM
        assert download.left[liar.peer_id] == "a peer sent what is wrong"
        assert download.fetch.refused == {"wrong-block": 1}


async def test_nothing_of_a_liar_alone_is_kept_and_the_reason_is_told(tmp_path: Path) -> None:
    async with nodes(tmp_path, 2) as (reader, liar):
        cid = give(FILM, liar)
        spoil(liar, FILM, cid)
        download = await fetched(reader, cid, len(FILM), liar)
        assert isinstance(download.error, NotFetched)
        assert "a peer sent what is wrong" in str(download.error)
        assert reader.blobs.held(cid) is None and download.have == 0


async def test_what_came_before_a_stop_is_not_fetched_again(tmp_path: Path) -> None:
    async with nodes(tmp_path, 3) as (reader, dying, honest):
        cid = give(FILM, dying, honest)
        die_after(dying, 13)
        first = await fetched(reader, cid, len(FILM), dying)
        assert isinstance(first.error, NotFetched) and 0 < first.have < len(FILM)
        path = next(reader.blobs._folder.glob("*.part"))
        with path.open("r+b") as file:  # what a crash left torn does not count
            file.seek(LEAF_SIZE + 5)
            file.write(b"?")
        again = await fetched(reader, cid, len(FILM), honest)
        assert held_bytes(reader, cid) == FILM
        assert honest.exchange.responder.sent == len(FILM) - first.have + LEAF_SIZE
        assert again.held is not None


async def test_nobody_to_ask_is_said(tmp_path: Path) -> None:
    async with nodes(tmp_path, 2) as (reader, source):
        cid = give(FILM, reader)
        reader.blobs.remove([cid])
        assert "nobody is known" in str((await fetched(reader, cid, len(FILM))).error)
        other = await fetched(reader, cid, len(FILM), source)
        assert "does not hold it" in str(other.error)


async def test_a_blob_that_no_entry_names_is_not_given(tmp_path: Path) -> None:
    async with nodes(tmp_path, 2) as (reader, source):
        cid = give(FILM, source)
        source.exchange.responder.is_given = lambda one: one != cid
        download = await fetched(reader, cid, len(FILM), source)
        assert "does not hold it" in str(download.error)


async def test_who_has_a_part_gives_that_part(tmp_path: Path) -> None:
    async with nodes(tmp_path, 3) as (reader, middle, source), trio.open_nursery() as nursery:
        cid = give(FILM, source)
        gate = trio.Event()
        opened = middle.exchange._open_stream

        download = middle.exchange.start(nursery, cid, len(FILM), [source.peer_id])
        with trio.fail_after(60):
            while download.have < 2 * LEAF_SIZE:
                await download.next_progress()
        other = reader.exchange.start(nursery, cid, len(FILM), [middle.peer_id, source.peer_id])
        with trio.fail_after(60):
            await other.ended.wait()
            await download.ended.wait()
        assert opened is not None and not gate.is_set()
        assert held_bytes(reader, cid) == held_bytes(middle, cid) == FILM


async def test_the_disk_of_the_owner_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with nodes(tmp_path, 2) as (reader, source):
        cid = give(FILM, source)
        monkeypatch.setattr("sayso_storage.blobs.blob_directory.SPARE", 1 << 60)
        download = await fetched(reader, cid, len(FILM), source)
        assert "make room" in str(download.error)
        assert reader.blobs.held(cid) is None


def test_the_names_of_files_are_hashes_alone(tmp_path: Path) -> None:
    async def run() -> None:
        async with nodes(tmp_path, 2) as (reader, source):
            cid = give(FILM, source)
            await fetched(reader, cid, None, source)
            names = {path.name for path in reader.blobs._folder.iterdir()}
            assert names == {digest_of(cid).hex(), digest_of(cid).hex() + ".tree"}

    trio.run(run)
