"""A flood of statements costs each node a bounded amount, and nobody waits for it."""

from __future__ import annotations

from functools import lru_cache

import pytest
from tests.budget import long

import sayso_node.sync.ingest.verifier
from sayso_node.sim.machine.slow_ingest import SlowIngest
from sayso_protocol.accounts.attestation import read_attestation
from sayso_protocol.limits import STATEMENT_BYTES, STATEMENT_BYTES_A_SECOND
from sayso_protocol.sync.effects import StoreStatements
from sayso_protocol.token_bucket import TokenBucket

from .support import rules, run

NODES = 10


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes of statements each `StoreStatements` had. They are verified once each,
    whatever that takes in the virtual time of the run."""
    monkeypatch.setattr(
        sayso_node.sync.ingest.verifier,
        "read_attestation",
        lru_cache(maxsize=None)(read_attestation),
    )
    found: list[int] = []
    put = SlowIngest.put

    def counting(self, work):
        if isinstance(work, StoreStatements):
            found.append(sum(len(one.wire) for one in work.statements))
        put(self, work)

    monkeypatch.setattr(SlowIngest, "put", counting)
    return found


@long
def test_the_flood_is_judged_up_to_its_allowance(judged: list[int]) -> None:
    found = run("say-flood", NODES)
    assert found["violations"] == []
    links = NODES * 6
    assert links * 20_000 < sum(judged) < links * (STATEMENT_BYTES + 120 * STATEMENT_BYTES_A_SECOND)


@long
def test_control_without_an_allowance_posts_wait_for_it(
    judged: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TokenBucket, "spend", lambda *_: True)
    assert "late" in rules(run("say-flood", NODES))
    assert sum(judged) > 10 * NODES * 6 * STATEMENT_BYTES
