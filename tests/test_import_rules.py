"""The import rules of pyproject.toml hold, and each of them catches a planted breach."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.budget import long, some

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ["cli", "node", "storage", "protocol"]

UNDER_TYPE_CHECKING = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import {}"
WITHIN_A_FUNCTION = "def planted():\n    import {}"

PROTOCOL, STORAGE = "protocol/sayso_protocol", "storage/sayso_storage"
NODE, CLI = "node/sayso_node", "cli/sayso_cli"

BREACHES = [
    (f"{PROTOCOL}/planted.py", "import time", "protocol is pure"),
    (f"{PROTOCOL}/planted.py", "from os import urandom", "protocol is pure"),
    (f"{PROTOCOL}/planted.py", "import sayso_storage", "Arrows point down"),
    (f"{STORAGE}/planted.py", "import trio", "storage waits"),
    (f"{STORAGE}/planted.py", "import sayso_node.network.link", "Arrows point down"),
    (f"{NODE}/planted.py", "import sayso_cli", "Arrows point down"),
    (f"{NODE}/planted.py", "import libp2p.host", "only the transport"),
    (f"{CLI}/planted.py", "import multiaddr", "only the transport"),
    (f"{PROTOCOL}/sync/planted.py", "import sayso_protocol.content.body", "sync knows nothing"),
    (f"{PROTOCOL}/sync/planted.py", "import sayso_protocol.filters.rules", "sync knows nothing"),
    (f"{PROTOCOL}/views/planted.py", "import sayso_protocol.sync.session", "choice knows nothing"),
    (
        f"{PROTOCOL}/coordination/planted.py",
        "import sayso_protocol.filters.rules",
        "the detector knows nothing",
    ),
    (f"{STORAGE}/memory/planted.py", "import sayso_storage.sqlite.store", "Backends share"),
    (f"{STORAGE}/sqlite/planted.py", "import sayso_storage.memory.store", "Backends share"),
    (f"{STORAGE}/index/planted.py", "import sayso_storage.sqlite.store", "Backends share"),
    (f"{NODE}/compose/planted.py", "import trio", "The person side"),
    (f"{NODE}/timeline/planted.py", "import sayso_node.network.link", "The person side"),
    (
        f"{NODE}/filters/planted.py",
        UNDER_TYPE_CHECKING.format("sayso_node.sync.engine"),
        "The person side",
    ),
    (f"{NODE}/sync/planted.py", "import sayso_node.home.directory", "The machine side"),
    (
        f"{NODE}/network/planted.py",
        WITHIN_A_FUNCTION.format("sayso_node.filters.file"),
        "The machine side",
    ),
    (f"{NODE}/entries/planted.py", "import sayso_node.timeline.thread", "Rooms of the person"),
    (f"{NODE}/accounts/planted.py", "import sayso_node.compose.post", "Rooms of the person"),
    (f"{NODE}/archive/planted.py", "import sayso_node.backup.writer", "Rooms of the person"),
    (f"{NODE}/sync/planted.py", "import sayso_node.network.transport", "sync sees links"),
    (f"{CLI}/commands/planted.py", "import textual.app", "What serves pages"),
    (f"{NODE}/sync/planted.py", "import prometheus_client", "What serves metrics"),
    ("storage/sayso_storage/blobs/planted.py", "import obstore", "What reads a bucket"),
    (f"{NODE}/daemon/planted.py", "import starlette.routing", "What serves pages"),
    (f"{NODE}/web/planted.py", "import sayso_node.timeline.filtered", "A front end reads"),
    (f"{NODE}/web/planted.py", "import sayso_protocol.content.body", "A front end writes"),
    (
        f"{CLI}/commands/planted.py",
        WITHIN_A_FUNCTION.format("sayso_node.timeline.filtered"),
        "A front end reads",
    ),
    (f"{CLI}/commands/planted.py", "import sayso_node.filters.judge", "A front end reads"),
    (f"{CLI}/commands/planted.py", "import sayso_protocol.content.body", "A front end writes"),
    (f"{CLI}/commands/planted.py", "import sayso_cli.commands.read", "A command imports no"),
    (
        f"{CLI}/commands/filter/planted.py",
        "import sayso_cli.commands.filter.add",
        "A command of a group",
    ),
]

CIRCLES = [
    # (files and what each imports), between modules of a room, within it, and between rooms
    {f"{PROTOCOL}/one.py": "import sayso_protocol.two", f"{PROTOCOL}/two.py": "from . import one"},
    {
        f"{NODE}/home/one.py": UNDER_TYPE_CHECKING.format("sayso_node.home.two"),
        f"{NODE}/home/two.py": "import sayso_node.home.one",
    },
    {
        f"{STORAGE}/sqlite/one.py": WITHIN_A_FUNCTION.format("sayso_storage.sqlite.two"),
        f"{STORAGE}/sqlite/two.py": "import sayso_storage.sqlite.one",
    },
    {f"{CLI}/terminal/one.py": "import sayso_cli.render.entry.item"},
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


@long
def test_the_rules_hold(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def planted(copy: Path, files: dict[str, str]) -> Iterator[None]:
    for file, line in files.items():
        (copy / file).write_text(line + "\n", encoding="utf-8")
    try:
        yield
    finally:
        for file in files:
            (copy / file).unlink()


def broken_rules(copy: Path) -> list[str]:
    done = lint(copy)
    assert done.returncode == 1, done.stdout + done.stderr
    return [text for text in done.stdout.splitlines() if " BROKEN" in text]


FIRST = {rule: (file, line, rule) for file, line, rule in reversed(BREACHES)}


@pytest.mark.parametrize(
    ("file", "line", "rule"),
    [
        pytest.param(*breach, marks=[] if breach in list(FIRST.values())[:5] else [long])
        for breach in BREACHES
    ],
)
def test_a_breach_is_caught(copy: Path, file: str, line: str, rule: str) -> None:
    with planted(copy, {file: line}):
        assert any(text.startswith(rule) for text in broken_rules(copy))


@long
@pytest.mark.parametrize("files", some(CIRCLES, 1))
def test_a_circle_is_caught(copy: Path, files: dict[str, str]) -> None:
    with planted(copy, files):
        assert any(text.startswith("No circle") for text in broken_rules(copy))


def test_every_rule_has_a_breach() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    caught = [rule for _, _, rule in BREACHES] + ["No circle"]
    for contract in contracts:
        assert any(contract["name"].startswith(rule) for rule in caught), contract["name"]


@long
def test_the_transport_may_import_libp2p(copy: Path) -> None:
    file = f"{NODE}/network/transport/planted.py"
    with planted(copy, {file: "import libp2p.host, multiaddr"}):
        assert lint(copy).returncode == 0
