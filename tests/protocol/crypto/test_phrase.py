"""The recovery phrase: BIP 39, and the keys that follow from it."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso_protocol.crypto.hashing import account_seed
from sayso_protocol.crypto.keys import KeyPair, key_text
from sayso_protocol.crypto.phrase import account_keys, key_index, phrase_of
from sayso_protocol.errors import BadPhrase
from sayso_protocol.limits import MAX_ACCOUNT_KEYS

from ..strategies import hashes

_LEGAL = "legal winner thank year wave sausage worth useful "
_LETTER = "letter advice cage absurd amount doctor acoustic avoid "

# The English vectors of BIP 39 (trezor/python-mnemonic, vectors.json), those of 24 words.
BIP_39 = {
    "00" * 32: "abandon " * 23 + "art",
    "7f" * 32: _LEGAL * 2 + _LEGAL.replace("useful ", "title"),
    "80" * 32: _LETTER * 2 + _LETTER.replace("avoid ", "bless"),
    "ff" * 32: "zoo " * 23 + "vote",
}
PHRASE = BIP_39["00" * 32]


@pytest.mark.parametrize("entropy", BIP_39)
def test_bip_39_vectors(entropy):
    assert phrase_of(bytes.fromhex(entropy)) == BIP_39[entropy]


def test_the_keys_of_a_phrase_are_what_they_always_were():
    assert [key_text(account_keys(PHRASE, index).public) for index in (0, 1)] == [
        "z6MkkxXsqN4hC1rgHih4e7MEbfrA51z5ivfcCcYaMzAEsMu6",
        "z6Mkp2e8hbqXzJ6UULc4JkDVFjcdqXy6XD9qvp9cpWNuNBzK",
    ]


def test_the_keys_come_from_the_bip_39_seed_without_passphrase():
    seed = hashlib.pbkdf2_hmac("sha512", PHRASE.encode(), b"mnemonic", 2048)
    for index in (0, 1, 2**32 - 1):
        assert account_keys(PHRASE, index) == KeyPair.from_seed(account_seed(seed, index))


@given(hashes)
@settings(max_examples=20)
def test_a_phrase_gives_the_same_keys_again_and_a_different_one_for_each_number(entropy):
    phrase = phrase_of(entropy)
    first, second = account_keys(phrase), account_keys(phrase, 1)
    assert first == account_keys(phrase, 0)
    assert first.public != second.public


@given(st.lists(st.sampled_from([" ", "  ", "\t", "\n", " \r\n "]), min_size=24, max_size=24))
@settings(max_examples=20)
def test_case_and_spacing_do_not_matter(gaps):
    words = PHRASE.split()
    typed = "".join(gap + word for gap, word in zip(gaps, words, strict=True)) + "\n"
    assert account_keys(typed.upper()) == account_keys(typed.title()) == account_keys(PHRASE)


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        "abandon",
        "abandon " * 24,
        "abandon " * 22 + "art",
        "abandon " * 24 + "art",
        "abandon " * 11 + "about",
        "abandon " * 17 + "agent",
        "abandon " * 23 + "arts",
        "abandon " * 22 + "abandn art",
        "art " + "abandon " * 23,
        "zoo " * 23 + "wrong",
        "\u00e1bandon " * 23 + "art",
        "\u3042" * 24,
        "\ud800 " * 24,
    ],
)
def test_what_is_no_phrase_of_24_words_is_refused(phrase):
    with pytest.raises(BadPhrase):
        account_keys(phrase)


def test_two_words_exchanged_are_refused():
    words = BIP_39["7f" * 32].split()
    words[0], words[1] = words[1], words[0]
    with pytest.raises(BadPhrase):
        account_keys(" ".join(words))


def test_of_all_last_words_only_one_in_256_fits():
    from mnemonic import Mnemonic

    start = "abandon " * 23
    wordlist = Mnemonic("english").wordlist
    fitting = 0
    for word in wordlist[::8]:  # the top 3 bits are free, the other 8 are the check sum
        try:
            account_keys(start + word)
            fitting += 1
        except BadPhrase:
            pass
    assert fitting <= 8


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_entropy_of_another_size_is_refused(size):
    with pytest.raises(BadPhrase):
        phrase_of(bytes(size))


def test_a_refusal_does_not_repeat_the_phrase():
    with pytest.raises(BadPhrase) as refusal:
        account_keys("secretword " * 24)
    assert "secretword" not in str(refusal.value)


@pytest.mark.parametrize("index", [0, 1, 7, MAX_ACCOUNT_KEYS - 1])
def test_an_account_is_found_among_the_keys_of_its_phrase(index):
    assert key_index(PHRASE.upper(), account_keys(PHRASE, index).public) == index


def test_an_account_of_another_phrase_is_not_found():
    for account in (account_keys(BIP_39["ff" * 32]), account_keys(PHRASE, MAX_ACCOUNT_KEYS)):
        with pytest.raises(BadPhrase, match="another account"):
            key_index(PHRASE, account.public)
