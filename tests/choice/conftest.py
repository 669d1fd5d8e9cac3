"""Villages on both kinds of store, and a node with rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.node.support import Person

from sayso_node.home.directory import Home
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store

from .middle import Reader
from .village import Village


@pytest.fixture(params=["memory", "sqlite"])
def village(request: pytest.FixtureRequest, tmp_path: Path) -> Village:
    memory = request.param == "memory"
    return Village(MemoryStore(bytes(16)) if memory else open_store(tmp_path / "s.sqlite"))


@pytest.fixture
def robin(tmp_path: Path) -> Reader:
    return Reader(Home(tmp_path), Person("robin"))
