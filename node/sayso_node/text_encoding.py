"""Bytes of a text file as text, also where Windows wrote them.

Notepad puts a mark of byte order (BOM) before UTF-8, or saves UTF-16; PowerShell pipes and
redirects UTF-16, too; both end lines with two characters. All of that says unmistakably what it is
and is read. The old code pages do not: bytes in one of them are as valid in another, so they are
refused rather than guessed at. What was published cannot be mended.
"""

from __future__ import annotations

import codecs
from typing import Final

from sayso_protocol.translation import _, mark

UTF8: Final = "utf-8"

_MARKS: Final = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_LOOKED_AT: Final = 512
"""Bytes that are enough to know UTF-16 without a mark."""

HOW_TO_SAVE: Final = mark("save it as UTF-8, or convert it with iconv -f WINDOWS-1252 -t UTF-8")


class TextEncodingError(ValueError):
    """Bytes that are no text in any encoding that shows what it is."""


def encoding_of(start: bytes) -> tuple[str, int]:
    """The encoding that the first bytes of a text show, and how many of them are its mark.

    Without a mark it is UTF-8, or UTF-16 where every other byte is zero: no text has that many NUL
    characters, and most of what people write, JSON always, has characters below 256.
    """
    for begin, name in _MARKS:
        if start.startswith(begin):
            return name, len(begin)
    part = start[: _LOOKED_AT - _LOOKED_AT % 2]
    half = len(part) // 2
    if half and len(start) % 2 == 0:
        even, odd = part[0::2].count(0), part[1::2].count(0)
        if odd > half // 2 and not even:
            return "utf-16-le", 0
        if even > half // 2 and not odd:
            return "utf-16-be", 0
    return UTF8, 0


def decode_text(data: bytes) -> str:
    """The text of a file, its lines ended by line feeds. Raises `TextEncodingError`."""
    name, size = encoding_of(data)
    try:
        return with_line_feeds(data[size:].decode(name))
    except UnicodeDecodeError as error:
        raise TextEncodingError(_("not UTF-8")) from error


def with_line_feeds(text: str) -> str:
    """A text with line feeds for the line ends of Windows (CR LF): an entry is the same for every
    reader. A carriage return alone ends no line anywhere today, and stays. A mark of byte order at
    the beginning is left out."""
    return text.replace("\r\n", "\n").removeprefix("\ufeff")
