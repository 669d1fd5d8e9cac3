"""Domains, and the files in which they name accounts."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.crypto.keys import DID, KeyPair, key_text
from sayso_protocol.discovery.domain_proof import (
    MAX_SITE_ACCOUNTS,
    MAX_SITE_FILE,
    accounts_named,
    ascii_domain,
)
from sayso_protocol.errors import BadShape

KEY = KeyPair.from_seed(bytes(32)).public


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("example.org", "example.org"),
        (" Example.ORG. ", "example.org"),
        ("a-b.c1.example", "a-b.c1.example"),
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_domains(text: str, asked: str) -> None:
    assert ascii_domain(text) == asked
    assert ascii_domain(asked) == asked


@pytest.mark.parametrize(
    "text",
    ["", ".", "localhost", "127.0.0.1", "[::1]", "a..b", "-a.org", "a-.org", "https://a.org",
     "a.org/x", "a.org:8", "u@a.org", "a b.org", "a.org\r\nX: y", "a\x00.org", "x" * 64 + ".org",
     "a." * 127 + "org", "é" * 300, "a.1"],
)  # fmt: skip
def test_what_is_no_domain(text: str) -> None:
    with pytest.raises(BadShape):
        ascii_domain(text)


def test_a_file_names_accounts_and_what_is_no_key_means_nothing() -> None:
    texts = [key_text(KEY), DID + key_text(KEY), "z6Mk", 7, None, [], "x" * 100_00]
    assert accounts_named(json.dumps({"accounts": texts, "more": {}}).encode()) == {KEY}
    assert accounts_named(b'{"accounts": []}') == frozenset()


def test_only_so_many_of_a_file_are_looked_at() -> None:
    texts = [""] * MAX_SITE_ACCOUNTS + [key_text(KEY)]
    assert accounts_named(json.dumps({"accounts": texts}).encode()) == frozenset()


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>", b"[]", b"{}", b'{"accounts": {}}', b'{"accounts": "z6"}', b"\xff\xfe", b"1",
     b"[" * 50_000, b" " * (MAX_SITE_FILE + 1)],
)  # fmt: skip
def test_what_is_no_such_file(data: bytes) -> None:
    with pytest.raises(BadShape):
        accounts_named(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_name_accounts(data: bytes) -> None:
    try:
        assert isinstance(accounts_named(data), frozenset)
    except BadShape:
        pass
