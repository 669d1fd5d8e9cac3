"""The running node keeps the tallies of polls up, in short steps."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest

from sayso_node.daemon.keeper.vote_task import VoteTask
from sayso_protocol.content.body import Poll, Reference, Vote
from sayso_storage.sqlite import open_store
from sayso_storage.sqlite.tables.content import ballot_rows

from ..support import Person


def test_votes_are_counted_step_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ballot_rows, "BATCH", 2)
    with open_store(tmp_path / "store.sqlite") as store:
        ann = Person("ann", store)
        run = ann.publish([Poll("which?", ("a", "b"))])
        poll = Reference(ann.account, ann.feed, run.last, run.tip)
        ann.publish([Vote(poll, (n % 2,)) for n in range(5)])
        task = VoteTask(store)
        assert task.step(-inf)  # one batch, and there is more
        tally = store.tally(poll.id)
        assert tally is not None
        assert tally.uncounted > 0
        assert not task.step(inf)
        tally = store.tally(poll.id)
        assert tally is not None
        assert (tally.counts, tally.uncounted, tally.replaced) == ((1, 0), 0, 4)
