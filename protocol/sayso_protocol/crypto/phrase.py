"""The recovery phrase: 24 words (BIP 39, English) that hold an account.

The phrase gives a row of account keys. The first is in use, the hash of the next is
promised in every grant, so that a stolen first key can be left behind by whoever holds
the paper.
"""

from __future__ import annotations

from functools import cache

from mnemonic import Mnemonic

from ..errors import BadPhrase
from ..limits import MAX_ACCOUNT_KEYS
from ..translation import _
from .hashing import account_seed
from .keys import KeyPair

ENTROPY_SIZE = 32


def phrase_of(entropy: bytes) -> str:
    """Return the 24 words, one space between them, for 32 random bytes."""
    if len(entropy) != ENTROPY_SIZE:
        raise BadPhrase(_("a phrase of 24 words holds 32 bytes"))
    words: str = _english().to_mnemonic(entropy)
    return words


def account_keys(phrase: str, index: int = 0) -> KeyPair:
    """Return the account's key number `index`. Raises `BadPhrase`.

    Case and spacing do not matter; the check sum does.
    """
    words = " ".join(phrase.lower().split())
    if len(words.split()) != 24 or not _english().check(words):
        raise BadPhrase(_("not a recovery phrase: 24 words of the BIP 39 list, check each word"))
    seed: bytes = Mnemonic.to_seed(words)
    return KeyPair.from_seed(account_seed(seed, index))


def key_index(phrase: str, account: bytes) -> int:
    """Return which of the phrase's keys is an account's. Raises `BadPhrase` where none of the
    first `MAX_ACCOUNT_KEYS` is."""
    for index in range(MAX_ACCOUNT_KEYS):
        if account_keys(phrase, index).public == account:
            return index
    raise BadPhrase(_("the recovery phrase is another account's: take the one of this account"))


@cache
def _english() -> Mnemonic:
    return Mnemonic("english")
