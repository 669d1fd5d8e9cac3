"""JSON with a post in each object: lines, one array, or objects one after the other.

Read are `id`, `text`, `time` (or `ts`; `time_formats` has the forms), `reply_to`, and where
present `lang`, `warn`, `tags`, `media` and `visibility`. Other fields are ignored: whoever makes
such a file chooses what is in it, so reposts in it are posts as any other. A post without `id` gets
one made of its time and text.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Final

from sayso_protocol.translation import _, mark

from ...text_encoding import HOW_TO_SAVE
from .. import archive_limits
from ..collector import Collector
from ..container.metered_stream import MeteredStream
from ..model import Archive, ArchivedPost, ArchiveError, Audience, Part, Reason
from ..time_formats import parse_any
from . import misskey
from .json_stream import ArrayReader, BrokenListError
from .json_values import (
    Json,
    decimal_id,
    encodable,
    identifier,
    language,
    lost_tags,
    tags,
    text_of,
)

_ARRAY: Final = re.compile(r"\A\s*\[")
_OBJECTS: Final = re.compile(r"\A\s*(?=\{)")

_VISIBILITIES: Final[dict[str, Audience | Reason]] = {
    **dict.fromkeys(("public", "everyone", "world"), Audience.PUBLIC),
    **dict.fromkeys(("unlisted", "home", "quiet", "quiet_public"), Audience.UNLISTED),
    **dict.fromkeys(
        ("private", "followers", "followers_only", "mutuals", "friends", "circle", "protected"),
        Audience.LIMITED,
    ),
    **dict.fromkeys(("direct", "specified", "mentioned", "message"), Reason.DIRECT),
}
"""Words of Mastodon, Misskey and their kin. Another word is left to the owner."""


class JsonReader:
    """Reads one stream; `read` gives the result."""

    def __init__(self, stream: MeteredStream, *, include_private: bool) -> None:
        self._stream = stream
        self._private_too = include_private
        self._found = Collector("jsonl")
        self._notes: misskey.MisskeyReader | None = None

    def read_lines(self) -> Archive:
        """All posts of JSON lines; raises ArchiveError if no line is one."""
        for number, line in self._lines():
            if line.strip():
                self._take_line(number, line)
        return self._archive()

    def read_list(self, *, bare: bool) -> Archive:
        """All posts of one array, or of a `bare` row of objects; raises as `read_lines`."""
        reader = ArrayReader(self._stream, _OBJECTS if bare else _ARRAY, _("the file"), bare=bare)
        reader.open()
        count = 0
        try:
            for count, record in enumerate(reader, 1):
                self._take_record(_("object {count}").format(count=count), record)
        except BrokenListError:
            self._found.unreadable(
                _("the file is broken after object {count}; the rest is not read").format(
                    count=count
                )
            )
        return self._archive()

    def _archive(self) -> Archive:
        if self._notes is not None:
            return self._notes.archive()
        if not self._found.read:
            raise ArchiveError(_(NO_ARCHIVE))
        return self._found.archive()

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Lines with their numbers; one that is too long comes cut off."""
        number = 0
        while line := self._stream.readline(archive_limits.MAX_RECORD_CHARS):
            number += 1
            yield number, line
            while line and not line.endswith(b"\n"):
                line = self._stream.readline(archive_limits.MAX_RECORD_CHARS)

    def _take_line(self, number: int, line: bytes) -> None:
        try:
            # A comma is left where the lines of an array were cut apart.
            record = json.loads(line.strip().removesuffix(b",").decode("utf-8"))
        except UnicodeDecodeError:
            self._found.unreadable(
                _("line {number} is not UTF-8 text: {how_to_save}").format(
                    number=number, how_to_save=_(HOW_TO_SAVE)
                )
            )
        except RecursionError:
            self._found.unreadable(
                _("line {number} holds JSON nested too deeply").format(number=number)
            )
        except ValueError:
            self._found.unreadable(_("line {number} is not JSON, or cut off").format(number=number))
        else:
            self._take_record(_("line {number}").format(number=number), record)

    def _take_record(self, where: str, record: object) -> None:
        if isinstance(record, dict) and (self._notes is not None or misskey.is_note(record)):
            if self._notes is None and not self._found.read:
                self._notes = misskey.MisskeyReader(include_private=self._private_too)
            if self._notes is not None:
                self._notes.take(where, record)
                return
        text = text_of(record, "text") if isinstance(record, dict) else None
        if (
            not isinstance(record, dict)
            or text is None
            or len(text) > archive_limits.MAX_TEXT_CHARS
        ):
            self._found.unreadable(
                _("{where} is not an object with a `text`, or far too long").format(where=where)
            )
            return
        self._take_post(where, record, text)

    def _take_post(self, where: str, record: Json, text: str) -> None:
        audience = audience_of(record.get("visibility"))
        words = text if text.strip() else _media_links(record)
        given = _given_time(record)
        written_ms = parse_any(given)
        if isinstance(audience, Reason):
            self._found.skip(audience)
        elif audience in _NOT_PUBLIC and not self._private_too:
            self._found.skip(_NOT_PUBLIC[audience])
        elif not words:
            self._found.skip(Reason.NO_TEXT)
        elif written_ms is None and given not in (None, ""):
            self._found.no_time(where)
        else:
            own_id = identifier(record.get("id")) or _made_id(record, text)
            key = (-1 if written_ms is None else written_ms, decimal_id(own_id) or 0)
            self._found.keep((*key, self._found.seen), _post(record, own_id, written_ms, words))


NO_ARCHIVE: Final = mark(
    "this is no archive that can be read: give a Twitter/X export (.zip), a Mastodon "
    "export (.tar.gz or .zip), the directory of one, the notes of a Misskey account, or JSON lines "
    "with `text` in each"
)

_NOT_PUBLIC: Final = {
    Audience.UNLISTED: Reason.UNLISTED,
    Audience.LIMITED: Reason.NOT_PUBLIC,
}


def audience_of(visibility: object) -> Audience | Reason:
    """For whom a post was by its `visibility`, or the reason for which it is never taken."""
    if visibility in (None, ""):
        return Audience.PUBLIC
    word = visibility.strip().lower().replace("-", "_") if isinstance(visibility, str) else ""
    return _VISIBILITIES.get(word, Audience.UNKNOWN)


def _post(record: Json, own_id: str, written_ms: int | None, text: str) -> ArchivedPost:
    answered = identifier(record.get("reply_to"))
    listed = record.get("tags")
    named = [tag for tag in listed if isinstance(tag, str)] if isinstance(listed, list) else []
    audience = audience_of(record.get("visibility"))
    assert isinstance(audience, Audience), "what is never taken was left out before"
    return ArchivedPost(
        origin=f"jsonl:{own_id}",
        written_ms=written_ms,
        text=text,
        reply_to=f"jsonl:{answered}" if answered else None,
        warn=(text_of(record, "warn") or "").strip() or None,
        lang=language(record.get("lang")),
        tags=tags([*named]),
        audience=audience,
        lost=(Part.PICTURE,) * len(_media(record)) + lost_tags(named),
    )


def _given_time(record: Json) -> object:
    time = record.get("time")
    return record.get("ts") if time is None else time


def _media(record: Json) -> list[str]:
    media = record.get("media")
    links = [link for link in media if isinstance(link, str)] if isinstance(media, list) else []
    return [link.strip() for link in links if link.strip()][: archive_limits.MAX_MEDIA]


def _media_links(record: Json) -> str:
    """The links of a post that is only pictures, a line each."""
    return encodable("\n".join(_media(record)))


def _made_id(record: Json, text: str) -> str:
    """An id for a line that has none: equal lines, equal ids."""
    whole = json.dumps([record.get("author"), _given_time(record), text], sort_keys=True).encode(
        "utf-8"
    )
    return "blake2b-" + hashlib.blake2b(whole, digest_size=16).hexdigest()
