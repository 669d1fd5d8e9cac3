"""The single file runs where there is Python alone, and is the same whenever it is built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from distribution.build import PREAMBLE, strip
from tests.budget import long

ROOT = Path(__file__).resolve().parent.parent


def run(*words: str | Path, **more: object) -> str:
    done = subprocess.run(words, capture_output=True, text=True, **more)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


def base_python() -> str:
    """The Python that this one's environment was made from: it has no packages of ours."""
    return str(Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}"))


def build(tree: Path, umask: int) -> Path:
    """Build it in a copy of the source; the file that comes of it."""
    wanted = run("git", "ls-files", "-z", cwd=ROOT).split("\0")
    for file in filter(None, wanted):
        (tree / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, tree / file)
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    run(base_python(), "dev.py", "pyz", cwd=tree, env=environment, umask=umask)
    return tree / "dist/sayso.pyz"


@long
@pytest.mark.e2e
def test_it_works_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    file = shutil.copy(build(tmp_path / "tree", 0o022), home)

    def sayso(*words: str) -> str:
        clean = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        return run(base_python(), file, *words, cwd=home, env=clean)

    assert sayso("--version").startswith("sayso ")
    sayso("init", "--name", "Ann")
    sayso("post", "grün 你好")
    assert "grün 你好" in sayso("read", "--view", "catch-up")
    assert "It works" in sayso("demo")


@pytest.mark.soak
@pytest.mark.e2e
def test_it_is_built_twice_alike(tmp_path: Path) -> None:
    one, other = build(tmp_path / "one", 0o022), build(tmp_path / "a longer name", 0o077)
    assert one.read_bytes() == other.read_bytes()


def test_another_python_is_told_what_to_install(tmp_path: Path) -> None:
    preamble = tmp_path / "preamble.py"
    preamble.write_text(PREAMBLE.format(version=(3, 1), platform="vax-bsd"))
    done = subprocess.run([sys.executable, preamble], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "is for Python 3.1 on vax-bsd" in done.stderr and "python3.1" in done.stderr


def test_the_right_python_runs_it(tmp_path: Path) -> None:
    preamble = tmp_path / "preamble.py"
    here = getattr(sys.implementation, "_multiarch", "")
    preamble.write_text(PREAMBLE.format(version=tuple(sys.version_info[:2]), platform=here))
    done = subprocess.run([sys.executable, preamble], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_tells_where_it_was_built(tmp_path: Path) -> None:
    info = tmp_path / "x-1.dist-info"
    info.mkdir()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/x").write_text(f"#!{tmp_path}/python\n")
    (info / "direct_url.json").write_text("{}")
    lines = ["x/__init__.py,sha256=a,1\n", "../../bin/x,sha256=b,2\n", f"{info.name}/RECORD,,\n"]
    (info / "RECORD").write_text("".join([*lines, f"{info.name}/direct_url.json,sha256=c,3\n"]))
    strip(tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["RECORD", info.name]
    assert (info / "RECORD").read_text() == lines[0] + lines[2]
