"""Mastodon.py, unchanged, in its own environment: the script runs there."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from .conftest import Served

pytestmark = [pytest.mark.e2e, pytest.mark.data, pytest.mark.long]

SCRIPT = Path(__file__).parent / "mastodon_py_day.py"


def test_a_day_with_mastodon_py(apps: Path, served: Served, tmp_path: Path) -> None:
    picture = tmp_path / "harbour.png"
    Image.new("RGB", (40, 30), "teal").save(picture)
    process = subprocess.Popen(
        [str(apps / "python"), str(SCRIPT), served.base, str(picture)],
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
    result = json.loads(said.splitlines()[-1])
    texts = served.home.texts(served.home.account)
    assert texts[-1] == result["last"]
    assert result["streamed"] == ["update", "status.update", "delete"]
    assert served.home("filter", "list") == []
