"""Authors who take back what they said, among relays that blank posts."""

from __future__ import annotations

import pytest
from tests.budget import long

from sayso_node.sim.scenario import load_scenario
from sayso_node.sim.simulation import Simulation
from sayso_protocol.feed.run import Run
from sayso_storage.interface.store import Store
from sayso_storage.memory.ingest import MemoryIngest

from .support import rules, run

Patch = pytest.MonkeyPatch


@long
def test_no_honest_node_has_what_was_taken_back_nor_lacks_what_was_not() -> None:
    simulation = Simulation(load_scenario("retractions"), 12, 3)
    simulation.run()
    truth = simulation.world.truth
    assert truth.violations == []
    assert len(truth.taken_back) > 10
    assert truth.tally.notices["refused"] > 100  # the relays that blank posts, and nobody else
    assert truth.tally.counts["hung-up"] > 0


def take_all(store: Store, run: Run, proofs: object, now_ms: int) -> list[object]:
    """Ask for no reason."""
    return []


@long
def test_control_a_node_that_asks_for_no_reason_is_blanked(monkeypatch: Patch) -> None:
    monkeypatch.setattr("sayso_node.sync.ingest.verifier.explained", take_all)
    monkeypatch.setattr(
        "sayso_storage.memory.content.retractions.MemoryRetractions.retracted",
        lambda *_: {(0, b"")},
    )
    assert "blank" in rules(run("retractions", 12))


@long
def test_control_a_node_that_follows_no_retraction_keeps_the_bodies(monkeypatch: Patch) -> None:
    monkeypatch.setattr(MemoryIngest, "follow_retractions", lambda self, **_: None)
    assert "not-taken-back" in rules(run("retractions", 12))
