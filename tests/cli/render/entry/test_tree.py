"""Conversations are drawn as trees that leave room for the words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sayso_cli.render.entry.tree import DEEPEST, READABLE, branches
from sayso_node.accounts.names import Name
from sayso_node.entries.item import Item
from sayso_protocol.content.body import Reference

NOBODY = Name(None, None, None)
ANYTHING = Reference(bytes(32), bytes(32), 1, bytes(32))


def items(*depths: int) -> list[Item]:
    return [Item(ANYTHING, NOBODY, depth=depth) for depth in depths]


def test_branches_join_answers_to_the_same() -> None:
    drawn = branches(items(0, 1, 2, 2, 1), None)
    assert drawn == [
        ("", "│"),
        ("├─ ", "│  │"),
        ("│  ├─ ", "│  │   "),
        ("│  └─ ", "│      "),
        ("└─ ", "    "),
    ]


def test_one_alone_is_no_tree() -> None:
    assert branches(items(0), 80) == [("", "")]


def test_deep_answers_stand_no_further_in_than_there_is_room() -> None:
    for width, deepest in ((None, DEEPEST), (200, DEEPEST), (40, (40 - READABLE) // 3), (20, 1)):
        drawn = branches(items(*range(30)), width)
        assert max(len(first) for first, _ in drawn) == 3 * deepest


@given(st.lists(st.integers(0, 12), max_size=30), st.integers(20, 200))
def test_every_line_of_a_branch_is_as_wide_as_its_text_expects(
    depths: list[int], width: int
) -> None:
    for first, rest in branches(items(*depths), width):
        assert len(rest) in (0, len(first) + 1)
        assert set(first + rest) <= set("│├└─ ")
