"""The pictures of the command line show what it does now, and can be trusted in a page."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytest.importorskip("pyte", reason="pyte is of the development tools")
pytest.importorskip("PIL", reason="Pillow is of the extra `faces`")
pytest.importorskip("textual", reason="textual is of the extra `faces`")

from distribution.screens.make import FOLDER, SCREENS, screens
from distribution.screens.terminal_svg import screen_svg
from tests.e2e.clients.toot_screens import COLUMNS

ROOT = Path(__file__).resolve().parent.parent
OF_TOOT = {f"toot-{columns}.svg" for columns in COLUMNS}
"""Made where toot is installed: `tests/e2e/clients/test_toot_screens.py` looks at them."""
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.e2e
def test_the_pictures_are_those_of_this_program() -> None:
    made = dict(screens())
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.svg")}
    kept = {name: text for name, text in kept.items() if name not in OF_TOOT}
    assert made.keys() == kept.keys()
    stale = [name for name, text in made.items() if kept[name] != text]
    assert stale == [], "run: python3 dev.py screens"


def test_each_picture_is_shown_on_a_page_and_each_shown_one_is_there() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    found = {
        (page.parent / target).resolve()
        for page in pages
        for target in re.findall(r"\[[^]]+\]\(([^)]+\.svg)\)", page.read_text(encoding="utf-8"))
    }
    made = {f"{screen.name}.svg" for screen in SCREENS}
    assert {one.name for one in found if one.parent == FOLDER} == made | OF_TOOT
    assert all(one.exists() for one in found)


def texts(svg: str) -> list[str]:
    tree = ElementTree.fromstring(svg)
    return [one.text or "" for one in tree.iter(f"{SVG}text")]


def test_a_picture_holds_words_and_nothing_that_acts() -> None:
    data = b"<script>alert(1)</script> & \x1b[1mbold\x1b[0m\r\n\x1b[2mfaint\x1b[0m"
    svg = screen_svg(data, 40, 5, "a < b")
    assert texts(svg) == ["<script>alert(1)</script>", "&", "bold", "faint"]
    tree = ElementTree.fromstring(svg)
    assert {one.tag.removeprefix(SVG) for one in tree.iter()} == {"svg", "title", "rect", "text"}
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
    assert screen_svg(data, 40, 5, "a < b") == svg


def test_words_from_right_to_left_are_one_text() -> None:
    drawn = texts(screen_svg("you: שלום עולם yes".encode(), 40, 3, ""))
    assert sorted(drawn) == ["yes", "you:", "שלום עולם"]


def test_blocks_are_shapes_and_neighbours_of_one_colour_are_one() -> None:
    line = "\x1b[38;2;255;0;0;48;2;0;0;255m▀▀\x1b[0m██▌"
    tree = ElementTree.fromstring(screen_svg(line.encode(), 10, 2, ""))
    _, *rects = tree.iter(f"{SVG}rect")
    widths = [(one.get("width"), one.get("fill")) for one in rects]
    assert ("16.8", "#ff0000") in widths and ("16.8", "#0000ff") in widths
    assert ("21.0", "#1f2328") in widths and len(widths) == 3
