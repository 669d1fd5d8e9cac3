"""A turn is never lost, whoever leaves and when."""

from __future__ import annotations

from dataclasses import dataclass

import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples

from sayso_node.sync.turns import TURN_US, Turns


@dataclass(eq=False)
class Session:
    network: str
    turn_us: float = 0.0


async def work(turns: Turns, session: Session, uses: list[float]) -> None:
    for used in uses:
        await turns.take(session)  # type: ignore[arg-type]
        turns.end(session, used)  # type: ignore[arg-type]


async def churn(sessions: list[tuple[str, list[float]]], leave_at: list[tuple[int, int]]) -> bool:
    """Sessions work, and are cancelled after so many steps of the loop; whether one that comes
    then still gets its turns."""
    turns = Turns()
    scopes = [trio.CancelScope() for _ in sessions]

    async def one(number: int) -> None:
        network, uses = sessions[number]
        with scopes[number]:
            await work(turns, Session(network), uses)

    async with trio.open_nursery() as nursery:
        for number in range(len(sessions)):
            nursery.start_soon(one, number)
        for steps, number in leave_at:
            for _ in range(steps):
                await trio.lowlevel.checkpoint()
            scopes[number % len(scopes)].cancel()
    with trio.move_on_after(1) as scope:
        await work(turns, Session("newcomer"), [2 * TURN_US] * 3)
    return not scope.cancelled_caught


uses = st.lists(st.sampled_from([0.0, TURN_US / 2, 2 * TURN_US]), min_size=1, max_size=6)


@examples(150, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), uses), min_size=2, max_size=6),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=6),
)
def test_sessions_that_leave_at_any_moment_take_no_turn_with_them(
    sessions: list[tuple[str, list[float]]], leave_at: list[tuple[int, int]]
) -> None:
    clock = trio.testing.MockClock(autojump_threshold=0)
    assert trio.run(churn, sessions, leave_at, clock=clock)
