"""Padding: a letter has one of four sizes, so that its length says little.

What is padded is what will be sealed: the length in four bytes, big-endian, the content, zeros.
"""

from __future__ import annotations

from typing import Final

from ..errors import BadShape, TooLarge

LETTER_SIZES: Final = (512, 2_048, 8_192, 32_768)
"""Bytes of a letter as a carrier sees it."""

LENGTH_SIZE: Final = 4


def pad(content: bytes, overhead: int) -> bytes:
    """The content in the smallest size that takes it, less the `overhead` that sealing adds. Raises
    `TooLarge` where none does."""
    for size in LETTER_SIZES:
        zeros = size - overhead - LENGTH_SIZE - len(content)
        if zeros >= 0:
            return len(content).to_bytes(LENGTH_SIZE, "big") + content + bytes(zeros)
    raise TooLarge("more than one letter holds")


def unpad(padded: bytes) -> bytes:
    """The content. Raises `BadShape` where this was not padded so."""
    end = LENGTH_SIZE + int.from_bytes(padded[:LENGTH_SIZE], "big")
    if not LENGTH_SIZE <= end <= len(padded) or any(padded[end:]):
        raise BadShape("a letter that is not padded as one is")
    return padded[LENGTH_SIZE:end]
