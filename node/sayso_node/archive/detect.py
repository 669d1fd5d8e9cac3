"""Detection of the kind of an archive by its content, for its reader."""

import gzip
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Final, cast

from . import mastodon
from .container.container import Container
from .container.directory_container import DirectoryContainer
from .container.metered_stream import Budget, MeteredStream
from .container.tar_container import TarContainer
from .container.zip_container import ZipContainer
from .jsonl import JsonLinesReader
from .mastodon import MastodonReader
from .model import Archive, ArchiveError
from .twitter import export_files
from .twitter.twitter_reader import TwitterReader

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP: Final = b"\x1f\x8b"
_TAR_AT: Final = 257
_TAR: Final = b"ustar"
_START_SIZE: Final = 512

_BROKEN: Final = (
    zipfile.BadZipFile,
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    struct.error,
    ValueError,
    OverflowError,
)
"""Exceptions of the standard library on cut off or damaged containers."""


def open_archive(path: Path, *, include_private: bool = False) -> Archive:
    """Read the archive at `path`, a file or an unpacked directory, to its end.

    What it is shows in its content; its name does not matter. With `include_private`
    posts to followers, to a circle and unlisted ones are given too; direct messages never
    are. Raises ArchiveError, with a message for a person, if it can't be read as a whole.
    """
    with _explained(path):
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return _read_container(DirectoryContainer(path), path, include_private=include_private)
        if not stat.S_ISREG(mode):
            raise ArchiveError(f"{path} is neither a file nor a directory; give an archive")
        return _read_file(path, include_private=include_private)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise ArchiveError(f"{path} does not exist; check the path") from None
    except PermissionError as error:
        place = error.filename or path
        raise ArchiveError(f"no permission to read {place}; change it with chmod") from None
    except _BROKEN as error:
        msg = f"{path} is cut off or damaged; download or copy it again ({type(error).__name__})"
        raise ArchiveError(msg) from error
    except OSError as error:
        raise ArchiveError(
            f"{path} can't be read: {error.strerror or 'input/output error'}"
        ) from error


def _read_file(path: Path, *, include_private: bool) -> Archive:
    with path.open("rb") as file:
        start = file.read(_START_SIZE)
    if not start.strip():
        raise ArchiveError(f"{path} is empty; download or copy it again")
    if start.startswith(_ZIP):
        return _read_container(ZipContainer(path), path, include_private=include_private)
    packed = start.startswith(_GZIP)
    if packed:
        with gzip.open(path, "rb") as unpacked:
            start = unpacked.read(_START_SIZE)
    if start[_TAR_AT:].startswith(_TAR):
        tar = TarContainer(path, packed=packed)
        return _read_container(tar, path, include_private=include_private)
    return _read_lines(path, start, packed=packed)


def _read_lines(path: Path, start: bytes, *, packed: bool) -> Archive:
    part = _part_of_export(start)
    if part:
        raise ArchiveError(
            f"{path} is one file out of {part}; give the whole archive or its directory"
        )
    inner = cast("IO[bytes]", gzip.open(path, "rb")) if packed else path.open("rb")  # noqa: SIM115
    with MeteredStream(inner, Budget(), path.name) as stream:
        return JsonLinesReader(stream).read()


def _part_of_export(start: bytes) -> str | None:
    begins = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if begins.startswith((b"window.YTD.", b"Grailbird.data.", b"window.__THAR_CONFIG")):
        return "a Twitter/X export"
    if begins.startswith(b"{") and b'"@context"' in begins:
        return "a Mastodon export"
    return None


def _read_container(container: Container, path: Path, *, include_private: bool) -> Archive:
    with closing(container):
        names = container.names()
        base = export_files.find_base(names)
        if base is not None:
            return TwitterReader(container, base, include_private=include_private).read()
        base = mastodon.find_base(names)
        if base is not None:
            return MastodonReader(container, base, include_private=include_private).read()
    msg = (
        f"{path} holds neither a Twitter/X export (data/tweets.js, data/tweet.js or "
        "data/js/tweets) nor a Mastodon export (outbox.json); give one as it was downloaded"
    )
    raise ArchiveError(msg)
