"""Both stores behind one fixture: whatever a test asks of one, it asks of the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sayso_storage.interface.store import Store
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import SqliteStore, open_store
from sayso_storage.sqlite.words import word_index

from .makers import EPOCH


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "store.db"


@pytest.fixture
def sqlite(path: Path) -> Iterator[SqliteStore]:
    store = open_store(path)
    yield store
    store.close()


@pytest.fixture(scope="module")
def one_turn() -> Iterator[None]:
    """Batches of words end by their number alone, however slow the machine is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(word_index, "TURN_SECONDS", 600.0)
        patch.setattr(word_index, "WRITE_SECONDS", 600.0)
        yield


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore(EPOCH)
    else:
        yield request.getfixturevalue("sqlite")


@pytest.fixture(params=["memory", "sqlite"])
def store_factory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Makes empty stores of one kind, for tests that compare orders."""
    made: list[Store] = []

    def make() -> Store:
        path = tmp_path / str(len(made)) / "store.db"
        made.append(MemoryStore(EPOCH) if request.param == "memory" else open_store(path))
        return made[-1]

    yield make
    for store in made:
        store.close()
