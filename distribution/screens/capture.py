"""What a command sends to a terminal of a given width."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyte

from .scene import NOW_MS, ROOT

ROWS = 400
"""Lines of the terminal: more than any picture has."""


READER_ROWS = 24
"""Lines of the terminal for the full-screen reader."""

QUIET_SECONDS = 0.5
"""The reader has drawn all when it has sent nothing for so long."""

MOST_SECONDS = 30.0


def captured(home: Path, words: Sequence[str], columns: int, environ: Mapping[str, str]) -> bytes:
    """The bytes that a command line of the home writes at a terminal, at the frozen moment. Raises
    `RuntimeError` where it fails."""
    return captured_program(_frozen(home, words), columns, environ)


def captured_program(line: Sequence[str], columns: int, environ: Mapping[str, str]) -> bytes:
    """The bytes that a program, ours or another, writes at a terminal. Raises `RuntimeError` where
    it fails."""
    ours, process = _start(line, columns, ROWS, environ)
    data = b""
    while True:
        try:
            more = os.read(ours, 65536)
        except OSError:  # Linux's way to say that the other side is closed
            break
        if not more:
            break
        data += more
    os.close(ours)
    if process.wait():
        raise RuntimeError(f"{line}: {data.decode(errors='replace')}")
    return data


def captured_reader(
    home: Path, columns: int, environ: Mapping[str, str], keys: bytes, seen: Sequence[str]
) -> bytes:
    """The bytes that draw the full-screen reader after these keys, once all of `seen` stands there.
    Raises `RuntimeError` where that does not come."""
    ours, process = _start(_frozen(home, ["tui"]), columns, READER_ROWS, environ, types=True)
    screen = pyte.Screen(columns, READER_ROWS)
    terminal = pyte.ByteStream(screen)
    data, typed, until = b"", False, time.monotonic() + MOST_SECONDS
    try:
        while time.monotonic() < until:
            if select.select([ours], [], [], QUIET_SECONDS)[0]:
                more = os.read(ours, 65536)
                data += more
                terminal.feed(more)
            elif all(any(one in line for line in screen.display) for one in seen):
                if typed:
                    return data
                os.write(ours, keys)
                typed = True
    finally:
        process.terminate()
        process.wait()
        os.close(ours)
    raise RuntimeError("\n".join(screen.display))


def _frozen(home: Path, words: Sequence[str]) -> list[str]:
    """The program that runs a command line of the home at the moment of all pictures."""
    start = [sys.executable, "-m", "distribution.screens.frozen", str(NOW_MS)]
    return [*start, *words, "--home", str(home)]


def _start(
    line: Sequence[str],
    columns: int,
    rows: int,
    environ: Mapping[str, str],
    *,
    types: bool = False,
) -> tuple[int, subprocess.Popen[bytes]]:
    """Begin a program at a terminal of its own, from which it reads where somebody types; gives our
    side of that."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen(
        line,
        stdin=theirs if types else subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={**environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PAGER": "cat"},
        cwd=ROOT,
        start_new_session=True,
    )
    os.close(theirs)
    return ours, process
