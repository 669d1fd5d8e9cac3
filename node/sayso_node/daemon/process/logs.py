"""Structured logs: one JSON object a line in the home, bounded in size and in rate.

Everything outside ASCII is escaped, so that no text of a stranger reaches a terminal
through the log file either.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from ...home.directory import FILE_MODE

MAX_BYTES, KEPT_FILES = 1 << 20, 4
"""5 MB in all: days of a quiet node, the last hours of a noisy one."""

LINES_A_MINUTE = 60
"""Of each kind of message: a stranger who can cause one must not fill the log with it."""


class JsonFormatter(logging.Formatter):
    """time, level, logger, message; an exception's traceback under ``trace``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            fields["trace"] = self.formatException(record.exc_info)
        dropped = getattr(record, "dropped", 0)
        return json.dumps(fields | ({"dropped": dropped} if dropped else {}))


class RateLimit(logging.Filter):
    """Lets each kind of message through so often a minute, and counts the rest.

    The kind is the place in the code and the unformatted message, both ours: a stranger
    cannot make kinds. The first line of the next minute carries the count as ``dropped``.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._minutes: dict[tuple[str, str], tuple[int, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this record is written."""
        kind = (record.name, str(record.msg))
        now = int(self._clock() // 60)
        minute, count = self._minutes.get(kind, (now, 0))
        if minute != now:
            record.dropped = max(0, count - LINES_A_MINUTE)
            minute, count = now, 0
        self._minutes[kind] = (minute, count + 1)
        return count < LINES_A_MINUTE


def write_logs(path: Path) -> logging.Handler:
    """Send this process's logs, from INFO up, to a file of the owner alone; returns the
    handler, which the caller removes with `stop_logs`."""
    handler = RotatingFileHandler(path, maxBytes=MAX_BYTES, backupCount=KEPT_FILES)
    path.chmod(FILE_MODE)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(RateLimit())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return handler


def stop_logs(handler: logging.Handler) -> None:
    """Undo `write_logs`."""
    logging.getLogger().removeHandler(handler)
    handler.close()
