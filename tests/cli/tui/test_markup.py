"""No widget that reads markup, and none that draws what it is given as it is, is used in the
full-screen reader: foreign text could act there. And the page names each key."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from sayso_cli.tui.keys import HELP

ROOT = Path(__file__).resolve().parents[3]
SOURCES = sorted((ROOT / "cli" / "sayso_cli" / "tui").rglob("*.py"))

WIDGETS = {"Footer", "Input", "TextArea"}
"""Those of Textual that are used: the first shows our own words, the others are typed into."""

DRAWN_ONLY_SAFE = {"Input", "TextArea"}
"""Those whose text may be pasted from anywhere: only `SafeInput` and `SafeTextArea` of them are
used, but for passphrases, which are drawn as dots."""

SPEAKING = {"notify", "bell_message"}
TITLES = {"border_title", "border_subtitle", "tooltip", "title", "sub_title"}


def breaches(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("textual.widgets"):
            yield from (one.name for one in node.names if one.name not in WIDGETS)
        if isinstance(node, ast.ImportFrom) and node.module in ("rich.markup", "rich.text"):
            yield str(node.module)
        if isinstance(node, ast.Call):
            yield from _calls(node)
        if isinstance(node, ast.Assign):
            names = [one.attr for one in node.targets if isinstance(one, ast.Attribute)]
            yield from (name for name in names if name in TITLES)
        if isinstance(node, ast.FunctionDef) and node.name == "render":
            yield "render"  # `render_line` gives segments; this would give markup


def _calls(node: ast.Call) -> Iterator[str]:
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name in SPEAKING and isinstance(function, ast.Attribute):
        owner = ast.unparse(function.value)
        yield from [name] if owner in ("self", "self.app", "self.screen", "app") else []
    is_secret = any(one.arg == "password" for one in node.keywords)
    if name in DRAWN_ONLY_SAFE and not is_secret:
        yield name


def test_no_widget_interprets_foreign_text() -> None:
    assert len(SOURCES) > 15
    found = {str(path.relative_to(ROOT)): [*breaches(path.read_text())] for path in SOURCES}
    assert {path: names for path, names in found.items() if names} == {}


def test_a_breach_would_be_found() -> None:
    for source in (
        "from textual.widgets import Static",
        "from textual.widgets import Footer, DataTable",
        "from rich.text import Text",
        "self.app.notify(name)",
        "bar.border_title = name",
        "yield Input(text)",
        "class A:\n    def render(self): return name",
    ):
        assert [*breaches(source)], source


def test_segments_are_made_in_two_places_only() -> None:
    makers = [path.name for path in SOURCES if "Segment(" in path.read_text()]
    assert sorted(makers) == ["block_view.py", "strips.py"]


def test_the_page_has_each_key_of_the_help() -> None:
    page = (ROOT / "docs" / "tui.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", page, re.MULTILINE)
    assert rows[2:] == [pair for keys in HELP.values() for pair in keys] or rows[1:] == [
        pair for keys in HELP.values() for pair in keys
    ]
