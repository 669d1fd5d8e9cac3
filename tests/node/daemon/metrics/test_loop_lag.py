"""What keeps the event loop from turning shows in its lag."""

from __future__ import annotations

import trio
import trio.testing

from sayso_node.daemon.metrics.loop_lag import EVERY_SECONDS, LoopLag


async def test_a_loop_that_stands_still_is_late(mock_clock: trio.testing.MockClock) -> None:
    lag = LoopLag()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lag.run)
        await trio.testing.wait_all_tasks_blocked()
        mock_clock.jump(EVERY_SECONDS)
        await trio.testing.wait_all_tasks_blocked()
        assert lag.seconds.total == 0
        mock_clock.jump(EVERY_SECONDS + 2)
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert lag.seconds.total == 2
    assert dict(lag.seconds.buckets)["0.001"] == 1
    assert dict(lag.seconds.buckets)["+Inf"] == 2
