"""A day of an app: a program that prints where the owner has to consent, and then what it saw."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from .conftest import Served

SECONDS = 120


def spend_day(
    served: Served, program: Sequence[str | Path], folder: Path, *, cwd: Path | None = None
) -> Any:
    """Run a program with the server's address and a picture of `folder`; what it prints last."""
    picture = folder / "harbour.png"
    Image.new("RGB", (40, 30), "teal").save(picture)
    process = subprocess.Popen(
        [*program, served.base, str(picture)],
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert address.startswith("http"), process.communicate()[1]
    code = served.browser.consent(address)
    said, errors = process.communicate(f"{code}\n", timeout=SECONDS)
    assert process.returncode == 0, errors
    return json.loads(said.splitlines()[-1])
