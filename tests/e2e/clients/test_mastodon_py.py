"""Mastodon.py, unchanged, in its own environment: the script runs there."""

from __future__ import annotations

from pathlib import Path

import pytest

from .app_day import spend_day
from .conftest import Served

pytestmark = [pytest.mark.e2e, pytest.mark.data, pytest.mark.long]

SCRIPT = Path(__file__).parent / "mastodon_py_day.py"


def test_a_day_with_mastodon_py(apps: Path, served: Served, tmp_path: Path) -> None:
    result = spend_day(served, [apps / "python", SCRIPT], tmp_path)
    texts = served.home.texts(served.home.account)
    assert texts[-1] == result["last"]
    assert result["streamed"] == ["update", "status.update", "delete"]
    assert served.home("filter", "list") == []
