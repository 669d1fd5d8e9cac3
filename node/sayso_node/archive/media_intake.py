"""Media of an archive into the store of blobs, before the posts that show them are signed.

In the order in which the archive has them, since a packed tar can be read in that order alone. What
cannot be read, or is damaged, stays out, and its post says in words what it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, Final, cast

from sayso_protocol.content.attachment import Attachment

from ..home.directory import Home
from ..media.attachment_file import MediaError, attach_stream
from . import archive_limits
from .container.container import Container
from .container.metered_stream import Budget, MeteredStream
from .detect import opened_container
from .model import ArchivedPost, ArchiveError

_IN_MEMORY: Final = 16 << 20
"""Bytes of one file before it is laid down on the disk: it is read twice."""

_SPARE: Final = 256 << 20
"""What the media of a small archive may swell to in any case."""


@dataclass(frozen=True, slots=True)
class MediaIntake:
    """The attachments that the files of an archive became, without words, by name; and how many
    became none."""

    attachments: Mapping[str, Attachment]
    unreadable: int = 0


def names_of(posts: Iterable[ArchivedPost]) -> set[str]:
    """The files that posts show."""
    return {media.name for post in posts if post.poll is None for media in post.media}


def take_in_media(
    home: Home, path: Path, names: set[str], progress: Callable[[int], None]
) -> MediaIntake:
    """Take in files of the archive at a path; `progress` is told of each. Raises `ArchiveError`,
    `StoreError`."""
    if not names:
        return MediaIntake({})
    found, unreadable = dict[str, Attachment](), 0
    with opened_container(path) as container:
        if container is None:
            return MediaIntake({}, len(names))
        budget = _budget(path)
        for name in _in_order(container, names):
            try:
                found[name] = _take_in(home, container.open(name, budget))
            except (MediaError, OSError, ArchiveError):
                unreadable += 1
            progress(1)
    return MediaIntake(found, unreadable)


def _in_order(container: Container, names: set[str]) -> Iterator[str]:
    listed = [name for name in container.names() if name in names]
    yield from listed
    yield from (name for name in sorted(names.difference(listed)) if container.has(name))


def _take_in(home: Home, stream: MeteredStream) -> Attachment:
    with stream, SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        while data := stream.read(archive_limits.CHUNK_BYTES):
            file.write(data)
        file.seek(0)
        return attach_stream(home, cast(BinaryIO, cast(IO[bytes], file)), "")


def _budget(path: Path) -> Budget:
    """Of an unpacked directory nothing swells; of a file little."""
    if path.is_dir():
        return Budget(archive_limits.MAX_TAR_BYTES)
    return Budget(path.stat().st_size * archive_limits.MAX_SWELL + _SPARE)
