"""An account whose phrase is at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from sayso_node.accounts.creation import create_account
from sayso_node.home.directory import Home

from .support import Ann


@pytest.fixture
def ann(tmp_path: Path) -> Ann:
    home = Home(tmp_path / "ann")
    _, phrase = create_account(home, "Ann", None, "desk")
    return Ann(home, phrase)
