"""Passphrases open what was sealed, however the same words are written down."""

from __future__ import annotations

import io
from pathlib import Path
from unicodedata import normalize

import hypothesis
import pytest
from hypothesis import strategies as st

from sayso_node.backup import sealed_stream
from sayso_node.backup.sealed_stream import SealedReader, SealedWriter
from sayso_node.errors import KeystoreError
from sayso_node.home import sealed_file
from sayso_node.home.passphrase import first_line_of, opening_forms, sealing_form
from sayso_node.home.sealed_file import read_sealed, write_sealed

WORDS = ["correct horse", "café", "Ångström 3", "пароль", "パスワード", "한글 암호", "naïve ﬁsh"]
SECRETS = {"seed": "x"}


def forms(words: str) -> dict[str, bytes]:
    """The first line of a file as editors and keyboards write these words."""
    return {
        "composed": normalize("NFC", words).encode(),
        "decomposed": normalize("NFD", words).encode(),
        "byte order mark": b"\xef\xbb\xbf" + words.encode(),
        "mark and decomposed": b"\xef\xbb\xbf" + normalize("NFD", words).encode(),
        "UTF-16": first_line_of(words.encode("utf-16") + "\r\n".encode("utf-16-le")),
        "big-endian": first_line_of(b"\xfe\xff" + f"{words}\r\n{words}".encode("utf-16-be")),
    }


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (sealed_file, sealed_stream):
        monkeypatch.setattr(module, "OPS", 1)
        monkeypatch.setattr(module, "MEMORY", 8192)


def opens(path: Path, given: bytes) -> bool:
    try:
        return read_sealed(path, given) == SECRETS
    except KeystoreError:
        return False


@pytest.mark.parametrize("words", WORDS)
def test_every_form_opens_what_every_form_sealed(words: str, tmp_path: Path) -> None:
    for name, sealed in forms(words).items():
        path = tmp_path / name
        write_sealed(path, SECRETS, sealed)
        for given in forms(words).values():
            assert opens(path, given)
        assert not opens(path, words.encode() + b"x")


@pytest.mark.parametrize("words", WORDS)
def test_what_was_sealed_under_the_bytes_as_they_came_opens(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As earlier software sealed: keys, and backups."""
    for name, given in forms(words).items():
        path, backup = tmp_path / name, list[bytes]()
        with monkeypatch.context() as patch:
            for module in (sealed_file, sealed_stream):
                patch.setattr(module, "sealing_form", lambda given: given)
            write_sealed(path, SECRETS, given)
            writer = SealedWriter(backup.append, given)
            writer.write(b"whole")
            writer.finish()
        assert opens(path, given)
        assert SealedReader(io.BytesIO(b"".join(backup)), given).read(9) == b"whole"
        if name in ("composed", "decomposed"):
            assert opens(path, words.encode())


def test_a_code_page_of_windows_is_one_more_form(tmp_path: Path) -> None:
    old, new = "café".encode("cp1252"), "café".encode()
    for name, sealed, given in (("old", old, new), ("new", new, old), ("same", old, old)):
        write_sealed(tmp_path / name, SECRETS, sealed)
        assert opens(tmp_path / name, given)


@hypothesis.given(st.binary(max_size=40))
def test_the_sealing_form_is_tried_first_and_the_bytes_themselves_too(given: bytes) -> None:
    tried = list(opening_forms(given))
    assert tried[0] == sealing_form(given)
    assert given in tried
    assert len(tried) == len(set(tried)) <= 6
    if given.isascii() and not given.endswith((b"\r", b"\n")):
        assert tried == [given]


def test_the_first_line_of_a_file() -> None:
    assert first_line_of(b"one\r\ntwo") == b"one"
    assert first_line_of(b"") == first_line_of(b"\xff\xfe") == b""
    assert first_line_of("onė\r\ntwo".encode("utf-16-le")) != b""
    assert first_line_of(
        b"\xff\xfe" + "onė\ntwo".encode("utf-16-le")
    ) == b"\xff\xfe" + "onė".encode("utf-16-le")
