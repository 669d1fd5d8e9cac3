"""The import rules of pyproject.toml hold, and each of them catches a planted breach."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ["cli", "node", "storage", "protocol"]

BREACHES = [
    ("protocol/sayso_protocol/planted.py", "import time", "protocol is pure"),
    ("protocol/sayso_protocol/planted.py", "from os import urandom", "protocol is pure"),
    ("protocol/sayso_protocol/planted.py", "import sayso_storage", "Arrows point down"),
    ("storage/sayso_storage/planted.py", "import trio", "storage waits"),
    ("storage/sayso_storage/planted.py", "import sayso_node.network.link", "Arrows point down"),
    ("node/sayso_node/planted.py", "import sayso_cli", "Arrows point down"),
    ("node/sayso_node/planted.py", "import libp2p.host", "only the transport"),
    ("cli/sayso_cli/planted.py", "import multiaddr", "only the transport"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source in which breaches may be planted."""
    place = tmp_path_factory.mktemp("floors")
    for floor in FLOORS:
        shutil.copytree(ROOT / floor, place / floor, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", place)
    return place


def lint(place: Path) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join(str(place / floor) for floor in FLOORS)
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=place,
        env={**os.environ, "PYTHONPATH": paths, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )


def test_the_rules_hold(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("file", "line", "rule"), BREACHES)
def test_a_breach_is_caught(copy: Path, file: str, line: str, rule: str) -> None:
    planted = copy / file
    planted.write_text(line + "\n", encoding="utf-8")
    try:
        done = lint(copy)
    finally:
        planted.unlink()
    assert done.returncode == 1
    broken = [text for text in done.stdout.splitlines() if " BROKEN" in text]
    assert any(text.startswith(rule) for text in broken), done.stdout + done.stderr


def test_the_transport_may_import_libp2p(copy: Path) -> None:
    planted = copy / "node/sayso_node/network/transport/planted.py"
    planted.write_text("import libp2p.host, multiaddr\n", encoding="utf-8")
    try:
        assert lint(copy).returncode == 0
    finally:
        planted.unlink()
