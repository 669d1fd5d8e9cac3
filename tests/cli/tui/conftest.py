"""The full-screen reader driven by keys, on a real home, without a terminal."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sayso_node.home.directory import Home

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from sayso_cli.tui.app import ReaderApp

SECONDS = 30.0


class Driver:
    """Presses keys and looks at the screen."""

    def __init__(self, app: ReaderApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def screen(self) -> str:
        """What is on the screen."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    @property
    def own_colours(self) -> set[str]:
        """The colours on the screen that are not the terminal's."""
        from rich.color import ColorType

        strips = self.app.screen._compositor.render_strips()
        styles = [part.style for strip in strips for part in strip if part.style is not None]
        colours = [one for style in styles for one in (style.color, style.bgcolor) if one]
        return {one.name for one in colours if one.type is ColorType.TRUECOLOR}

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Put a text into what has the focus, as by typing."""
        names = {" ": "space", "\n": "enter", "#": "number_sign"}
        await self.pilot.press(*(names.get(one, one) for one in text))

    async def sees(self, *words: str) -> str:
        """Wait until these words are on the screen; gives it."""
        return await self.until(lambda: all(word in self.screen for word in words), *words)

    async def until(self, condition: Callable[[], bool], *about: str) -> str:
        end = time.monotonic() + SECONDS
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"it did not happen: {about}\n{self.screen}")
            await self.pilot.pause(0.01)
        return self.screen


Steps = Callable[[Driver], Awaitable[None]]
Drive = Callable[..., None]


@pytest.fixture
def drive(home: Path) -> Drive:
    """Run the reader on Robin's home and do these steps with it."""
    pytest.importorskip("textual", reason="the extra `faces` is not installed")
    from sayso_cli.tui.app import ReaderApp

    def run(steps: Steps, *, size: tuple[int, int] = (80, 24), view: str | None = None) -> None:
        async def driven() -> None:
            app = ReaderApp(Home(home), view)
            async with app.run_test(size=size) as pilot:
                await steps(Driver(app, pilot))

        asyncio.run(driven())

    return run
