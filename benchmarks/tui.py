"""How long the full-screen reader takes to show something, and a page after that.

    python -m benchmarks.tui [--folder DIR] [--posts 1000000] [--feeds 5000] [--followed 500]
        [--rounds 7] [--pages 100]

At a pseudo-terminal of 80 by 24, on a store of `benchmarks.large_store`: the one in DIR, where
there is one. Prints one JSON object: from the start of the process to the first frame and to the
first posts, in milliseconds by the clock, medians; `page` from a key to the next page of posts, p50
and p99, and the processor time of one; processor time of the start; and the peak of memory in MB. A
round before that is not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import pty
import select
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from tests.e2e.support import COMMAND

from benchmarks.compiled import keep_compiled
from benchmarks.large_store import make

FRAME, POSTS = b"timeline", "▌".encode()
SECONDS = 60.0
QUIET = 0.03
"""Without a word for so long a page is drawn."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--feeds", type=int, default=5_000)
    parser.add_argument("--followed", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--pages", type=int, default=100)
    options = parser.parse_args()
    keep_compiled()
    with tempfile.TemporaryDirectory() as spare:
        folder = options.folder or Path(spare)
        if not (folder / "about.json").exists():
            make(folder, options.posts, options.feeds, options.followed, (3, 9))
        home = folder / "home"
        _, *rounds = [start(home) for _ in range(options.rounds + 1)]
        pages = scroll(home, options.pages)
    result = {name: round(median(one[name] for one in rounds), 1) for name in rounds[0]}
    print(json.dumps(result | pages))


class Reader:
    """A `sayso tui` at a terminal of its own."""

    def __init__(self, home: Path) -> None:
        self.began = time.perf_counter()
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [*COMMAND, "--home", str(home), "tui"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"},
            start_new_session=True,
        )
        os.close(theirs)
        self._seen = b""

    def until(self, mark: bytes) -> float:
        """Read until a mark has been drawn; milliseconds since the start."""
        end = time.monotonic() + SECONDS
        while mark not in self._seen:
            self._seen += self._read(end - time.monotonic())
        return 1000 * (time.perf_counter() - self.began)

    def press(self, key: bytes) -> float:
        """Press a key; milliseconds until the last that was drawn for it."""
        began = last = time.perf_counter()
        os.write(self._ours, key)
        patience = SECONDS
        while select.select([self._ours], [], [], patience)[0]:
            os.read(self._ours, 1 << 16)
            last, patience = time.perf_counter(), QUIET
        return 1000 * (last - began)

    def processor_ms(self) -> float:
        """The processor time of its process so far."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return 1000 * (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def peak_mb(self) -> float:
        """The highest memory that it had."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(one for one in status.splitlines() if one.startswith("VmHWM"))
        return int(line.split()[1]) / 1024

    def close(self) -> None:
        """Have it leave."""
        os.write(self._ours, b"\x11")
        end = time.monotonic() + SECONDS
        while self.process.poll() is None and time.monotonic() < end:
            if select.select([self._ours], [], [], 0.05)[0]:
                try:
                    os.read(self._ours, 1 << 16)
                except OSError:  # the other side is closed
                    break
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        os.close(self._ours)

    def _read(self, patience: float) -> bytes:
        if not select.select([self._ours], [], [], max(patience, 0))[0]:
            raise TimeoutError("the reader shows nothing")
        return os.read(self._ours, 1 << 16)


def start(home: Path) -> dict[str, float]:
    reader = Reader(home)
    try:
        frame = reader.until(FRAME)
        posts = reader.until(POSTS)
        return {"frame": frame, "posts": posts, "start_processor": reader.processor_ms()}
    finally:
        reader.close()


def scroll(home: Path, pages: int) -> dict[str, float]:
    reader = Reader(home)
    try:
        reader.until(POSTS)
        reader.press(b"g")
        before = reader.processor_ms()
        took = [reader.press(b" ") for _ in range(pages)]
        processor = (reader.processor_ms() - before) / pages
        return {
            "page": round(median(took), 1),
            "page_p99": round(quantiles(took, n=100)[98], 1),
            "page_processor": round(processor, 1),
            "memory": round(reader.peak_mb()),
        }
    finally:
        reader.close()


if __name__ == "__main__":
    main()
