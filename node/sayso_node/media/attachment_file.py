"""A file that is to be attached: its type by its bytes, its metadata taken out, then a blob."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

from sayso_protocol.blob.cid import digest_of
from sayso_protocol.content.attachment import MAX_ALT, MAX_ATTACHMENTS, Attachment
from sayso_protocol.media.bad_media import BadMedia
from sayso_protocol.media.media_type import SNIFFED, UNKNOWN, media_type
from sayso_protocol.translation import _

from ..errors import NodeError
from ..home.directory import Home
from ..text_encoding import with_line_feeds
from .blob_store import add_blob, open_blobs
from .metadata import can_strip, without_metadata

Attachments = tuple[Attachment, ...]
"""What is attached to one entry."""

PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"})
"""Types that a profile's picture may have: those that are shown everywhere."""


class MediaError(NodeError):
    """A file that cannot be attached."""


@dataclass(frozen=True, slots=True)
class AttachmentFile:
    """A file that somebody attaches. `alt` says in words what it shows; `keep` leaves where, when
    and with what it was taken in it."""

    path: Path
    alt: str = ""
    keep: bool = False


@contextmanager
def attached(
    home: Home, files: Sequence[AttachmentFile], among: frozenset[str] | None = None
) -> Iterator[tuple[Attachment, ...]]:
    """The attachments that files become, for an entry that is signed within this block. The bytes
    are durable before it begins; where no entry is signed they stay as long as there is room. All
    files are looked at before the first is taken in; with `among` their types are of these. Raises
    `MediaError`, `StoreError`."""
    blobs = open_blobs(home)
    before = blobs.pinned() if files else set()
    made = _attach(home, files, among)
    try:
        yield made
    except BaseException:
        for one in made:
            if digest_of(one.cid) not in before:
                blobs.pin(one.cid, on=False)
        raise


def attach_stream(home: Home, source: BinaryIO, alt: str) -> Attachment:
    """Take in a file out of an archive, which can be read once: without metadata where that can be
    taken out, else as it is. Raises `MediaError`, `StoreError`."""
    kind = media_type(source.read(SNIFFED))
    source.seek(0, os.SEEK_END)
    size = source.tell()
    source.seek(0)
    try:
        clean = without_metadata(source, kind, size) if can_strip(kind) else source
        blob = add_blob(home, clean)
    except BadMedia as error:
        raise MediaError(str(error)) from error
    return Attachment(blob.cid, blob.size, kind or UNKNOWN, alt)


def with_alt(made: Attachment, alt: str) -> Attachment:
    """An attachment with other words for what it shows. Raises `MediaError`."""
    return replace(made, alt=check_alt(alt))


def _attach(
    home: Home, files: Sequence[AttachmentFile], among: frozenset[str] | None
) -> tuple[Attachment, ...]:
    if len(files) > MAX_ATTACHMENTS:
        raise MediaError(
            _("a post has at most {max_attachments} attachments: write it as several").format(
                max_attachments=MAX_ATTACHMENTS
            )
        )
    for file in files:
        check_alt(file.alt)
        with opened_file(file) as (kind, _source):
            if among is not None and kind not in among:
                known = ", ".join(sorted(one.removeprefix("image/") for one in among))
                raise MediaError(
                    _("{name} is no picture that all can see: give {known}").format(
                        name=file.path.name, known=known
                    )
                )
    return tuple(_taken_in(home, file) for file in files)


def _taken_in(home: Home, file: AttachmentFile) -> Attachment:
    with opened_file(file) as (kind, source):
        blob = add_blob(home, source)
    return Attachment(blob.cid, blob.size, kind or UNKNOWN, check_alt(file.alt))


@contextmanager
def opened_file(file: AttachmentFile) -> Iterator[tuple[str | None, BinaryIO]]:
    """The type of a file, and its bytes as they are to be attached. Raises `MediaError`."""
    try:
        # A named pipe without a writer would hold up the command for ever.
        with os.fdopen(os.open(file.path, os.O_RDONLY | os.O_NONBLOCK), "rb") as source:
            before = os.fstat(source.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise MediaError(
                    _("{path} is no file: name a picture or film").format(path=file.path)
                )
            kind = media_type(source.read(SNIFFED))
            source.seek(0)
            yield kind, _stripped(file, kind, source, before.st_size)
            if _changed(before, os.fstat(source.fileno())):
                raise MediaError(
                    _("{path} was changed meanwhile: try again").format(path=file.path)
                )
    except OSError as error:
        raise MediaError(
            _("cannot read {path}: {reason}").format(path=file.path, reason=error.strerror or error)
        ) from error


def _stripped(file: AttachmentFile, kind: str | None, source: BinaryIO, size: int) -> BinaryIO:
    if file.keep:
        return source
    if not can_strip(kind):
        what = kind or _("of a kind that is not known here")
        raise MediaError(
            _(
                "{name} is {what}, out of which sayso cannot take where, when and with what "
                "it was made: save it as JPEG, PNG, WebP or MP4, or attach it as it is with "
                "`--keep-metadata`"
            ).format(name=file.path.name, what=what)
        )
    try:
        return without_metadata(source, kind, size)
    except BadMedia as error:
        raise MediaError(
            _("{name}: {error}; save it anew, or attach it as it is with `--keep-metadata`").format(
                name=file.path.name, error=error
            )
        ) from error


def check_alt(alt: str) -> str:
    """The words for an attachment as they are sent. Raises `MediaError`."""
    text = with_line_feeds(alt).strip()
    if "\0" in text or len(text.encode("utf-8", "surrogatepass")) > MAX_ALT:
        raise MediaError(
            _("what an attachment shows is told in text of at most {max_alt} bytes").format(
                max_alt=MAX_ALT
            )
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise MediaError(_("the words for an attachment are not valid UTF-8")) from error
    return text


def _changed(before: os.stat_result, after: os.stat_result) -> bool:
    return (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
