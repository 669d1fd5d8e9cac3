"""Section 2. `phrase` holds `entropy` and gives `keys` number 0, 1 and 2 with their `promises`
(hashes as grants carry them); other spellings of one give `keys` alone. With `rule` it is refused.
"""

from __future__ import annotations

from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.crypto.phrase import account_keys, phrase_of

from ..cases import Case


def make() -> list[Case]:
    """Phrases from fixed entropy, and spoilt ones."""
    entropies = [bytes(32), b"\xff" * 32, bytes([0x80]) * 32, bytes(range(32)), bytes(range(1, 33))]
    return [*(_sound(entropy) for entropy in entropies), *_spelled(), *_spoilt()]


def _sound(entropy: bytes) -> Case:
    phrase = phrase_of(entropy)
    keys = [account_keys(phrase, n).public for n in range(3)]
    promises = [next_key_hash(key) for key in keys]
    name = f"entropy from {entropy[:2].hex()} to {entropy[-1:].hex()}"
    return {"name": name, "entropy": entropy, "phrase": phrase, "keys": keys, "promises": promises}


def _spelled() -> list[Case]:
    phrase = phrase_of(bytes(range(32)))
    keys = [account_keys(phrase, n).public for n in range(3)]
    forms = {
        "capitals": phrase.upper(),
        "blanks around": f"  {phrase}\n",
        "tabs and lines between": phrase.replace(" ", " \t\n"),
    }
    return [{"name": name, "phrase": form, "keys": keys} for name, form in forms.items()]


def _spoilt() -> list[Case]:
    words = phrase_of(bytes(range(32))).split()
    bad = {
        "nothing": [],
        "23 words": words[:-1],
        "25 words": [*words, words[0]],
        "two words exchanged": [words[1], words[0], *words[2:]],
        "check sum wrong": [*words[:-1], "abandon"],
        "a word that is not in the list": ["sayso", *words[1:]],
        "a word cut to four letters": [*words[:-1], words[-1][:4]],
        "all words the same": ["abandon"] * 24,
        "a sound phrase of 12 words": ["abandon"] * 11 + ["about"],
        "hyphens": ["-".join(words)],
    }
    return [
        {"name": name, "phrase": " ".join(words), "rule": "bad-phrase"}
        for name, words in bad.items()
    ]
