"""A FILE of - is standard input or output, and never a file of that name."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from tests.budget import long, some

from .conftest import Sayso

PROGRAM = [sys.executable, "-m", "sayso_cli.main"]


def run(folder: Path, *words: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*PROGRAM, *words], input=data, capture_output=True, cwd=folder, check=False
    )


@pytest.fixture(autouse=True)
def _no_file_of_that_name(tmp_path: Path) -> object:
    yield
    assert not (tmp_path / "-").exists()


@pytest.fixture
def folder(sayso: Sayso, home: Path, tmp_path: Path) -> Path:
    sayso("post", "hello", "--home", home)
    return tmp_path


@long
@pytest.mark.parametrize("more", some([[], ["--json"]], 1))
def test_a_bundle_goes_through_a_pipe(
    folder: Path, home: Path, other: Path, more: list[str]
) -> None:
    sent = run(folder, "--home", str(home), "export", "-", *more)
    assert (sent.returncode, sent.stdout[:12]) == (0, b"sayso bundle")
    assert b"entries" in sent.stderr
    taken = run(folder, "--home", str(other), "import", "-", "--follow", data=sent.stdout)
    assert taken.returncode == 0
    assert b"hello" in run(folder, "--home", str(other), "read").stdout


@long
def test_a_backup_goes_through_a_pipe(folder: Path, home: Path) -> None:
    secret = folder / "secret"
    secret.write_text("a good one\n")
    for sealed in ([], ["--passphrase-file", str(secret)]):
        sent = run(folder, "--home", str(home), "backup", "-", *sealed)
        assert (sent.returncode, sent.stdout[:12]) == (0, b"sayso backup")
        new = str(folder / f"new{len(sealed)}")
        assert run(folder, "--home", new, "restore", "-", *sealed, data=sent.stdout).returncode == 0
        assert b"hello" in run(folder, "--home", new, "read").stdout


@pytest.mark.parametrize("command", ["export", "backup"])
def test_no_secret_and_no_bundle_goes_to_a_terminal(folder: Path, home: Path, command: str) -> None:
    screen, stdout = pty.openpty()
    done = subprocess.run(
        [*PROGRAM, "--home", str(home), command, "-"],
        stdout=stdout,
        stderr=subprocess.PIPE,
        cwd=folder,
        check=False,
    )
    os.close(stdout)
    os.close(screen)
    assert done.returncode == 1
    assert b"standard output is a terminal" in done.stderr


@long
@pytest.mark.parametrize("command", ["export", "backup"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_file_that_is_not_whole_is_a_failure(folder: Path, home: Path, command: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, "--home", str(home), command, "-"],
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=folder,
            check=False,
        )
    assert done.returncode == 1
    assert b"cannot write standard output" in done.stderr
    assert b"Traceback" not in done.stderr


@long
def test_a_passphrase_comes_from_standard_input(folder: Path) -> None:
    for name in ("one", "two"):
        words = ["--home", str(folder / name), "init", "--passphrase-file", "-"]
        assert run(folder, *words, data=b"a good one\nmore").returncode == 0
    words = ["--home", str(folder / "one"), "post", "x", "--passphrase-file", "-"]
    assert run(folder, *words, data=b"a good one\n").returncode == 0
    assert b"wrong passphrase" in run(folder, *words, data=b"another\n").stderr


def test_what_is_no_stream_is_refused(folder: Path, home: Path) -> None:
    done = run(folder, "--home", str(home), "filter", "try", "-")
    assert (done.returncode, b"name a file" in done.stderr) == (1, True)
