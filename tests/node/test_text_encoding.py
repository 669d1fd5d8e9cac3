"""Text files of Windows: what shows its encoding is read, what does not is refused."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_node.text_encoding import TextEncodingError, decode_text, with_line_feeds

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0\ufeff"))
MARKED = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
]


@given(TEXTS, st.sampled_from(MARKED), st.sampled_from(["\n", "\r\n"]))
def test_a_marked_text_is_read_whatever_its_encoding_and_lines(
    text: str, marked: tuple[bytes, str], end: str
) -> None:
    mark, name = marked
    assert decode_text(mark + text.replace("\n", end).encode(name)) == text


@given(TEXTS)
def test_utf8_without_a_mark_is_read_as_it_is(text: str) -> None:
    assert decode_text(text.encode()) == text


@given(st.text(st.characters(max_codepoint=255, exclude_characters="\r\0\ufeff"), min_size=1))
@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_known_by_its_zeros(name: str, text: str) -> None:
    assert decode_text(text.encode(name)) == text


@pytest.mark.parametrize("name", ["cp1252", "cp1251", "latin-1", "shift-jis", "cp437"])
def test_an_old_code_page_is_refused_not_guessed(name: str) -> None:
    words = {"cp1251": "Привет", "shift-jis": "こんにちは"}.get(name, "Grüße")
    with pytest.raises(TextEncodingError):
        decode_text(words.encode(name))


@given(st.binary(max_size=64))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        assert "\r\n" not in decode_text(data)
    except TextEncodingError:
        pass


def test_lines_end_as_on_unix() -> None:
    assert with_line_feeds("\ufeffa\r\nb\rc\n\r\n") == "a\nb\rc\n\n"
