"""Files of messages lie as long as the messages that name them, and never in clear."""

from __future__ import annotations

import io
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from sayso_node.home.directory import Home
from sayso_node.media.attachment_file import AttachmentFile, MediaError
from sayso_node.messages.conversation import ShownMessage, compose_message, messages
from sayso_node.messages.kept_message import put_message
from sayso_node.messages.sealed_files import (
    LEFT_MS,
    LOOK_MS,
    SealedFiles,
    SealedStream,
    attached_files,
    erase_files,
    kept_with,
    open_sealed,
)
from sayso_protocol.private.contents.message_file import MAX_WITHIN, FileWithin, SealedFile
from sayso_protocol.private.private_limits import DAY_MS
from sayso_protocol.private.sealed_blob import SealedBlobReader, sealed_size
from sayso_storage.interface.blobs import Blobs

from .support import Writer, friends

WORD = b"what nobody else may read "


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def sealed(home: Home) -> Blobs:
    return open_sealed(home)


def large(folder: Path, size: int = 600_000) -> AttachmentFile:
    path = folder / "large.bin"
    path.write_bytes((WORD * (size // len(WORD) + 1))[:size])
    return AttachmentFile(path, "large", keep=True)


def write(
    one: Writer, to: Writer, home: Home, file: AttachmentFile, lifetime_ms: int | None = None
) -> ShownMessage:
    """What the command does."""
    with attached_files(home, [file], "look") as files:
        return compose_message(
            one.store, one.records, to.account, "look", one.now_ms, lifetime_ms, files
        )


def cid_of(message: ShownMessage) -> bytes:
    [file] = message.kept.message.attachments
    assert isinstance(file, SealedFile)
    return file.cid


@pytest.mark.parametrize("size", [MAX_WITHIN, MAX_WITHIN + 1, 600_000])
def test_a_file_is_what_it_was(home: Home, sealed: Blobs, tmp_path: Path, size: int) -> None:
    file = large(tmp_path, size)
    with attached_files(home, [file], "") as (made,):
        assert (made.size, made.name, made.alt) == (size, "large.bin", "large")
    data = file.path.read_bytes()
    if size <= MAX_WITHIN:
        assert isinstance(made, FileWithin) and made.data == data
        assert sealed.all_held() == []
        return
    assert isinstance(made, SealedFile)
    reader = sealed.open(made.cid)
    assert reader is not None and reader.size == sealed_size(size)
    opener = SealedBlobReader(made.key, size)
    assert opener.feed(reader.read(0, reader.size)) == data
    opener.finish()
    assert not any(WORD in path.read_bytes() for path in home.sealed.iterdir())


def test_what_fits_no_more_beside_others_is_sealed(home: Home, tmp_path: Path) -> None:
    file = large(tmp_path, 15_000)
    with attached_files(home, [file] * 3, "x" * 1_000) as files:
        assert [type(one) for one in files] == [FileWithin, SealedFile, SealedFile]
        ann, ben, _ = friends()
        made = compose_message(
            ann.store, ann.records, ben.account, "x" * 1_000, ann.now_ms, None, files
        )
    assert made.kept.message.attachments == files


def test_what_is_not_kept_leaves_nothing(home: Home, sealed: Blobs, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), attached_files(home, [large(tmp_path)], ""):
        assert len(sealed.all_held()) == 1
        raise RuntimeError
    empty = tmp_path / "empty"
    empty.touch()
    nothing = AttachmentFile(empty, keep=True)
    with pytest.raises(MediaError), attached_files(home, [large(tmp_path), nothing], ""):
        pass
    assert sealed.all_held() == [] and list(home.sealed.iterdir()) == []


def test_a_file_goes_when_the_time_of_its_message_is_over(
    home: Home, sealed: Blobs, tmp_path: Path
) -> None:
    ann, ben, carrier = friends()
    stays = write(ann, ben, home, large(tmp_path))
    ann.now_ms += 1  # so that the order is certain
    goes = write(ann, ben, home, large(tmp_path), DAY_MS)
    carrier.exchange(ann, ben, ann, ben)
    [first, second] = messages(ben.store, ben.records, ben.now_ms, sealed=sealed)
    assert first.kept.message == stays.kept.message and second.kept.message == goes.kept.message
    assert first.holds(first.kept.message.attachments[0])
    assert kept_with(ben.records, cid_of(goes)) is not None
    for one in (ann, ben):
        one.now_ms += DAY_MS + 1
        one.mailbox.update(one.now_ms)
    files = SealedFiles(ann.records, sealed)
    files.update(ann.now_ms)
    assert [one.cid for one in sealed.all_held()] == [cid_of(stays)]
    assert erase_files(ben.records, sealed, ben.now_ms) == 0
    assert kept_with(ben.records, cid_of(goes)) is None


def test_a_file_goes_when_its_message_came_back(home: Home, sealed: Blobs, tmp_path: Path) -> None:
    ann, ben, _ = friends()
    write(ann, ben, home, large(tmp_path))
    ann.mailbox.update(ann.now_ms)
    files = SealedFiles(ann.records, sealed)
    files.update(ann.now_ms)
    assert len(sealed.all_held()) == 1
    ann.now_ms += 31 * DAY_MS
    ann.mailbox.update(ann.now_ms)
    assert ann.states() == ["returned"]
    files.update(ann.now_ms)
    assert sealed.all_held() == []
    [shown] = messages(ann.store, ann.records, ann.now_ms, sealed=sealed)
    assert not shown.holds(shown.kept.message.attachments[0])


def test_a_file_that_two_messages_name_stays_for_the_other(
    home: Home, sealed: Blobs, tmp_path: Path
) -> None:
    ann, ben, _ = friends()
    made = write(ann, ben, home, large(tmp_path), DAY_MS)
    again = replace(made.kept, message=replace(made.kept.message, id=b"2" * 16, lifetime_ms=None))
    put_message(ann.records, again, frozenset({ann.account}))
    ann.now_ms += DAY_MS + 1
    ann.mailbox.update(ann.now_ms)
    assert erase_files(ann.records, sealed, ann.now_ms) == 0
    assert len(sealed.all_held()) == 1


def test_what_nobody_names_goes_once_it_is_old(home: Home, sealed: Blobs) -> None:
    ann, _, _ = friends()
    sealed.add(io.BytesIO(WORD), ann.now_ms)
    files = SealedFiles(ann.records, sealed)
    for later, left in ((0, 1), (LOOK_MS, 1), (LEFT_MS, 0)):
        files.update(ann.now_ms + later)
        assert len(sealed.all_held()) == left


def test_sealing_takes_little_memory() -> None:
    class Zeros(io.RawIOBase):
        left = 64 << 20

        def read(self, size: int = -1) -> bytes:
            size = min(size, self.left)
            self.left -= size
            return bytes(size)

    stream = SealedStream(bytes(32), b"begin", Zeros())  # type: ignore[arg-type]
    tracemalloc.start()
    try:
        total = 0
        while part := stream.read(1 << 20):
            total += len(part)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert stream.size == (64 << 20) + 5 and total == sealed_size(stream.size)
    assert most < 3 << 20
