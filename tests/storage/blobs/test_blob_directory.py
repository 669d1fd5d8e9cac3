"""What only a directory of blobs does, beside the contract."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_protocol.blob.cid import digest_of
from sayso_storage.blobs import BlobDirectory
from sayso_storage.interface.errors import StoreDamaged, StoreError, StoreFull

from .samples import DIGEST, FILM, PICTURE, TREE, added


@pytest.fixture
def blobs(folder: Path) -> BlobDirectory:
    return BlobDirectory(folder)


def test_files_are_for_the_owner_alone_and_named_by_hashes(
    blobs: BlobDirectory, folder: Path
) -> None:
    added(blobs, FILM, pin=True)
    assert folder.stat().st_mode & 0o777 == 0o700
    name = DIGEST.hex()
    assert {path.name for path in folder.iterdir()} == {name, name + ".tree", name + ".pin"}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_what_others_put_there_is_none_of_these(blobs: BlobDirectory, folder: Path) -> None:
    added(blobs, FILM)
    for name in ("README", "x" * 64, DIGEST.hex().upper(), DIGEST.hex() + ".bak"):
        (folder / name).write_bytes(b"?")
    (folder / ("0" * 64)).symlink_to("/etc/passwd")
    with pytest.raises(StoreError):
        blobs.open(b"\x01\x55\x12\x20" + bytes(32))


@pytest.mark.parametrize("harm", ["gone", "cut", "other"])
def test_inner_blocks_are_made_again_where_their_file_is_lost(
    blobs: BlobDirectory, folder: Path, harm: str
) -> None:
    cid = added(blobs, FILM)
    path = folder / (DIGEST.hex() + ".tree")
    whole = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(whole[:-3] if harm == "cut" else b"\0\0\0\1x")
    reader = blobs.open(cid)
    assert reader is not None
    assert list(reader.inner_blocks()) == TREE.blocks
    assert path.read_bytes() == whole
    (folder / DIGEST.hex()).write_bytes(FILM[:-1] + b"?")
    path.unlink()
    with pytest.raises(StoreDamaged, match="fetch it again"):
        reader.inner_blocks()
    reader.close()


def test_a_disk_that_fills_up_is_told(
    blobs: BlobDirectory, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partial = blobs.begin(TREE.cid, len(FILM))

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(StoreFull):
        partial.write(0, FILM[:LEAF_SIZE])
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFull):
        added(blobs, PICTURE)
    assert {path.suffix for path in folder.iterdir()} == {".part"}


def test_what_cannot_be_opened_leaves_no_descriptor(blobs: BlobDirectory, folder: Path) -> None:
    cid = added(blobs, PICTURE)
    path = folder / digest_of(cid).hex()
    path.unlink()
    os.mkfifo(path)  # nobody writes into it
    descriptors = Path("/proc/self/fd")
    before = [*descriptors.iterdir()] if descriptors.exists() else []
    with pytest.raises(StoreError):
        blobs.open(cid)
    after = [*descriptors.iterdir()] if descriptors.exists() else []
    assert len(after) == len(before)
