"""The same seed gives the same run, event for event, in every process."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from tests.budget import long

from .support import run


def _in_process(hash_seed: str, *arguments: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "sayso_node.sim", *arguments, "--json"],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("scenario", ["powercut", pytest.param("flood", marks=long)])
def test_in_another_process_with_another_hash_seed(scenario: str) -> None:
    arguments = (scenario, "--nodes", "6", "--seed", "7")
    one, other = _in_process("1", *arguments), _in_process("2", *arguments)
    here = run(scenario, 6, 7)
    assert one["digest"] == other["digest"] == here["digest"]
    for found in (one, other, here):
        found["wall_seconds"] = 0
    assert one == other == json.loads(json.dumps(here))


def test_another_seed_gives_another_run() -> None:
    assert run("calm", 5, 1)["digest"] != run("calm", 5, 2)["digest"]
