"""The full-screen reader in a language from right to left: each screen keeps to the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.budget import long
from tests.cli.conftest import Sayso
from tests.pseudo_locale import RightToLeft, turned

from sayso_node.text.sanitize import columns
from sayso_protocol import translation

from .conftest import Drive, Driver

SCREENS = ("c", "2", "3", "4", "5", "slash", "question_mark", "w", "r", "Q", "plus")
"""Keys that open a screen or a dialog."""


@long
@pytest.mark.parametrize("size", [(80, 24), (40, 24), (200, 50)])
def test_every_screen_keeps_to_the_terminal(
    sayso: Sayso,
    home: Path,
    drive: Drive,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
) -> None:
    first = sayso("post", "Who has beans to swap?", "--home", home, "--json").record["id"]
    sayso("post", "עברית ו English", "--reply", first, "--home", home)
    monkeypatch.setattr(translation, "_catalogue", RightToLeft())

    def check(at: Driver) -> set[str]:
        lines = at.screen.split("\n")
        assert len(lines) <= size[1]
        assert all(columns(line) <= size[0] for line in lines), at.screen
        return set(lines)

    async def steps(at: Driver) -> None:
        await at.sees("Who has beans to swap?", turned("timeline"))
        start = check(at)
        for key in SCREENS:
            await at.press(key)
            await at.until(lambda: set(at.screen.split("\n")) != start, key)
            await at.pilot.pause()
            assert any("א" <= one <= "ת" for line in check(at) - start for one in line), key
            await at.press("escape")
            await at.sees("Who has beans to swap?", turned("timeline"))

    drive(steps, size=size)
