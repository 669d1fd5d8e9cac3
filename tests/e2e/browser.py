"""Debian's Chromium, driven by Playwright, at the page of a real node."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from .support import Home

CHROMIUM = shutil.which("chromium")
PATIENCE_MS = 30_000
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser without a window; skips, saying why, where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no chromium here")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Site:
    """The page of a running node, for the owner's browsers."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self.origin = self.link().partition("/enter")[0]

    def link(self) -> str:
        """A one-time link, as a person has it printed."""
        done = self._home.run("web")
        found = re.search(r"http://\S+", done.stdout)
        assert found is not None, done.stdout + done.stderr
        return found[0]

    def context(self, browser: Any, **options: Any) -> Any:
        """A browser of its own that came in by a link of its own. Whatever fails on a page, or
        would be loaded from elsewhere, fails the test at `checked`."""
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        context.troubles = []
        context.on("weberror", lambda error: context.troubles.append(str(error.error)))
        context.on("request", lambda request: self._check(context, request.url))
        context.on(
            "console",
            lambda said: context.troubles.append(said.text) if said.type == "error" else None,
        )
        page = context.new_page()
        if options.get("java_script_enabled", True):
            page.goto(self.link())
        else:
            page.goto(f"{self.origin}/enter")
            page.get_by_label("The link").fill(self.link())
            page.get_by_role("button", name="Open").click()
        page.wait_for_url(f"{self.origin}/")
        return context

    def _check(self, context: Any, url: str) -> None:
        if not url.startswith((f"{self.origin}/", "data:", "blob:")):
            context.troubles.append(f"loaded from elsewhere: {url}")


def checked(context: Any) -> None:
    """Close a browser, in which nothing may have failed."""
    troubles = list(context.troubles)
    context.close()
    assert not troubles, troubles


@contextmanager
def page_of(home: Home) -> Iterator[Site]:
    """The page of a node that runs meanwhile."""
    quiet = ("--no-mdns", "--no-port-mapping", "--http", "127.0.0.1:0")
    with home.node(*quiet):
        yield Site(home)


def tiny_png(path: Path, red: int = 200) -> Path:
    """A picture; with another `red` it is another one, which nobody has yet."""
    from PIL import Image

    Image.new("RGB", (64, 32), (red, 140, 60)).save(path)
    return path
