"""The file of a bundle: verified feeds, to be carried where no network is.

The file is `MAGIC`, then frames as `/sayso/sync/1` has them: for each feed a `Have` with
its grant and held ranges, then its entries as `Entries`, newest run first; at the end a
length of 0, the numbers of feeds and entries, and a BLAKE2b-256 hash of all before.

Where accounts have made statements on their feeds, or a feed has forked, the file begins with
`MAGIC_STATEMENTS` instead, and a `Have` may be followed by `Say` frames: the statements of its
account, once, and the proof against the feed. So whatever is judged by a grant comes after it,
and what an end excludes is known before the entries come. All other bundles are read by older
software.

Where an author took entries back, the file begins with `MAGIC_ABSENT`: such an entry stands in its
run without its body, and its `Entries` has the proof of that, as frames of `/sayso/sync/2` do.

A reader believes nothing: grants and runs are verified like a peer's, the frame limits
bound the memory, and the hash only tells a damaged stick from a hostile one. What was
verified before the damage is kept, since each run is proven alone; the rest is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Final

from sayso_protocol.sync.wire.frame_codec import LENGTH_SIZE, decode_frame, frame_length
from sayso_protocol.sync.wire.frames import SYNC_1, SYNC_2, Entries, Frame, Have
from sayso_protocol.translation import _

from ..errors import BundleError
from ..home.atomic_file import FileSource

MAGIC: Final = b"sayso bundle 1\n"
MAGIC_STATEMENTS: Final = b"sayso bundle 2\n"
MAGIC_ABSENT: Final = b"sayso bundle 3\n"
MAGICS: Final = (MAGIC, MAGIC_STATEMENTS, MAGIC_ABSENT)
END: Final = bytes(4)
"""A frame of no length: it stands in place of one at the end."""
COUNT_SIZE: Final = 8
HASH_SIZE: Final = 32
_TRAILER_SIZE: Final = 2 * COUNT_SIZE + HASH_SIZE
_PERSON: Final = b"sayso bundle 1"

Progress = Callable[[int], None]


class Checksum:
    """The running hash over a bundle, and its counts."""

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=HASH_SIZE, person=_PERSON)
        self.size = 0
        self.feeds = 0
        self.entries = 0

    def add(self, data: bytes) -> None:
        """Take in what was read or written."""
        self._hash.update(data)
        self.size += len(data)

    def trailer(self) -> bytes:
        """The end of a bundle after `END`: counts and hash, the counts included."""
        counts = b"".join(n.to_bytes(COUNT_SIZE, "big") for n in (self.feeds, self.entries))
        self._hash.update(END + counts)
        return counts + self._hash.digest()


class BundleFile:
    """A bundle that is read once, part by part in the order of the file. Each part raises
    `BundleError` at the first damage; `progress` is told the bytes of each frame."""

    def __init__(self, file: FileSource, path: Path, progress: Progress) -> None:
        self.path = path
        self._file = file
        self._progress = progress
        self._checksum = Checksum()
        self._version = SYNC_1

    @property
    def size(self) -> int:
        """Bytes that were read, without a part that ended early."""
        return self._checksum.size

    def read_magic(self) -> bytes:
        """Read the first line, one of `MAGICS`, which says what may be in the file."""
        magic = self._read(len(MAGIC))
        self._checksum.add(magic)
        if magic not in MAGICS:
            raise BundleError(
                _(
                    "{path} is no bundle: was it copied whole? A backup goes into "
                    "`sayso --home NEW restore FILE`, another network's export into "
                    "`sayso import-archive PATH`"
                ).format(path=self.path)
            )
        self._version = SYNC_2 if magic == MAGIC_ABSENT else SYNC_1
        return magic

    def read_frames(self) -> Iterator[Frame]:
        """The frames up to the mark of the end. Raises `Refused` for one that is malformed."""
        while (prefix := self._read(LENGTH_SIZE)) != END:
            self._checksum.add(prefix)
            data = self._read(frame_length(prefix))
            self._checksum.add(data)
            frame = decode_frame(data, self._version)
            self._count(frame)
            yield frame
            self._progress(LENGTH_SIZE + len(data))

    def read_end(self) -> None:
        """Read the counts and the hash, behind which nothing may follow."""
        trailer = self._read(_TRAILER_SIZE)
        expected = self._checksum.trailer()
        self._checksum.size += len(END) + len(trailer)
        if trailer != expected:
            raise self.damaged(_("its check sum is wrong"))
        if self._file.read(1):
            raise self.damaged(_("something follows its end"))

    def damaged(self, why: str) -> BundleError:
        """The error to raise for what was read last."""
        return BundleError(
            _(
                "{path} is damaged at byte {size}: {why}; what came before was "
                "verified and kept, copy the bundle again for the rest"
            ).format(path=self.path, size=self.size, why=why)
        )

    def _count(self, frame: Frame) -> None:
        if isinstance(frame, Have):
            self._checksum.feeds += 1
        elif isinstance(frame, Entries):
            self._checksum.entries += len(frame.run.times)

    def _read(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) < size:
            raise self.damaged(_("it ends early"))
        return data
