"""masto, unchanged, in Node.js."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from tests.interop.javascript import installed

from .conftest import Served

pytestmark = [pytest.mark.e2e, pytest.mark.data, pytest.mark.long]


def test_a_day_with_masto(served: Served, tmp_path: Path) -> None:
    sources = installed(tmp_path / "packages")
    picture = tmp_path / "harbour.png"
    Image.new("RGB", (40, 30), "teal").save(picture)
    process = subprocess.Popen(
        ["node", "masto_day.mjs", served.base, str(picture)],
        cwd=sources,
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
    said, errors = process.communicate(f"{code}\n", timeout=120)
    assert process.returncode == 0, errors
    found = json.loads(said.splitlines()[-1])
    assert found["told"][0] == "update"
    assert found["told"][-1] == "delete"
    assert found["text"] in served.home.texts(served.home.account)
