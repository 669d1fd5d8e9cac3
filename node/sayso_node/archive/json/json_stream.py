"""A long list of JSON objects, read piece by piece.

Exports hold one list of hundreds of megabytes, behind a line of JavaScript or inside an
outer object. Parsing it as a whole would take ten times its size in memory, so objects
are cut off one at a time.
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Final

from sayso_protocol.translation import _

from .. import archive_limits
from ..container.metered_stream import MeteredStream
from ..model import ArchiveError
from .json_values import Json, encodable

_DECODER: Final = json.JSONDecoder()
_BETWEEN: Final = re.compile(r"[\s,]*")


class BrokenListError(Exception):
    """The list ends in the middle, or holds something that is not a JSON object."""


class WrongHeaderError(Exception):
    """The file does not begin as one of its kind does."""


def nested_too_deeply(where: str) -> ArchiveError:
    """The refusal of brackets within brackets made to exhaust the parser."""
    return ArchiveError(
        _("{where} holds JSON nested too deeply to be an export; get a new copy of it").format(
            where=where
        )
    )


class ArrayReader:
    """The objects of one list in a stream of UTF-8.

    `header` is a pattern for everything up to and including the opening `[`; its match
    is at `self.header` once `open` has run. `where` names the file in messages. A `bare` list has
    no brackets: one object after the other, to the end of the stream.
    """

    def __init__(
        self, stream: MeteredStream, header: re.Pattern[str], where: str, *, bare: bool = False
    ) -> None:
        self._stream = stream
        self._bare = bare
        # A stray byte costs one character, not the rest of the archive.
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("replace").decode
        self._pattern = header
        self._where = where
        self._text = ""
        self._at = 0
        self._ended = False

    def open(self) -> re.Match[str]:
        """Read up to the beginning of the list; raises WrongHeaderError if there is none."""
        while not (match := self._pattern.search(self._text)):
            if len(self._text) > archive_limits.MAX_HEADER_CHARS or not self._more():
                raise WrongHeaderError(self._where)
        self._at = match.end()
        return match

    def __iter__(self) -> Iterator[Json]:
        """The objects in turn.

        Raises BrokenListError where the list can't be read further, and ArchiveError on
        JSON nested beyond reason.
        """
        while (start := self._skip_between()) != "]":
            if not start and self._bare:
                return
            if start != "{":
                raise BrokenListError(self._where)
            value = self._next_value()
            assert isinstance(value, dict)
            yield value

    def _skip_between(self) -> str:
        """Move to the next character that counts and return it; empty at the end."""
        while True:
            gap = _BETWEEN.match(self._text, self._at)
            self._at = gap.end() if gap else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _next_value(self) -> object:
        while True:
            try:
                value, self._at = _DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                raise nested_too_deeply(self._where) from None
            except ValueError:
                # Most likely cut by the end of what was read so far.
                if len(self._text) - self._at > archive_limits.MAX_RECORD_CHARS or not self._more():
                    raise BrokenListError(self._where) from None
            else:
                found: object = value
                return found

    def _more(self) -> bool:
        """Read on; False at the end of the stream.

        Reads at least as much as is waiting, so that a large object is not parsed
        again for each small piece.
        """
        if self._ended:
            return False
        waiting = self._text[self._at :]
        data = self._stream.read(max(archive_limits.CHUNK_BYTES, len(waiting)))
        self._ended = not data
        self._text = waiting + self._decode(data, self._ended)
        self._at = 0
        return True


class StringReader(ArrayReader):
    """The same of a list of strings."""

    def strings(self) -> Iterator[str]:
        """The strings in turn; raises as `ArrayReader` does. Anything else ends the list."""
        while self._skip_between() == '"':
            value = self._next_value()
            assert isinstance(value, str)
            yield encodable(value)
