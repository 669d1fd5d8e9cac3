"""Which relays a node asks: two, in different networks, and none too often."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.discovery.multiaddr import networks
from sayso_protocol.discovery.relay.relay_limits import (
    LONGEST_RETRY_MS,
    MAX_RESERVATION_MS,
    RELAY_CANDIDATES,
    RETRY_MS,
)
from sayso_protocol.discovery.relay.selection import RelaySelection

HOUR = 3_600_000


def known(*hosts: str) -> RelaySelection:
    selection = RelaySelection()
    for n, host in enumerate(hosts):
        selection.found(f"r{n}", networks(host))
    return selection


@pytest.mark.parametrize(
    ("hosts", "asked"),
    [
        (["20.0.0.1"], ["r0"]),
        (["20.0.0.1", "20.0.9.9"], ["r0"]),
        (["20.0.0.1", "20.0.9.9", "20.1.0.1"], ["r0", "r2"]),
        (["20.0.0.1", "21.0.0.1", "22.0.0.1"], ["r0", "r1"]),
        (["2a00:1:2::1", "2a00:1:3::1", "2a00:2::1"], ["r0", "r2"]),
        (["127.0.0.1", "127.0.0.1", "127.0.0.1"], ["r0", "r1"]),
    ],
)
def test_two_in_different_networks_are_asked(hosts: list[str], asked: list[str]) -> None:
    assert known(*hosts).to_ask(0, wanted=True) == asked


def test_none_is_asked_where_none_is_wanted() -> None:
    assert known("20.0.0.1").to_ask(0, wanted=False) == []


def test_who_was_asked_is_not_asked_again_before_he_answers() -> None:
    selection = known("20.0.0.1", "21.0.0.1", "22.0.0.1")
    assert selection.to_ask(0, wanted=True) == ["r0", "r1"]
    assert selection.to_ask(1, wanted=True) == []
    selection.granted("r0", HOUR, 2)
    assert selection.to_ask(3, wanted=True) == []
    assert selection.reserved == ["r0"]


def test_a_place_is_renewed_at_half_its_time() -> None:
    selection = known("20.0.0.1")
    selection.to_ask(0, wanted=True)
    selection.granted("r0", HOUR, 0)
    assert selection.wake_ms(0) == HOUR / 2
    assert selection.to_ask(HOUR / 2 - 1, wanted=True) == []
    assert selection.to_ask(HOUR / 2, wanted=True) == ["r0"]
    selection.granted("r0", HOUR, HOUR / 2)
    assert selection.wake_ms(HOUR / 2) == HOUR


def test_a_place_that_is_not_renewed_lasts_to_its_end_and_is_asked_for_again() -> None:
    selection = known("20.0.0.1")
    selection.to_ask(0, wanted=True)
    selection.granted("r0", HOUR, 0)
    selection.to_ask(HOUR / 2, wanted=True)
    selection.refused("r0", HOUR / 2)
    assert selection.reserved == ["r0"]
    assert selection.to_ask(HOUR / 2 + RETRY_MS, wanted=True) == ["r0"]
    selection.refused("r0", HOUR / 2 + RETRY_MS)
    selection.to_ask(HOUR, wanted=False)
    assert selection.reserved == []


def test_one_that_refuses_is_left_alone_longer_each_time_and_another_asked() -> None:
    selection = known("20.0.0.1", "20.0.0.2")
    now = 0.0
    assert selection.to_ask(now, wanted=True) == ["r0"]
    selection.refused("r0", now)
    assert selection.to_ask(now, wanted=True) == ["r1"]
    selection.refused("r1", now)
    for n in range(12):
        pause = min(RETRY_MS * 2**n, LONGEST_RETRY_MS)
        assert selection.wake_ms(now) == now + pause
        assert selection.to_ask(now + pause - 1, wanted=True) == []
        now += pause
        first, second = "r0", "r1"
        assert selection.to_ask(now, wanted=True) == [first]
        selection.refused(first, now)
        assert selection.to_ask(now, wanted=True) == [second]
        selection.refused(second, now)


def test_a_lost_relay_is_replaced_and_comes_back() -> None:
    selection = known("20.0.0.1", "21.0.0.1", "22.0.0.1")
    for name in selection.to_ask(0, wanted=True):
        selection.granted(name, HOUR, 0)
    selection.lost("r0")
    assert selection.reserved == ["r1"]
    assert selection.to_ask(1, wanted=True) == ["r2"]
    selection.granted("r2", HOUR, 1)
    selection.found("r0", networks("20.0.0.1"))
    assert selection.to_ask(2, wanted=True) == []
    selection.released("r1")
    assert selection.to_ask(3, wanted=True) == ["r0"]


def test_a_relay_that_promises_a_century_is_asked_in_a_day() -> None:
    selection = known("20.0.0.1")
    selection.to_ask(0, wanted=True)
    selection.granted("r0", 1e15, 0)
    assert selection.wake_ms(0) <= MAX_RESERVATION_MS / 2


acts = st.lists(
    st.tuples(
        st.sampled_from(["found", "lost", "ask", "granted", "refused", "wait", "unwanted"]),
        st.integers(0, 150),
    ),
    max_size=300,
)


@given(acts)
def test_whatever_happens_two_places_at_most_and_a_bounded_memory(
    row: list[tuple[str, int]],
) -> None:
    selection = RelaySelection()
    asked: set[str] = set()
    now = 0.0
    for act, number in row:
        name = f"r{number}"
        if act == "found":
            selection.found(name, networks(f"{20 + number % 10}.0.0.1"))
        elif act == "lost":
            selection.lost(name)
            asked.discard(name)
        elif act in ("ask", "unwanted"):
            new = selection.to_ask(now, wanted=act == "ask")
            assert not asked & set(new)
            assert act == "ask" or not new
            asked |= set(new)
        elif act == "wait":
            now += number * 60_000
        elif asked:
            answering = sorted(asked)[number % len(asked)]
            asked.discard(answering)
            getattr(selection, act)(answering, *([HOUR] if act == "granted" else []), now)
        assert len(asked | set(selection.reserved)) <= 2
        assert len(selection) <= RELAY_CANDIDATES
        assert selection.wake_ms(now) > now
