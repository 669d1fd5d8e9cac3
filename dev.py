#!/usr/bin/env python3
"""Everything a fresh clone needs: ``python3 dev.py demo``, ``python3 dev.py test``.

Needs Python 3.11 or newer with its venv module, and nothing else: what gets installed
is locked with hashes in ``requirements/``, comes as wheels (no compiler), and lands in
``.venv``. A run with nothing to do goes straight to the command. How the pieces fit and
why: ``docs/decisions/0001-packaging.md``.

This file, and what it imports at the top, must parse on older Pythons too, so that they can
say what is missing: no syntax there that is newer than 3.6.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
from typing import NoReturn

from distribution.environment import CLIENTS, has_server_wheels, locked, make_clients, prepare
from distribution.lock import OLDEST, lock
from distribution.places import BIN, ROOT, shown
from distribution.setup_step import Trouble, say


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
    is_all = "--all" in rest
    for_hubs = ["hub"] if has_server_wheels() else []
    long_proofs = ["oracle", *(["servers"] if has_server_wheels() else [])]
    extra = [*for_hubs, *(["browser"] if has_browser() else []), *(long_proofs if is_all else [])]
    prepare(True, *extra)
    if is_all:
        make_clients()
    if rest in ([], ["--all"]):
        rest = [*rest, *EVERYWHERE]
    become("python", "-m", "pytest", *rest)


def has_browser() -> bool:
    """Whether Debian's Chromium is there for the tests of the page; what drives it has wheels for
    glibc alone."""
    return shutil.which("chromium") is not None and platform.libc_ver()[0] == "glibc"


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


def become(program: str, *arguments: str) -> NoReturn:
    """Replace this process, so that signals and exit codes are the program's own."""
    sys.stdout.flush()
    os.chdir(str(ROOT))
    # Its full path comes first: Python finds its environment by the name it is called by.
    command = [str(BIN / program), *arguments]
    os.execv(command[0], command)  # noqa: S606 - a list, no shell


if __name__ == "__main__":
    sys.exit(main())
