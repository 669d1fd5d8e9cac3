"""Numbers of things in words, everywhere by one function."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.quantity import quantity

ROOT = Path(__file__).resolve().parents[2]

NOUNS = [
    "account",
    "address",
    "body",
    "byte",
    "character",
    "choice",
    "connection",
    "day",
    "device",
    "entry",
    "error",
    "feed",
    "follow",
    "head",
    "hour",
    "label",
    "like",
    "line",
    "list",
    "match",
    "minute",
    "mistake",
    "page",
    "peer",
    "picture",
    "post",
    "reaction",
    "reply",
    "repost",
    "row",
    "rule",
    "run",
    "second",
    "session",
    "statement",
    "tag",
    "text",
    "view",
    "vote",
    "word",
]

PLURALS = "|".join(quantity(2, one)[2:] for one in NOUNS)
MANY = re.compile(rf" (new |own |other |more )?({PLURALS})\b")


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("entry", "entries"),
        ("reply", "replies"),
        ("new entry", "new entries"),
        ("post", "posts"),
        ("byte", "bytes"),
        ("day", "days"),
        ("match", "matches"),
        ("address", "addresses"),
        ("box", "boxes"),
    ],
)
def test_the_noun_goes_with_the_number(one: str, many: str) -> None:
    assert quantity(1, one) == f"1 {one}"
    assert [quantity(n, one) for n in (0, 2, 11, 21)] == [f"{n} {many}" for n in (0, 2, 11, 21)]


@given(st.integers(0, 10**12), st.sampled_from(NOUNS))
def test_only_one_is_one(count: int, one: str) -> None:
    assert (quantity(count, one) == f"{count} {one}") is (count == 1)
    assert quantity(count, "person", "people") == f"{count} {'person' if count == 1 else 'people'}"


def numbers_before_plurals(source: str) -> Iterator[str]:
    """What a text puts as a number before a plural noun. Limits, which have names in capitals, are
    many."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.JoinedStr):
            continue
        for number, after in zip(node.values, node.values[1:], strict=False):
            if isinstance(number, ast.FormattedValue) and isinstance(after, ast.Constant):
                name = ast.unparse(number.value)
                last = name.rpartition(".")[2]
                if (
                    MANY.match(str(after.value))
                    and not last.isupper()
                    and last not in ("most", "limit")
                ):
                    yield f"{{{name}}}{after.value}"


def test_such_texts_are_found() -> None:
    assert [*numbers_before_plurals('f"{n} entries of {len(x)} new feeds, {MAX_TAGS} tags"')] == [
        "{n} entries of ",
        "{len(x)} new feeds, ",
    ]


PEOPLE = [
    *(ROOT / "cli" / "sayso_cli").rglob("*.py"),
    *(path for path in (ROOT / "node" / "sayso_node").rglob("*.py") if "sim" not in path.parts),
]


@pytest.mark.parametrize("path", PEOPLE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_for_people_counts_otherwise(path: Path) -> None:
    found = list(numbers_before_plurals(path.read_text(encoding="utf-8")))
    # A protocol's own error, of a number that is never 1.
    assert [one for one in found if "{size} bytes in a window of" not in one] == []
