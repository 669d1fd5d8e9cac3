"""Logs: readable by machines, harmless for terminals, bounded."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from sayso_node.daemon.process.logs import (
    LINES_A_MINUTE,
    JsonFormatter,
    RateLimit,
    stop_logs,
    write_logs,
)

log = logging.getLogger("sayso_test")


@pytest.fixture
def lines(tmp_path: Path):
    path = tmp_path / "node.log"
    level = logging.getLogger().level
    handler = write_logs(path)
    yield lambda: [json.loads(line) for line in path.read_text().splitlines()]
    stop_logs(handler)
    logging.getLogger().setLevel(level)


def test_a_line_is_one_json_object(lines, tmp_path: Path) -> None:
    log.info("hello %s", "there")
    (line,) = lines()
    assert line["message"] == "hello there"
    assert line["level"] == "info"
    assert line["time"].endswith("+00:00")
    assert (tmp_path / "node.log").stat().st_mode & 0o777 == 0o600


def test_no_control_character_or_bidi_override_gets_into_the_file(lines, tmp_path: Path) -> None:
    log.warning("from a peer: %s", "\x1b[2J\u202e\u0085\n")
    raw = (tmp_path / "node.log").read_bytes()
    assert all(32 <= byte < 127 for byte in raw.removesuffix(b"\n"))
    assert lines()[0]["message"] == "from a peer: \x1b[2J\u202e\u0085\n"


def test_a_traceback_is_kept(lines) -> None:
    try:
        raise ValueError("reason")
    except ValueError:
        log.exception("it failed")
    assert "ValueError: reason" in lines()[0]["trace"]


def test_a_flood_of_one_kind_is_cut_and_counted() -> None:
    time = [0.0]
    limit = RateLimit(lambda: time[0])

    def record(message: str) -> logging.LogRecord:
        return logging.LogRecord("node", logging.INFO, "", 0, message, (), None)

    passed = [limit.filter(record("flood")) for _ in range(LINES_A_MINUTE + 40)]
    assert sum(passed) == LINES_A_MINUTE
    assert limit.filter(record("another kind"))
    time[0] = 61.0
    later = record("flood")
    assert limit.filter(later)
    assert json.loads(JsonFormatter().format(later))["dropped"] == 40
