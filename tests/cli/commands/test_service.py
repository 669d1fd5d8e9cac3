"""`sayso service`, with a `systemctl` that keeps units as systemd does and starts nothing: no user
manager runs where tests do. What the unit says is held to systemd itself elsewhere."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from tests.budget import long

from ..conftest import Sayso

SYSTEMCTL = """\
#!{python}
import json, os, sys
place = os.environ["PLAYED_SYSTEMD"]
words = sys.argv[1:]
name = os.path.basename(sys.argv[0])
state = json.load(open(place))
state["calls"].append([name, *words])
json.dump(state, open(place, "w"))
if name == "loginctl":
    if words[0] == "enable-linger":
        state["linger"] = True
        json.dump(state, open(place, "w"))
    else:
        print("Linger=" + ("yes" if state["linger"] else "no"))
    sys.exit(0)
if not state["there"]:
    sys.exit("Failed to connect to bus: No medium found")
if "restart" in words:
    state["active"] = state["becomes"]
if "disable" in words:
    state["active"] = "inactive"
json.dump(state, open(place, "w"))
if "show" in words:
    print("ActiveState=" + state["active"])
    print("StatusText=3 peers connected")
    print("Result=exit-code")
"""


class Played:
    """What the played systemd knows, and was told."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.set(there=True, linger=False, active="inactive", becomes="active", calls=[])

    def set(self, **state: object) -> None:
        before = json.loads(self._path.read_text()) if self._path.exists() else {}
        self._path.write_text(json.dumps(before | state))

    @property
    def calls(self) -> list[str]:
        return [" ".join(call) for call in json.loads(self._path.read_text())["calls"]]


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Played:
    monkeypatch.setattr(sys, "platform", "linux")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("systemctl", "loginctl"):
        (programs / name).write_text(SYSTEMCTL.format(python=sys.executable))
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("PLAYED_SYSTEMD", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return Played(tmp_path / "state")


@long
def test_it_is_installed_and_removed(
    played: Played, sayso: Sayso, home: Path, tmp_path: Path
) -> None:
    absent = sayso("service", "status", "--home", home, "--json").record
    assert (absent["state"], absent["path"]) == ("absent", None)
    done = sayso("service", "install", "--home", home, "--json", "--", "--no-mdns", "--peer", "/x")
    assert (done.code, done.record["state"]) == (0, "running")
    unit = done.record["unit"]
    path = tmp_path / "config" / "systemd" / "user" / unit
    assert done.record["path"] == str(path)
    text = path.read_text()
    assert f'"--home" "{home}" "run" "--no-mdns" "--peer" "/x"\n' in text
    assert [call for call in played.calls if "show" not in call] == [
        "systemctl --user daemon-reload",
        f"systemctl --user enable --quiet {unit}",
        f"systemctl --user reset-failed {unit}",
        f"systemctl --user restart --no-block {unit}",
    ]
    shown = sayso("service", "status", "--home", home)
    assert f"{unit} runs  3 peers connected" in shown.out
    assert "loginctl enable-linger" in shown.out
    removed = sayso("service", "remove", "--home", home, "--json").record
    assert (removed["unit"], removed["state"]) == (unit, "absent")
    assert not path.exists()
    assert f"systemctl --user disable --quiet --now {unit}" in played.calls
    assert sayso("service", "remove", "--home", home).code == 0


@long
def test_a_home_by_its_variable_is_kept(
    played: Played, sayso: Sayso, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_option = sayso("service", "install", "--home", home, "--json").record
    monkeypatch.setenv("SAYSO_HOME", str(home))
    by_variable = sayso("service", "install", "--json").record
    assert by_variable == by_option
    assert f'"--home" "{home}"' in Path(by_option["path"]).read_text()


@long
def test_lingering_is_changed_only_where_the_owner_says_so(
    played: Played, sayso: Sayso, home: Path
) -> None:
    first = sayso("service", "install", "--home", home, "--json").record
    assert first["starts_at_boot"] is False
    assert "loginctl enable-linger" not in played.calls
    second = sayso("service", "install", "--linger", "--home", home, "--json").record
    assert second["starts_at_boot"] is True
    assert "loginctl enable-linger" in played.calls


@pytest.mark.parametrize("answers", ["n\n", "\n", ""])
def test_it_asks_before_it_changes_anything(
    answers: str,
    played: Played,
    sayso: Sayso,
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import io

    asked = io.StringIO(answers)
    asked.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stdin", asked)
    done = sayso("service", "install", "--home", home)
    assert done.code == 1
    assert "Write it, and start the node now" in done.err
    assert not (tmp_path / "config").exists()
    assert all("show" in call for call in played.calls)


def test_where_systemd_is_not_there_it_says_what_else(
    played: Played, sayso: Sayso, home: Path, tmp_path: Path
) -> None:
    played.set(there=False)
    for words in (["install"], ["install", "--linger"]):
        done = sayso("service", *words, "--home", home)
        assert (done.code, done.err.count("\n")) == (1, 1)
        assert "systemd does not run services for you here" in done.err
        assert "No medium found" in done.err
    assert not (tmp_path / "config").exists()
    for name in ("systemctl", "loginctl"):
        (tmp_path / "bin" / name).unlink()
    done = sayso("service", "install", "--home", home)
    assert "there is no `systemctl` on this machine" in done.err
    assert sayso("service", "status", "--home", home, "--json").record["state"] == "absent"


@long
def test_a_node_that_does_not_start_is_said(played: Played, sayso: Sayso, home: Path) -> None:
    played.set(becomes="failed")
    done = sayso("service", "install", "--home", home, "--json")
    assert (done.code, done.record["state"]) == (1, "failed")
    assert "the node did not start (exit-code)" in done.err


def test_a_home_without_an_account_gets_no_service(
    played: Played, sayso: Sayso, tmp_path: Path
) -> None:
    done = sayso("service", "install", "--home", tmp_path / "nowhere")
    assert (done.code, "sayso init" in done.err) == (1, True)


def test_what_would_be_written_is_shown(
    played: Played, sayso: Sayso, home: Path, tmp_path: Path
) -> None:
    played.set(there=False)
    done = sayso("service", "install", "--print", "--home", home)
    assert done.code == 0
    assert "WatchdogSec=" in done.out
    assert not (tmp_path / "config").exists()
