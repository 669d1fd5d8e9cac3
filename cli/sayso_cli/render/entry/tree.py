"""The look of a conversation: a tree, an answer under what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sayso_node.entries.item import Item

from ...terminal.output import Output
from .item import show_entry

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names

STEP: Final = 3
"""Columns that an answer stands further in than what it answers."""

READABLE: Final = 28
"""Columns of text that are left beside the tree: deeper answers stand no further in."""

DEEPEST: Final = 8
"""Answers to answers that are drawn further in where there is room."""

HERE: Final = "▶"

NO_BRANCH: Final = ("", "")


def show_tree(
    out: Output, items: Sequence[Item], names: Names, *, unfold: bool, here: str | None = None
) -> None:
    """Print items in the order of their conversation, each with its `depth`. `here` is the id of
    the one that was asked for, which is marked."""
    if out.json:
        for item in items:
            out.record(item.as_json())
        return
    for item, (first, rest) in zip(items, branches(items, out.width), strict=True):
        mark = HERE if item.id == here and len(items) > 1 else ""
        with out.within(first, rest):
            show_entry(out, item, names, whole=False, unfold=unfold, in_tree=True, mark=mark)


def branches(items: Sequence[Item], width: int | None) -> list[tuple[str, str]]:
    """What stands before the first line of each item, and before the others."""
    deepest = DEEPEST
    if width is not None:
        deepest = max(min(DEEPEST, (width - READABLE) // STEP), 1)
    depths = [min(item.depth or 0, deepest) for item in items]
    drawn: list[tuple[str, str]] = []
    goes_on: list[bool] = [False] * (deepest + 2)
    """For each depth whether another answer follows at it below the same one."""
    for depth in reversed(depths):
        goes_on[depth + 1 :] = [False] * (len(goes_on) - depth - 1)
        above = "".join("│  " if goes_on[at] else "   " for at in range(1, depth))
        if depth:
            first = f"{above}{'├' if goes_on[depth] else '└'}─ "
            rest = f"{above}{'│' if goes_on[depth] else ' '}  "
            goes_on[depth] = True
            drawn.append((first, rest))
        else:
            drawn.append(NO_BRANCH)
    drawn.reverse()
    # The line leads on to the first answer.
    return [
        (first, f"{rest}{'│' if after > depth else ' '}" if depth or after else rest)
        for (first, rest), depth, after in zip(drawn, depths, [*depths[1:], 0], strict=False)
    ]
