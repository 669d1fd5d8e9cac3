"""Commands at a real terminal: a pseudo-terminal, and somebody who types."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROGRAM = [sys.executable, "-m", "sayso_cli.main"]
SECONDS = 120


@dataclass(frozen=True)
class Shown:
    """What one command left on the screen."""

    code: int
    screen: str


def at_terminal(
    home: Path, *words: object, typed: Sequence[tuple[str, str]] = (), term: str = "dumb"
) -> Shown:
    """Run a command at a terminal; `typed` is what is typed at which prompt, in order. Fails where
    a prompt does not come, or another one does."""
    ours, theirs = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SAYSO_")}
    process = subprocess.Popen(
        [*PROGRAM, *map(str, words), "--home", str(home)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment | {"TERM": term, "COLUMNS": "80", "LINES": "24"},
        start_new_session=True,
    )
    os.close(theirs)
    screen, waiting, deadline = "", list(typed), time.monotonic() + SECONDS
    try:
        while time.monotonic() < deadline:
            try:
                data = os.read(ours, 65536)
            except OSError:  # Linux's way to say that the other side is closed
                break
            if not data:
                break
            screen += data.decode(errors="replace")
            if waiting and screen.rstrip().endswith(waiting[0][0].rstrip()):
                os.write(ours, waiting.pop(0)[1].encode() + b"\n")
        code = process.wait(max(deadline - time.monotonic(), 0.1))
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert not waiting, f"never asked {waiting[0][0]!r}: {screen}"
    return Shown(code, screen.replace("\r\n", "\n"))
