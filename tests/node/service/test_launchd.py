"""The agent of launchd, read back as a property list."""

from __future__ import annotations

import plistlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_node.home.directory import Home
from sayso_node.service.launchd import LaunchdService
from sayso_node.service.node_service import ServicePlan

USUAL = Path("/Users/ann/Library/Application Support/sayso")
words = st.text(st.characters(min_codepoint=32, blacklist_categories=["Cs", "Cc", "Cn"]))


@given(st.lists(words, max_size=5))
def test_words_come_through(options: list[str]) -> None:
    plan = ServicePlan(USUAL, ["/usr/local/bin/sayso"], options)
    read = plistlib.loads(LaunchdService(Home(USUAL), USUAL).text(plan).encode())
    assert read["ProgramArguments"] == plan.words
    assert (read["Label"], read["RunAtLoad"]) == ("sayso.node", True)
    assert read["KeepAlive"] == {"SuccessfulExit": False}
    assert read["Umask"] == 0o077


def test_each_home_has_a_label_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    services = [LaunchdService(Home(Path(path)), USUAL) for path in ("/a", "/b", str(USUAL))]
    assert len({one.unit for one in services}) == 3
    assert services[2].path == tmp_path / "Library" / "LaunchAgents" / "sayso.node.plist"
    assert services[0].status().state == "absent"
    services[0].remove()
