"""All stores behind one fixture: whatever a test asks of one, it asks of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sayso_storage.interface.store import Store
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import SqliteStore, open_store
from sayso_storage.sqlite.words import word_index

from . import postgres_server
from .makers import EPOCH
from .postgres_server import Schemas

KINDS = ["memory", "sqlite", "postgres"]


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


@pytest.fixture(scope="session")
def schemas() -> Iterator[Schemas]:
    if reason := postgres_server.why_not():
        pytest.skip(reason)
    with postgres_server.server() as server:
        yield Schemas(server.url)


@pytest.fixture
def postgres(schemas: Schemas) -> Iterator[Store]:
    from sayso_storage.postgres import open_store as open_postgres

    with schemas.one() as url, open_postgres(url) as store:
        yield store


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore(EPOCH)
    else:
        yield request.getfixturevalue(request.param)


@pytest.fixture(params=KINDS)
def store_factory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Makes empty stores of one kind, for tests that compare orders."""
    with ExitStack() as stack:
        made = 0

        def make() -> Store:
            nonlocal made
            made += 1
            if request.param == "memory":
                return MemoryStore(EPOCH)
            if request.param == "sqlite":
                return stack.enter_context(open_store(tmp_path / str(made) / "store.db"))
            from sayso_storage.postgres import open_store as open_postgres

            schemas: Schemas = request.getfixturevalue("schemas")
            return stack.enter_context(open_postgres(stack.enter_context(schemas.one())))

        yield make
