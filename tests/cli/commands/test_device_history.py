"""`sayso device history`: asks before it does, says how far it is, and to whom nothing goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.node.support import Person

from sayso_protocol.crypto.keys import key_text

from ..conftest import Sayso

BEN = key_text(Person("ben").account)


@pytest.fixture
def phone(sayso: Sayso, home: Path, tmp_path: Path) -> str:
    """The feed of a second device, of which this home knows."""
    place = tmp_path / "phone"
    asked = sayso("device", "add", "--request", "--label", "phone", "--home", place).out
    (tmp_path / "request").write_text(asked)
    request = next(line for line in asked.splitlines() if line.startswith("sayso"))
    answer = sayso("device", "add", request, "--yes", "--home", home).out
    line = next(line for line in answer.splitlines() if line.startswith("sayso"))
    assert sayso("device", "add", "--answer", line, "--home", place).code == 0
    bundle = tmp_path / "phone.bundle"
    sayso("export", bundle, "--home", place)
    sayso("import", bundle, "--home", home)
    found = sayso("device", "list", "--home", home, "--json").records
    return str(next(one["feed"] for one in found if not one["this"]))


def test_it_goes_once_asked_and_says_how_far_it_is(sayso: Sayso, home: Path, phone: str) -> None:
    done = sayso("device", "history", phone, "--yes", "--home", home)
    assert "no private messages" in done.err and not done.code
    for text in ("one", "two"):
        sayso("message", BEN, text, "--home", home)
    begun = sayso("device", "history", phone[:12], "--yes", "--home", home)
    assert begun.code == 0 and "0 of 2 messages" in begun.out and "phone" in begun.out
    assert "has published no key" in begun.err
    again = sayso("device", "history", phone, "--home", home, "--json").record
    assert again == {"feed": phone, "messages": 2, "came": 0}


def test_nothing_goes_without_a_yes(
    sayso: Sayso, home: Path, phone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sayso("message", BEN, "one", "--home", home)
    monkeypatch.setattr("sayso_cli.terminal.prompt.is_terminal", lambda: True)
    monkeypatch.setattr("sys.stdin.readline", lambda: "n\n", raising=False)
    done = sayso("device", "history", phone, "--home", home)
    assert done.code == 1 and "nothing was done" in done.err
    assert "reads 1 message then" in done.err
    assert "0 of 1" in sayso("device", "history", phone, "--yes", "--home", home).out


def test_to_whom_nothing_goes(sayso: Sayso, home: Path, phone: str) -> None:
    sayso("message", BEN, "one", "--home", home)
    own = next(
        one["feed"]
        for one in sayso("device", "list", "--home", home, "--json").records
        if one["this"]
    )
    assert "name the other one" in sayso("device", "history", own, "--yes", "--home", home).err
    assert sayso("device", "history", BEN, "--yes", "--home", home).code == 1
    sayso("device", "revoke", phone, "--yes", "--home", home)
    done = sayso("device", "history", phone, "--yes", "--home", home)
    assert done.code == 1 and "revoked" in done.err
