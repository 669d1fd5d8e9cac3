"""No line is wider than the terminal, whatever strangers write, and nothing of it is lost."""

from __future__ import annotations

import io
import json
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples, long
from tests.testdata import data_file

from sayso_cli.terminal.column import Column
from sayso_cli.terminal.layout import FENCE, fitted, flowed, phrase, runs_right_to_left, wrapped
from sayso_cli.terminal.output import Output
from sayso_cli.terminal.own_text import OwnText, Whole
from sayso_cli.terminal.style import Style
from sayso_cli.terminal.table import bar, table_lines
from sayso_node.text.sanitize import columns, foreign_line

SEQUENCE = re.compile(r"\x1b\[[\d;]*m")
WIDTHS = st.integers(40, 200)
WORDS = st.text(
    st.sampled_from("ab1 .)אמ٣你。豆ไทย\u0301\n\u202e👩\u200d\ufe0f❤`\x1b[m"), max_size=120
)
ANY = st.one_of(WORDS, st.text(max_size=200))
DECORATE = st.sampled_from(["", "bold", "dim", "name", "warning"])
PARTS = st.lists(st.tuples(DECORATE, ANY), max_size=6)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def styled(parts: list[tuple[str, str]]) -> list[str]:
    style = Style(enabled=True)
    return [getattr(style, how)(text) if how else text for how, text in parts]


def seen(row: str) -> str:
    """A row without the decoration that is ours."""
    return SEQUENCE.sub("", row)


def letters(text: str) -> str:
    return text.replace(" ", "").replace(FENCE, "")


@examples(400)
@given(PARTS, WIDTHS, st.sampled_from(["", "  ", "│  │  ", "├─ "]))
def test_rows_keep_to_the_width_and_lose_nothing(
    parts: list[tuple[str, str]], width: int, before: str
) -> None:
    rows = flowed(styled(parts), width, before, "    ")
    assert all(columns(seen(row)) <= width for row in rows)
    shown = "".join(foreign_line(text) for _, text in parts)
    assert letters("".join(seen(row) for row in rows)).removeprefix(letters(before)) == letters(
        shown
    )
    for row in rows:
        assert "\x1b" not in seen(row), "a sequence that is not ours"
        assert row.count("\x1b") % 2 == 0
        fields = [one for one in seen(row).split(FENCE) if runs_right_to_left(one)]
        assert not fields or not runs_right_to_left(seen(row).split(FENCE)[-1])


@examples(200)
@given(ANY, WIDTHS)
def test_a_word_of_any_script_is_broken_where_the_line_ends(text: str, width: int) -> None:
    shown = foreign_line(text)
    pieces = wrapped(shown, width)
    assert all(columns(piece) <= width for piece in pieces)
    assert letters("".join(pieces)) == letters(shown)


def test_a_long_word_begins_where_the_one_before_it_ends() -> None:
    assert wrapped("Ja " + "豆" * 30, 20) == ["Ja " + "豆" * 8, "豆" * 10, "豆" * 10, "豆" * 2]


def test_no_line_begins_with_a_full_stop() -> None:
    assert wrapped("豆豆豆豆豆。豆豆", 10) == ["豆豆豆豆", "豆。豆豆"]


def test_commands_and_what_is_copied_stay_whole() -> None:
    key = "z6Mk" + "x" * 44
    assert flowed(["to follow it:", Whole(key)], 40) == ["to follow it:", f"  {key}"]
    rows = flowed(["a few words before it `sayso show abc`"], 30)
    assert rows == ["a few words before it", "  `sayso show abc`"]


@examples(200)
@given(st.lists(st.tuples(ANY, ANY, ANY, ANY), min_size=1, max_size=5), WIDTHS)
def test_tables_keep_to_the_width(rows: list[tuple[str, ...]], width: int) -> None:
    form = (Column(8), Column(12, wraps=True), Column(9, right=True), Column(6))
    lines = table_lines(rows, form, width, "  ")
    assert all(columns(seen(line)) <= width for line in lines)
    assert not any("\x1b" in line for line in lines)


def test_columns_give_way_in_turn_and_cards_come_last() -> None:
    form = (Column(4), Column(8, wraps=True), Column(2, right=True))
    rows = [("name", "a long title of a thing", "12"), ("n", "short", "3")]
    assert table_lines(rows, form, None) == [
        "name  a long title of a thing  12",
        "n     short                     3",
    ]
    assert table_lines(rows, form, 24) == [
        "name  a long title    12",
        "      of a thing",
        "n     short            3",
    ]
    assert table_lines(rows, form, 14) == [
        "name",
        "    a long",
        "    title of a",
        "    thing  12",
        "n  short  3",
    ]


def test_empty_columns_are_left_out_and_widths_are_those_of_the_whole() -> None:
    form = (Column(4), Column(4), Column(4))
    assert table_lines([("a", "", "b")], form, 80) == ["a  b"]
    rows = [("a", "b", ""), ("longer", "b", "")]
    assert table_lines(rows[:1], form, 80, widths_of=rows) == ["a       b"]


@pytest.mark.parametrize(
    ("share", "drawn"), [(0.0, "    "), (1.0, "████"), (0.5, "██  "), (0.55, "██▎ "), (9.0, "████")]
)
def test_bars_are_as_long_as_their_share(share: float, drawn: str) -> None:
    assert bar(share, 4) == drawn


def test_a_phrase_is_fenced_once() -> None:
    made = phrase("to", "“שרה”")
    assert isinstance(made, OwnText)
    assert flowed([made, "5 min ago"], 80) == [f"to {FENCE} “שרה” {FENCE}  5 min ago"]


@long
@pytest.mark.parametrize("width", [40, 57, 80, 200])
def test_real_naughty_strings_keep_to_the_width(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    naughty = json.loads(data_file("naughty_strings.json").read_text(encoding="utf-8"))
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = Output(json=False)
    for text in naughty:
        out.line(text, "5 min ago", text)
        out.heading(text, text)
        out.field("words", text, text)
        out.paragraph(text)
        with out.within("├─ ", "│  "):
            out.line(text, text)
            out.indented(text)
            out.paragraph(text)
        out.table([(text, text, text)], (Column(8), Column(8, wraps=True), Column(8, right=True)))
    lines = seen(stream.getvalue()).split("\n")
    assert len(lines) > 8 * len(naughty)
    assert max(map(columns, lines)) <= width
    assert not {one for line in lines for one in line if ord(one) < 32 or 127 <= ord(one) < 160}


def test_help_is_broken_below_its_second_column() -> None:
    text = "One line of words, long.\n  read   show the timeline\n  --home DIR  where all is\n"
    assert fitted(text, 20) == (
        "One line of words,\n    long.\n"
        "  read   show the\n         timeline\n"
        "  --home DIR  where\n    all is\n"
    )
    assert fitted(text, 80) == text


def test_a_branch_stands_before_every_line(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    out = Output(json=False)
    with out.within("└─ ", "   "):
        out.line("head " * 10)
        out.paragraph("text " * 10)
        out.table([("a", "b")], (Column(1), Column(1)))
    first, *rest = stream.getvalue().rstrip("\n").split("\n")
    assert first.startswith("└─ head")
    assert all(line.startswith("   ") for line in rest)


def test_where_there_is_no_terminal_a_line_is_as_long_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("COLUMNS", "40")
    out = Output(json=False)
    out.line("x " * 100, "end")
    out.field("label", "y " * 100)
    assert stream.getvalue().count("\n") == 2
