"""Files of a home: every file that is written whole is named, so that its drafts are removed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import sayso_node
from sayso_node.home.directory import Home

SOURCE = Path(next(iter(sayso_node.__path__)))


def texts() -> Iterator[tuple[str, str]]:
    """Every text in the code but those that explain, with its file."""
    for path in sorted(SOURCE.rglob("*.py")):
        source = path.read_text()
        if ".cache" in source:
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield path.name, node.value


def test_every_cache_is_named_among_the_files_that_are_written_whole() -> None:
    named = {path.name for path in Home(Path("home")).written_whole}
    caches = {text for _, text in texts() if text.endswith(".cache") and " " not in text}
    assert {"in_step.cache", "detector.cache", "findings.cache", "tally.cache"} <= caches
    assert caches <= named, "name it in CACHES of home/directory.py"


def test_the_name_of_a_cache_is_written_out_where_it_can_be_found() -> None:
    assert [where for where, text in texts() if text == ".cache"] == []
