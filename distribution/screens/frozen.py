"""A clock and a chance that stand still, for command lines that run in this process.

``python -m distribution.screens.frozen MOMENT WORDS…`` runs one as sayso does, MOMENT being Unix
milliseconds.
"""

from __future__ import annotations

import hashlib
import itertools
import secrets
import sys
import time
from collections.abc import Sequence


def freeze(at_ms: int, name: str) -> None:
    """Let it be this moment, in Unix milliseconds; what is drawn by lot is derived from `name`."""
    counter = itertools.count()

    def drawn(size: int = 32) -> bytes:
        return hashlib.shake_256(f"{name} {next(counter)}".encode()).digest(size)

    time.time_ns = lambda: at_ms * 1_000_000
    secrets.token_bytes = drawn  # type: ignore[assignment]


def run(at_ms: int, name: str, words: Sequence[str]) -> int:
    """Run a command line; gives the exit code."""
    freeze(at_ms, name)
    from sayso_cli.main import main  # after the clock stands

    return main(words)


if __name__ == "__main__":
    sys.exit(run(int(sys.argv[1]), "screen", sys.argv[2:]))
