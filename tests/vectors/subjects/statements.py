"""Section 3. `wire` is read as the fields in `statement`; with `rule` it is refused for it. Of
several `wires` the one with number `counts` counts (from 0). `keeps` says whether the rotation in
`wire` is to the key that the grant `after` promised.
"""

from __future__ import annotations

from typing import Any

from sayso_protocol.accounts.envelope import DOMAIN, FEED_DOMAIN
from sayso_protocol.codec import decode, encode
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.entry import DOMAIN as ENTRY_DOMAIN
from sayso_protocol.limits import MAX_FEEDS_AN_ACCOUNT, MAX_SEQ

from ..cases import ACCOUNT, FEED, NEXT, STRANGER, Case, parts
from .points import SMALL_ORDER

PROMISE = next_key_hash(NEXT.public)
ID = bytes(range(32))
OTHER_ID = bytes(range(1, 33))

GRANT = [1, "grant", ACCOUNT.public, FEED.public, PROMISE]
REVOKE = [1, "revoke", ACCOUNT.public, FEED.public, 7, ID]
ENDS = sorted([[FEED.public, 7, ID], [STRANGER.public, MAX_SEQ, OTHER_ID]])
ROTATE = [1, "rotate", ACCOUNT.public, NEXT.public, ENDS]
_OTHER_DOMAINS = {
    "in the domain of entries": ENTRY_DOMAIN,
    "without domain": b"",
}
NAMES = {
    "grant": ("account", "feed", "promise"),
    "revoke": ("account", "feed", "seq", "id"),
    "rotate": ("account", "successor", "ends"),
}


def make() -> list[Case]:
    """Sound ones, refused ones of each type, and which of several counts."""
    return [*_sound(), *_envelopes(), *_refused_fields(), *_flips(), *_which_counts()]


def wire_of(fields: Any, *signers: KeyPair) -> bytes:
    """A statement of any content, properly signed: by account and feed unless said."""
    return _raw(encode(fields), *signers)


def _raw(statement: bytes, *signers: KeyPair) -> bytes:
    keys, domains = signers or (ACCOUNT, FEED), (DOMAIN, FEED_DOMAIN)
    signatures = [key.sign(domain, statement) for key, domain in zip(keys, domains, strict=False)]
    return encode([statement, *signatures])


def _signers(fields: list[Any]) -> tuple[KeyPair, ...]:
    return {"grant": (ACCOUNT, FEED), "revoke": (ACCOUNT,), "rotate": (NEXT,)}[fields[1]]


def _good(name: str, fields: list[Any], *signers: KeyPair) -> Case:
    said = {"type": fields[1]} | dict(zip(NAMES[fields[1]], fields[2:], strict=True))
    return {
        "name": name,
        "wire": wire_of(fields, *(signers or _signers(fields))),
        "statement": said,
    }


def _bad(name: str, fields: Any, rule: str, *signers: KeyPair) -> Case:
    return {"name": name, "wire": wire_of(fields, *signers), "rule": rule}


def _changed(fields: list[Any], at: int, value: Any) -> list[Any]:
    return [*fields[:at], value, *fields[at + 1 :]]


def _sound() -> list[Case]:
    keys = sorted(KeyPair.from_seed(bytes([n]) * 32).public for n in range(64))
    own = _changed(GRANT, 3, ACCOUNT.public)
    many = [[key, MAX_SEQ, ID] for key in keys[:MAX_FEEDS_AN_ACCOUNT]]
    return [
        _good("grant", GRANT),
        _good("grant with a promise of zeros", _changed(GRANT, 4, bytes(32))),
        _good("grant of the account's own key as a feed", own, ACCOUNT, ACCOUNT),
        _good("revoke", REVOKE),
        _good("revoke at the last number", _changed(REVOKE, 4, MAX_SEQ)),
        _good("revoke at the first number", _changed(REVOKE, 4, 1)),
        _good("revoke of a whole feed", [*REVOKE[:4], 0, None]),
        _good("rotation", ROTATE),
        _good("rotation that ends everything", _changed(ROTATE, 4, [])),
        {"name": "rotation that names 64 feeds", "wire": wire_of(_changed(ROTATE, 4, many), NEXT)},
    ]


def _envelopes() -> list[Case]:
    statement = encode(GRANT)
    signature, accepted = ACCOUNT.sign(DOMAIN, statement), FEED.sign(FEED_DOMAIN, statement)
    other = encode(_changed(GRANT, 4, bytes(32)))
    lifted, taken = ACCOUNT.sign(DOMAIN, other), FEED.sign(FEED_DOMAIN, other)
    wire = encode([statement, signature, accepted])
    bad = "bad-signature"
    raw = {
        "nothing": (b"", "not-canonical"),
        "not an array": (encode(statement), "bad-shape"),
        "a map": (encode({}), "bad-shape"),
        "an empty array": (encode([]), "bad-shape"),
        "no signature": (encode([statement]), "bad-shape"),
        "a grant without the feed's signature": (encode([statement, signature]), "bad-shape"),
        "a grant with the feed's alone": (encode([statement, accepted]), "bad-shape"),
        "a grant with nil for the feed's": (encode([statement, signature, None]), "bad-shape"),
        "a grant with a third signature": (encode([*decode(wire), accepted]), "bad-shape"),
        "a grant with its two swapped": (encode([statement, accepted, signature]), bad),
        "a grant with the account's twice": (encode([statement, signature, signature]), bad),
        "a grant with the account's lifted": (encode([statement, lifted, accepted]), bad),
        "a grant with the feed's lifted": (encode([statement, signature, taken]), bad),
        "a revoke with a feed's signature": (wire_of(REVOKE, ACCOUNT, FEED), "bad-shape"),
        "a rotation with a feed's signature": (wire_of(ROTATE, NEXT, FEED), "bad-shape"),
        "text for the statement": (encode(["grant", signature, accepted]), "bad-shape"),
        "the statement not packed": (encode([GRANT, signature, accepted]), "bad-shape"),
        "text for the signature": (encode([statement, "x" * 64, accepted]), "bad-shape"),
        "text for the feed's signature": (encode([statement, signature, "x" * 64]), "bad-shape"),
        "a signature of 63 bytes": (encode([statement, signature[:63], accepted]), "bad-shape"),
        "a signature of 65 bytes": (encode([statement, signature + b"\0", accepted]), "bad-shape"),
        "a feed's signature of 63 bytes": (
            encode([statement, signature, accepted[:63]]),
            "bad-shape",
        ),
        "a byte behind": (wire + b"\0", "not-canonical"),
        "a long head outside": (b"\xdc\0\3" + wire[1:], "not-canonical"),
        "over the limit": (parts((b"\xc0", 6 * 1024 + 1)), "too-large"),
        "not msgpack inside": (
            _raw(b"\xc1"),
            "not-canonical",
        ),
        "a long integer inside": (_raw(b"\x95\xcc\x01" + statement[2:]), "not-canonical"),
        "a byte behind inside": (_raw(statement + b"\0"), "not-canonical"),
    }
    for name, domain in (_OTHER_DOMAINS | {"in the domain of feeds": FEED_DOMAIN}).items():
        alien = ACCOUNT.sign(domain, statement)
        raw[f"the account's signature {name}"] = encode([statement, alien, accepted]), bad
    for name, domain in (_OTHER_DOMAINS | {"in the domain of statements": DOMAIN}).items():
        alien = FEED.sign(domain, statement)
        raw[f"the feed's signature {name}"] = encode([statement, signature, alien]), bad
    return [{"name": name, "wire": data, "rule": rule} for name, (data, rule) in raw.items()]


def _refused_fields() -> list[Case]:
    cases = [
        _bad("version 0", _changed(GRANT, 0, 0), "unknown-version"),
        _bad("version 2", _changed(GRANT, 0, 2), "unknown-version"),
        _bad("version true", _changed(GRANT, 0, True), "unknown-version"),
        _bad("version text", _changed(GRANT, 0, "1"), "unknown-version"),
        _bad("version 2 of another shape", [2, "grant"], "unknown-version"),
        _bad("unknown type", _changed(GRANT, 1, "adopt"), "bad-shape"),
        _bad("type in capitals", _changed(GRANT, 1, "Grant"), "bad-shape"),
        _bad("type as bytes", _changed(GRANT, 1, b"grant"), "bad-shape"),
        _bad("version alone", [1], "bad-shape"),
        _bad("a map inside", {"version": 1}, "bad-shape"),
        _bad("grant signed by the feed", GRANT, "bad-signature", FEED, FEED),
        _bad("grant of a stranger's feed", GRANT, "bad-signature", ACCOUNT, ACCOUNT),
        _bad("grant accepted by another feed", GRANT, "bad-signature", ACCOUNT, STRANGER),
        _bad("revoke signed by the feed", REVOKE, "bad-signature", FEED),
        _bad("rotation signed by the old key", ROTATE, "bad-signature", ACCOUNT),
        _bad("rotation to itself", _changed(ROTATE, 3, ACCOUNT.public), "bad-shape", ACCOUNT),
        _bad("revoke at 0 with an id", _changed(REVOKE, 4, 0), "bad-shape", ACCOUNT),
        _bad("revoke at a number without id", _changed(REVOKE, 5, None), "bad-shape", ACCOUNT),
        _bad("revoke at 2^63", _changed(REVOKE, 4, 2**63), "bad-sequence", ACCOUNT),
        _bad("revoke at 2^64-1", _changed(REVOKE, 4, 2**64 - 1), "bad-sequence", ACCOUNT),
        _bad("revoke at -1", _changed(REVOKE, 4, -1), "bad-sequence", ACCOUNT),
        _bad("revoke at true", _changed(REVOKE, 4, True), "bad-sequence", ACCOUNT),
        _bad("revoke at false", [*REVOKE[:4], False, None], "bad-sequence", ACCOUNT),
        _bad("revoke with an id of 31 bytes", _changed(REVOKE, 5, ID[:31]), "bad-shape", ACCOUNT),
    ]
    for fields in (GRANT, REVOKE, ROTATE):
        kind, signers = fields[1], _signers(fields)
        cases += [
            _bad(f"{kind} with a field too few", fields[:-1], "bad-shape", *signers),
            _bad(f"{kind} with a field too many", [*fields, 1], "bad-shape", *signers),
        ]
        for at in (2, 3):
            name = f"{kind}, {NAMES[kind][at - 2]}"
            for what, value, rule in (
                ("of 31 bytes", fields[at][:31], "bad-shape"),
                ("as text", "x" * 32, "bad-shape"),
                ("nil", None, "bad-shape"),
                ("of small order", SMALL_ORDER[0], "bad-key"),
            ):
                cases.append(_bad(f"{name} {what}", _changed(fields, at, value), rule, *signers))
    cases += [
        _bad("grant, promise of 31 bytes", _changed(GRANT, 4, PROMISE[:31]), "bad-shape"),
        _bad("grant, promise nil", _changed(GRANT, 4, None), "bad-shape"),
    ]
    return cases + _refused_ends()


def _refused_ends() -> list[Case]:
    low, high = ENDS
    keys = sorted(KeyPair.from_seed(bytes([n]) * 32).public for n in range(65))
    bad = {
        "not an array": ({}, "bad-shape"),
        "nil": (None, "bad-shape"),
        "out of order": ([high, low], "bad-shape"),
        "one feed twice": ([low, low], "bad-shape"),
        "one feed at two numbers": ([low, [low[0], 8, ID]], "bad-shape"),
        "an end of two": ([low[:2]], "bad-shape"),
        "an end of four": ([[*low, 1]], "bad-shape"),
        "an end at 0": ([[low[0], 0, None]], "bad-sequence"),
        "an end at 2^63": ([[low[0], 2**63, ID]], "bad-sequence"),
        "an end without id": ([[low[0], 1, None]], "bad-shape"),
        "a feed of small order": ([[SMALL_ORDER[0], 1, ID]], "bad-key"),
        "65 feeds": ([[key, 1, ID] for key in keys], "too-large"),
    }
    return [
        _bad(f"rotation, ends: {name}", _changed(ROTATE, 4, ends), rule, NEXT)
        for name, (ends, rule) in bad.items()
    ]


def _flips() -> list[Case]:
    wire = wire_of(GRANT)
    start = wire.index(encode(GRANT))
    signed = start + len(encode(GRANT))
    return [
        {
            "name": "every bit of a grant",
            "wire": wire,
            "flip": [0, 8 * len(wire) - 1],
            "rule": "any",
        },
        *(
            {
                "name": f"every bit of {whose} signature in a grant",
                "wire": wire,
                "flip": [8 * first, 8 * (first + 64) - 1],
                "rule": "bad-signature",
            }
            for whose, first in (("the account's", signed + 2), ("the feed's", signed + 68))
        ),
        {"name": "a grant cut anywhere", "wire": wire, "cut": [0, len(wire) - 1], "rule": "any"},
    ]


def _which_counts() -> list[Case]:
    def revoke(seq: int, name: bytes | None) -> bytes:
        return wire_of([*REVOKE[:4], seq, name], ACCOUNT)

    def rotate(ends: Any) -> bytes:
        return wire_of(_changed(ROTATE, 4, ends), NEXT)

    grant = wire_of(GRANT)
    kept = wire_of(ROTATE, NEXT)
    other = wire_of(_changed(ROTATE, 3, STRANGER.public), STRANGER)
    sets = {
        "revokes at 9, 7, 8": ([revoke(9, ID), revoke(7, OTHER_ID), revoke(8, ID)], 1),
        "revokes at one number": ([revoke(7, OTHER_ID), revoke(7, ID)], 1),
        "revokes at 1 and of the whole": ([revoke(1, ID), revoke(0, None)], 1),
        "revokes at 256 and 255": ([revoke(256, ID), revoke(255, OTHER_ID)], 1),
        "rotations that end none or one": ([rotate([ENDS[0]]), rotate([])], 1),
        "rotations at 7 and 8": (
            [rotate([[FEED.public, 8, ID]]), rotate([[FEED.public, 7, ID]])],
            1,
        ),
        "rotations at 127 and 128": (
            [rotate([[FEED.public, 127, ID]]), rotate([[FEED.public, 128, ID]])],
            0,
        ),
    }
    return [
        *({"name": name, "wires": wires, "counts": n} for name, (wires, n) in sets.items()),
        {"name": "the key that was promised", "after": grant, "wire": kept, "keeps": True},
        {"name": "another key", "after": grant, "wire": other, "keeps": False},
    ]
