"""Section 2. `text` is the text form of `key`, 32 bytes. With `rule` the text, or the key where no
text stands there, is refused for it.
"""

from __future__ import annotations

import base58
from nacl.bindings import crypto_core_ed25519_add

from sayso_protocol.crypto.keys import KeyPair, key_text

from ..cases import ACCOUNT, FEED, Case
from .points import NOT_CANONICAL, OFF_THE_CURVE, SMALL_ORDER


def make() -> list[Case]:
    """Cases of one kind after the other."""
    return [*_sound(), *_texts(), *_points()]


def _sound() -> list[Case]:
    keys = [KeyPair.from_seed(bytes([n]) * 32).public for n in range(1, 13)]
    cases = [
        {"name": f"seed {n} times 32", "text": key_text(k), "key": k} for n, k in enumerate(keys, 1)
    ]
    did = "did:key:" + key_text(keys[0])
    return [*cases, {"name": "did:key in front", "text": did, "key": keys[0]}]


def _texts() -> list[Case]:
    good = key_text(ACCOUNT.public)
    bad = {
        "nothing": "",
        "a letter too few": good[:-1],
        "a letter too many": good + "1",
        "blank behind": good + " ",
        "blank in front": " " + good,
        "blank in place of the last letter": good[:-1] + " ",
        "line feed in place of the last letter": good[:-1] + "\n",
        "no multibase letter": good[1:] + "1",
        "base16 letter": "f" + good[1:],
        "upper-case z": "Z" + good[1:],
        "zero, which base58 has not": good[:20] + "0" + good[21:],
        "capital o, which base58 has not": good[:20] + "O" + good[21:],
        "not ASCII": good[:20] + "é" + good[21:],
        "full-width letter": good[:20] + "\uff21" + good[21:],
        "other prefix of did": "did:web:" + good,
        "did:key twice": "did:key:did:key:" + good,
        "X25519 key": "z" + base58.b58encode(b"\xec\x01" + ACCOUNT.public).decode(),
        "secp256k1 key": "z" + base58.b58encode(b"\xe7\x01" + ACCOUNT.public).decode(),
        "prefix alone turned": "z" + base58.b58encode(b"\x01\xed" + ACCOUNT.public).decode(),
        "number too large for 34 bytes": "z" + "z" * 47,
        "leading ones": "z" + "1" * 47,
        "hexadecimal": ACCOUNT.public.hex(),
    }
    cases = [{"name": name, "text": text, "rule": "bad-text"} for name, text in bad.items()]
    small = [SMALL_ORDER[0], SMALL_ORDER[3], OFF_THE_CURVE[0]]
    return cases + [
        {"name": f"well-formed text of no key {n}", "text": key_text(key), "rule": "bad-key"}
        for n, key in enumerate(small, 1)
    ]


def _points() -> list[Case]:
    kinds = {
        "small order": SMALL_ORDER,
        "not canonical": NOT_CANONICAL,
        "not on the curve": OFF_THE_CURVE,
        "mixed order": [
            crypto_core_ed25519_add(pair.public, torsion)
            for pair in (ACCOUNT, FEED)
            for torsion in SMALL_ORDER[1:]
        ],
        "wrong length": [b"", bytes(31), ACCOUNT.public[:31], ACCOUNT.public + b"\0", bytes(64)],
    }
    return [
        {"name": f"{kind} {n}", "key": key, "rule": "bad-key"}
        for kind, keys in kinds.items()
        for n, key in enumerate(keys, 1)
    ]
