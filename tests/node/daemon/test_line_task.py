"""The line of time, kept up by turns."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest

from sayso_node.daemon.keeper.line_task import LineTask
from sayso_storage.sqlite import open_store
from sayso_storage.sqlite.ingest import line_fill
from sayso_storage.sqlite.tables.timeline import line_rows

from ..support import Person


def test_a_turn_ends_in_time_and_the_next_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_fill, "PART", 10)
    monkeypatch.setattr(line_rows, "BATCH", 10)
    with open_store(tmp_path / "store.sqlite") as store:
        person = Person("anna", store)
        person.post_many(25)
        task, past = LineTask(store), monotonic()
        assert [task.step(past) for _ in range(4)] == [True, True, False, False]
        with store._database.reading() as db:
            assert line_rows.waiting(db) == 0
        person.post_many(25)
        assert not task.step(monotonic() + 600)
        assert store.check(None, lambda _: None).errors == ()
