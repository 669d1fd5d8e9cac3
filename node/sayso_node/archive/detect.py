"""Detection of the kind of an archive by its content, for its reader."""

import gzip
import lzma
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Final

from sayso_protocol.translation import _, mark

from ..text_encoding import UTF8, encoding_of
from . import mastodon
from .archive_limits import MAX_ACCOUNTS_BYTES
from .collector import Collector
from .container.container import Container
from .container.directory_container import DirectoryContainer
from .container.file_container import FileContainer
from .container.metered_stream import Budget, MeteredStream
from .container.packed_file import open_packed
from .container.tar_container import TarContainer
from .container.utf8_stream import as_utf8
from .container.zip_container import ZipContainer
from .json.jsonl import JsonReader
from .mastodon import MastodonReader
from .mastodon_lists import follows_of
from .model import Archive, ArchivedLists, ArchiveError
from .twitter import export_files
from .twitter.twitter_reader import TwitterReader

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_TAR_AT: Final = 257
_TAR: Final = b"ustar"
_START_SIZE: Final = 1024

_OUTBOX: Final = re.compile(r'\s*\{\s*"(?:@context|orderedItems|id|type|totalItems)"')
_ACCOUNTS: Final = re.compile(
    r"(?:account address\b|[^\s,@{}<>]+@[^\s,@{}<>]+\.[a-z]{2,}\s*(?:,|\n))", re.I
)

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

_ONE_FILE: Final = mark(
    "This is one file out of an export: whether the account was protected, or a post was for a "
    "circle, stands in others. The whole export is the safer choice."
)


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
            raise ArchiveError(
                _("{path} is neither a file nor a directory; give an archive").format(path=path)
            )
        return _read_file(path, include_private=include_private)


@contextmanager
def opened_container(path: Path) -> Iterator[Container | None]:
    """The files of an archive that `open_archive` read; None where it is one file of posts. Raises
    as that."""
    with _explained(path):
        container = _container_at(path)
        if container is None:
            yield None
            return
        with closing(container):
            yield container


def _container_at(path: Path) -> Container | None:
    if path.is_dir():
        return DirectoryContainer(path)
    with path.open("rb") as file:
        if file.read(_START_SIZE).startswith(_ZIP):
            return ZipContainer(path)
    with open_packed(path) as unpacked:
        is_tar = unpacked.read(_START_SIZE)[_TAR_AT:].startswith(_TAR)
    return TarContainer(path) if is_tar else None


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise ArchiveError(_("{path} does not exist; check the path").format(path=path)) from None
    except PermissionError as error:
        place = error.filename or path
        raise ArchiveError(
            _("no permission to read {place}; change it with chmod").format(place=place)
        ) from None
    except _BROKEN as error:
        msg = _("{path} is cut off or damaged; download or copy it again ({name})").format(
            path=path, name=type(error).__name__
        )
        raise ArchiveError(msg) from error
    except OSError as error:
        raise ArchiveError(
            _("{path} can't be read: {reason}").format(
                path=path, reason=error.strerror or "input/output error"
            )
        ) from error


def _read_file(path: Path, *, include_private: bool) -> Archive:
    with path.open("rb") as file:
        start = file.read(_START_SIZE)
    if not start.strip():
        raise ArchiveError(_("{path} is empty; download or copy it again").format(path=path))
    if start.startswith(_ZIP):
        return _read_container(ZipContainer(path), path, include_private=include_private)
    with open_packed(path) as unpacked:
        start = unpacked.read(_START_SIZE)
    if start[_TAR_AT:].startswith(_TAR):
        return _read_container(TarContainer(path), path, include_private=include_private)
    return _read_text(path, start, include_private=include_private)


def _read_text(path: Path, start: bytes, *, include_private: bool) -> Archive:
    encoding, mark_size = encoding_of(start)
    text = start[mark_size:].decode(encoding, "replace")
    open_file = partial(_open_text, path, encoding, mark_size)
    if _ACCOUNTS.match(text):
        return _read_accounts(open_file)
    name = _part_of_export(path, text)
    if name is not None:
        container = FileContainer(name, open_file)
        archive = _read_container(container, path, include_private=include_private)
        archive.notes.append(_(_ONE_FILE))
        return archive
    with MeteredStream(open_file(), Budget(), path.name) as stream:
        reader = JsonReader(stream, include_private=include_private)
        begin = text.lstrip()
        if begin.startswith("["):
            return reader.read_list(bare=False)
        if begin.startswith("{") and begin.split("\n", 1)[0].strip() == "{":
            return reader.read_list(bare=True)
        return reader.read_lines()


def _open_text(path: Path, encoding: str, mark_size: int) -> IO[bytes]:
    inner = open_packed(path)
    if encoding != UTF8:
        return as_utf8(inner, encoding, mark_size)
    inner.read(mark_size)
    return inner


def _read_accounts(open_file: Callable[[], IO[bytes]]) -> Archive:
    """A list of followed accounts alone, as Mastodon exports it."""
    with open_file() as file:
        text = file.read(MAX_ACCOUNTS_BYTES).decode("utf-8", "replace")
    archive = Collector("mastodon")
    archive.lists = ArchivedLists(follows_of(text.splitlines()))
    return archive.archive()


def _part_of_export(path: Path, text: str) -> str | None:
    """The name that a single file out of an export has there; None if it is none."""
    if export_files.POSTS.header.match(text):
        return "tweets.js"
    month = re.match(r"\s*Grailbird\.data\.(tweets)_(\d{4}_\d{2})\b", text)
    if month:
        return f"{month[1]}/{month[2]}.js"
    if re.match(r"\s*(?:window\.YTD\.|window\.__THAR_CONFIG|Grailbird\.data\.)", text):
        raise ArchiveError(
            _(
                "{path} is one file out of a Twitter/X export, and not the one with the posts; "
                "give "
                "the whole archive, its directory, or its tweets.js"
            ).format(path=path)
        )
    if _OUTBOX.match(text) and ("orderedItems" in text or "@context" in text):
        return "outbox.json"
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
    msg = _(
        "{path} holds neither a Twitter/X export (data/tweets.js, data/tweet.js or "
        "data/js/tweets) nor a Mastodon export (outbox.json); give one as it was downloaded"
    ).format(path=path)
    raise ArchiveError(msg)
