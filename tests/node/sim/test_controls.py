"""Planted bugs, each caught by the invariant that is there for it; without the bug the same
run is clean. A simulator that finds nothing must be shown to be able to find something."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.budget import long

import sayso_protocol.feed.run
import sayso_protocol.sync.ingest.misbehaviour
import sayso_protocol.sync.interest
import sayso_protocol.sync.session
from sayso_node.sim.machine.disk import Disk
from sayso_protocol.sync.effects import Push
from sayso_protocol.sync.feeds.scheduler import Scheduler
from sayso_protocol.sync.gossip.gossip import Gossip
from sayso_protocol.sync.replica import Replica
from sayso_storage.memory.store import MemoryStore

from .support import rules, run_text

Patch = pytest.MonkeyPatch

RING = """
[topology]
kind = "ring"
[load]
posts_per_minute = 10
[bounds]
settle_seconds = 40
duplicates = 0.5
live_p99_ms = 1500
"""

DENSE = """
[topology]
degree = 8
[load]
history = 600
posts_per_minute = 10
[bounds]
settle_seconds = 40
duplicates = 1.5
"""
BUSY = DENSE.replace("history = 600\n", "")

HOSTILE = DENSE + "idle_frames = 40\n" + '[[hostile]]\nkind = "{}"\nshare = 0.2\n'
CLOCKS = RING + "[[clock]]\nshare = 0.5\n"
CUTS = "[[churn]]\nshare = 1.0\nup_minutes = 0.3\ndown_minutes = 0.1\npower = true\n"
POWER = RING.replace("live_p99_ms = 1500\n", "") + CUTS


def forget_peers(patch: Patch) -> None:
    """Pass nothing on to one peer in ten, and believe that it was done."""
    relay, turn = Gossip.relay, itertools.count(1)

    def forgetful(self, run, source, **more):
        effects = relay(self, run, source, **more)
        for at, effect in enumerate(effects):
            if isinstance(effect, Push) and next(turn) % 10 == 0:
                effects[at] = replace(effect, peers=[])
        return effects

    patch.setattr(Gossip, "relay", forgetful)


def never_prune(patch: Patch) -> None:
    """Do not notice that an entry came before: judge it again, leave all links branches."""
    patch.setattr(Scheduler, "has_or_expects", lambda *_: False)


def verify_nothing(patch: Patch) -> None:
    patch.setattr(sayso_protocol.feed.run, "verify", lambda *_: None)


def never_sync(patch: Patch) -> None:
    patch.setattr(Disk, "sync", lambda _: None)


def ask_for_ever(patch: Patch) -> None:
    patch.setattr(sayso_protocol.sync.ingest.misbehaviour, "MAX_REFUSALS", 10**9)


def grow_impatient(patch: Patch) -> None:
    """Leave peers that ask as much as they may."""
    patch.setattr(sayso_protocol.sync.session, "MAX_OPEN_REQUESTS", 1)


def believe_in_the_own_clock(patch: Patch) -> None:
    """Refuse the wants of peers whose clocks say another day."""
    patch.setattr(sayso_protocol.sync.interest, "DAYS_A_SESSION", -1)


def fail_at_times(patch: Patch) -> None:
    receive, turn = Replica.receive, itertools.count(1)

    def failing(self, name, frame, now):
        if next(turn) == 500:
            raise KeyError("planted")
        return receive(self, name, frame, now)

    patch.setattr(Replica, "receive", failing)


def forget_what_was_stored(patch: Patch) -> None:
    """Say that a run is stored, and drop it where its last number is the tenth, twentieth, …"""
    append = MemoryStore.append

    def forgetful(self, runs, now_ms, sources=(), retractions=()):
        kept = iter(append(self, [run for run in runs if run.last % 10], now_ms, (), retractions))
        return [next(kept) if run.last % 10 else run for run in runs]

    patch.setattr(MemoryStore, "append", forgetful)


CASES: list[tuple[Callable[[Patch], None], str, set[str]]] = [
    (forget_peers, RING, {"late"}),
    (never_prune, BUSY, {"duplicates"}),
    (verify_nothing, HOSTILE.format("spoiling"), {"untrue"}),
    (never_sync, POWER, {"lost"}),
    (ask_for_ever, HOSTILE.format("lying"), {"restless"}),
    (grow_impatient, DENSE, {"hang-up"}),
    (fail_at_times, DENSE, {"crash"}),
    (believe_in_the_own_clock, CLOCKS, {"hang-up", "distrust"}),
    (forget_what_was_stored, RING, {"not-converged"}),
]


@long
@pytest.mark.parametrize(
    ("plant", "scenario", "expected"),
    [
        pytest.param(*case, id=case[0].__name__, marks=[long] if case[0] is ask_for_ever else [])
        for case in CASES
    ],
)
def test_a_planted_bug_is_caught(plant, scenario: str, expected: set[str], monkeypatch) -> None:
    plant(monkeypatch)
    found = run_text(scenario, nodes=4 if plant is ask_for_ever else 8)
    assert expected <= rules(found)
    assert found["last_events"]


@long
@pytest.mark.parametrize("scenario", sorted({case[1] for case in CASES}))
def test_without_the_bug_all_is_well(scenario: str) -> None:
    assert run_text(scenario, nodes=8)["violations"] == []
