"""Throw-away nodes for the demonstration: homes in a temporary folder, real processes."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sayso_protocol.translation import _

from .context import PASSPHRASE_FILE
from .errors import Failure

PATIENCE = 30.0
"""Seconds that one step may take. On an idle machine each is done within one."""
STOP_SECONDS = 5.0

Record = dict[str, Any]


class DemoNode:
    """One home, the commands that are run in it, and its node while that runs."""

    def __init__(self, name: str, place: Path) -> None:
        self.name = name
        self.home = place / name
        self.account = ""
        self.address = ""
        self._errors = place / f"{name}.stderr"
        self._process: subprocess.Popen[str] | None = None
        self._events: queue.Queue[Record | None] = queue.Queue()

    def sayso(self, *words: str) -> list[Record]:
        """Run one command as a person would; gives the records that it prints."""
        try:
            done = subprocess.run(  # noqa: S603 - our own program, as a list, without a shell
                self._command(*words),
                env=_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Failure(
                _("`sayso {words}` took more than {patience:.0f} s").format(
                    words=words[0], patience=PATIENCE
                )
            ) from error
        if done.returncode:
            raise Failure(
                _("`sayso {words}` failed for {name}: {last_line}").format(
                    words=words[0], name=self.name, last_line=_last_line(done.stderr)
                )
            )
        return [json.loads(line) for line in done.stdout.splitlines()]

    def start(self, *words: str) -> None:
        """Start the node and wait until it listens."""
        with self._errors.open("w") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - as above
                self._command("run", "--listen", "/ip4/127.0.0.1/tcp/0", "--no-mdns", *words),
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
            )
        self._events = queue.Queue()
        threading.Thread(target=_collect, args=(self._process, self._events), daemon=True).start()
        self.address = self.wait_for(lambda event: event["event"] == "ready")["addrs"][0]

    def wait_for(self, wanted: Callable[[Record], bool]) -> Record:
        """The next event of a kind. Raises `Failure` where it does not come."""
        while True:
            try:
                event = self._events.get(timeout=PATIENCE)
            except queue.Empty:
                raise Failure(
                    _("{name}'s node did nothing for {patience:.0f} s").format(
                        name=self.name, patience=PATIENCE
                    )
                ) from None
            if event is None:
                reason = _last_line(self._errors.read_text(encoding="utf-8", errors="replace"))
                raise Failure(
                    _("{name}'s node ended: {reason}").format(name=self.name, reason=reason)
                )
            if wanted(event):
                return event

    def wait_for_text(self, text: str) -> Record:
        """The post with this text, once it is in the timeline."""
        return self.wait_for_item("read", lambda item: item["text"] == text)

    def wait_for_item(self, command: str, wanted: Callable[[Record], bool], *more: str) -> Record:
        """The first record of a kind that a command prints, once it does; it is run again
        whenever something has come in."""
        while True:
            found = [item for item in self.sayso(command, *more) if wanted(item)]
            if found:
                return found[0]
            self.wait_for(lambda event: event["event"] == "received")

    def stop(self) -> None:
        """End the node, and wait for it. Ctrl-C may be ignored: it is where a script starts us in
        its background, until the node listens to it."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _command(self, *words: str) -> list[str]:
        program = [sys.executable, "-m", "sayso_cli.main"]
        return [*program, words[0], "--home", str(self.home), "--json", *words[1:]]


@contextmanager
def demo_nodes(*names: str) -> Iterator[list[DemoNode]]:
    """Nodes without accounts yet; all of them are gone afterwards, however it ends."""
    from tempfile import TemporaryDirectory

    with _ending_as_interrupt(), TemporaryDirectory(prefix="sayso-demo-") as place:
        nodes = [DemoNode(name, Path(place)) for name in names]
        try:
            yield nodes
        finally:
            for node in nodes:
                node.stop()


@contextmanager
def _ending_as_interrupt() -> Iterator[None]:
    """Let SIGTERM and SIGHUP clean up as Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in _ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


_ENDINGS = (signal.SIGTERM, signal.SIGHUP)


def _collect(process: subprocess.Popen[str], events: queue.Queue[Record | None]) -> None:
    assert process.stdout is not None
    with process.stdout as lines:
        for line in lines:
            events.put(json.loads(line))
    events.put(None)


def _environment() -> dict[str, str]:
    """Ours, without what would point the nodes at the owner's data."""
    return {k: v for k, v in os.environ.items() if k not in ("SAYSO_HOME", PASSPHRASE_FILE)}


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it did not say why"
