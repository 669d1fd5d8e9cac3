"""A home with an account, villages on both kinds of store, and a node with rules."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sayso_node.accounts.author import Author
from sayso_node.accounts.creation import create_account
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_storage.interface.store import Store
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store

from .filters.middle import Reader
from .support import Person
from .village import Village


@pytest.fixture(scope="session")
def _made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "home"
    create_account(Home(path), "Robin", None)
    return path


@pytest.fixture
def home(_made_home: Path, tmp_path: Path) -> Home:
    return Home(Path(shutil.copytree(_made_home, tmp_path / "home")))


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    opened = open_home(home)
    yield opened
    opened.close()


@pytest.fixture
def author(home: Home, store: Store) -> Author:
    return Author(home, store)


@pytest.fixture(params=["memory", "sqlite"])
def village(request: pytest.FixtureRequest, tmp_path: Path) -> Village:
    memory = request.param == "memory"
    return Village(MemoryStore(bytes(16)) if memory else open_store(tmp_path / "s.sqlite"))


@pytest.fixture
def robin(tmp_path: Path) -> Reader:
    return Reader(Home(tmp_path), Person("robin"))
