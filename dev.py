#!/usr/bin/env python3
"""Everything a fresh clone needs: ``python3 dev.py demo``, ``python3 dev.py test``.

Needs Python 3.11 or newer with its venv module, and nothing else: what gets installed
is locked with hashes in ``requirements/``, comes as wheels (no compiler), and lands in
``.venv``. A run with nothing to do goes straight to the command. How the pieces fit and
why: ``docs/decisions/0001-packaging.md``.

This file must parse on older Pythons too, so that they can say what is missing: no
syntax here that is newer than 3.6.
"""

import argparse
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = VENV / "stamps"
LOG = VENV / "setup.log"
LOCKS = ROOT / "requirements"

ROOM_NEEDED = 400 * 1024 * 1024
"""Bytes free that a set-up asks for: the environment takes 270 MB, pip's cache the rest."""

SDISTS = "varint,python-baseconv"
"""The two dependencies without wheels: pure Python, built with the locked setuptools."""

COOL_DOWN = "7 days"
"""`lock` takes no release younger than this: poisoned ones are mostly found in days."""

PIP_TROUBLE = (
    (("No space left on device",), "the disk is full: free 400 MB, then run this again"),
    (
        ("DO NOT MATCH THE HASHES",),
        "a downloaded file is not the one that was locked. Do not work around this: an index, "
        "proxy or package was changed. Try another network; if it stays, tell the maintainers",
    ),
    (
        ("Temporary failure in name resolution", "Name or service not known", "nodename nor"),
        "no network: the package index has no address. Go online, then run this again",
    ),
    (
        ("NewConnectionError", "ConnectTimeout", "ReadTimeout", "Network is unreachable"),
        "no network: the package index does not answer. Check connection and proxy settings "
        "(HTTPS_PROXY), then run this again: it goes on where it stopped",
    ),
    (
        ("SSLError", "CERTIFICATE_VERIFY_FAILED"),
        "the package index's certificate is not trusted: check the clock and the system's CA "
        "certificates (Debian: apt install ca-certificates), then run this again",
    ),
    (
        ("No matching distribution found",),
        "a locked package has no wheel for this Python and machine. Use CPython 3.11 to 3.14 on "
        "Linux, or on a Mac with Apple silicon",
    ),
)
"""What pip prints when it fails, and what to tell the person: the first match counts."""


class Trouble(Exception):
    """Set-up cannot go on; the message says what happened and what to do next."""


class CommandParser(argparse.ArgumentParser):
    """Says in one line what is wrong with a command, and which one may have been meant."""

    known: "tuple[str, ...]" = ()

    def error(self, message: str) -> NoReturn:
        """Exit with 2."""
        import difflib

        given = sys.argv[1] if len(sys.argv) > 1 else ""
        near = difflib.get_close_matches(given, self.known, 1)
        if near and "invalid choice" in message:
            message = f"there is no command {given}: did you mean {near[0]}?"
        elif "invalid choice" in message:
            message = f"there is no command {given}"
        self.exit(2, f"dev.py: {message} (see `python3 dev.py --help`)\n")


def main() -> int:
    """Run one subcommand; extra arguments go to the command behind it."""
    words = ["--help"] if sys.argv[1:2] == ["help"] else sys.argv[1:]
    args, rest = parser().parse_known_args(words)
    try:
        require_python()
        return int(args.run(rest))
    except Trouble as trouble:
        print(f"dev.py: {trouble}", file=sys.stderr)
        return 1
    except OSError as error:
        where = f"Is {ROOT} writable, and is there room on the disk?"
        print(f"dev.py: {error}. {where}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndev.py: interrupted; run the same command again to go on", file=sys.stderr)
        return 130


def parser() -> CommandParser:
    """Return the parser; each subcommand leaves its function in ``run``."""
    top = CommandParser(prog="dev.py", description=(__doc__ or "").split("\n\n")[1])
    commands = top.add_subparsers(metavar="COMMAND", dest="command")
    commands.required = True
    for name, run, text in (
        ("demo", demo, "set up if needed, then `sayso demo`"),
        (
            "test",
            test,
            "set up if needed, then the tests; --all takes the long proofs too",
        ),
        ("setup", setup, "only set up; with --dev the development tools too"),
        ("install", install_for_user, "put `sayso` on your PATH, with manual pages and completion"),
        ("uninstall", uninstall_for_user, "take all of that away; posts and keys stay"),
        ("pyz", pyz, "make dist/sayso.pyz: one file, for this platform and version of Python"),
        ("screens", screens, "make the pictures of the terminal in docs/screens anew"),
        ("check", check, "linters, types and import rules"),
        ("fuzz", fuzz, "fuzz a target, or all of them, with the arguments given"),
        ("cover", cover, "set up if needed, then see that tests take every branch of the core"),
        ("mutate", mutate, "set up if needed, then the mutation tests of the modules given"),
        ("words", words, "bring the catalogues of translations up to the source"),
        ("lock", lock, "resolve the dependencies again and write requirements/*.txt"),
    ):
        # Without add_help=False, `dev.py test --help` could not reach pytest.
        commands.add_parser(name, help=text, add_help=False).set_defaults(run=run)
    top.known = tuple(commands.choices)
    return top


# --- subcommands ------------------------------------------------------------------------


def demo(rest: "list[str]") -> NoReturn:
    """Become ``sayso demo``."""
    prepare(dev=False)
    become("sayso", "demo", *rest)


def test(rest: "list[str]") -> NoReturn:
    """Become ``pytest``; for all tests on all cores, each file on one of them."""
    prepare(True, *(["browser"] if has_browser() else []))
    if "--all" in rest:
        make_clients()
    if rest in ([], ["--all"]):
        rest = [*rest, *EVERYWHERE]
    become("python", "-m", "pytest", *rest)


def has_browser() -> bool:
    """Whether Debian's Chromium is there for the tests of the page; what drives it has wheels for
    glibc alone."""
    return shutil.which("chromium") is not None and platform.libc_ver()[0] == "glibc"


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


CLIENTS = ".venv-clients"

EVERYWHERE = [
    # One more than there are cores: much of what real nodes and routers do is waiting.
    *["-n", str((os.cpu_count() or 1) + 1), "--dist", "loadfile", "--no-loadscope-reorder"],
    # The bar, and how many minutes it takes.
    *["-p", "tests.progress"],
]


def setup(rest: "list[str]") -> int:
    """Make the environment and say where it is."""
    if rest not in ([], ["--dev"]):
        raise Trouble("setup takes no argument but --dev")
    prepare(dev=bool(rest))
    print("ready: {} --help".format(shown(BIN / "sayso")))
    return 0


def install_for_user(rest: "list[str]") -> int:
    """Install for this user alone, or bring what is installed to what is here."""
    from distribution import build, user_install

    nothing_more("install", rest)
    where = user_install.places()
    user_install.make_folder(where.program, where.program)
    with locked(where.program):
        environment = where.program / f"env-{build.digest()}"
        build.make_environment(environment, where.program / "build")
        try:
            user_install.place(where, environment, environment / "manual")
        except user_install.Refused as error:
            raise Trouble(str(error)) from error
        user_install.remove_environments(where.program, keep=environment)
    print(f"installed: {where.bin / user_install.COMMAND}, with `man sayso` and completion")
    print("Take it away with: python3 dev.py uninstall")
    for line in user_install.advice(where):
        print(line)
    return 0


def uninstall_for_user(rest: "list[str]") -> int:
    """Take away what `install` put somewhere."""
    from distribution import user_install

    nothing_more("uninstall", rest)
    try:
        kept = user_install.uninstall(user_install.places())
    except user_install.Refused as error:
        raise Trouble(str(error)) from error
    for path in kept:
        print(f"left, because it was changed since: {path}")
    print("sayso is gone; your account, posts and rules are where they were")
    return 0


def pyz(rest: "list[str]") -> int:
    """Make the single file."""
    from distribution import build

    nothing_more("pyz", rest)
    out = ROOT / "dist" / "sayso.pyz"
    with locked(ROOT / "dist"):
        build.make_single_file(out, ROOT / "dist" / "build")
    size = out.stat().st_size / 1e6
    version = "{}.{}".format(*sys.version_info)
    print(f"{shown(out)}: {size:.0f} MB, for Python {version} on machines like this one")
    return 0


def screens(rest: "list[str]") -> int:
    """Make the pictures; `tests/test_screens.py` sees that they are current. Those of toot, beside
    which `sayso read` is shown, only where that is installed."""
    nothing_more("screens", rest)
    prepare(dev=True)
    makers = ["distribution.screens.make"]
    if (ROOT / CLIENTS / "stamp").exists():
        makers.append("tests.e2e.clients.toot_screens")
    else:
        say("without the pictures of toot: `python3 dev.py test --all` installs it")
    return max(subprocess.call([str(BIN / "python"), "-m", one], cwd=str(ROOT)) for one in makers)


def nothing_more(command: str, rest: "list[str]") -> None:
    """Raise `Trouble` where a command was given arguments that it does not take."""
    if rest:
        raise Trouble(f"{command} takes no arguments")


def check(rest: "list[str]") -> int:
    """Run all static checks, also after one has failed."""
    prepare(dev=True)
    failed = []
    for command in (
        ["ruff", "check", *rest],
        ["ruff", "format", "--check"],
        ["mypy"],
        ["lint-imports"],
    ):
        print("$ {}".format(" ".join(command)), flush=True)
        if subprocess.run([str(BIN / command[0]), *command[1:]], cwd=str(ROOT)).returncode:
            failed.append(command[0])
    if failed:
        raise Trouble("failed: {}; what to mend is said above".format(", ".join(failed)))
    return 0


def fuzz(rest: "list[str]") -> NoReturn:
    """Become the fuzzer, which is installed where it can be and says what it is without."""
    prepare(dev=True)
    try:
        prepare(True, "fuzz")
    except Trouble as trouble:
        say(f"no fuzzer: {trouble}")
    become("python", "-m", "tests.fuzz", *rest)


def cover(rest: "list[str]") -> int:
    """Run the tests of the trusted core under coverage; fail where a branch is not taken."""
    prepare(dev=True)
    tests = ["-m", "pytest", "-q", "--all", "tests/protocol", "tests/storage", *rest]
    for command in (["run", *tests], ["report"]):
        full = [str(BIN / "python"), "-m", "coverage", *command]
        if subprocess.run(full, cwd=str(ROOT)).returncode:
            raise Trouble("a test failed, or a branch of the trusted core is not taken: see above")
    return 0


def mutate(rest: "list[str]") -> NoReturn:
    """Become the mutation tests."""
    prepare(True, "mutation")
    become("python", "-m", "tests.mutation", *rest)


def words(rest: "list[str]") -> int:
    """Bring the catalogues of translations up to the source; see docs/translating.md."""
    nothing_more("words", rest)
    prepare(dev=True)
    code = "from distribution.catalogue import *; update_catalogues(); compile_catalogues()"
    return subprocess.call([str(BIN / "python"), "-c", code], cwd=str(ROOT))


def lock(rest: "list[str]") -> int:
    """Write the lock files anew, with uv from a throw-away environment."""
    tools = ROOT / ".venv-lock"
    shutil.rmtree(str(tools), ignore_errors=True)
    make_venv(tools)
    log = tools / "setup.log"
    step("fetching uv", [str(tools / "bin/python"), *PIP_INSTALL, "uv>=0.9"], log)
    # Each file keeps to the versions of the one before it.
    for name, what in (
        ("run", ["pyproject.toml", *LIBP2P]),
        ("dev", ["pyproject.toml", *LIBP2P, "--group", "dev", "-c", "requirements/run.txt"]),
        ("build", ["--group", "build", "-c", "requirements/dev.txt"]),
        ("fuzz", ["--group", "fuzz", "-c", "requirements/dev.txt"]),
        ("mutation", ["--group", "mutation", "-c", "requirements/dev.txt"]),
        ("patterns", ["--group", "patterns", "-c", "requirements/dev.txt"]),
        ("views", ["--group", "views", "-c", "requirements/dev.txt"]),
        ("language", ["--group", "language", "-c", "requirements/dev.txt"]),
        ("faces", ["--group", "faces", "-c", "requirements/dev.txt"]),
        ("browser", ["--group", "browser", "-c", "requirements/faces.txt"]),
        ("manual", ["--group", "manual", "-c", "requirements/dev.txt"]),
        ("zipapp", ["--group", "zipapp", "-c", "requirements/dev.txt"]),
    ):
        out = ["--output-file", f"requirements/{name}.txt"]
        command = [str(tools / "bin/uv"), *UV_COMPILE, *LEFT_OUT, *what, *out, *rest]
        step(f"resolving requirements/{name}.txt", command, log)
    # Apps of others have an environment of their own, in which nothing is left out.
    out = ["--group", "clients", "--output-file", "requirements/clients.txt"]
    command = [str(tools / "bin/uv"), *UV_COMPILE, *out, *rest]
    step("resolving requirements/clients.txt", command, log)
    shutil.rmtree(str(tools))
    return 0


LIBP2P = ["--group", "libp2p"]
"""Locked with what runs; it is no dependency, since then plain pip would need a compiler."""

UV_COMPILE = [
    *["pip", "compile", "--no-config", "--quiet", "--upgrade"],
    # One file for all platforms and all Pythons from the oldest on.
    *["--universal", "--python-version", "{}.{}".format(*OLDEST), "--generate-hashes"],
    *["--exclude-newer", COOL_DOWN],
    # Neither index nor host is written down: whoever installs brings their own.
    *["--no-emit-index-url", "--no-emit-find-links"],
    *["--custom-compile-command", "python3 dev.py lock"],
]

LEFT_OUT = ["--override", "requirements/left-out.txt"]


# --- the environment --------------------------------------------------------------------

PIP_INSTALL = ["-m", "pip", "install", "--disable-pip-version-check", "--retries", "3"]

LOCK_OPTIONS = ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
"""Nothing is resolved, nothing unhashed is fetched, and nothing asks for a compiler."""

LOCKED = [*PIP_INSTALL, *LOCK_OPTIONS]

FROM_SDIST = ["--no-binary", SDISTS, "--no-build-isolation", "--use-pep517"]
"""The two sdists are built with what is installed, not with a freshly downloaded tool."""

EDITABLE = [*PIP_INSTALL, "--no-deps", "--no-index", "--no-build-isolation", "--editable", "."]


TOOLS = {
    "browser": "what drives a browser",
    "fuzz": "the fuzzer",
    "mutation": "mutation tools",
}
"""Parts with a lock of their own, beside the development tools."""


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


def step(what: str, command: "list[str]", log: Path) -> None:
    """Run one command with its output in ``log``; show progress, explain a failure."""
    started = time.monotonic()
    lines = []
    # Two `with`s: one with parentheses would not parse on Python 3.8.
    with log.open("a", encoding="utf-8") as out:  # noqa: SIM117
        with subprocess.Popen(
            command,
            cwd=str(ROOT),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=clean_environment(),
        ) as process:
            for line in process.stdout or ():
                out.write(line)
                lines.append(line)
                if line.startswith("Collecting "):
                    progress(what, line.split()[1])
    progress(what, "")
    if process.returncode:
        raise Trouble(f"{what} failed.\n{advice(lines, log)}")
    say(f"{what}: done in {time.monotonic() - started:.1f} s")


def advice(lines: "list[str]", log: Path) -> str:
    """Return what to do about a failed command that printed ``lines``."""
    told = "".join(lines)
    for signs, text in PIP_TROUBLE:
        if any(sign in told for sign in signs):
            return f"{text} (details: {log})"
    return "".join(lines[-12:]) + f"All of its output is in {log}"


# --- small things -----------------------------------------------------------------------


def require_python() -> None:
    """Refuse a Python that cannot run sayso, and name one on this machine that can."""
    if os.name != "posix":
        raise Trouble("sayso runs on Linux and macOS; on Windows use WSL")
    if sys.version_info >= OLDEST:
        return
    have = "this is Python {}.{}, sayso needs {}.{} or newer".format(*sys.version_info[:2], *OLDEST)
    for minor in (13, 12, 11, 14):
        if shutil.which(f"python3.{minor}"):
            line = " ".join([f"python3.{minor}", "dev.py", *sys.argv[1:]])
            raise Trouble(f"{have}. Run: {line}")
    raise Trouble(have + ". Install it (Debian 12 or newer: apt install python3 python3-venv)")


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


def clean_environment() -> "dict[str, str]":
    """Return the environment without what would make pip install or look elsewhere."""
    gone = ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if name not in gone}
    return {**kept, "PIP_USER": "0"}


def become(program: str, *arguments: str) -> NoReturn:
    """Replace this process, so that signals and exit codes are the program's own."""
    sys.stdout.flush()
    os.chdir(str(ROOT))
    # Its full path comes first: Python finds its environment by the name it is called by.
    command = [str(BIN / program), *arguments]
    os.execv(command[0], command)  # noqa: S606 - a list, no shell


def shown(path: Path) -> str:
    """Return a path as one would type it in the clone."""
    return str(path.relative_to(ROOT) if ROOT in path.parents else path)


def say(text: str) -> None:
    """Print one line of progress."""
    print("dev.py: " + text, file=sys.stderr, flush=True)


def progress(what: str, detail: str) -> None:
    """Overwrite one line on a terminal; say nothing into a pipe."""
    if sys.stderr.isatty():
        text = f"dev.py: {what} … {detail}" if detail else ""
        print("\r\x1b[K" + text[:79], end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.modules["dev"] = sys.modules["__main__"]  # for what is in distribution/
    sys.exit(main())
