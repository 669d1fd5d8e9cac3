"""What `dev.py install` and `dev.py pyz` build: wheels of sayso and of all that it needs, and of
these a private environment, or a single file.

Nothing is resolved and nothing unhashed is fetched, as for `.venv`; the tools that build are in a
folder of their own, which goes away again. Why: docs/decisions/0025-install.md.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from distribution.environment import EXTRAS, FROM_SDIST, LOCK_OPTIONS, ROOM_NEEDED, make_venv
from distribution.places import LOCKS, ROOT
from distribution.setup_step import Trouble, step
from distribution.user_install import COMPLETE

PACKAGES = ("protocol", "storage", "node", "cli")
MANUAL = ROOT / "distribution" / "manual.py"
CACHE = "~/.cache/sayso-pyz"
"""Where a single file unpacks itself when it is started first."""


class Workshop:
    """A folder with the tools that build, and the wheels that they have built."""

    def __init__(self, folder: Path) -> None:
        """Make everything; takes some seconds, or as long as the downloads take."""
        self.folder = folder
        self.log = folder / "build.log"
        self.wheels = folder / "wheels"
        self._tools = folder / "tools"
        shutil.rmtree(str(folder), ignore_errors=True)
        folder.mkdir(parents=True)
        if shutil.disk_usage(str(folder)).free < ROOM_NEEDED:
            raise Trouble(f"less than 400 MB free on the disk of {folder}: make room first")
        make_venv(self._tools)
        self.pip("fetching build tools", "install", *LOCK_OPTIONS, *_lock("build"))
        self._make_wheels()

    def pip(self, what: str, *words: str) -> None:
        """Run pip of the tools. Raises `Trouble`."""
        self.run(what, "-m", "pip", "--disable-pip-version-check", "--retries", "3", *words)

    def run(self, what: str, *words: str) -> None:
        """Run Python of the tools. Raises `Trouble`."""
        step(what, [str(self._tools / "bin/python"), *words], self.log)

    def _make_wheels(self) -> None:
        build = ["--wheel-dir", str(self.wheels), "--no-build-isolation"]
        locks = ["run", *(name for name, _, has in EXTRAS if has())]
        for name in locks:
            options = [*LOCK_OPTIONS, *FROM_SDIST] if name == "run" else LOCK_OPTIONS
            self.pip(f"fetching {name}", "wheel", *build, *options, *_lock(name))
        plain = ["--no-deps", "--no-index", str(ROOT)]
        self.pip("building sayso", "wheel", *build, *plain)

    def install(self, *where: str) -> None:
        """Install all wheels, and nothing else: `where` are options of pip."""
        files = sorted(map(str, self.wheels.glob("*.whl")))
        self.pip("installing sayso", *where, "--no-deps", "--no-index", *files)

    def write_manual(self, python: Path, folder: Path) -> None:
        """Write manual pages and completion with a Python that has sayso."""
        extra = self.folder / "manual"
        sdist = ["--no-binary", "argparse-manpage", "--no-build-isolation", "--use-pep517"]
        target = ["--target", str(extra)]
        self.pip(
            "fetching what writes manuals",
            *("install", *target, *LOCK_OPTIONS, *sdist, *_lock("manual")),
        )
        program = "import sys, runpy; sys.path.append(sys.argv.pop(1)); sys.argv.pop(0); "
        program += "runpy.run_path(sys.argv[0], run_name='__main__')"
        words = ["-c", program, str(extra), str(MANUAL), str(folder)]
        step("writing the manual", [str(python), "-I", *words], self.log)

    def fetch_shiv(self) -> None:
        """Have shiv among the tools."""
        self.pip("fetching shiv", "install", *LOCK_OPTIONS, *_lock("zipapp"))


def _lock(name: str) -> list[str]:
    return ["-r", str(LOCKS / f"{name}.txt")]


def digest() -> str:
    """A hash of all that an environment is made of: this Python, the locks, the source."""
    found = hashlib.sha256(f"{sys.version} {sys.base_prefix}".encode())
    files = [ROOT / "pyproject.toml", *LOCKS.glob("*.txt"), MANUAL, Path(__file__)]
    for package in PACKAGES:
        files += (ROOT / package).rglob("*")
    for path in sorted(files):
        if path.is_file() and "__pycache__" not in path.parts:
            found.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]


def source_date() -> str:
    """When the source was last changed, in seconds since 1970, as git knows it; 1980 without."""
    told = subprocess.run(
        ["git", "log", "-1", "--format=%ct"],  # noqa: S607
        cwd=str(ROOT),
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip() or "315532800"


# --- a private environment ---------------------------------------------------------------


def make_environment(environment: Path, workshop: Path) -> None:
    """Make an environment with sayso alone, and the manual beside it. Raises `Trouble`."""
    done = environment / COMPLETE
    if done.exists():
        return
    os.environ["SOURCE_DATE_EPOCH"] = source_date()
    shutil.rmtree(str(environment), ignore_errors=True)
    shop = Workshop(workshop)
    command = [sys.executable, "-m", "venv", "--without-pip", str(environment)]
    step("making an environment", command, shop.log)
    python = environment / "bin/python"
    shop.install("--python", str(python), "install", "--no-warn-script-location")
    shop.write_manual(python, environment / "manual")
    shutil.rmtree(str(workshop))
    done.write_text("")


# --- a single file -----------------------------------------------------------------------

PREAMBLE = '''\
"""Says what this file needs, where it does not find it."""
import os
import sys

NEEDED, PLATFORM = {version!r}, {platform!r}
if sys.version_info[:2] != NEEDED or PLATFORM != sys.implementation._multiarch:
    import shutil
    name = "python%d.%d" % NEEDED
    other = shutil.which(name)
    if other and PLATFORM == sys.implementation._multiarch:
        os.environ.pop("PYTHONPATH", None)
        os.execv(other, [other, *sys.argv])
    sys.exit("sayso: this file is for Python %d.%d on " % NEEDED + PLATFORM
             + ", and this is Python %d.%d on " % sys.version_info[:2]
             + sys.implementation._multiarch + ": install " + name
             + ", or get the file that was made for this machine")
'''


def make_single_file(out: Path, workshop: Path) -> None:
    """Write `sayso.pyz`: the same source and Python give the same bytes. Raises `Trouble`."""
    os.environ["SOURCE_DATE_EPOCH"] = source_date()
    os.umask(0o022)  # permissions are in the file
    shop = Workshop(workshop)
    shop.fetch_shiv()
    site = workshop / "site"
    shop.install("install", "--no-compile", "--target", str(site))
    strip(site)
    preamble = workshop / "preamble.py"
    multiarch = getattr(sys.implementation, "_multiarch", sysconfig.get_platform())
    preamble.write_text(PREAMBLE.format(version=sys.version_info[:2], platform=multiarch))
    out.parent.mkdir(parents=True, exist_ok=True)
    options = ["--reproducible", "--extend-pythonpath", "--root", CACHE]
    shop.run(
        "packing",
        *("-m", "shiv", "--site-packages", str(site), "--console-script", "sayso"),
        *("--preamble", str(preamble), "--output-file", str(out), *options),
    )
    shutil.rmtree(str(workshop))


def strip(site: Path) -> None:
    """Remove what tells where something was built: scripts, and where pip found a wheel."""
    shutil.rmtree(str(site / "bin"), ignore_errors=True)
    for record in site.glob("*.dist-info/RECORD"):
        lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
        gone = ("../../bin/", "bin/", f"{record.parent.name}/direct_url.json")
        record.write_text("".join(one for one in lines if not one.startswith(gone)))
    for path in site.glob("*.dist-info/direct_url.json"):
        path.unlink()
