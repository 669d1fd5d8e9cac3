"""One step of a set-up: a command, its progress, and what to do where it fails.

Like `dev.py`, this must parse on older Pythons.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from distribution.places import ROOT

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


def clean_environment() -> "dict[str, str]":
    """Return the environment without what would make pip install or look elsewhere."""
    gone = ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if name not in gone}
    return {**kept, "PIP_USER": "0"}


def say(text: str) -> None:
    """Print one line of progress."""
    print("dev.py: " + text, file=sys.stderr, flush=True)


def progress(what: str, detail: str) -> None:
    """Overwrite one line on a terminal; say nothing into a pipe."""
    if sys.stderr.isatty():
        text = f"dev.py: {what} … {detail}" if detail else ""
        print("\r\x1b[K" + text[:79], end="", file=sys.stderr, flush=True)
