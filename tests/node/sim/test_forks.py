"""Forks and ends: each is tested with the protection off as well, and then the damage shows."""

from __future__ import annotations

import pytest
from tests.budget import long

import sayso_node.sync.ingest.ingest
import sayso_protocol.feed.fork
from sayso_node.sim.scenario import load_scenario
from sayso_node.sim.simulation import Simulation
from sayso_protocol.feed.run import ids_of, verify_run
from sayso_protocol.sync.gossip.attestation_sync import AttestationSync
from sayso_protocol.sync.ingest.incoming import Incoming

from .support import rules, run

Patch = pytest.MonkeyPatch
NODES, SEED = 16, 3


def show_no_proof(patch: Patch) -> None:
    """Stop a forked feed where the fork is seen, and tell nobody."""
    patch.setattr(sayso_node.sync.ingest.ingest, "prove_fork", lambda *_: None)


def keep_proofs(patch: Patch) -> None:
    """Pass nothing on of what is said."""
    patch.setattr(AttestationSync, "_relay", lambda *_: [])


def compare_no_heights(patch: Patch) -> None:
    """Do not look at what announcements say of the entry."""
    patch.setattr(Incoming, "has_another", lambda *_: False)


@long
@pytest.mark.parametrize("seed", [SEED, pytest.param(SEED + 1, marks=long)])
def test_all_who_are_not_eclipsed_hold_a_proof_in_time(seed: int) -> None:
    found = run("forks", NODES, seed)
    assert found["violations"] == []
    assert found["counts"]["forked"] > 0
    assert found["counts"]["heeded forkproof"] > 0
    assert found["counts"]["notice refused"] > 100  # what was forged


@long
@pytest.mark.parametrize("plant", [show_no_proof, keep_proofs, compare_no_heights])
def test_control_without_it_some_hold_none(plant, monkeypatch: Patch) -> None:
    plant(monkeypatch)
    assert "unproven" in rules(run("forks", 20, 2))


@long
def test_control_who_believes_every_proof_accuses_the_honest(monkeypatch: Patch) -> None:
    believe = lambda raw: verify_run(raw, tip=ids_of(raw)[-1])  # noqa: E731
    monkeypatch.setattr(sayso_protocol.feed.fork, "verify_run", believe)
    found = run("forks", NODES, SEED)
    assert {"accused", "silenced"} & rules(found)


def branches_held(scenario: str, monkeypatch: Patch | None = None) -> list[set[object]]:
    """Of each forked feed, the different states in which honest nodes hold it."""
    simulation = Simulation(load_scenario(scenario), NODES, SEED)
    if monkeypatch is not None:
        monkeypatch.setattr("sayso_node.sim.fault_plan._revoke", lambda *_: None)
    simulation.run()
    world = simulation.world
    honest = [store for node, store in world.stores.items() if node not in world.hostile]
    states = [[store.feed(feed) for store in honest] for feed in world.truth.forks]
    return [{state.held[-1].top for state in one if state is not None} for one in states]


@long
def test_a_revoke_leaves_one_branch() -> None:
    found = run("revoke", NODES, SEED)
    assert found["violations"] == []
    assert found["counts"]["revoked"] == found["counts"]["forked"]
    assert {len(tops) for tops in branches_held("revoke")} == {1}


@long
def test_control_without_a_revoke_both_branches_stay(monkeypatch: Patch) -> None:
    assert max(len(tops) for tops in branches_held("revoke", monkeypatch)) > 1
