"""A run tells how far it is, what failed, and how many minutes it took."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.budget import long

ROOT = Path(__file__).resolve().parent.parent
TESTS = """
import pytest

@pytest.mark.parametrize("n", range(40))
def test_some(n):
    assert n != 7

@pytest.mark.skip
def test_left_out():
    pass
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "test_it.py").write_text(TESTS)
    return tmp_path


def command(project: Path, *options: str) -> list[str]:
    rest = ["-p", "tests.progress", "-p", "no:pytest_trio", str(project), *options]
    return [sys.executable, "-m", "pytest", "--rootdir", str(project), "-c", os.devnull, *rest]


@long
@pytest.mark.parametrize("options", [[], pytest.param(["-n", "2"], marks=long)])
def test_a_pipe_gets_lines(project: Path, options: list[str]) -> None:
    done = subprocess.run(command(project, *options), cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "41 tests; this takes about a minute" in done.stdout
    assert re.search(r"^FAILED .*test_it.py::test_some\[7\]$", done.stdout, re.MULTILINE)
    shares = [int(share) for share in re.findall(r"^ *(\d+)%, ", done.stdout, re.MULTILINE)]
    assert shares == sorted(set(shares)) and 5 <= len(shares) <= 11
    assert re.search(r"^\d+\.\d minutes, \d+\.\d minutes of processor time$", done.stdout, re.M)
    assert "1 failed, 39 passed, 1 skipped" in done.stdout
    assert "\r" not in done.stdout
    times = next(project.rglob("sayso/seconds")).read_text()
    assert times.count("test_some") == 40, "the next run knows what this one took"


@long
def test_a_terminal_gets_a_bar(project: Path) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(command(project), cwd=ROOT, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        told = b""
        try:
            while piece := os.read(ours, 4096):
                told += piece
        except OSError:
            pass  # the other side is closed
        os.close(ours)
        assert process.wait() == 1
    assert re.search(rb"\r\[#*-*\] +\d+%, \d+\.\d minutes gone, about \d+\.\d left", told)
    assert b"minutes of processor time" in told
