"""The controls: a stock libp2p 0.8.1 host shows each defect that our tests cover."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.budget import long

PROGRAM = Path(__file__).with_name("stock_scenarios.py")
SCENARIOS = [
    "bad_utf8",
    "bind_failure",
    "cancelled_read",
    "cancelled_write",
    "control_flood",
    "dials_by_itself",
    "frozen_write",
    "handler_raises",
    "inbound_slots",
    "missing_pong",
    "peerstore_grows",
    "reset_reads_as_end",
    "silent_sockets",
    "sockets_left_open",
    "stream_flood",
    "window_overrun",
]


@pytest.fixture(scope="module")
def shown() -> dict[str, object]:
    """For each scenario whether the defect showed. It takes some 10 seconds."""
    halves = [SCENARIOS[0::2], SCENARIOS[1::2]]
    running = [
        subprocess.Popen([sys.executable, PROGRAM, *half], stdout=subprocess.PIPE, text=True)
        for half in halves
    ]
    found: dict[str, object] = {}
    for process in running:
        output, _ = process.communicate(timeout=1200)
        assert process.returncode == 0
        found |= json.loads(output.splitlines()[-1])
    return found


@long
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_stock_libp2p_shows_the_defect(shown: dict[str, object], scenario: str) -> None:
    assert shown[scenario] is True, f"{scenario}: see docs/decisions/0002-libp2p-hardening.md"


@long
def test_stock_libp2p_and_we_understand_each_other() -> None:
    """The layers that replace libp2p's own speak the same on the wire, in bulk, both ways."""
    program = PROGRAM.with_name("stock_interop.py")
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
