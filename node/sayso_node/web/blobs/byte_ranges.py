"""Byte ranges of a request (RFC 9110, section 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MAX_RANGES: Final = 16
"""Ranges of one request; of one that asks for more all is sent."""
MAX_HEADER: Final = 1024

_RANGE: Final = re.compile(r"[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.ASCII)


class NotSatisfiable(Exception):
    """No range begins within the blob: answer 416."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """From byte `start` up to, not with, byte `end`."""

    start: int
    end: int

    @property
    def size(self) -> int:
        """How many bytes it has, at least one."""
        return self.end - self.start

    def content_range(self, whole: int) -> str:
        """The value of ``Content-Range``."""
        return f"bytes {self.start}-{self.end - 1}/{whole}"


def parse_ranges(header: str | None, whole: int) -> list[ByteRange] | None:
    """The ranges of a header for so many bytes in all, in the order that they were asked for; None
    where all is to be sent: there is no header, it is no range of bytes, or it asks for more than
    there is. Raises `NotSatisfiable`."""
    if header is None or len(header) > MAX_HEADER:
        return None
    unit, _, specs = header.partition("=")
    if unit.strip().lower() != "bytes":
        return None
    found: list[ByteRange] = []
    parts = [part for part in specs.split(",") if part.strip()]
    for part in parts:
        match = _RANGE.fullmatch(part)
        if match is None or match[0].strip() == "-":
            return None
        first, last = match.groups()
        if first and last and int(last) < int(first):
            return None
        one = _range_of(first, last, whole)
        if one is not None:
            found.append(one)
    if not parts:
        return None
    if not found:
        raise NotSatisfiable
    if len(parts) > MAX_RANGES or sum(one.size for one in found) > whole:
        return None
    return found


def _range_of(first: str, last: str, whole: int) -> ByteRange | None:
    if not first:
        size = min(int(last), whole)
        return ByteRange(whole - size, whole) if size else None
    start = int(first)
    end = min(int(last) + 1, whole) if last else whole
    return ByteRange(start, end) if start < whole else None
