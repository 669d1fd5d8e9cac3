"""A film comes from several homes: one lies, one dies, and the reader is killed half-way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tests.budget import long, some

from sayso_protocol.blob.cid import digest_of, parse_cid

from .films import attach, write_film
from .support import COMMAND, Home, RunningNode

pytestmark = pytest.mark.e2e

ALONE = ("--no-mdns", "--no-port-mapping")
MEMORY = 64 << 20
"""Bytes that the memory of a node may grow by while a film comes."""


def blob_file(home: Home, cid: str, end: str = "") -> Path:
    return home.path / "blobs" / (digest_of(parse_cid(cid)).hex() + end)


def spoil(home: Home, cid: str) -> None:
    """Let a home hold other bytes than it thinks."""
    path = blob_file(home, cid)
    with path.open("r+b") as file:
        for at in range(1000, path.stat().st_size, 1 << 18):
            file.seek(at)
            file.write(b"?")


def wait_until(what: str, is_so: object, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < end, what
        time.sleep(0.01)


@pytest.fixture
def anna(tmp_path: Path) -> Home:
    return Home(tmp_path / "anna", "Anna")


def carrier(path: Path, anna: Home, node: RunningNode) -> Home:
    """A home that follows Anna and has her film."""
    home = Home(path)
    home("follow", anna.account)
    home("sync", node.address)
    shutil.copytree(anna.path / "blobs", path / "blobs")
    return home


@long
@pytest.mark.parametrize("megabytes", some([8, 200], 1))
def test_a_film_from_three_homes(tmp_path: Path, anna: Home, megabytes: int) -> None:
    film, size = tmp_path / "film.mp4", megabytes * 1_000_000
    write_film(film, size)
    entry, cid = attach(anna.path, film, "video/mp4", "A ship.")
    reader = Home(tmp_path / "reader")
    with anna.node(*ALONE) as node:
        liar = carrier(tmp_path / "liar", anna, node)
        dying = carrier(tmp_path / "dying", anna, node)
        spoil(liar, cid)
        with liar.node(*ALONE) as second, dying.node(*ALONE) as third:
            reader("follow", anna.account)
            with reader.node(*ALONE) as own:
                for other in (node, second, third):
                    reader("connect", other.address)
                wait_until("the post", lambda: reader.have(anna.account) > 1)
                before = own.memory()
                _cut_off(reader, own, third, entry, cid, size)
            with reader.node(*ALONE) as own:
                kept = blob_file(reader, cid, ".part").stat().st_blocks * 512
                for other in (node, second):
                    reader("connect", other.address)
                out = tmp_path / "out.mp4"
                _play(reader, entry, out)
                assert out.read_bytes() == film.read_bytes()
                grown = own.peak_memory() - before
                print(f"kept {kept >> 20} MB, memory grew by {grown >> 20} MB")
                assert kept > size // 4
                assert grown < MEMORY
    (blob,) = reader("blobs")
    assert (blob["cid"], blob["held"], blob["because"]) == (cid, True, "attached")
    assert node.peer_id in blob["holders"]  # the others may have been too late or too false


def _cut_off(
    reader: Home, own: RunningNode, dying: RunningNode, entry: str, cid: str, size: int
) -> None:
    """Kill the reader and one source when a part of the film is there."""
    words = [*COMMAND, "--home", str(reader.path), "fetch", entry, "--to", "-"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as fetching:
        assert fetching.stdout is not None
        begun = fetching.stdout.read(size // 3)
        assert len(begun) == size // 3  # it plays before it is here
        dying.process.send_signal(signal.SIGKILL)
        own.process.send_signal(signal.SIGKILL)
        own.process.wait()
        fetching.kill()
    whole = blob_file(reader, cid)
    if whole.exists():  # a fast disk: then there is nothing to go on with, so take some away
        part = blob_file(reader, cid, ".part")
        whole.rename(part)
        os.truncate(part, size // 2)


def _play(reader: Home, entry: str, out: Path) -> None:
    with out.open("wb") as output:
        done = subprocess.run(
            [*COMMAND, "--home", str(reader.path), "fetch", entry, "--to", "-"],
            stdout=output,
            stderr=subprocess.PIPE,
            check=False,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr


@long
def test_pictures_of_whom_one_follows_come_by_themselves(tmp_path: Path, anna: Home) -> None:
    picture, film = tmp_path / "cat.png", tmp_path / "film.mp4"
    write_film(picture, 300_000)
    write_film(film, 400_000)
    _, cat = attach(anna.path, picture, "image/png", "A cat.")
    _, other = attach(anna.path, film, "video/mp4")
    reader = Home(tmp_path / "reader")
    reader("follow", anna.account)
    with anna.node(*ALONE) as node, reader.node(*ALONE):
        reader("connect", node.address)
        wait_until("the picture", lambda: blob_file(reader, cat).exists())
        assert not blob_file(reader, other).exists()
        items = reader("read")
        held = {one["cid"]: one["held"] for item in items for one in item["attachments"]}
        assert held == {cat: True, other: False}
        assert reader("fetch", other, "--to", str(tmp_path / "copy"))[0]["held"]
        assert (tmp_path / "copy").read_bytes() == film.read_bytes()
        assert reader("pin", other)[0]["pinned"]
