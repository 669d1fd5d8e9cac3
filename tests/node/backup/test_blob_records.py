"""Pictures and films in backups: those of the own entries and those that are pinned come back, by
their hashes, and what cannot be right does not."""

from __future__ import annotations

import random
import tracemalloc
from io import BytesIO
from pathlib import Path

import pytest

from sayso_node.accounts.author import Author
from sayso_node.backup import backup_file
from sayso_node.backup.blob_records import own_blobs, take_blob
from sayso_node.backup.writer import backup_size, write_backup
from sayso_node.errors import BackupError
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_node.media.blob_store import add_blob, open_blobs
from sayso_protocol.blob.blob_limits import LEAF_SIZE, MAX_BLOB
from sayso_protocol.blob.cid import RAW, digest_of
from sayso_protocol.content.attachment import Attachment
from sayso_protocol.content.body import Post, Profile
from sayso_protocol.errors import BadShape
from sayso_storage.interface.store import Store

from .support import restored, saved
from .test_restore import ACCOUNT, forged

PICTURE, FACE = b"a picture" * 40, b"a face"
FILM = random.Random(3).randbytes(2 * LEAF_SIZE + 77)


def attachment(home: Home, data: bytes) -> Attachment:
    blob = add_blob(home, BytesIO(data))
    return Attachment(blob.cid, blob.size, "image/png", "")


def content(home: Home, cid: bytes) -> bytes | None:
    reader = open_blobs(home).open(cid)
    if reader is None:
        return None
    try:
        return reader.read(0, reader.size)
    finally:
        reader.close()


@pytest.fixture
def own(full: Home, author: Author) -> list[bytes]:
    """The CIDs of what Robin attached: a picture, a film, and the face of the profile."""
    made = [attachment(full, data) for data in (PICTURE, FILM, FACE)]
    author.publish([Post("see", attach=(made[0], made[1]))])
    author.publish([Profile("Robin", picture=made[2])])
    return [one.cid for one in made]


@pytest.mark.parametrize("passphrase", [None, b"open sesame"])
def test_what_own_entries_attach_is_back(
    full: Home, own: list[bytes], tmp_path: Path, passphrase: bytes | None
) -> None:
    new = Home(tmp_path / "new")
    done = restored(new, saved(full, tmp_path / "backup", passphrase), passphrase)
    assert (done.blobs, done.damaged) == (3, 0)
    assert [content(new, cid) for cid in own] == [PICTURE, FILM, FACE]
    assert open_blobs(new).pinned() == {digest_of(cid) for cid in own}
    assert not (new.path / ".new").exists()


def test_own_ones_need_no_pin_and_those_of_others_do(
    full: Home, store: Store, own: list[bytes], tmp_path: Path
) -> None:
    blobs, new = open_blobs(full), Home(tmp_path / "new")
    blobs.pin(own[0], on=False)
    theirs = blobs.add(BytesIO(b"theirs"), 7, pin=False)
    wanted = blobs.add(BytesIO(b"theirs, but wanted"), 7)
    awaited = RAW + bytes(range(32))
    blobs.pin(awaited, on=True)
    size = backup_size(full, store)
    assert size.blobs.size == len(PICTURE) + len(FILM) + len(FACE) + wanted.size
    assert restored(new, saved(full, tmp_path / "backup")).blobs == 4
    there = open_blobs(new)
    assert content(new, own[0]) == PICTURE
    assert content(new, wanted.cid) == b"theirs, but wanted"
    assert there.held(theirs.cid) is None
    pinned = {digest_of(cid) for cid in (*own[1:], wanted.cid, awaited)}
    assert there.pinned() == pinned


def test_the_owners_other_files_are_back(full: Home, tmp_path: Path) -> None:
    new = Home(tmp_path / "new")
    texts = {
        "media.toml": "quota = 5\n",
        "hub.toml": "# whom\n",
        "waiting.json": '{"follows": ["' + "x" * 9000 + '"], "likes": [], "bookmarks": []}',
    }
    for name, text in texts.items():
        (full.path / name).write_text(text)
        (full.path / name).chmod(0o600)
    restored(new, saved(full, tmp_path / "backup"))
    assert {name: (new.path / name).read_text() for name in texts} == texts


def test_a_picture_that_the_disk_damaged_is_left_out_alone(
    full: Home, store: Store, own: list[bytes], tmp_path: Path
) -> None:
    place = full.blobs / digest_of(own[0]).hex()
    place.write_bytes(PICTURE[:-1] + b"?")
    path, new = tmp_path / "backup", Home(tmp_path / "new")
    written = write_backup(full, store, path, None, lambda _: None)
    assert (written.blobs, written.damaged) == (3, (own[0],))
    done = restored(new, path)
    assert (done.blobs, done.damaged) == (2, 1)
    assert [content(new, cid) for cid in own] == [None, FILM, FACE]


def test_progress_is_told_of_every_byte(
    full: Home, store: Store, own: list[bytes], tmp_path: Path
) -> None:
    told: list[int] = []
    path = tmp_path / "backup"
    done = write_backup(full, store, path, None, lambda _: None, blob_progress=told.append)
    assert sum(told) == done.blob_bytes == len(PICTURE) + len(FILM) + len(FACE)
    assert max(told) == LEAF_SIZE


def test_a_cut_or_changed_film_restores_nothing(
    full: Home, own: list[bytes], tmp_path: Path
) -> None:
    whole = saved(full, tmp_path / "backup").read_bytes()
    path, new = tmp_path / "damaged", Home(tmp_path / "new")
    for at in (len(whole) // 3, len(whole) // 2, 2 * len(whole) // 3):
        for damaged in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
            path.write_bytes(damaged)
            with pytest.raises(BackupError, match="nothing was restored"):
                restored(new, path)
            assert not new.exists
            assert not new.blobs.exists()
            assert not (new.path / ".new").exists()


CID = RAW + bytes(32)


@pytest.mark.parametrize(
    "record",
    [
        ["blob", CID, 0, True],
        ["blob", CID, MAX_BLOB + 1, True],
        ["blob", CID, -1, True],
        ["blob", CID, 9, 1],
        ["blob", CID[1:], 9, True],
        ["blob", b"\x01\x55\x12\x21" + bytes(32), 9, True],
        ["blob", CID, 9],
        ["blob", CID, 1 << 30, True],
        ["pin", CID[1:]],
        ["pin", 5],
    ],
)
def test_hostile_blobs_restore_nothing(record: list, tmp_path: Path) -> None:
    path, new = tmp_path / "hostile", Home(tmp_path / "new")
    path.write_bytes(forged(ACCOUNT, record, tail=b"123456789"))
    with pytest.raises(BackupError, match="nothing was restored"):
        restored(new, path)
    assert not new.exists
    assert not new.blobs.exists()


def test_bytes_under_a_wrong_name_are_no_blob(tmp_path: Path) -> None:
    blobs = open_blobs(Home(tmp_path))
    assert not take_blob(blobs, BytesIO(b"123456789"), ["blob", CID, 9, True])
    assert (blobs.all_held(), blobs.pinned()) == ([], set())
    with pytest.raises(BadShape):
        take_blob(blobs, BytesIO(b"12345678"), ["blob", CID, 9, True])
    assert take_blob(None, BytesIO(b"123456789"), ["blob", CID, 9, True])


def test_blobs_that_lie_there_already_stay(full: Home, own: list[bytes], tmp_path: Path) -> None:
    """As after a restore that a power cut ended while it moved in."""
    new = Home(tmp_path / "new")
    before = open_blobs(new).add(BytesIO(b"before"), 7)
    open_blobs(new).add(BytesIO(PICTURE), 7)
    restored(new, saved(full, tmp_path / "backup"))
    assert content(new, before.cid) == b"before"
    assert [content(new, cid) for cid in own] == [PICTURE, FILM, FACE]


def test_a_large_film_takes_little_memory(full: Home, author: Author, tmp_path: Path) -> None:
    film = random.Random(5).randbytes(48 * LEAF_SIZE)
    author.publish([Post("see", attach=(attachment(full, film),))])
    new = Home(tmp_path / "new")
    tracemalloc.start()
    path = saved(full, tmp_path / "backup")
    _, writing = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    restored(new, path)
    _, reading = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert max(writing, reading) < len(film) / 2


def test_a_backup_of_before_is_restored(
    full: Home, own: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a one has no blobs and fewer files: nothing else is different."""
    monkeypatch.setattr("sayso_node.backup.writer.write_blobs", lambda *_: ())
    path, new = saved(full, tmp_path / "backup"), Home(tmp_path / "new")
    assert restored(new, path).blobs == 0
    assert not new.blobs.exists()
    with open_home(new) as store:
        assert own_blobs(store, open_blobs(new)).held == ()


def test_there_is_room_for_every_record() -> None:
    pieces = sum(backup_file.BACKED_UP.values()) // backup_file.PIECE
    assert pieces + backup_file.MAX_BLOBS <= backup_file.MAX_RECORDS
