"""Keys in text form: that of did:key, one text a key."""

import base58
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.crypto.keys import KeyPair, key_text, parse_key
from sayso_protocol.errors import BadKey, BadText, Refused

from ..strategies import ACCOUNT, hashes
from .test_keys import SMALL_ORDER


@given(hashes)
def test_the_text_form_reads_back_and_is_that_of_did_key(seed):
    key = KeyPair.from_seed(seed).public
    text = key_text(key)
    assert text.startswith("z6Mk")
    assert len(text) == 48
    assert parse_key(text) == parse_key("did:key:" + text) == key


def test_the_text_form_is_that_of_the_did_key_specification():
    key = bytes.fromhex("2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6")
    assert key_text(key) == "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"


ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def test_every_change_of_one_character_is_refused_or_is_another_key():
    text = key_text(ACCOUNT.public)
    for place in range(len(text)):
        for character in ALPHABET + "0OIl \n\t\x00\u00e9\u0661":
            changed = text[:place] + character + text[place + 1 :]
            if changed == text:
                continue
            try:
                key = parse_key(changed)
            except (BadText, BadKey):
                continue
            assert key != ACCOUNT.public
            assert key_text(key) == changed, "one key has one text"


TEXT = key_text(ACCOUNT.public)


def multibase(data: bytes) -> str:
    return "z" + base58.b58encode(data).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "z",
        TEXT[:-1],
        TEXT + "1",
        TEXT[1:] + "1",
        TEXT[1:],
        " " + TEXT,
        TEXT + " ",
        TEXT + "\n",
        "did:key:" + "did:key:" + TEXT,
        "DID:KEY:" + TEXT,
        "did:key:" + TEXT + "#" + TEXT,
        "u" + TEXT[1:],
        TEXT.upper(),
        "\u00e9" * 48,
        "z" + "1" * 47,
        "z" + "z" * 47,
        multibase(b"\xec\x01" + ACCOUNT.public),
        multibase(b"\xed\x02" + ACCOUNT.public),
        multibase(b"\xed\x01" + ACCOUNT.public[:-1]).ljust(48, " "),
        multibase(b"\x00\xed\x01" + ACCOUNT.public),
    ],
)
def test_text_that_is_no_key_is_refused(text):
    with pytest.raises(BadText):
        parse_key(text)


@given(st.text(max_size=60) | st.text(ALPHABET, min_size=47, max_size=47).map("z".__add__))
def test_arbitrary_text_is_a_key_or_refused(text):
    try:
        key = parse_key(text)
    except Refused:
        return
    assert key_text(key) == text.removeprefix("did:key:")


@pytest.mark.parametrize("key", SMALL_ORDER, ids=bytes.hex)
def test_an_unsound_key_is_refused_in_text_too(key):
    with pytest.raises(BadKey):
        parse_key(key_text(key))


def test_a_secret_does_not_show():
    assert repr(ACCOUNT) == str(ACCOUNT) == f"KeyPair({key_text(ACCOUNT.public)})"
    assert ACCOUNT.secret.hex()[:16] not in f"{[ACCOUNT]}"
