"""Totals of sessions never go back: what a session counted stays when it has ended."""

from __future__ import annotations

from dataclasses import astuple

from ..support import Person, in_sync, join, running, session_between, until


async def test_what_a_session_counted_stays_when_it_ends() -> None:
    ann, ben = Person("ann"), Person("ben")
    ann.post_many(30)
    ben.follow(ann)
    here, there = ben.engine(), ann.engine()
    async with running(here, there) as nursery:
        join(nursery, here, there)
        await in_sync(here, there)
        session = await session_between(there, here)
        before = there.totals
        assert (before.sessions, before.sent) == (1, 31)
        assert before.bytes_in > 0 and before.bytes_out > 2000
        pushed = ann.post("one more")
        await there.refresh_own()
        await until(lambda: ben.held_of(ann) == pushed.last)
        assert there.totals.pushed == 1
        running_totals = there.totals
        await here.leave()
        await until(lambda: not there.sessions)
        after = there.totals
    assert all(a >= b for a, b in zip(astuple(after), astuple(running_totals), strict=True))
    assert (after.sessions, after.sent, after.pushed) == (1, 32, 1)
    assert after.bytes_out == session.frames.bytes_out
