"""Homes and running nodes as real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.forkserver import run_command

from sayso_node.control.client import request
from sayso_node.home import directory

COMMAND = [sys.executable, "-m", "sayso_cli.main"]
PATIENCE = 180.0
EVENT_SECONDS = 600.0
LONGEST_PAUSE = 0.25


class Failed(AssertionError):
    """A command ended with another exit code than expected."""


class Home:
    """One data directory and the commands run on it."""

    def __init__(self, path: Path, name: str | None = None, *, init: bool = True) -> None:
        self.path = path
        if init:
            made = self("init", *(["--name", name] if name else []))[0]
            self.account: str = made["account"]
            self.feed: str = made["feed"]

    def run(
        self, *args: str, text: str | None = None, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, whatever that is."""
        words = ["--home", str(self.path), *args]
        changed = options.pop("env", {})
        environment = {**os.environ, **changed}
        timeout = options.pop("timeout", PATIENCE)
        starts_anew = any(name.startswith("PYTHON") for name in changed)  # it reads these then
        is_test = "pytest" in sys.modules  # benchmarks measure commands as a person starts them
        if is_test and not (options or starts_anew):
            here = str(Path.cwd())
            return run_command(words, cwd=here, env=environment, text=text, timeout=timeout)
        return subprocess.run(
            [*COMMAND, *words],
            input=text or "",
            capture_output=True,
            text=True,
            timeout=timeout,
            env=environment,
            check=False,
            **options,
        )

    def __call__(self, *args: str, code: int = 0, text: str | None = None) -> list[dict[str, Any]]:
        """Run a command with --json and return its objects."""
        done = self.run("--json", *args, text=text)
        if done.returncode != code:
            raise Failed(f"{args}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def settle(self) -> None:
        """Wait until the running node has taken up what commands changed. They do not wait."""
        request(directory.Home(self.path), "changed", patience=PATIENCE, what="anything")

    def connected(self) -> list[dict[str, Any]]:
        """The peers that are connected now."""
        return [peer for peer in self("peers") if peer["state"] == "connected"]

    def texts(self, author: str, limit: int = 10**6) -> list[str]:
        """Texts of an account's posts, oldest first."""
        items = self("read", "--author", author, "--limit", str(limit))
        return [item["text"] for item in reversed(items)]

    def have(self, account: str) -> int:
        """Entries held of a followed account."""
        rows = [row for row in self("following") if row["account"] == account]
        return rows[0]["have"] if rows else 0

    @contextmanager
    def node(self, *args: str, listen: str = "/ip4/127.0.0.1/tcp/0") -> Iterator[RunningNode]:
        """A running node; stopped with SIGTERM at the end."""
        with RunningNode(self, "--listen", listen, *args) as node:
            yield node


class RunningNode:
    """A `sayso run` process, until `stop` or the end of its `with`; its events are read by
    `wait_for`."""

    def __init__(
        self,
        home: Home,
        *args: str,
        inside: Sequence[str] = (),
        command: Sequence[str] = COMMAND,
    ) -> None:
        """`inside` is a command that runs another one elsewhere, as in a network of its own;
        `command` is what runs in place of `sayso`."""
        self.home = home
        self._errors = (home.path.parent / f"{home.path.name}.stderr").open("wb")
        self.process = subprocess.Popen(
            [*inside, *command, "--home", str(home.path), "--json", "run", *args],
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        self.events: list[dict[str, Any]] = []
        try:
            ready = self.wait_for("ready")
        except BaseException:
            self.stop()
            raise
        self.peer_id: str = ready["peer_id"]
        self.address: str = ready["addrs"][0] if ready["addrs"] else ""

    def __enter__(self) -> RunningNode:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait_for(self, event: str) -> dict[str, Any]:
        """The next event of this kind; fails where the node ends first, or says nothing of it for
        `EVENT_SECONDS`."""
        assert self.process.stdout is not None
        timer = threading.Timer(EVENT_SECONDS, self.process.kill)
        timer.start()
        try:
            while line := self.process.stdout.readline():
                self.events.append(json.loads(line))
                if self.events[-1]["event"] == event:
                    return self.events[-1]
        finally:
            timer.cancel()
        raise AssertionError(f"the node ended before {event!r}: {self.process.wait()}")

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Stop the node; returns the seconds it took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
            self.process.communicate(timeout=60)
        self._errors.close()
        if self.process.stdout is not None:
            self.process.stdout.close()
        return time.monotonic() - began

    def peak_memory(self) -> int:
        """Highest resident memory so far, bytes."""
        return self._status("VmHWM")

    def memory(self) -> int:
        """Resident memory now, bytes."""
        return self._status("VmRSS")

    def processor_seconds(self) -> float:
        """Processor time that its process has used so far."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def _status(self, key: str) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith(key))
        return int(line.split()[1]) * 1024


def until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait for something that other processes do: looks often at first, and then less often."""
    end, pause = time.monotonic() + seconds, 0.02
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it did not happen in time")
        time.sleep(pause)
        pause = min(1.5 * pause, LONGEST_PAUSE)
