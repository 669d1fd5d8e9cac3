"""Disks whose power fails."""

from __future__ import annotations

from random import Random

from sayso_node.sim.authors import SimAuthor
from sayso_node.sim.machine.disk import Disk


def test_a_power_cut_takes_what_was_not_synced_and_nothing_else() -> None:
    author = SimAuthor(1, 0, (20.0, 30.0), Random(1))
    theirs = Disk(bytes(16))
    runs = [author.begin(theirs, 1)] + [author.post(theirs, 1, n) for n in range(2, 40)]
    for seed in range(30):
        mine = Disk(bytes(16))
        me = SimAuthor(1, 1, (20.0, 30.0), Random(1))
        mine.follow(author.account, None, 1)
        me.begin(mine, 1)
        mine.add_grant(author.grant)
        for run in runs[:20]:
            mine.append([run], 50)
        me.post(mine, 1, 60)  # synced, and all before it
        for run in runs[20:]:
            mine.append([run], 70)
        found = mine.after_power_cut(Random(seed))
        assert found.own_feed().head == 2
        assert 20 <= found.feed(author.feed).head <= 39
        assert found.check(None, lambda _: None).errors == ()
