"""Nodes that announce everything at once and deliver a minute late, or never: nobody waits for
them longer than for a few others to be asked in turn."""

from __future__ import annotations

import pytest
from tests.budget import long

import sayso_protocol.sync.fetch.hedging
from sayso_protocol.sync.ingest.incoming import Incoming

from .support import rules, run

Patch = pytest.MonkeyPatch
NODES = 40


def wait_for_one_peer(patch: Patch) -> None:
    """Ask nobody else while a peer does not give what it announced."""
    patch.setattr(sayso_protocol.sync.fetch.hedging, "SECOND_SOURCE_MS", 10**9)


def ignore_pushes_of_what_is_asked(patch: Patch) -> None:
    """Take what is asked of one peer from no other, and wait for it."""
    wait_for_one_peer(patch)
    pushed = Incoming.pushed

    def deaf(self, peer, frame, now):
        run = frame.run
        wanted = self._scheduler.wants(run.feed)
        if wanted and self._scheduler.has_or_expects(run.feed, run.first, run.last):
            return []
        return pushed(self, peer, frame, now)

    patch.setattr(Incoming, "pushed", deaf)


@long
def test_the_slowest_delivery_is_within_its_bound() -> None:
    found = run("tardy", NODES)
    assert found["violations"] == []
    assert found["counts"]["notice slow"] > 0
    assert found["latency_ms"]["max"] < 10_000


@long
@pytest.mark.parametrize(
    "plant", [pytest.param(wait_for_one_peer, marks=long), ignore_pushes_of_what_is_asked]
)
def test_control_without_a_second_source_posts_are_late(plant, monkeypatch: Patch) -> None:
    plant(monkeypatch)
    found = run("tardy", NODES)
    assert "late" in rules(found)
    assert found["latency_ms"]["max"] > 30_000
