"""The unit of systemd: read back as systemd reads it, and verified by it."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_node.errors import ServiceError
from sayso_node.home.directory import Home
from sayso_node.service.node_service import ServicePlan, this_program, unit_mark
from sayso_node.service.systemd import SystemdService

USUAL = Path("/home/ann/.local/share/sayso")
HARD = ['a b"c', "100%", "$HOME", "back\\slash", "'quoted'", "Zoë", "-dash", "%h", "a;b", ""]


def unit_of(plan: ServicePlan) -> dict[str, str]:
    """The settings of a unit by their names; each stands there once."""
    lines = SystemdService(Home(plan.home), USUAL).text(plan).splitlines()
    told = [line for line in lines if "=" in line and not line.startswith("#")]
    settings = [tuple(line.split("=", 1)) for line in told]
    assert len(settings) == len({name for name, _ in settings})
    return dict(settings)


def words_of(command: str) -> list[str]:
    """The words of an `ExecStart`, by the rules of systemd.service(5)."""
    plain = [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(command)]
    assert "%" not in command.replace("%%", "")
    assert "$" not in command.replace("$$", "")
    return plain


words = st.text(
    st.characters(blacklist_categories=["Cc", "Cs", "Cf", "Zl", "Zp", "Co", "Cn", "Zs"])
)


@given(st.lists(words | st.sampled_from(HARD), max_size=5), st.sampled_from(HARD))
def test_whatever_stands_in_words_comes_through(options: list[str], name: str) -> None:
    plan = ServicePlan(Path("/home/ann") / name, ["/opt/my programs/sayso"], options)
    assert words_of(unit_of(plan)["ExecStart"]) == plan.words


@pytest.mark.parametrize("text", ["a\nExecStartPre=/bin/evil", "\r", "\x00", "\x1b[0m", "\u2028"])
def test_a_word_cannot_begin_a_line(text: str) -> None:
    for plan in (
        ServicePlan(USUAL, ["sayso"], [text]),
        ServicePlan(USUAL / f"a{text}", ["sayso"]),
    ):
        with pytest.raises(ServiceError, match="printable"):
            SystemdService(Home(plan.home), USUAL).text(plan)


def test_each_home_has_a_unit_of_its_own() -> None:
    names = {SystemdService(Home(Path(path)), USUAL).unit for path in ("/a", "/b", str(USUAL))}
    assert len(names) == 3
    assert "sayso.service" in names
    assert unit_mark(Home(Path("/a")), USUAL) == unit_mark(Home(Path("/a")), USUAL) != ""


def test_the_node_itself_says_when_it_is_ready() -> None:
    unit = unit_of(ServicePlan(USUAL, ["/usr/bin/sayso"]))
    assert unit["ExecStart"] == f'"/usr/bin/sayso" "--home" "{USUAL}" "run"'
    assert (unit["Type"], unit["Restart"]) == ("notify", "on-failure")
    assert int(unit["WatchdogSec"]) > 60
    assert int(unit["TimeoutStopSec"]) > 5


@pytest.mark.parametrize("name", ["home", "with space", "100%", "Zoë $HOME"])
def test_systemd_takes_it(name: str, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    home = tmp_path / name
    home.mkdir()
    service = SystemdService(Home(home), USUAL)
    path = tmp_path / service.unit
    path.write_text(service.text(ServicePlan(home, [sys.executable, "-m", "sayso_cli.main"])))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", str(path)],
        env={"XDG_RUNTIME_DIR": str(runtime), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert service.unit not in done.stderr
    path.write_text(path.read_text().replace("Restart=on-failure", "Restart=sometimes"))
    control = subprocess.run(
        ["systemd-analyze", "verify", "--user", str(path)],
        env={"XDG_RUNTIME_DIR": str(runtime), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert service.unit in control.stderr


def test_the_program_is_named_as_it_was_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, single = tmp_path / "sayso", tmp_path / "sayso.pyz"
    for path in (script, single):
        path.touch(mode=0o755)
    for called, words in [
        (script, [str(script)]),
        (single, [sys.executable, str(single)]),
        (tmp_path / "gone" / "sayso", [sys.executable, "-m", "sayso_cli.main"]),
        (tmp_path / "other.py", [sys.executable, "-m", "sayso_cli.main"]),
    ]:
        monkeypatch.setattr(sys, "argv", [str(called)])
        assert this_program() == words
