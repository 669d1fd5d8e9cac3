"""The pages of terms and architecture name files and folders that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = {"protocol", "storage", "node", "cli"}
PAGES = ["terms", "architecture"]


def named_places(page: str) -> list[str]:
    """What stands in backticks and looks like a path below a floor or below the project."""
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(r"`((?:[a-z0-9_]+/)+(?:[a-z0-9_]+\.py)?)`", text)


def place(name: str) -> Path:
    floor, _, rest = name.partition("/")
    short = ROOT / floor / f"sayso_{floor}" / rest
    return short if floor in FLOORS and short.exists() else ROOT / name


def is_room(name: str) -> bool:
    """Whether some floor has it: the table of rooms leaves the floor out."""
    return any((ROOT / floor / f"sayso_{floor}" / name).exists() for floor in FLOORS)


@pytest.mark.parametrize("page", PAGES)
def test_every_place_is_there(page: str) -> None:
    places = named_places(page)
    assert len(places) > 30
    assert [name for name in places if not (place(name).exists() or is_room(name))] == []


def test_terms_stand_in_order_and_once() -> None:
    text = (ROOT / "docs" / "terms.md").read_text(encoding="utf-8")
    tables = [re.findall(r"^\| ([a-z][^|]*) \|", part, re.MULTILINE) for part in text.split("## ")]
    tables = [[term for term in table if term != "term"] for table in tables]
    assert tables == [sorted(table) for table in tables]
    terms = [term for table in tables for term in table]
    assert len(terms) == len(set(terms)) > 50


def test_every_room_is_on_the_page() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for floor in FLOORS:
        for package in (ROOT / floor / f"sayso_{floor}").glob("*/__init__.py"):
            assert f"`{package.parent.name}/`" in text, package.parent
