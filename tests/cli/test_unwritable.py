"""Where nothing can be written, what is there can be read, and it is said."""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.budget import long, some

from .conftest import Sayso

PROGRAM = [sys.executable, "-m", "sayso_cli.main"]
PEER = "12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN"
ADVICE = re.compile("make room|raise|check|mount|name another")
READS = [
    ["read"],
    ["search", "hello"],
    ["status"],
    ["verify"],
    ["following"],
    ["notifications"],
    ["filter", "list"],
    ["view", "list"],
    ["ledger"],
    ["coordination"],
    ["device", "list"],
    ["profile"],
    ["invite", "list"],
    ["hub", "status"],
    ["hub", "accounts"],
    ["peers"],
]
WRITES = [
    ["post", "more"],
    ["follow", "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"],
    ["profile", "--bio", "b"],
    ["mute", "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"],
    ["view", "add", "mine", "replies"],
    ["run"],
    ["run", "--hub"],
    ["run", "--proxy", "socks5://127.0.0.1:9"],
    ["invite"],
    ["hub", "admit", "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"],
    ["hub", "ask", f"/ip4/127.0.0.1/tcp/9/p2p/{PEER}"],
    ["sync", f"/ip4/127.0.0.1/tcp/9/p2p/{PEER}"],
    ["reach", "--acknowledge", "on"],
]


@pytest.fixture
def written(sayso: Sayso, home: Path) -> Path:
    """A home with a post and an old cache or two."""
    sayso("post", "hello", "--home", home)
    sayso("read", "--home", home)
    return home


def run(
    home: Path, *words: str, limit: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*PROGRAM, "--home", str(home), *words],
        capture_output=True,
        text=True,
        errors="replace",
        preexec_fn=limit,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
    return done


def no_byte_more() -> None:
    """As a quota that is used up, for whoever runs the tests."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def check_all(home: Path, limit: Callable[[], None] | None, backup: Path | None) -> None:
    for words in READS:
        done = run(home, *words, limit=limit)
        assert done.returncode == 0, (words, done.stderr)
        assert "only read" in done.stderr
    assert "hello" in run(home, "read", limit=limit).stdout
    assert "hello" in run(home, "search", "hello", limit=limit).stdout
    for words in WRITES:
        done = run(home, *words, limit=limit)
        assert (done.returncode, done.stdout) == (1, ""), words
        assert done.stderr.startswith("sayso: ") and done.stderr.count("\n") == 1
        assert ADVICE.search(done.stderr), done.stderr
    if backup is not None:
        for words in (["export", str(backup / "bundle")], ["backup", str(backup / "backup")]):
            assert run(home, *words, limit=limit).returncode == 0


@long
def test_a_quota_that_is_used_up(written: Path) -> None:
    files = {path.name: path.read_bytes() for path in written.iterdir() if path.is_file()}
    check_all(written, no_byte_more, None)
    sent = run(written, "export", "-", limit=no_byte_more)
    assert sent.returncode == 0
    assert run(written, "post", "room again").returncode == 0
    kept = {path.name: path.read_bytes() for path in written.iterdir() if path.name in files}
    assert kept["keys.json"] == files["keys.json"]
    assert run(written, "verify").returncode == 0


@pytest.fixture
def medium(tmp_path: Path) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a file system")
    folder = tmp_path / "medium"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody mount a file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@long
def test_a_read_only_file_system(written: Path, medium: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(written, medium / "home"))
    subprocess.run(["mount", "-o", "remount,ro", str(medium)], check=True)
    check_all(home, None, tmp_path)


@long
@pytest.mark.parametrize("left", some([1024, 0, 20_000], 1))
def test_a_full_disk(written: Path, medium: Path, tmp_path: Path, left: int) -> None:
    home = Path(shutil.copytree(written, medium / "home"))
    ballast = medium / "ballast"
    with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="space"):
        while True:
            file.write(b"x" * 4096)
    os.truncate(ballast, ballast.stat().st_size - left)
    for words in READS:
        assert run(home, *words).returncode == 0
    assert "hello" in run(home, "read").stdout
    refused = run(home, "post", "no room " + "x" * 9000)
    assert (refused.returncode, "make room" in refused.stderr) == (1, True)
    assert run(home, "export", str(tmp_path / "bundle")).returncode == 0
    ballast.unlink()
    assert run(home, "post", "room again").returncode == 0
    assert "no room" not in run(home, "read").stdout
    assert run(home, "verify").returncode == 0
