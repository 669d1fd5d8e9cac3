"""The signing record: the last number that a home signed, and when it was last known to be right.

It lies beside the store, not in it. So a store that was put back from an older copy is found out
before it signs a number a second time, without asking anybody; and a home that was copied, or was
not used for long, asks first where its feed stands. Written without waiting for the disk, after
the entry is on it: what a power cut takes is a number too low, which asks for less and forbids
nothing that is right.

A whole disk put back as it was within `AWAY_MS` looks as if nothing had happened: nothing on that
disk can tell, and only a peer could (docs/decisions/0033).
"""

from __future__ import annotations

import os
import struct
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _
from sayso_storage.interface.store import FeedState

from ..errors import StoreBehind
from ..home.directory import FILE_MODE, Home

_MAGIC: Final = b"signed1\n"
_FORM: Final = struct.Struct(">8s32sQQQQ")
"""Magic, feed, its last number signed here, time in Unix ms, `File` of the keys."""

AWAY_MS: Final = 3_600_000
"""Who was away for longer asks a peer first, where one is there. An older copy that was put back
is older than that; who posts each hour is not delayed."""

LONG_AWAY_MS: Final = 30 * 86_400_000
"""Who was away for longer is told where nobody could be asked."""


class Doubt(Enum):
    """Why a home may not know all of its own feed."""

    BEHIND = "behind"
    """For certain: the store lacks a number that was signed here."""
    COPIED = "copied"
    """The files are others: the home was copied, or put back."""
    AWAY = "away"
    """Nothing was signed or heard for longer than `AWAY_MS`."""
    LONG_AWAY = "long-away"
    """Nor for longer than `LONG_AWAY_MS`."""


class File(NamedTuple):
    """One file on one disk: its number, and when that was last given another name or mode, in ns. A
    copy has others, whatever tool made it: nobody can set them."""

    number: int
    changed_ns: int


@dataclass(frozen=True, slots=True)
class SigningRecord:
    """What is kept; `file` is the file of the keys, which nothing writes to."""

    feed: bytes
    seq: int
    at_ms: int
    file: File

    def check(self, own: FeedState) -> None:
        """Raise `StoreBehind` where the store lacks what was signed here: whatever is signed next
        would take a number a second time."""
        if own.feed == self.feed and own.head < self.seq:
            raise StoreBehind(key_text(own.feed), own.head + 1, self.seq)


def read_record(home: Home) -> SigningRecord | None:
    """The record of a home, None where there is none that can be read."""
    try:
        descriptor = os.open(home.signed, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        data = os.read(descriptor, _FORM.size + 1)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    if len(data) != _FORM.size or not data.startswith(_MAGIC):
        return None
    _, feed, seq, at_ms, *file = _FORM.unpack(data)
    return SigningRecord(feed, seq, at_ms, File(*file))


def note_signed(home: Home, feed: bytes, seq: int, now_ms: int) -> None:
    """Keep that the feed stands at this number, now. Where it cannot be kept nothing is."""
    with suppress(OSError, struct.error):
        data = _FORM.pack(_MAGIC, feed, seq, now_ms, *_file_of(home))
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(home.signed, flags, FILE_MODE)
        try:
            os.pwrite(descriptor, data, 0)
        finally:
            os.close(descriptor)


def note_heard(home: Home, own: FeedState, now_ms: int) -> None:
    """A peer told where the feed stands, and it stands here no lower. A store that lacks what was
    signed here is not right for that: the peer may lack it too."""
    record = read_record(home)
    if record is None or record.feed != own.feed or own.head >= record.seq:
        note_signed(home, own.feed, own.head, now_ms)


def doubt_about(home: Home, own: FeedState | None, now_ms: int) -> Doubt | None:
    """Why this home may not know all of its own feed; None where nothing says so. A home without
    a record is new, or was last used by software that kept none: that is as if it had been away.
    """
    if own is None or not own.held:
        return None
    record = read_record(home)
    if record is None:
        return Doubt.AWAY
    if record.feed != own.feed:
        return None  # a feed that was begun here since: nobody else can have written it
    if own.head < record.seq:
        return Doubt.BEHIND
    if record.file != _file_of(home):
        return Doubt.COPIED
    away = now_ms - record.at_ms
    if away < AWAY_MS:
        return None
    return Doubt.LONG_AWAY if away >= LONG_AWAY_MS else Doubt.AWAY


def words_of(doubt: Doubt, record: SigningRecord | None, now_ms: int) -> str | None:
    """What to tell the owner where nobody could be asked; None where that is not worth a line."""
    if doubt is Doubt.COPIED:
        return _(
            "This home was copied or put back, and no peer could be asked where your feed stands. "
            "If it goes on elsewhere, this entry forks it: use one copy only."
        )
    if doubt is Doubt.LONG_AWAY and record is not None:
        days = quantity((now_ms - record.at_ms) // 86_400_000, "day")
        return _(
            "This home was not used for {days}, and no peer could be asked where your feed "
            "stands. If it was put back from an older copy, this entry forks it."
        ).format(days=days)
    return None


def _file_of(home: Home) -> File:
    try:
        found = home.keys.stat()
    except OSError:
        return File(0, 0)
    return File(found.st_ino, max(0, found.st_ctime_ns))
