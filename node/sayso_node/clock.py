"""The time, for whatever is told it."""

from __future__ import annotations

import time

from sayso_protocol.sync.now import Now


def now_ms() -> int:
    """Unix milliseconds, UTC."""
    return time.time_ns() // 1_000_000


def mono_ms() -> int:
    """Milliseconds of a clock that never jumps."""
    return time.monotonic_ns() // 1_000_000


def present() -> Now:
    """The time of this computer's clocks."""
    return Now(now_ms(), mono_ms())
