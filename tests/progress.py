"""How far a run of all tests is, and how many minutes are left: `dev.py test` loads this.

A terminal gets a bar, a file or a pipe gets a line for each tenth. What is left is estimated from
how long each test took the last time, or else from how long tests in its folder mostly take.
"""

from __future__ import annotations

import os
import time
from typing import Any

import pytest

TIMES = "sayso/seconds"
"""Where pytest's cache keeps how long each test took."""
USUAL = {"tests/e2e/": 2.0, "tests/interop/": 2.0, "tests/node/sim/": 1.0, "tests/node/": 0.06}
OTHERWISE = 0.03
"""Seconds of a test, by its folder."""
WIDTH = 24


def pytest_configure(config: pytest.Config) -> None:
    """Take part where tests are handed out, and not in each worker."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Progress(config), "sayso-progress")


class Progress:
    """Counts what is done, and tells it."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._began = time.monotonic()
        self._started = 0.0
        self._cores = 1
        cache = getattr(config, "cache", None)
        self._last: dict[str, float] = cache.get(TIMES, {}) if cache else {}
        self._expected: dict[str, float] = {}
        self._took: dict[str, float] = {}
        self._total = 0.0
        self._done = 0.0
        self._told = 0.0
        self._processor = 0.0

    @property
    def _reporter(self) -> Any:
        return self._config.pluginmanager.getplugin("terminalreporter")

    # --- what there is to do ---------------------------------------------------------------

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._begin([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        self._cores = len(node.nodemanager.specs)
        self._begin(ids)

    def _begin(self, ids: list[str]) -> None:
        if self._expected or not ids:
            return
        self._started = time.monotonic()
        self._expected = {one: self._last.get(one, usual(one)) for one in ids}
        self._total = sum(self._expected.values())
        self._line(f"{len(ids)} tests; this takes about {minutes(self._total / self._cores)}")

    # --- what is done ----------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, str] | None:
        """Instead of a dot for each test nothing: failures get a line of their own here."""
        if isinstance(report, pytest.TestReport) and not hasattr(report, "wasxfail"):
            if report.failed:
                return ("failed" if report.when == "call" else "error"), "", ""
            if report.passed:
                return ("passed" if report.when == "call" else ""), "", ""
            return "skipped", "", ""
        return None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._line(f"FAILED {report.nodeid}")
        before = self._took.get(report.nodeid, 0.0)
        self._took[report.nodeid] = before + report.duration
        if report.when == "teardown":
            self._done += self._expected.get(report.nodeid, 0.0)
            self._tell()

    def _tell(self) -> None:
        now, share = time.monotonic(), self._done / self._total if self._total else 1.0
        elapsed = now - self._started
        left = elapsed * (1 - share) / share if share > 0.03 else self._total / self._cores
        text = f"{share:4.0%}, {elapsed / 60:.1f} minutes gone, about {left / 60:.1f} left"
        if self._reporter.isatty:
            if now - self._told > 0.2:
                self._told = now
                full = "#" * round(WIDTH * share)
                self._reporter.rewrite(f"[{full:-<{WIDTH}}] {text}", erase=True)
        elif share >= self._told + 0.1:
            self._told = share
            self._line(text)

    def _line(self, text: str) -> None:
        if self._reporter.isatty:
            self._reporter.rewrite("", erase=True)
            self._reporter.rewrite("")
        self._reporter.ensure_newline()
        self._reporter.write_line(text)
        self._reporter.flush()  # a pipe would show it at the end only

    # --- the end ---------------------------------------------------------------------------

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        self._processor += getattr(node, "workeroutput", {}).get("processor", 0.0)

    def pytest_terminal_summary(self) -> None:
        if self._reporter.isatty:
            self._reporter.rewrite("", erase=True)
            self._reporter.rewrite("")
        cache = getattr(self._config, "cache", None)
        if cache and self._took:
            cache.set(TIMES, self._last | self._took)
        wall = time.monotonic() - self._began
        processor = self._processor_seconds()
        self._reporter.write_line(
            f"{wall / 60:.1f} minutes, {processor / 60:.1f} minutes of processor time"
        )

    def _processor_seconds(self) -> float:
        """What this process has used and those that it started; workers tell theirs."""
        times = os.times()
        below = self._processor or times.children_user + times.children_system
        return times.user + times.system + below


def usual(test: str) -> float:
    """How long a test takes that has never been run here, seconds."""
    found = [seconds for folder, seconds in USUAL.items() if test.startswith(folder)]
    return found[0] if found else OTHERWISE


def minutes(seconds: float) -> str:
    """A time as one says it."""
    return "a minute" if seconds < 90 else f"{seconds / 60:.0f} minutes"
