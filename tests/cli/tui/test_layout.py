"""Rows become lines that keep to their width, and nothing in them acts on a terminal."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import long, rounds
from tests.testdata import data_file

from sayso_cli.terminal.column import Column
from sayso_cli.tui.layout import MAX_LINES, MIN_WIDTH, Line, Look, fit, lay, width_of
from sayso_cli.tui.rows import STYLE, AnyRow, Kind, Row, Rows, Table
from sayso_node.text.codepoints import CodepointKind, kind_of

WORDS = st.text(st.sampled_from("ab1 .)אמ٣你\u0301\n\u202e👩\u200d\ufe0f\x1b[\t\r"), max_size=40)
KINDS = st.sampled_from(list(Kind))
CODE_POINTS = 0x110000
CHUNK = 997


def rows_of(text: str) -> list[AnyRow]:
    """A text in each place where foreign words stand."""
    return [
        Row(Kind.LINE, (STYLE.bold(text), STYLE.dim("3 min ago"), text)),
        Row(Kind.LINE, ("by", text)),
        Row(Kind.DETAIL, (text, "#tag")),
        Row(Kind.FIELD, (STYLE.warning(text), text), "label"),
        Table([(text, STYLE.bad(text)), ("a", "b")], (Column(4), Column(4, wraps=True)), "", ()),
        Row(Kind.TEXT, (text,), "  | "),
    ]


def check(lines: list[Line], width: int) -> None:
    for line in lines:
        assert width_of(line) <= width, line
        for span in line:
            assert "\n" not in span.text
            kinds = {kind_of(one) for one in set(span.text)}
            assert not kinds & {CodepointKind.NAMED}, span


@pytest.mark.parametrize("width", [MIN_WIDTH, 37, 80, 200])
def test_naughty_strings_keep_to_their_width(width: int) -> None:
    for text in json.loads(data_file("naughty_strings.json").read_text()):
        check(lay(rows_of(text), width), width)


@long
def test_every_code_point_keeps_to_its_width() -> None:
    """In runs of many, each with one beside it that it may join or sit on; one in eight by
    default."""
    step = rounds(1, 8)
    for start in range(0, CODE_POINTS, CHUNK * step):
        text = "".join(map(chr, range(start, min(start + CHUNK, CODE_POINTS))))
        check(lay([Row(Kind.TEXT, (text,), "  ")], 31), 31)
        check(lay([Row(Kind.FIELD, (text[:64], text[64:128]), "by")], 31), 31)


@given(st.lists(st.tuples(KINDS, WORDS, WORDS), max_size=4), st.integers(1, 60))
def test_any_rows_keep_to_their_width(given: list[tuple[Kind, str, str]], width: int) -> None:
    rows = [
        Row(kind, (one,) if kind is Kind.TEXT else (one, other), "  ") for kind, one, other in given
    ]
    check(lay(rows, width), max(width, MIN_WIDTH))


@given(WORDS, st.integers(0, 30))
def test_a_line_is_cut_to_any_width(text: str, width: int) -> None:
    for line in lay([Row(Kind.TEXT, (text,))], 60):
        assert width_of(fit(line, width)) <= width


def test_the_name_stands_out_and_nothing_else() -> None:
    out = Rows()
    out.heading("@anna", "z6Mk", "\x1b[1mbold")
    [line] = lay(out.rows, 80)
    assert [(one.text, one.look) for one in line if one.text.strip()] == [
        ("@anna", Look.STRONG),
        ("z6Mk", Look.FAINT),
        ("^[[1mbold", Look.FAINT),
    ]


def test_a_text_of_line_ends_does_not_fill_the_memory() -> None:
    lines = lay([Row(Kind.TEXT, ("\n" * 60_000,), "  ")], 80)
    assert len(lines) == MAX_LINES + 1


def test_what_is_printed_becomes_rows() -> None:
    out = Rows()
    out.heading("@anna", "just now")
    out.paragraph("one\ntwo")
    out.indented("3 replies", "")
    out.line("")
    out.record({"not": "for people"})
    assert out.advice("read", "to read it: sayso show 12345678") == "x shows it"
    assert [row.kind for row in out.rows] == [Kind.LINE, Kind.TEXT, Kind.DETAIL]
    assert sys.maxunicode + 1 == CODE_POINTS
