"""What the terminal says that it can draw: one question, and the wait ends with the answer that
every terminal gives (DA1)."""

from __future__ import annotations

import os
import re
import select
import sys
import termios
import time
import tty
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

WAIT: Final = 0.2
"""Seconds that a terminal has to answer; one on the other side of the earth has."""

QUESTION: Final = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[16t\x1b[c"
"""Whether it knows kitty's protocol (nothing is drawn), the size of a cell, and DA1."""

ERASE: Final = b"\r\x1b[K"
"""Takes away what a terminal showed of the question that it did not know; nothing stands there."""

MAX_ANSWER: Final = 4096

USUAL_CELL: Final = (8, 16)
"""Pixels of a cell where the terminal does not say."""

_DA1: Final = re.compile(rb"\x1b\[\?([\d;]*)c")
_CELL: Final = re.compile(rb"\x1b\[6;(\d{1,3});(\d{1,3})t")


@dataclass(frozen=True, slots=True)
class Graphics:
    """What a terminal can draw, and the width and height of a cell in pixels."""

    kitty: bool = False
    sixel: bool = False
    cell: tuple[int, int] = USUAL_CELL


def ask_terminal() -> Graphics:
    """Ask the terminal behind stdin and stdout; nothing of its answer is left in the input. Nothing
    but blocks where it is no terminal or does not answer."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") == "dumb":
        return Graphics()
    inward, outward = sys.stdin.fileno(), sys.stdout.fileno()
    try:
        before = termios.tcgetattr(inward)
    except termios.error:
        return Graphics()
    try:
        tty.setcbreak(inward, termios.TCSANOW)
        os.write(outward, QUESTION)
        got = _answer(inward)
        os.write(outward, ERASE)
    except OSError:
        got = b""
    finally:
        with suppress(termios.error):
            # What comes late is thrown away: it would be typed into the shell.
            termios.tcsetattr(inward, termios.TCSAFLUSH, before)
    return read_answer(got)


def _answer(inward: int) -> bytes:
    got, until = b"", time.monotonic() + WAIT
    while len(got) < MAX_ANSWER and not _DA1.search(got):
        left = until - time.monotonic()
        if left <= 0 or not select.select([inward], [], [], left)[0]:
            break
        more = os.read(inward, 1024)
        if not more:
            break
        got += more
    return got


def read_answer(got: bytes) -> Graphics:
    """What an answer says."""
    attributes, cell = _DA1.search(got), _CELL.search(got)
    high, wide = (int(one) for one in cell.groups()) if cell else (0, 0)
    sane = 4 <= wide <= 64 and 4 <= high <= 128
    return Graphics(
        kitty=b"\x1b_Gi=31;OK" in got,
        sixel=attributes is not None and b"4" in attributes[1].split(b";")[1:],
        cell=(wide, high) if sane else USUAL_CELL,
    )
