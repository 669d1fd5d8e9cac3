"""Installing for one user puts `sayso` on the PATH and nothing else, and all of it goes again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from distribution import user_install
from distribution.user_install import Places, Refused, make_folder, place, uninstall
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import long

ROOT = Path(__file__).resolve().parents[1]
SHARED = {"man/man1/sayso.1": "whole", "man/man1/sayso-post.1": "post", "zsh/_sayso": "zsh"}


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that has something in it."""
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    (tmp_path / "user/.local/share/sayso").mkdir(parents=True)
    (tmp_path / "user/.local/share/sayso/keys.json").write_text("keys")
    (tmp_path / "user/.local/share/man/man1").mkdir(parents=True)
    (tmp_path / "user/.local/share/man/man1/other.1").write_text("another's")
    return tmp_path / "user"


def built(where: Places, number: int, shared: dict[str, str] = SHARED) -> Path:
    """An environment as `build` leaves it, as far as this needs one."""
    environment = where.program / f"env-{number}"
    for name, text in {"bin/sayso": "#!/bin/sh\n", "complete": ""}.items():
        write(environment / name, text)
    for name, text in shared.items():
        write(environment / "manual" / name, text)
    return environment


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def install(where: Places, environment: Path) -> None:
    make_folder(where.program, where.program)
    place(where, environment, environment / "manual")
    user_install.remove_environments(where.program, keep=environment)


def everything(folder: Path) -> dict[str, str | None]:
    return {
        str(path.relative_to(folder)): user_install.mark(path) for path in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize("empty", [[], [".local/bin"], [".local/share/zsh", ".local/bin"]])
def test_what_was_put_there_goes_and_what_was_there_stays(user: Path, empty: list[str]) -> None:
    for name in empty:
        (user / name).mkdir(parents=True)
    before = everything(user)
    where = user_install.places()
    make_folder(where.program, where.program)
    install(where, built(where, 1))
    assert str((user / ".local/bin/sayso").readlink()) == str(where.program / "env-1/bin/sayso")
    assert (user / ".local/share/man/man1/sayso-post.1").read_text() == "post"
    assert uninstall(where) == []
    assert everything(user) == before
    with pytest.raises(Refused, match="not installed"):
        uninstall(where)


def test_a_newer_one_takes_the_place_of_the_older(user: Path) -> None:
    before, where = everything(user), user_install.places()
    make_folder(where.program, where.program)
    for number in range(1, 5):
        page = {"man/man1/sayso.1": f"whole {number}", f"man/man1/sayso-{number}.1": "new"}
        install(where, built(where, number, page))
        install(where, where.program / f"env-{number}")  # and again, which changes nothing
    pages = {path.name for path in (user / ".local/share/man/man1").iterdir()}
    assert pages == {"other.1", "sayso.1", "sayso-4.1"}
    assert (user / ".local/share/man/man1/sayso.1").read_text() == "whole 4"
    assert str((user / ".local/bin/sayso").readlink()).endswith("env-4/bin/sayso")
    kept = sorted(path.name for path in where.program.glob("env-*"))
    assert kept == ["env-3", "env-4"], "a node that runs goes on"
    assert uninstall(where) == []
    assert everything(user) == before


@pytest.mark.parametrize("name", [".local/bin/sayso", ".local/share/man/man1/sayso.1"])
@pytest.mark.parametrize("what", ["file", "link", "folder"])
def test_what_another_put_there_is_not_touched(user: Path, name: str, what: str) -> None:
    taken = user / name
    taken.parent.mkdir(parents=True, exist_ok=True)
    match what:
        case "file":
            taken.write_text("another's")
        case "link":
            taken.symlink_to("/nowhere")
        case _:
            taken.mkdir()
    where = user_install.places()
    make_folder(where.program, where.program)
    environment = built(where, 1)
    with pytest.raises(Refused, match="was not put there by this program"):
        install(where, environment)
    assert not (user / ".local/share/zsh").exists(), "nothing was begun"
    before = user_install.mark(taken)
    uninstall(where)
    assert user_install.mark(taken) == before is not None


def test_what_was_changed_since_stays_and_is_named(user: Path) -> None:
    where = user_install.places()
    make_folder(where.program, where.program)
    install(where, built(where, 1))
    page, link = user / ".local/share/man/man1/sayso.1", user / ".local/bin/sayso"
    page.write_text("my own notes")
    link.unlink()
    link.symlink_to("/usr/bin/true")
    assert uninstall(where) == sorted(map(str, [link, page]))
    assert page.read_text() == "my own notes"


class Cut(Exception):
    """The power fails."""


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("cut")


@long
@given(st.integers(0, 12), st.booleans())
def test_an_install_that_is_cut_off_can_be_repeated_or_taken_away(
    scratch: Path, at: int, again: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        home = scratch / str(len(list(scratch.iterdir())))
        (home / ".local").mkdir(parents=True)
        patch.setenv("HOME", str(home))
        where, before = user_install.places(), everything(home)
        make_folder(where.program, where.program)
        install(where, built(where, 1))
        real, left = Path.replace, [at]

        def failing(self: Path, target: object) -> Path:
            left[0] -= 1
            if left[0] < 0:
                raise Cut
            return real(self, target)  # type: ignore[arg-type]

        newer = built(where, 2, {**SHARED, "man/man1/sayso.1": "newer", "fish/new": "fish"})
        with patch.context() as cut:
            cut.setattr(Path, "replace", failing)
            try:
                install(where, newer)
            except Cut:
                pass
        if again:
            install(where, newer)
            assert (home / ".local/share/man/man1/sayso.1").read_text() == "newer"
        assert uninstall(where) == []
        left_over = {name for name in everything(home) if name not in before}
        assert {name for name in left_over if not name.endswith(".new")} <= {
            ".local/share", ".local/share/man", ".local/share/man/man1", ".local/bin",
            ".local/share/fish", ".local/share/zsh",
        }  # fmt: skip


@pytest.mark.parametrize("shell", ["/bin/bash", "/usr/bin/zsh", "/usr/bin/fish", ""])
def test_who_lacks_the_folder_on_the_path_is_told_what_to_add(
    user: Path, monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    monkeypatch.setenv("SHELL", shell)
    where = user_install.places()
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert any(str(where.bin) in line for line in user_install.advice(where))
    monkeypatch.setenv("PATH", f"/usr/bin:{where.bin}")
    assert not any("PATH" in line for line in user_install.advice(where))


@long
@pytest.mark.e2e
def test_for_real(user: Path) -> None:
    """From this clone: what is there afterwards, and that nothing is after `uninstall`."""
    shutil.rmtree(user / ".local/share/sayso")
    before = everything(user)
    environment = {**os.environ, "HOME": str(user), "PATH": f"{user}/.local/bin:/usr/bin:/bin"}

    def run(*words: str) -> str:
        done = subprocess.run(
            list(words), cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    python = str(Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}"))
    run(python, "dev.py", "install")
    assert run("sayso", "--version").startswith("sayso ")
    made = set(everything(user)) - set(before)
    outside = {name for name in made if "/sayso-program" not in name and ".cache" not in name}
    assert {name for name in outside if name.startswith(".local/bin/")} == {".local/bin/sayso"}
    pages = {name.rpartition("/")[2] for name in outside if name.endswith(".1")}
    assert {"sayso.1", "sayso-post.1", "sayso-filter-add.1"} <= pages
    run("sayso", "init", "--name", "Ann")
    run("sayso", "post", "hello")
    assert "hello" in run("sayso", "read")
    complete = user / ".local/share/bash-completion/completions/sayso"
    line = f"source {complete}; complete -p sayso"
    assert "sayso" in run("bash", "-c", line)
    run(python, "dev.py", "uninstall")
    assert (user / ".local/share/sayso/keys.json").exists(), "what is the owner's stays"
    shutil.rmtree(user / ".local/share/sayso")
    shutil.rmtree(user / ".cache")
    assert everything(user) == before
