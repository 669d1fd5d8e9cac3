"""The pictures of toot show what it prints now."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("pyte", reason="pyte is of the development tools")

from distribution.screens.make import FOLDER

from .toot_screens import COLUMNS, toot_screens

pytestmark = [pytest.mark.e2e, pytest.mark.long]


def test_the_pictures_are_those_of_the_installed_toot(apps: Path) -> None:
    made = dict(toot_screens(apps / "toot"))
    assert set(made) == {f"toot-{columns}.svg" for columns in COLUMNS}
    stale = [name for name, text in made.items() if (FOLDER / name).read_text("utf-8") != text]
    assert stale == [], "run: python3 dev.py screens"
