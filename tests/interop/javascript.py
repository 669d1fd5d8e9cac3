"""The JavaScript implementation: installed once, started as a process."""

from __future__ import annotations

import hashlib
import json
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SOURCES = Path(__file__).parent / "js"
SOURCES_3 = Path(__file__).parent / "js3"
"""What needs the packages of js-libp2p 3."""
PATIENCE = 120.0
OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")


def installed(folder: Path, sources: Path = SOURCES) -> Path:
    """A copy of the sources in `folder`, with their packages; skips where these cannot be had."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    if int(version.stdout.strip("v\n").split(".")[0]) < 20:
        pytest.skip("node is older than version 20")
    copy = folder / sources.name
    shutil.copytree(sources, copy, ignore=shutil.ignore_patterns("node_modules"))
    (copy / "node_modules").symlink_to(packages(sources) / "node_modules")
    return copy


def packages(sources: Path) -> Path:
    """The folder of the packages that the lock file names, filled by npm the first time; skips
    where that cannot be."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    lock = (sources / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sayso-interop"
    folder = cache / hashlib.sha256(lock).hexdigest()[:16]
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            made = _install(Path(scratch) / "new", sources)
            try:
                made.rename(folder)
            except OSError:  # another run was faster
                assert folder.exists()
    return folder


def _install(folder: Path, sources: Path) -> Path:
    folder.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(sources / name, folder)
    line = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries", "0"]
    try:
        done = subprocess.run(
            [*line, "--prefix", str(folder)],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.skip("the npm registry does not answer in time")
    if done.returncode and any(sign in done.stderr for sign in OFFLINE):
        pytest.skip("the npm registry cannot be reached")
    assert done.returncode == 0, done.stderr
    return folder


class Client:
    """A `client.mjs` process; its events are read by `wait_for`."""

    def __init__(self, sources: Path, *args: str) -> None:
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self.process = subprocess.Popen(
            ["node", "client.mjs", *args],
            cwd=sources,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self.events: list[dict[str, Any]] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def wait_for(self, matches: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next event that matches; fails where the client ends or nothing comes."""
        while line := self._lines.get(timeout=PATIENCE):
            self.events.append(json.loads(line))
            if matches(self.events[-1]):
                return self.events[-1]
        self._errors.seek(0)
        raise AssertionError(f"the client ended: {self.events[-3:]} {self._errors.read()}")

    def write(self, text: str) -> None:
        """One more post."""
        assert self.process.stdin is not None
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def end(self) -> list[dict[str, Any]]:
        """All events, once the client has ended by itself, in good order."""
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        while line := self._lines.get(timeout=PATIENCE):
            self.events.append(json.loads(line))
        self._errors.seek(0)
        assert self.process.returncode == 0, self._errors.read()
        return self.events

    def stop(self) -> None:
        """Let the client say goodbye; kill it where it does not end."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join()
        for stream in (self.process.stdin, self.process.stdout, self._errors):
            if stream is not None:
                stream.close()
