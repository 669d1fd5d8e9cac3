"""Pictures of the page for docs/web.md, of the same homes as those of the terminal.

    python -m tests.e2e.page_screens

needs Chromium and writes docs/screens/web-*.png.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any, Final, NamedTuple

from distribution.screens.make import FOLDER
from distribution.screens.scene import ROBIN, build
from PIL import Image

from .browser import checked, chromium, page_of
from .support import Home

COLOURS: Final = 64


class Picture(NamedTuple):
    """A picture: its file's name, the page, how large, light or dark."""

    name: str
    path: str
    width: int
    height: int
    scheme: str


PICTURES: Final = (
    Picture("web-timeline", "/", 760, 860, "light"),
    Picture("web-phone", "/entries/{ten}", 360, 700, "dark"),
    Picture("web-filter", "/filters/new?words=cake", 760, 700, "light"),
)


def main() -> None:
    """Take them all."""
    with tempfile.TemporaryDirectory(prefix="sayso-page-screens-") as folder, chromium() as browser:
        ids = build(Path(folder))
        home = Home(Path(folder) / ROBIN, init=False)
        with page_of(home) as site:
            for one in PICTURES:
                size = {"width": one.width, "height": one.height}
                context = site.context(browser, viewport=size, color_scheme=one.scheme)
                page = context.pages[0]
                page.goto(site.origin + one.path.format(**ids))
                if one.name == "web-filter":
                    page.get_by_role("button", name="Show what it would do").click()
                save(page, FOLDER / f"{one.name}.png")
                checked(context)


def save(page: Any, path: Path) -> None:
    """A picture of what the window shows, in few colours."""
    made = Image.open(io.BytesIO(page.screenshot(full_page=False)))
    made.convert("RGB").quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    main()
