"""A list that lays out what is looked at shows the same lines as one that lays out all of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sayso_cli.tui.block_list import Block, BlockList
from sayso_cli.tui.layout import Line, lay
from sayso_cli.tui.rows import Kind, Row

TEXTS = st.lists(st.text("ab \n", max_size=120), min_size=1, max_size=30)
VIEW = 7


def block(number: int, text: str, order: int = 0) -> Block:
    rows = [Row(Kind.LINE, (f"number {number}",)), Row(Kind.TEXT, (text,), "  ")]
    return Block(str(number), rows, order=order)


def filled(texts: list[str]) -> BlockList:
    found = BlockList()
    found.extend(block(at, text, -at) for at, text in enumerate(texts))
    return found


def all_lines(texts: list[str], width: int) -> list[Line]:
    """The slow way: every block, each with an empty line behind it."""
    return [
        line for at, text in enumerate(texts) for line in [*lay(block(at, text).rows, width), ()]
    ]


def shown(found: BlockList, top: int) -> list[Line]:
    lines = [found.line(top + at) for at in range(VIEW)]
    return [line[1] for line in lines if line is not None]


@given(TEXTS, st.integers(20, 60), st.data())
def test_going_down_shows_every_line_in_order(
    texts: list[str], width: int, data: st.DataObject
) -> None:
    found, wanted = filled(texts), all_lines(texts, width)
    found.set_width(width)
    top = 0
    while True:
        top = found.settle(top, VIEW)
        assert shown(found, top) == wanted[top : top + VIEW]
        if top + VIEW >= found.height:
            break
        top += data.draw(st.integers(1, VIEW))
        top = min(top, found.height - 1)
    assert found.height == len(wanted)


@given(TEXTS, st.integers(20, 60), st.integers(20, 60))
def test_after_another_width_going_up_shows_what_stands_above(
    texts: list[str], before: int, width: int
) -> None:
    found = filled(texts)
    found.set_width(before)
    for at in range(len(texts)):
        found.settle(found.start(at), VIEW)
    found.set_width(width)
    wanted = all_lines(texts, width)
    top = found.settle(found.start(len(texts) - 1), VIEW)
    seen: list[Line] = []
    while top > 0:
        under = shown(found, top)[:1]
        top = found.settle(top - 1, VIEW)
        lines = shown(found, top)
        assert lines[1:2] == under  # nothing jumped
        seen = [lines[0], *seen]
    last = len(lay(block(len(texts) - 1, texts[-1]).rows, width)) + 1
    assert seen == wanted[: len(wanted) - last]


@given(TEXTS, st.lists(st.integers(-40, 5), max_size=10), st.integers(0, 29))
def test_what_arrives_has_its_place_and_the_selected_stays(
    texts: list[str], orders: list[int], selected: int
) -> None:
    found = filled(texts)
    found.selected = min(selected, len(texts) - 1)
    current = found.current
    for number, order in enumerate(orders):
        found.insert(block(1000 + number, "new", order))
    assert found.current is current
    places = [one.order for one in found.blocks]
    assert places == sorted(places, reverse=True)
    lines = [line for one in found.blocks for line in [*lay(one.rows, 80), ()]]
    for at in range(len(found)):
        found.settle(found.start(at), VIEW)
    assert [found.line(at)[1] for at in range(found.height)] == lines  # type: ignore[index]


def test_an_empty_list_has_nothing() -> None:
    found = BlockList()
    assert (found.height, found.current, found.line(0), found.settle(5, VIEW)) == (0, None, None, 0)


def test_only_what_is_seen_is_laid_out() -> None:
    found = filled(["text"] * 10_000)
    found.settle(0, 24)
    assert sum(laid is not None for laid in found._laid) < 20
    found.settle(found.height - 24, 24)
    assert sum(laid is not None for laid in found._laid) < 40
