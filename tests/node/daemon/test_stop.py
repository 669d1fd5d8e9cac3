"""A stop is in time: what does not end by itself is interrupted, and in the end cut off."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest
import trio
from tests.budget import long

from sayso_node.daemon.process import stop
from sayso_node.daemon.process.stop import Countdown, stop_signal


class Node:
    """What a countdown does to a node."""

    def __init__(self) -> None:
        self.interrupted = 0
        self.ended: list[int] = []
        self.over = threading.Event()

    def interrupt(self) -> None:
        self.interrupted += 1

    def end(self, code: int) -> None:
        self.ended.append(code)
        self.over.set()


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop, "INTERRUPT_SECONDS", 0.2)
    monkeypatch.setattr(stop, "END_SECONDS", 0.6)


def test_a_node_that_ends_by_itself_is_left_alone() -> None:
    node = Node()
    countdown = Countdown(node.interrupt, node.end)
    countdown.begin()
    countdown.done()
    assert not countdown._thread.is_alive()
    assert (node.interrupted, node.ended) == (0, [])


@long
def test_a_node_that_nobody_stops_is_left_alone_as_well() -> None:
    node = Node()
    countdown = Countdown(node.interrupt, node.end)
    time.sleep(0.8)
    countdown.done()
    assert (node.interrupted, node.ended) == (0, [])


@long
@pytest.mark.parametrize("signals", [1, 2, 50])
def test_a_node_that_is_busy_is_interrupted_and_then_ended(signals: int) -> None:
    node, began = Node(), time.monotonic()
    countdown = Countdown(node.interrupt, node.end)
    for _ in range(signals):
        countdown.begin()
    assert node.over.wait(60)
    assert 0.5 < time.monotonic() - began < 60
    assert node.interrupted > 3
    countdown.done()
    assert node.ended == [0]


@long
def test_a_node_that_ends_when_it_is_interrupted_is_not_cut_off() -> None:
    node = Node()
    countdown = Countdown(node.interrupt, node.end)
    countdown.begin()
    while not node.interrupted:
        time.sleep(0.01)
    countdown.done()
    time.sleep(0.7)
    assert node.ended == []


@long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_is_told_once_and_sets_the_countdown_off(number: signal.Signals) -> None:
    node = Node()
    countdown = Countdown(node.interrupt, node.end)
    before = signal.getsignal(number)
    with stop_signal(countdown) as received:
        os.kill(os.getpid(), number)
        with trio.fail_after(60):
            assert await received.wait() == number
        os.kill(os.getpid(), number)
        with trio.fail_after(60):
            while not node.ended:
                await trio.sleep(0.01)
    assert signal.getsignal(number) is before
    countdown.done()


@long
async def test_a_signal_ends_a_node_whose_loop_is_busy() -> None:
    """Nothing is awaited here: a handler of the loop's own would not be heard."""
    node = Node()
    countdown = Countdown(node.interrupt, node.end)
    with stop_signal(countdown):
        os.kill(os.getpid(), signal.SIGTERM)
        until = time.monotonic() + 60
        while not node.ended and time.monotonic() < until:
            sum(range(1000))
    assert node.ended == [0]
    countdown.done()
