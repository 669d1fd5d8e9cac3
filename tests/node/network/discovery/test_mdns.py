"""The task of local discovery, as far as it needs no network; `tests/reach/test_lan.py` has the
rest."""

from __future__ import annotations

import time

import pytest
import trio
from trio.testing import MockClock

from sayso_node.network.discovery import mdns
from sayso_node.network.discovery.mdns import Mdns
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_id import peer_id_of_key

PEER = peer_id_of_key(bytes(range(32)))


@pytest.mark.parametrize(
    ("hosts", "takes_part"),
    [
        ([], False),
        (["127.0.0.1"], False),
        (["127.0.0.1", "::1", "127.3.4.5"], False),
        (["0.0.0.0"], True),
        (["::"], True),
        (["::1", "192.168.1.5"], True),
    ],
)
async def test_who_listens_on_loopback_alone_takes_no_part(
    hosts: list[str], takes_part: bool, monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    looked = []
    monkeypatch.setattr(mdns, "multicast_interfaces", lambda: looked.append(1) or [])
    bound = [Address("ip6" if ":" in host else "ip4", host, 4001) for host in hosts]
    task = Mdns(PEER, bound, lambda _: None)
    assert task.takes_part == takes_part
    with trio.move_on_after(31) as scope:
        await task.run()
    assert scope.cancelled_caught == takes_part
    assert len(looked) == (3 if takes_part else 0)
    assert task.links == []
    assert (task.counts.malformed, task.counts.dropped) == (0, 0)


@pytest.mark.parametrize(
    ("ahead", "slept"), [(0.0, False), (29.0, False), (31.0, True), (-3600.0, False), (8e4, True)]
)
def test_a_machine_that_slept_is_noticed_once(
    ahead: float, slept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_slept = mdns._SleepDetector()
    assert not has_slept()
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + ahead)
    assert has_slept() == slept
    assert not has_slept()
