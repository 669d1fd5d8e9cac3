"""Files of private messages and of posts in closed groups: taken in, and erased with what names
them.

A small file lies in the message itself. A larger one is sealed while it is read, under a key that
only the message has, and lies in a folder of its own: what is in there is given to whoever knows
its name. Nothing of a file is written to the disk in clear.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, Final

from sayso_protocol.blob.cid import CID_SIZE
from sayso_protocol.errors import BadShape
from sayso_protocol.media.media_type import UNKNOWN
from sayso_protocol.private.contents.message import MAX_MESSAGE
from sayso_protocol.private.contents.message_file import (
    MAX_FILE_NAME,
    MAX_FILES,
    MAX_WITHIN,
    FileWithin,
    MessageFile,
    SealedFile,
    check_file_name,
)
from sayso_protocol.private.mailbox_effects import MessageState
from sayso_protocol.private.sealed_blob import CHUNK_SIZE, FILE_KEY_SIZE, seal_chunk
from sayso_protocol.text.line import is_line
from sayso_protocol.text.normal_form import keep
from sayso_protocol.translation import _
from sayso_storage.interface.blobs import Blobs
from sayso_storage.interface.sealed_records import SealedRecords

from ..clock import now_ms
from ..home.directory import Home
from ..media.attachment_file import AttachmentFile, MediaError, check_alt, opened_file
from ..media.sealed_store import open_sealed
from .group_records import POST_FILE, KeptPost, get_post
from .kept_message import SEALED_FILE, KeptMessage, get_message

FIELDS_ROOM: Final = 512
"""Bytes of a message beside its text and its files."""

FILE_ROOM: Final = 160
"""Bytes of one file in a message beside its name, its words and what is in it."""

LOOK_MS: Final = 60_000
"""How often the running node looks which files have to go."""

LEFT_MS: Final = 3_600_000
"""How long a sealed file may lie that no message names: somebody is writing one."""


@contextmanager
def attached_files(
    home: Home,
    files: Sequence[AttachmentFile],
    text: str,
    most: int = MAX_MESSAGE,
    most_within: int = MAX_WITHIN,
) -> Iterator[tuple[MessageFile, ...]]:
    """What files become in a message of at `most` so many bytes with a text, which is kept within
    this block; where it is not, nothing of them stays. Of at most `most_within` bytes are those
    that lie in it. Raises `MediaError`, `StoreError`."""
    room = _room_for(files, text, most)
    sealed, made = open_sealed(home), list[MessageFile]()
    try:
        for file in files:
            one = _taken_in(sealed, file, min(room, most_within))
            room -= one.size if isinstance(one, FileWithin) else 0
            made.append(one)
        yield tuple(made)
    except BaseException:
        sealed.remove(one.cid for one in made if isinstance(one, SealedFile))
        raise


def _room_for(files: Sequence[AttachmentFile], text: str, most: int) -> int:
    """The bytes of files that fit a message with a text. Raises `MediaError`."""
    if len(files) > MAX_FILES:
        raise MediaError(
            _("a message has at most {most} attachments: write it as several").format(
                most=MAX_FILES
            )
        )
    described = sum(map(_described, files))
    room = most - FIELDS_ROOM - len(text.encode()) - described
    if files and room < 0:
        raise MediaError(
            _("text and words for attachments are too long for one message: shorten them")
        )
    return room


def _described(file: AttachmentFile) -> int:
    """The bytes that a file takes in a message, but for what is in it."""
    return FILE_ROOM + len(check_alt(file.alt).encode()) + len(_name_of(file).encode())


def _taken_in(sealed: Blobs, file: AttachmentFile, most_within: int) -> MessageFile:
    with opened_file(file) as (kind, source):
        shown = kind or UNKNOWN, _name_of(file), check_alt(file.alt)
        begin = _read(source, most_within + 1)
        if not begin:
            raise MediaError(_("there is nothing in the file: choose another"))
        if len(begin) <= most_within:
            return FileWithin(*shown, begin)
        key = secrets.token_bytes(FILE_KEY_SIZE)
        stream = SealedStream(key, begin, source)
        blob = sealed.add(stream, now_ms())  # type: ignore[arg-type]
        return SealedFile(*shown, stream.size, blob.cid, key)


class SealedStream:
    """A file as it is sealed, to be read once. `size` is the bytes of the file that were read."""

    def __init__(self, key: bytes, begin: bytes, rest: BinaryIO) -> None:
        """`begin` was read of the file already."""
        self._key, self._begin, self._rest = key, begin, rest
        self._number = self.size = 0
        self._ready = b""
        self._next = self._chunk()

    def read(self, size: int) -> bytes:
        """Some of the next sealed bytes, at most so many; none at the end."""
        if not self._ready and self._next:
            data, self._next = self._next, self._chunk()
            self.size += len(data)
            self._ready = seal_chunk(self._key, self._number, data, is_last=not self._next)
            self._number += 1
        given, self._ready = self._ready[:size], self._ready[size:]
        return given

    def _chunk(self) -> bytes:
        begin, self._begin = self._begin[:CHUNK_SIZE], self._begin[CHUNK_SIZE:]
        return begin + _read(self._rest, CHUNK_SIZE - len(begin))


def kept_with(records: SealedRecords, cid: bytes) -> KeptMessage | KeptPost | None:
    """A message or a post that names a sealed file. Raises `StoreError`."""
    for kind, get in ((SEALED_FILE, get_message), (POST_FILE, get_post)):
        for record in records.scan(kind):
            if record.key.startswith(cid):
                kept = get(records, record.key[CID_SIZE:])
                if kept is not None:
                    return kept
    return None


def erase_files(records: SealedRecords, sealed: Blobs, now: int) -> int:
    """Remove the sealed files whose messages are gone, or came back, and those of posts that are
    gone; and what nobody names, once it is old. Gives how many. Raises `StoreError`."""
    named, gone = set[bytes](), set[bytes]()
    with records.writing():
        for kind, is_kept in ((SEALED_FILE, _keeps_message), (POST_FILE, _keeps_post)):
            for record in list(records.scan(kind)):
                cid, name = record.key[:CID_SIZE], record.key[CID_SIZE:]
                if is_kept(records, name):
                    named.add(cid)
                else:
                    gone.add(cid)
                    records.delete(kind, record.key)
    old = {
        one.cid
        for one in sealed.all_held()
        if one.cid not in named and abs(now - one.looked_ms) >= LEFT_MS
    }
    return sealed.remove((gone | old) - named)


def _keeps_message(records: SealedRecords, name: bytes) -> bool:
    kept = get_message(records, name)
    return kept is not None and kept.state is not MessageState.RETURNED


def _keeps_post(records: SealedRecords, name: bytes) -> bool:
    return get_post(records, name) is not None


class SealedFiles:
    """Erases in the running node what has to go, now and then."""

    def __init__(self, records: SealedRecords, sealed: Blobs) -> None:
        self._records, self._sealed = records, sealed
        self._looked_ms: int | None = None

    def update(self, now: int) -> None:
        """Look again, where it is time to. Raises `StoreError`."""
        if self._looked_ms is None or not 0 <= now - self._looked_ms < LOOK_MS:
            self._looked_ms = now
            erase_files(self._records, self._sealed, now)


def _name_of(file: AttachmentFile) -> str:
    """What a file is called; empty where that is no name everywhere, or too long."""
    name = keep(file.path.name)
    try:
        is_short = is_line(name) and len(name.encode()) <= MAX_FILE_NAME
        return check_file_name(name) if is_short else ""
    except (BadShape, UnicodeEncodeError):
        return ""


def _read(source: BinaryIO, size: int) -> bytes:
    """So many bytes; fewer only at the end."""
    parts = []
    while size and (part := source.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
