"""masto, unchanged, in Node.js."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.interop.javascript import installed

from .app_day import spend_day
from .conftest import Served

pytestmark = [pytest.mark.e2e, pytest.mark.data, pytest.mark.long]


def test_a_day_with_masto(served: Served, tmp_path: Path) -> None:
    sources = installed(tmp_path / "packages")
    found = spend_day(served, ["node", "masto_day.mjs"], tmp_path, cwd=sources)
    assert found["told"][0] == "update"
    assert found["told"][-1] == "delete"
    assert found["text"] in served.home.texts(served.home.account)
