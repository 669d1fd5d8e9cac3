"""Modules of the program are compiled before it is measured, as an installation does."""

from __future__ import annotations

import compileall
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("protocol", "storage", "node", "cli")


def keep_compiled() -> None:
    """Compile what has changed, and let processes keep what they compile, also where the shell
    says that they should not: each would compile the whole program, for 0.3 s."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for floor in FLOORS:
        compileall.compile_dir(ROOT / floor, quiet=1)
