"""JSON lines: one post a line.

Read are `id`, `text`, `time` (or `ts`: RFC 3339, UTC if it names no zone, or a Unix time),
`reply_to`, and where present `lang`, `warn`, `tags` and `media`. Other fields are ignored:
whoever makes such a file chooses what is in it, so reposts in it are posts as any other.
A line without `id` gets one made of its time and text.
"""

import hashlib
import json
from collections.abc import Iterator

from . import archive_limits
from .collector import Collector
from .container.metered_stream import MeteredStream
from .json_values import Json, decimal_id, encodable, identifier, language, tags, text_of
from .model import Archive, ArchivedPost, ArchiveError, Reason
from .time_formats import parse_any


class JsonLinesReader:
    """Reads one stream of lines; `read` gives the result."""

    def __init__(self, stream: MeteredStream) -> None:
        self._stream = stream
        self._found = Collector("jsonl")

    def read(self) -> Archive:
        """All posts; raises ArchiveError if no line is one."""
        for number, line in self._lines():
            if line.strip():
                self._take(number, line)
        if not self._found.read:
            msg = (
                "this is no archive that can be read: give a Twitter/X export (.zip), a Mastodon "
                "export (.tar.gz or .zip), the directory of one, or JSON lines with `text` in each"
            )
            raise ArchiveError(msg)
        return self._found.archive()

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Lines with their numbers; one that is too long comes cut off."""
        number = 0
        while line := self._stream.readline(archive_limits.MAX_RECORD_CHARS):
            number += 1
            yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            while line and not line.endswith(b"\n"):
                line = self._stream.readline(archive_limits.MAX_RECORD_CHARS)

    def _take(self, number: int, line: bytes) -> None:
        try:
            record = json.loads(line.decode("utf-8"))
        except UnicodeDecodeError:
            self._found.unreadable(f"line {number} is not UTF-8 text")
        except RecursionError:
            self._found.unreadable(f"line {number} holds JSON nested too deeply")
        except ValueError:
            self._found.unreadable(f"line {number} is not JSON, or cut off")
        else:
            self._take_record(number, record)

    def _take_record(self, number: int, record: object) -> None:
        text = text_of(record, "text") if isinstance(record, dict) else None
        if (
            not isinstance(record, dict)
            or text is None
            or len(text) > archive_limits.MAX_TEXT_CHARS
        ):
            self._found.unreadable(f"line {number} is not an object with a `text`, or far too long")
            return
        words = text if text.strip() else _media_links(record)
        if not words:
            self._found.skip(Reason.NO_TEXT)
            return
        written_ms = self._time(number, record)
        own_id = identifier(record.get("id")) or _made_id(record, text)
        key = (-1 if written_ms is None else written_ms, decimal_id(own_id) or 0, number)
        self._found.keep(key, _post(record, own_id, written_ms, words))

    def _time(self, number: int, record: Json) -> int | None:
        value = _given_time(record)
        written_ms = parse_any(value)
        if written_ms is None and value not in (None, ""):
            self._found.report(f"line {number} has a time that can't be read; imported without it")
        return written_ms


def _post(record: Json, own_id: str, written_ms: int | None, text: str) -> ArchivedPost:
    answered = identifier(record.get("reply_to"))
    listed = record.get("tags")
    named = [tag for tag in listed if isinstance(tag, str)] if isinstance(listed, list) else []
    return ArchivedPost(
        origin=f"jsonl:{own_id}",
        written_ms=written_ms,
        text=text,
        reply_to=f"jsonl:{answered}" if answered else None,
        warn=(text_of(record, "warn") or "").strip() or None,
        lang=language(record.get("lang")),
        tags=tags([*named]),
    )


def _given_time(record: Json) -> object:
    time = record.get("time")
    return record.get("ts") if time is None else time


def _media_links(record: Json) -> str:
    """The links of a post that is only pictures, a line each."""
    media = record.get("media")
    links = [link for link in media if isinstance(link, str)] if isinstance(media, list) else []
    return encodable("\n".join(link.strip() for link in links if link.strip()))


def _made_id(record: Json, text: str) -> str:
    """An id for a line that has none: equal lines, equal ids."""
    whole = json.dumps([record.get("author"), _given_time(record), text], sort_keys=True).encode(
        "utf-8"
    )
    return "blake2b-" + hashlib.blake2b(whole, digest_size=16).hexdigest()
