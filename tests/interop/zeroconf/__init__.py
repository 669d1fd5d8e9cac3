"""python-zeroconf, in a folder of its own: sayso's environment leaves it out."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
WITNESS = FOLDER / "witness.py"
OFFLINE = ("NewConnectionError", "ConnectionError", "Network is unreachable", "No matching dist")


def installed() -> Path:
    """The folder of its packages, filled by pip the first time; skips where they cannot be had."""
    lock = FOLDER / "requirements.txt"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sayso-interop"
    mark = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = cache / f"zeroconf-{mark}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            _install(Path(scratch) / "packages", lock)
            try:
                (Path(scratch) / "packages").rename(folder)
            except OSError:  # another run was faster
                assert folder.exists()
    return folder


def _install(folder: Path, lock: Path) -> None:
    line = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    options = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--target", str(folder)]
    try:
        done = subprocess.run(
            [*line, *options, "-r", str(lock)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.skip("the package index does not answer in time")
    if "No module named pip" in done.stderr:
        pytest.skip("there is no pip in this environment")
    if done.returncode and any(sign in done.stderr for sign in OFFLINE):
        pytest.skip("python-zeroconf cannot be had here")
    assert done.returncode == 0, done.stderr
