"""Our words and foreign ones share lines, and neither passes for the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_cli.terminal import layout
from sayso_cli.terminal.layout import (
    FENCE,
    NARROWEST,
    line,
    padded,
    paragraph,
    runs_right_to_left,
    wrapped,
)
from sayso_cli.terminal.own_text import OwnText
from sayso_node.text.sanitize import columns, foreign

WORDS = st.text(st.sampled_from("ab1 .)אמ٣你\u0301\n\u202e👩\u200d\ufe0f"), max_size=30)


def test_a_word_without_end_is_broken_as_fast_as_it_is_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A body may be one word: each look at what is left of it would take a second."""
    looked = 0

    def counted(text: str) -> int:
        nonlocal looked
        looked += len(text)
        return columns(text)

    monkeypatch.setattr(layout, "columns", counted)
    text = "你" * 20_000
    assert "".join(wrapped(text, 40)) == text
    assert looked < 4 * len(text)


def test_plain_parts_stand_side_by_side() -> None:
    assert line("Robin", "", "3 min ago") == "Robin  3 min ago"


def test_right_to_left_parts_are_fenced() -> None:
    assert line("אבג", "3 min ago", "z6Mk") == f"{FENCE} אבג  {FENCE} 3 min ago  z6Mk"
    assert line("by", "אבג") == f"by  {FENCE} אבג {FENCE}"


@given(st.lists(WORDS, max_size=5))
def test_a_letter_of_ours_is_on_either_side(parts: list[str]) -> None:
    shown = line(*parts)
    assert "\n" not in shown
    fields = [field for field in shown.split(FENCE) if runs_right_to_left(field)]
    assert shown.count(FENCE) >= len(fields)
    if fields:
        assert not runs_right_to_left(shown.split(FENCE)[0])
        assert not runs_right_to_left(shown.split(FENCE)[-1])


def test_only_our_own_decoration_keeps_its_escapes() -> None:
    own = OwnText("\x1b[1mbold\x1b[0m")
    assert line(own, "\x1b[1mnot") == f"{own}  ^[[1mnot"
    assert line(own + "!") == "^[[1mbold^[[0m!"


@given(WORDS, st.integers(NARROWEST + 2, 40))
def test_a_paragraph_keeps_to_its_width_and_loses_no_word(text: str, width: int) -> None:
    shown = paragraph(text, width, "| ")
    for each in shown.split("\n"):
        assert each.startswith("|")
        assert columns(each) <= width
    letters = "".join(each[1:] for each in shown.split("\n")).replace(" ", "")
    assert letters == foreign(text).replace(" ", "").replace("\n", "")


def test_a_post_cannot_draw_a_line_of_ours() -> None:
    post = "hi" + " " * 38 + "| Robin  z6Mkfake\n| Robin"
    assert paragraph(post, 40, "> ").split("\n") == ["> hi", "> | Robin  z6Mkfake", "> | Robin"]


@pytest.mark.parametrize(
    ("text", "width", "pieces"),
    [
        ("", 10, [""]),
        ("one two three", 8, ["one two ", "three"]),
        ("x" * 20, 8, ["x" * 8, "x" * 8, "x" * 4]),
        ("你好你好你", 8, ["你好你好", "你"]),
        (" " * 30 + "end", 8, ["end"]),
        ("  indented text", 12, ["  indented ", "text"]),
        ("sans le dire ; personne", 12, ["sans le ", "dire ; ", "personne"]),
        ("vu :) hier", 4, ["vu ", ":) ", "hier"]),
    ],
)
def test_wrapping(text: str, width: int, pieces: list[str]) -> None:
    assert wrapped(text, width) == pieces


@given(WORDS, st.integers(0, 20))
def test_padding_is_exact(text: str, width: int) -> None:
    assert columns(padded(text, width)) == width
