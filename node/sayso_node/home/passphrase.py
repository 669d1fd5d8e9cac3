"""Passphrases, in whichever form a file or a keyboard gives them.

The same words are other bytes on another machine: Macs type é as two characters, Windows writes a
byte order mark or UTF-16 or the code page of western Europe. What is sealed is sealed under one
form: UTF-8, composed (NFC), as RFC 8265, section 4.2, has it. What earlier software sealed, it
sealed under the bytes as they came, so those are tried too.
"""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from typing import Final

from sayso_protocol.text.normal_form import keep

_MARKED: Final = (
    (BOM_UTF8, "utf-8-sig"),
    (BOM_UTF16_LE, "utf-16"),
    (BOM_UTF16_BE, "utf-16"),
)
_WINDOWS: Final = "cp1252"


def sealing_form(given: bytes) -> bytes:
    """The form under which something is sealed; bytes that are no text stay as they are."""
    text = _text_of(given)
    return given if text is None else keep(text).encode()


def opening_forms(given: bytes) -> Iterator[bytes]:
    """The forms under which it may have been sealed, the likeliest first, each once."""
    tried: set[bytes] = set()
    for form in _forms(given):
        if form not in tried:
            tried.add(form)
            yield form


def first_line_of(data: bytes) -> bytes:
    """The first line of a file, without its end; in UTF-16 with the mark that says so."""
    mark = data[: len(BOM_UTF16_LE)]
    if mark not in (BOM_UTF16_LE, BOM_UTF16_BE):
        return next(iter(data.splitlines()), b"")
    encoding = "utf-16-le" if mark == BOM_UTF16_LE else "utf-16-be"
    lines = data[len(mark) :].decode(encoding, "replace").splitlines()
    return mark + lines[0].encode(encoding) if lines and lines[0] else b""


def _text_of(given: bytes) -> str | None:
    encoding = next((name for mark, name in _MARKED if given.startswith(mark)), "utf-8")
    try:
        return given.decode(encoding).strip("\ufeff").rstrip("\r\n")
    except UnicodeDecodeError:
        return None


def _forms(given: bytes) -> Iterator[bytes]:
    yield sealing_form(given)
    yield given
    text = _text_of(given)
    if text is None:  # perhaps what Windows wrote
        text = given.decode(_WINDOWS, "replace").rstrip("\r\n")
        yield keep(text).encode()
    if not text.isascii():
        from unicodedata import normalize

        from sayso_protocol.text.marks import stream_safe  # it compiles patterns

        yield normalize("NFD", stream_safe(text)).encode()
        yield normalize("NFKC", stream_safe(text)).encode()
        yield text.encode(_WINDOWS, "replace")
