"""A command that is forked does what one that is started does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.budget import long
from tests.forkserver import run_command


@long
@pytest.mark.e2e
@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--version"], None),
        (["frobnicate"], None),
        (["read"], None),
        (["init", "--help"], None),
        (["filter", "add", "--help"], None),
        (["--json", "show", "deadbeef"], None),
        (["init", "--phrase-file", "-"], "no phrase at all\n"),
    ],
)
def test_it_says_and_ends_alike(tmp_path: Path, words: list[str], text: str | None) -> None:
    environment = {**os.environ, "SAYSO_HOME": str(tmp_path / "nowhere")}
    forked = run_command(words, cwd=str(tmp_path), env=environment, text=text, timeout=60)
    started = subprocess.run(
        [sys.executable, "-m", "sayso_cli.main", *words],
        cwd=tmp_path,
        env=environment,
        input=text or "",
        capture_output=True,
        text=True,
    )
    for one in ("returncode", "stdout", "stderr"):
        assert getattr(forked, one) == getattr(started, one)


@long
@pytest.mark.e2e
def test_one_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    environment = {**os.environ, "SAYSO_HOME": str(tmp_path / "home")}

    def run(*words: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        here = str(tmp_path)
        return run_command(list(words), cwd=here, env=environment, text=None, timeout=timeout)

    assert run("init").returncode == 0
    with pytest.raises(subprocess.TimeoutExpired):
        run("run", "--listen", "/ip4/127.0.0.1/tcp/0", timeout=3)
    assert run("status", "--json").returncode == 0
