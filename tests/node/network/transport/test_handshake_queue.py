"""Handshakes of strangers cost a node so much and no more, and nobody else waits for long."""

from __future__ import annotations

from collections import Counter

import pytest
import trio

from sayso_node.network.transport import TransportLimits
from sayso_node.network.transport.handshake_queue import HandshakeQueue

LIMITS = TransportLimits()
CROWDS = {
    "thirty addresses": [f"198.51.{number}.7" for number in range(30)],
    "one address": ["198.51.100.7"],
    "one household": [f"2001:db8:1:2{number:02x}::1" for number in range(256)],
    "one site": [f"2001:db8:1:{number:02x}00::1" for number in range(256)],
    "a small network": [f"198.51.100.{number}" for number in range(256)],
}


async def come_again(queue: HandshakeQueue, host: str, turns: Counter[str]) -> None:
    """As an attacker does: the next as soon as one is through, or has waited too long."""
    while True:
        with trio.move_on_after(LIMITS.handshake_timeout):
            await queue.wait(host)
            turns[host] += 1


@pytest.mark.parametrize("crowd", CROWDS)
async def test_a_crowd_costs_so_much_and_nobody_else_waits_for_long(
    crowd: str, autojump_clock: object
) -> None:
    queue, turns = HandshakeQueue(LIMITS), Counter[str]()
    hosts = CROWDS[crowd]
    start = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(queue.run)
        for number in range(256):
            nursery.start_soon(come_again, queue, hosts[number % len(hosts)], turns)
        await trio.sleep(10)
        for friend in ["203.0.113.1", "203.0.113.2", "2001:db8:99::1"]:
            began = trio.current_time()
            await queue.wait(friend)
            assert trio.current_time() - began <= 1.0  # a turn of each of thirty sites, at most
        nursery.cancel_scope.cancel()
    seconds = trio.current_time() - start
    assert turns.total() <= LIMITS.handshake_burst + 1 + seconds * LIMITS.handshakes


async def test_who_gave_up_does_not_keep_others_of_his_address_waiting(
    autojump_clock: object,
) -> None:
    queue, turns = HandshakeQueue(LIMITS), Counter[str]()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(queue.run)
        with trio.move_on_after(60):
            async with trio.open_nursery() as crowd:
                for _ in range(256):
                    crowd.start_soon(come_again, queue, "198.51.100.7", turns)
        began = trio.current_time()
        await queue.wait("198.51.100.7")
        assert trio.current_time() - began < 1
        nursery.cancel_scope.cancel()


async def test_who_leaves_takes_no_turn_with_him(autojump_clock: object) -> None:
    queue, turns = HandshakeQueue(TransportLimits(handshakes=1, handshake_burst=1)), Counter[str]()

    async def wait(host: str, patience: float) -> None:
        with trio.move_on_after(patience):
            await queue.wait(host)
            turns[host] += 1

    async with trio.open_nursery() as nursery:
        nursery.start_soon(queue.run)
        for number in range(20):
            nursery.start_soon(wait, f"198.51.{number}.1", 0.5 + number % 3)
        await trio.sleep(3)
        began = trio.current_time()
        await queue.wait("203.0.113.1")
        assert trio.current_time() - began <= 1.01
        nursery.cancel_scope.cancel()


async def test_loopback_does_not_wait(autojump_clock: object) -> None:
    queue = HandshakeQueue(TransportLimits(handshakes=1, handshake_burst=1))
    began = trio.current_time()
    for _ in range(100):
        await queue.wait("127.0.0.1")
    assert trio.current_time() == began
