"""The demonstration, for real, and how it ends when something goes wrong."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.budget import long, some

from sayso_cli.demo_nodes import DemoNode
from sayso_cli.errors import Failure

from ..conftest import Sayso

PROGRAM = [sys.executable, "-m", "sayso_cli.main", "demo", "--json"]


@pytest.mark.e2e
def test_the_demo_works_and_leaves_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path), "SAYSO_HOME": str(tmp_path / "mine")}
    done = subprocess.run(PROGRAM, env=environment, capture_output=True, text=True, timeout=600)
    assert (done.returncode, done.stderr) == (0, "")
    *steps, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert last["demo"] == "ok"
    assert [step["step"] for step in steps] == [
        *("init", "post", "follow", "gossip", "live", "picture", "poll", "quote", "edit"),
        *("catch up", "verify"),
    ]
    told = {step["step"]: step for step in steps}
    assert told["poll"]["ada counts"] == "Tea 0, Coffee 1"
    assert told["edit"]["versions that she can look at"] == 2
    assert all(step["ok"] and step["step"] for step in steps)
    assert list(tmp_path.iterdir()) == []


@long
@pytest.mark.e2e
@pytest.mark.parametrize(
    ("ending", "step"), some([(signal.SIGINT, "gossip"), (signal.SIGTERM, "init")], 1)
)
def test_the_demo_cleans_up_when_it_is_ended(
    ending: signal.Signals, step: str, tmp_path: Path
) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        PROGRAM, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stdout is not None and demo.stderr is not None
        while f'"{step}"' not in (line := demo.stdout.readline()):
            assert line, demo.stderr.read()
        demo.send_signal(ending)
        rest = demo.stderr.read()
        assert demo.wait(120) == 130
    assert rest == '{"error": "interrupted", "code": "interrupted", "candidates": []}\n'
    assert list(tmp_path.iterdir()) == []


def test_a_step_that_fails_is_told(sayso: Sayso, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: DemoNode, *words: str) -> None:
        raise Failure(f"`sayso {words[0]}` failed for {self.name}: no space left")

    monkeypatch.setattr(DemoNode, "sayso", fail)
    done = sayso("demo", "--json")
    assert done.code == 1
    assert done.record["ok"] is False
    assert "no space left" in done.record["reason"]
    assert "no space left" in done.err
    assert "no space left" in sayso("demo").err


@long
def test_a_node_that_ends_says_why(tmp_path: Path) -> None:
    node = DemoNode("ada", tmp_path)
    with pytest.raises(Failure, match="no account in"):
        node.start()
    with pytest.raises(Failure, match="no account in"):
        node.sayso("read")
    node.stop()
