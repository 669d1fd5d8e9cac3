"""Nothing that a stranger wrote can do more on a terminal than be read."""

import json
import sys
import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.budget import ALL, long, rounds, some
from wcwidth import wcswidth

from sayso_node.text.codepoints import ZWJ, ZWNJ, CodepointKind, kind_of, name_of
from sayso_node.text.sanitize import CARRIER, ELLIPSIS, MAX_MARKS, columns, foreign, foreign_line
from testdata import data_file

SPECIAL_PAGES = {0xFE, 0xFF, *range(0x1F0, 0x1FB), 0xE00, 0xE01}
"""Where signs, variants, invisible characters and pictures are, counted in 256s."""
EVERY = [
    code
    for code in range(sys.maxunicode + 1)
    if ALL or code < 0x3400 or not code % 8 or code >> 8 in SPECIAL_PAGES
]
"""Every code point; by default those of the first scripts, of symbols and of what is special, and
an eighth of all others."""
BIDI_CONTROLS = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
NEEDED_SOMEWHERE = {ZWJ, ZWNJ}
FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

# Written here a second time, from the Unicode charts and not from the code.
DRAW_NOTHING = set(
    "\xad\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u200b\u2028\u2029\u2060\u2061"
    "\u2062\u2063\u2064\u3164\ufeff\uffa0\ufff9\ufffa\ufffb\ufffc"
)


def forbidden(shown: str, *, lines: bool = False) -> set[str]:
    """The characters of a result that may not be there, by the plain definition."""
    allowed = NEEDED_SOMEWHERE | ({"\n"} if lines else set())
    bad = {c for c in set(shown) if unicodedata.category(c) in FORBIDDEN} - allowed
    return bad | (set(shown) & (BIDI_CONTROLS | DRAW_NOTHING))


def longest_pile(shown: str) -> int:
    """The most marks in a row."""
    longest = run = 0
    for character in shown:
        marked = (
            unicodedata.category(character)[0] == "M" and kind_of(character) is CodepointKind.MARK
        )
        run = run + 1 if marked else 0
        longest = max(longest, run)
    return longest


def check(text: str) -> None:
    """Everything that holds for every text."""
    many, one = foreign(text), foreign_line(text)
    assert forbidden(many, lines=True) == set()
    assert forbidden(one) == set()
    assert foreign(many) == many
    assert foreign_line(one) == one
    assert longest_pile(many) <= MAX_MARKS
    many.encode("utf-8")


@long
def test_every_code_point_alone() -> None:
    shown = [foreign(chr(code)) for code in EVERY]
    one_line = [foreign_line(chr(code)) for code in EVERY]
    assert all(shown)
    assert all(one_line)
    assert forbidden("".join(shown), lines=True) == set()
    assert forbidden("".join(one_line)) == set()
    # No invisible character is kept where it stands alone.
    assert set("".join(shown)) & NEEDED_SOMEWHERE == set()


def in_context(context: str, characters: list[str]) -> None:
    for start in range(0, len(characters), 4096):
        chunk = characters[start : start + 4096]
        check(" ".join(context.format(character) for character in chunk))


@long
def test_every_code_point_inside_a_word() -> None:
    in_context("a{}b", [chr(code) for code in EVERY])


@pytest.fixture(scope="module")
def not_always_named() -> list[str]:
    """The characters whose treatment can depend on what is around them."""
    return [chr(code) for code in EVERY if kind_of(chr(code)) is not CodepointKind.NAMED]


@pytest.mark.parametrize(
    "context",
    some(["1{}\u20e3", "א{}ב", "م{}ن", "क्{}ष", "র{}্য", "☺{}☺", "漢{}字", "\x1b{}\u0301"], 2),
)
def test_every_code_point_in_context(context: str, not_always_named: list[str]) -> None:
    assert len(not_always_named) > rounds(100_000, 20_000)
    in_context(context, not_always_named)


@given(st.text(st.characters()))
@example("\r\n\r\t\x85\u2028")
@example("a" + "\u0301" * 10_000)
def test_any_text(text: str) -> None:
    check(text)


SPECIAL = st.sampled_from([
    *"ab1#* \n\r\t\x1b\x9b\x7f",
    *BIDI_CONTROLS,
    *DRAW_NOTHING,
    *(ZWJ, ZWNJ, "\ufe0e", "\ufe0f", "\u20e3", "\U000e0100", "\U000e0067"),
    *("\u0301", "\u0e34", "\u094d", "\u09cd", "\u0903", "\u064e"),
    *("א", "م", "क", "র", "漢", "한", "❤", "👩", "🏽", "🇩", "🏴", "\ue000", "\ud800", "\u0378"),
])  # fmt: skip


@given(st.lists(SPECIAL, max_size=30).map("".join))
def test_any_mixture_of_what_is_special(text: str) -> None:
    check(text)


@given(st.lists(SPECIAL, max_size=40).map("".join), st.integers(0, 30))
def test_a_line_never_outgrows_its_width(text: str, width: int) -> None:
    shown = foreign_line(text, width)
    assert columns(shown) <= width
    assert wcswidth(shown) <= width
    assert forbidden(shown) == set()
    assert foreign_line(shown, width) == shown
    if columns(foreign_line(text)) > width > 0:
        assert shown.endswith(ELLIPSIS)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;cm0gLXJm\x07", "^[]52;c;cm0gLXJm^G"),  # OSC 52 would set the clipboard
        ("\x9b31mred", "<U+009B>31mred"),
        ("ok\rno\x08\x7f\x00", "ok^Mno^H^?^@"),
        ("user\u202egnp.exe", "user<U+202E>gnp.exe"),
        ("pay\u200bpal", "pay<U+200B>pal"),
        ("pay\u200dpal", "pay<U+200D>pal"),
        ("a\u00a0b\u2009c\u2800d", "a b c d"),
        ("\ue000\ufdd0\U0010ffff\ud83d", "<U+E000><U+FDD0><U+10FFFF><U+D83D>"),
        ("🏴\U000e0067\U000e007f", "🏴<U+E0067><U+E007F>"),
        ("\u3164", "<U+3164>"),
        ("\u0301", CARRIER + "\u0301"),
        ("x\x1b\u0301", "x^[" + CARRIER + "\u0301"),
        ("x" + "\u0301" * 99, "x" + "\u0301" * MAX_MARKS),
        ("x\ufe0f", "x<U+FE0F>"),
        ("❤\ufe0f\ufe0f", "❤\ufe0f<U+FE0F>"),
        ("👩\u200d\u200d💻", "👩<U+200D><U+200D>💻"),
    ],
)
def test_what_could_mislead_is_named(text: str, shown: str) -> None:
    assert foreign(text) == foreign_line(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Grüße, señor! Tiếng Việt, Tiê\u0301\u0323ng",
        "Привет, Ελλάδα, 你好\u3000世界, こんにちは, 안녕하세요",
        "שָׁלוֹם עולם, مَرْحَبًا بِكَ",
        "می\u200cخواهم",  # Persian: ZWNJ inside a word
        "क्\u200dष क्\u200cष र\u094d\u200dय",  # Devanagari: forms of conjuncts
        "র\u200d্যাব",  # Bengali: ya-phalaa after ra
        "ශ්\u200dරී ලංකා",  # Sinhala
        "👨\u200d👩\u200d👧\u200d👦 🧑🏽\u200d💻 ❤\ufe0f\u200d🔥 🏳\ufe0f\u200d🌈 🐈\u200d⬛",
        "1\ufe0f\u20e3 #\ufe0f\u20e3 ©\ufe0f ☀\ufe0e 🇩🇪",
        "辻\U000e0100さん",  # a Japanese name and its written form
        "မြို့ ราชอาณาจักร བོད་ཡིག",
    ],
)
def test_what_people_write_stays(text: str) -> None:
    assert foreign(text) == foreign_line(text) == text


def test_lines_and_tabs() -> None:
    assert foreign("one\r\ntwo\nthree\tfour") == "one\ntwo\nthree    four"
    assert foreign_line("one\r\ntwo\nthree\tfour") == "one↵two↵three    four"


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("hello", 5, "hello"),
        ("hello", 4, "hel…"),
        ("hello", 1, "…"),
        ("hello", 0, ""),
        ("你好世界", 8, "你好世界"),
        ("你好世界", 7, "你好世…"),
        ("你好世界", 6, "你好…"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
        ("👩\u200d💻!!", 4, "👩…"),  # not cut between the joiner and what it joins
        ("\x1b\x1b", 3, "^[…"),
    ],
)
def test_a_line_is_cut_where_a_column_ends(text: str, width: int, shown: str) -> None:
    assert foreign_line(text, width) == shown


def test_names_of_code_points() -> None:
    assert [name_of(c) for c in "\x00\x1b\x7f\x80"] == ["^@", "^[", "^?", "<U+0080>"]
    assert name_of("\U0010ffff") == "<U+10FFFF>"


@pytest.mark.data
def test_naughty_strings() -> None:
    strings = json.loads(data_file("naughty_strings.json").read_text(encoding="utf-8"))
    assert len(strings) > 200
    for text in strings:
        check(text)
        assert wcswidth(foreign_line(text, 40)) <= 40


@pytest.mark.parametrize("text", ["plain words, as most are " * 8, "Grüße und 你好 👍 dazu " * 8])
def test_a_timeline_of_thousands_costs_little(text: str) -> None:
    # 10,000 posts of 200 characters; ten times the time that it takes on a slow core.
    started = time.process_time()
    for _ in range(10_000):
        foreign(text)
    assert time.process_time() - started < 4
