"""The README's tour, as two people type it on two fresh machines: from nothing to "my friend reads
my post", with one line passed between them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from tests.test_readme import README, blocks, environment

from .support import Home, until

pytestmark = pytest.mark.e2e

HERE = " --no-mdns --listen /ip4/127.0.0.1/tcp/0"
"""What a test adds to `sayso run`: it keeps to this machine."""
LINK = "sayso:…"


def tour() -> tuple[list[str], list[str]]:
    """What each of the two types."""
    found = [block.text.splitlines() for block in blocks(README) if block.language == "text"]
    ada, ben = found[:2]
    return ada, ben


def typed(line: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", line],
        env={**environment(), "SAYSO_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


@contextmanager
def left_running(line: str, home: Path) -> Iterator[Iterator[str]]:
    """A command that goes on; gives the lines that it prints."""
    environment_ = {**os.environ, "SAYSO_HOME": str(home), "NO_COLOR": "1"}
    environment_["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    process = subprocess.Popen(
        ["bash", "-c", f"exec {line}"], env=environment_, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield iter(process.stdout)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(120)
        process.stdout.close()


def test_it_takes_three_commands_each_and_one_line() -> None:
    ada, ben = tour()
    assert len(ada) <= 3 and len(ben) <= 3
    assert sum(line.count(LINK) for line in [*ada, *ben]) == 1
    assert ada[-1] == ben[-1] == "sayso run"


def test_a_friend_reads_the_post(tmp_path: Path) -> None:
    ada, ben = tour()
    ada_home, ben_home = tmp_path / "ada" / "home", tmp_path / "ben" / "home"
    for line in ada[:-1]:
        done = typed(line, ada_home)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
    with ExitStack() as stack:
        printed = stack.enter_context(left_running(ada[-1] + HERE, ada_home))
        link = next(line.strip() for line in printed if line.startswith("sayso:"))
        followed = ""
        for line in ben[:-1]:
            done = typed(line.replace(LINK, link), ben_home)
            assert done.returncode == 0, f"{line}\n{done.stderr}"
            followed = done.stdout
        # As the page says it: the words, and the post.
        [said] = re.findall(r"“(Following @ada\..*?)”", README.read_text(encoding="utf-8"))
        assert followed.startswith(said)
        assert "My friend reads this." in followed
        ben_reads = Home(ben_home, init=False)
        [post] = ben_reads("read")
        assert (post["text"], post["petname"]) == ("My friend reads this.", "ada")
        # And from then on, whatever she posts next.
        stack.enter_context(left_running(ben[-1] + HERE, ben_home))
        assert typed('sayso post "And this."', ada_home).returncode == 0
        until(lambda: [one["text"] for one in ben_reads("read")][:1] == ["And this."], 60)
