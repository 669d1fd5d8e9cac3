"""A byte a second inside a frame: the node waits for as long as a slow line takes, and then leaves.

The deadlines themselves are tried with a clock of the test's own: `tests/node/sync/
test_frame_stream.py`, `tests/node/network/transport/test_deadlines.py`.
"""

from __future__ import annotations

import pytest
import trio

from sayso_protocol.limits import FRAME_MS
from sayso_protocol.sync.wire.frame_codec import encode_frame
from sayso_protocol.sync.wire.frames import SYNC_3, Bye, Hello

from .attacker import GONE, Stranger, stranger
from .conftest import Victim
from .frames import MAKERS

pytestmark = [pytest.mark.e2e, pytest.mark.soak]

SLACK = 10.0


async def drip(peer: Stranger, data: bytes) -> None:
    for at in range(len(data)):
        await peer.stream.send_all(data[at : at + 1])
        await trio.sleep(1.0)


async def seconds_until_left(victim: Victim, number: int, kind: type) -> tuple[float, str]:
    """After how long a peer is left that drips a frame, and what it is told."""
    began, told = trio.current_time(), ""
    frame = encode_frame(MAKERS[kind]()[0], SYNC_3)
    async with (
        stranger(victim.address, number, hello=kind is not Hello) as peer,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(drip, peer, frame[:20] + bytes(10**4))
        try:
            while (heard := await peer.hear()) is not None:
                told = heard.code if isinstance(heard, Bye) else told
        except* GONE:
            pass
        nursery.cancel_scope.cancel()
    return trio.current_time() - began, told


async def test_whatever_the_frame_its_peer_is_left_in_time(shared: Victim) -> None:
    found: dict[str, tuple[float, str]] = {}

    async def note(number: int, kind: type) -> None:
        found[kind.__name__] = await seconds_until_left(shared, number, kind)

    longest = max(len(encode_frame(make()[0], SYNC_3)) for make in MAKERS.values())
    with trio.fail_after(FRAME_MS / 1000 + longest / 2000 + SLACK):
        async with trio.open_nursery() as nursery:
            for number, kind in enumerate(MAKERS, 300):
                if len(encode_frame(MAKERS[kind]()[0], SYNC_3)) > 40:
                    nursery.start_soon(note, number, kind)
    print({kind: (round(seconds, 1), told) for kind, (seconds, told) in found.items()})
    assert len(found) > 7
    assert all(told in ("too-slow", "") for _, told in found.values())
