"""`dev.py install` and `dev.py uninstall`: `sayso` for one user, and nothing but `sayso`.

A private environment below the folder of the user's data has the program and what it needs. What
is put outside of it is one link in `~/.local/bin`, the manual pages, and completion for shells.
All of that is in a manifest, by which it is taken away again: what has been changed since stays.

Standard library only: this runs with the system's Python.
"""

import hashlib
import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

MANIFEST = "manifest.json"
COMMAND = "sayso"
FOLDER = "folder"
COMPLETE = "complete"
"""The file in an environment that says that it is whole."""


class Refused(Exception):
    """Something else is where sayso would go; the message says what, and what to do."""


class Places(NamedTuple):
    """Where things go for one user."""

    data: Path
    """The folder of the user's data: `~/.local/share` mostly."""
    bin: Path

    @property
    def program(self) -> Path:
        """The folder of the program. The owner's keys and posts are in another, `sayso`."""
        return self.data / "sayso-program"


def places() -> Places:
    """Where things go for the user who runs this."""
    home = Path.home()
    given = Path(os.environ.get("XDG_DATA_HOME", ""))
    data = given if given.is_absolute() else home / ".local/share"
    return Places(data, home / ".local/bin")


# --- what was put where -----------------------------------------------------------------

Placed = dict[str, list[str]]
"""Each path, and what is there, as `mark` gives it: two things while one replaces the other."""


def read_manifest(program: Path) -> Placed:
    """What is installed."""
    try:
        found = json.loads((program / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return dict(found["placed"])


def write_manifest(program: Path, placed: Placed) -> None:
    """Note what is, or is about to be, installed; whole or not at all."""
    draft = program / (MANIFEST + ".new")
    draft.write_text(json.dumps({"placed": placed}, indent=1) + "\n", encoding="utf-8")
    draft.replace(program / MANIFEST)


def mark(path: Path) -> str | None:
    """What stands at a path, in short; None for nothing."""
    if path.is_symlink():
        return "link " + str(path.readlink())
    if path.is_file():
        return "file " + hashlib.sha256(path.read_bytes()).hexdigest()
    return FOLDER if path.is_dir() else "other" if path.exists() else None


# --- putting and taking away ------------------------------------------------------------


def make_folder(program: Path, folder: Path) -> None:
    """Make a folder and those above it that are missing, and note which."""
    new = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    if new:
        known = read_manifest(program)
        write_manifest(program, {**{str(one): [FOLDER] for one in new}, **known})


def place(where: Places, environment: Path, shared: Path) -> None:
    """Put the link and what is below `shared` in their places, instead of what an earlier
    install put there. Raises `Refused` before anything is done, where something else is in the way.
    """
    known = read_manifest(where.program)
    link = where.bin / COMMAND
    sources = {
        where.data / path.relative_to(shared): path for path in shared.rglob("*") if path.is_file()
    }
    wanted = {str(target): str(mark(source)) for target, source in sources.items()}
    wanted[str(link)] = "link " + str(environment / "bin" / COMMAND)
    for path, content in wanted.items():
        if mark(Path(path)) not in (None, content, *known.get(path, ())):
            raise Refused(
                f"{path} is there, and was not put there by this program. Move it away "
                f"(mv {path} {path}.old), then run this again"
            )
    # First what may be there from now on, so that nothing is forgotten if this is cut off.
    both = {path: [*known.get(path, ()), content] for path, content in wanted.items()}
    write_manifest(where.program, {**known, **both})
    for target, source in sources.items():
        make_folder(where.program, target.parent)
        draft = target.with_name(target.name + ".new")
        shutil.copyfile(str(source), str(draft))
        draft.replace(target)
    make_folder(where.program, where.bin)
    draft = link.with_name(link.name + ".new")
    draft.unlink(missing_ok=True)
    draft.symlink_to(environment / "bin" / COMMAND)
    draft.replace(link)
    now = read_manifest(where.program)
    folders = {path: marks for path, marks in now.items() if marks == [FOLDER]}
    take_away({path: marks for path, marks in known.items() if path not in {**wanted, **folders}})
    write_manifest(where.program, {**folders, **{path: [one] for path, one in wanted.items()}})


def take_away(placed: Placed) -> list[str]:
    """Remove what was put somewhere, and folders that were made for it and are empty now; gives
    what was changed since, and stays."""
    kept = []
    folders = [Path(path) for path, marks in placed.items() if marks == [FOLDER]]
    for path in set(placed) - set(map(str, folders)):
        there = mark(Path(path))
        if there in placed[path]:
            Path(path).unlink()
        elif there is not None:
            kept.append(path)
    for folder in sorted(folders, key=lambda one: len(one.parts), reverse=True):
        with suppress(OSError):  # something else is in it
            folder.rmdir()
    return sorted(kept)


def remove_environments(program: Path, keep: Path) -> None:
    """Remove all environments but one and the whole one before it: a node that still runs there
    goes on."""
    others = sorted(program.glob("env-*"), key=lambda path: path.stat().st_mtime, reverse=True)
    whole = [path for path in others if path != keep and (path / COMPLETE).exists()]
    for path in others:
        if path not in (keep, *whole[:1]):
            shutil.rmtree(str(path))


def uninstall(where: Places) -> list[str]:
    """Take everything away that `place` put somewhere, and the environments; gives what stays
    because somebody changed it. Raises `Refused` where nothing is installed."""
    if not where.program.is_dir():
        raise Refused(f"sayso is not installed: there is no {where.program}")
    placed = read_manifest(where.program)
    kept = take_away(placed)
    shutil.rmtree(str(where.program))
    take_away({path: marks for path, marks in placed.items() if marks == [FOLDER]})
    return kept


# --- what to tell -----------------------------------------------------------------------


def advice(where: Places) -> list[str]:
    """What is left to do by hand, in lines; empty where nothing is."""
    lines = []
    if str(where.bin) not in os.environ.get("PATH", "").split(os.pathsep):
        lines.append(f"{where.bin} is not on your PATH. Add it, then open a new terminal:")
        if os.environ.get("SHELL", "").endswith("fish"):
            lines.append(f"  fish_add_path {where.bin}")
        else:
            file = ".zprofile" if os.environ.get("SHELL", "").endswith("zsh") else ".profile"
            lines.append(f"  echo 'export PATH=\"$HOME/.local/bin:$PATH\"' >> ~/{file}")
    if os.environ.get("SHELL", "").endswith("zsh"):
        lines.append("For completion in zsh put this into ~/.zshrc, before compinit:")
        lines.append(f"  fpath+=({where.data / 'zsh/site-functions'})")
    return lines
