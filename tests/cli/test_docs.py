"""The page about the command line names every command, and what it shows works.

Its ``sh`` blocks are run with those of all pages; those that need a second node here.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.budget import long

from sayso_cli.commands import COMMANDS
from sayso_cli.demo_nodes import demo_nodes

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
NEEDS_A_PEER = re.findall(r"^```text\n(sayso .*)\n```$", PAGE, re.MULTILINE)


def test_every_command_has_a_section_with_an_example() -> None:
    sections = re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]
    found = {section.split("\n")[0]: section for section in sections}
    assert found.keys() == COMMANDS.keys()
    for command, section in found.items():
        assert re.search(rf"^sayso (--home \w+ )?{command}\b", section, re.MULTILINE), command


@long
@pytest.mark.e2e
def test_what_needs_a_peer_works() -> None:
    others = [line for line in NEEDS_A_PEER if line.split()[1] != "run"]
    assert (len(others), len(NEEDS_A_PEER)) == (5, 6)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with demo_nodes("here", "there") as (here, there):
        for node in (here, there):
            node.account = node.sayso("init")[0]["account"]
            node.start()
        environment = os.environ | {
            "PATH": path,
            "SAYSO_HOME": str(here.home),
            "ADDRESS": there.address,
            "KEY": there.account,
        }
        for line in others:
            done = subprocess.run(["bash", "-c", line], env=environment, capture_output=True)
            assert (done.returncode, done.stderr) == (0, b""), line
