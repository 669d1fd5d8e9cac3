"""The lock files in ``requirements/``, resolved anew.

Like `dev.py`, this must parse on older Pythons.
"""

import shutil
from pathlib import Path

from distribution.environment import PIP_INSTALL, make_venv
from distribution.places import ROOT
from distribution.setup_step import step

OLDEST = (3, 11)
"""The oldest Python that sayso runs on."""

COOL_DOWN = "7 days"
"""`lock` takes no release younger than this: poisoned ones are mostly found in days."""

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

LEFT_OUT_FILE = ROOT / "requirements/left-out.txt"

LEFT_OUT = ["--override", str(LEFT_OUT_FILE.relative_to(ROOT))]

NEEDED_ALL_THE_SAME = {
    "hub": ("prometheus-client",),
    # The S3 server of tests asks for the second.
    "servers": ("prometheus-client", "requests"),
}
"""By lock, what is left out elsewhere, since libp2p asks for it and does not need it."""


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
        ("oracle", ["--group", "oracle", "-c", "requirements/dev.txt"]),
        ("patterns", ["--group", "patterns", "-c", "requirements/dev.txt"]),
        ("views", ["--group", "views", "-c", "requirements/dev.txt"]),
        ("language", ["--group", "language", "-c", "requirements/dev.txt"]),
        ("faces", ["--group", "faces", "-c", "requirements/dev.txt"]),
        ("hub", ["--group", "hub", "-c", "requirements/dev.txt"]),
        ("servers", ["--group", "servers", "-c", "requirements/hub.txt"]),
        ("arrays", ["--group", "arrays", "-c", "requirements/dev.txt"]),
        ("browser", ["--group", "browser", "-c", "requirements/faces.txt"]),
        ("manual", ["--group", "manual", "-c", "requirements/dev.txt"]),
        ("zipapp", ["--group", "zipapp", "-c", "requirements/dev.txt"]),
    ):
        out = ["--output-file", f"requirements/{name}.txt"]
        needed = NEEDED_ALL_THE_SAME.get(name)
        left_out = left_out_but(tools, needed) if needed else LEFT_OUT
        command = [str(tools / "bin/uv"), *UV_COMPILE, *left_out, *what, *out, *rest]
        step(f"resolving requirements/{name}.txt", command, log)
    # Apps of others have an environment of their own, in which nothing is left out.
    out = ["--group", "clients", "--output-file", "requirements/clients.txt"]
    command = [str(tools / "bin/uv"), *UV_COMPILE, *out, *rest]
    step("resolving requirements/clients.txt", command, log)
    shutil.rmtree(str(tools))
    return 0


def left_out_but(folder: Path, needed: "tuple[str, ...]") -> "list[str]":
    """Return the option that leaves out what is left out elsewhere, but for what is needed."""
    lines = LEFT_OUT_FILE.read_text().splitlines()
    file = folder / "left-out.txt"
    file.write_text("\n".join(one for one in lines if not one.startswith(needed)))
    return ["--override", str(file)]
