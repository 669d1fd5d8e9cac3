"""What a command sends to a terminal of a given width."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path

from .scene import NOW_MS, ROOT

ROWS = 400
"""Lines of the terminal: more than any picture has."""


def captured(home: Path, words: Sequence[str], columns: int, environ: Mapping[str, str]) -> bytes:
    """The bytes that a command line of the home writes at a terminal, at the frozen moment. Raises
    `RuntimeError` where it fails."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    line = [str(NOW_MS), *words, "--home", str(home)]
    process = subprocess.Popen(  # noqa: S603 - this Python, and a module of ours
        [sys.executable, "-m", "distribution.screens.frozen", *line],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={**environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PAGER": "cat"},
        cwd=ROOT,
        start_new_session=True,
    )
    os.close(theirs)
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
        raise RuntimeError(f"{words}: {data.decode(errors='replace')}")
    return data
