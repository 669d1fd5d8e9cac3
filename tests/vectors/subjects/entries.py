"""Section 4. `header`, `signature` and `body` are one entry with this `id` and these `fields`;
`kind` is that of its body; what is left out is not judged. With `rule` the entry is refused for
it. `flip` [first, last] means every one of these bits of the three, one after the other, alone (bit
0 is the lowest of the first byte); `cut` [first, last] each of these lengths of `part`. Rule `any`
means that each is refused, for whatever rule.
"""

from __future__ import annotations

from typing import Any

from sayso_protocol.accounts.envelope import DOMAIN as STATEMENT_DOMAIN
from sayso_protocol.codec import encode
from sayso_protocol.content.body import (
    Follow,
    KnownBody,
    Open,
    Post,
    Profile,
    Reference,
    Unfollow,
    write_body,
)
from sayso_protocol.crypto.hashing import body_hash, entry_id
from sayso_protocol.feed.entry import DOMAIN
from sayso_protocol.limits import MAX_BODY, MAX_SEQ, MAX_TIME_MS

from ..cases import ACCOUNT, AT, FEED, STRANGER, Case, parts
from .points import SMALL_ORDER
from .statements import GRANT, wire_of

BODY = encode({"kind": "post", "text": "First."})
PREVIOUS = bytes(range(32))
FIELDS = ("version", "feed", "seq", "previous", "time_ms", "body_size", "body_hash")
HEADER = [1, FEED.public, 2, PREVIOUS, AT, len(BODY), body_hash(BODY)]


def make() -> list[Case]:
    """One of each kind, borders, refused headers, and one entry spoilt bit by bit."""
    return [*_kinds(), *_borders(), *_refused(), *_spoilt()]


def _good(name: str, header: list[Any], body: bytes, **other: Any) -> Case:
    packed = encode(header)
    signature = FEED.sign(DOMAIN, packed)
    return {
        "name": name,
        "header": packed,
        "signature": signature,
        "body": body,
        "id": entry_id(packed, signature),
        "fields": dict(zip(FIELDS[1:], header[1:], strict=True)),
    } | other


def _header(body: bytes, **changed: Any) -> list[Any]:
    fields = dict(zip(FIELDS, HEADER, strict=True))
    fields |= {"body_size": len(body), "body_hash": body_hash(body)} | changed
    return list(fields.values())


def _kinds() -> list[Case]:
    named = Reference(STRANGER.public, FEED.public, 5, PREVIOUS)
    other = Reference(ACCOUNT.public, STRANGER.public, MAX_SEQ, bytes(32))
    bodies: dict[str, KnownBody] = {
        "open": Open(wire_of(GRANT)),
        "post": Post("Good morning, whoever reads this."),
        "post of nothing": Post(""),
        "post in three scripts": Post("Grüße, 世界, שלום 👋🏽"),
        "reply": Post("So it is.", reply=named, root=other, lang="en"),
        "quote with tags and warning": Post(
            "Look.", quote=named, tags=("sky", "Himmel"), warn="birds"
        ),
        "imported post": Post(
            "Old.",
            written=1_230_000_000_000,
            origin="https://a.example/1",
            reply_origin="https://a.example/0",
        ),
        "profile": Profile("Ann", "Reads more than she writes."),
        "empty profile": Profile(),
        "follow": Follow(STRANGER.public),
        "unfollow": Unfollow(STRANGER.public),
    }
    cases = []
    for name, body in bodies.items():
        packed = write_body(body)
        first = {"seq": 1, "previous": None} if name == "open" else {}
        cases.append(_good(name, _header(packed, **first), packed, kind=body.KIND))
    unknown = encode({"kind": "poll", "ask": "Tea?", "of": ["yes", "no"]})
    return [
        *cases,
        _good("unknown kind", _header(unknown), unknown, kind="poll"),
        _good("body that is no map", _header(b"\x90"), b"\x90", kind=""),
        _good("body that is not msgpack", _header(b"\xc1"), b"\xc1", kind=""),
    ]


def _borders() -> list[Case]:
    longest = parts(b"x", (b"x", MAX_BODY - 1))
    full = b"x" * MAX_BODY
    cases = [
        _good("last number", _header(BODY, seq=MAX_SEQ), BODY),
        _good("first number", _header(BODY, seq=1, previous=None), BODY),
        _good("time 0", _header(BODY, time_ms=0), BODY),
        _good("last time", _header(BODY, time_ms=MAX_TIME_MS), BODY),
        _good("id of zeros before", _header(BODY, previous=bytes(32)), BODY),
        _good("body of one byte", _header(b"\xc0"), b"\xc0"),
    ]
    return [*cases, _good("longest body", _header(full), full) | {"body": longest}]


def _bad(name: str, header: Any, rule: str, body: bytes = BODY, **other: Any) -> Case:
    packed = header if isinstance(header, bytes) else encode(header)
    signature = FEED.sign(DOMAIN, packed)
    return (
        {"name": name, "header": packed, "signature": signature, "body": body}
        | other
        | {"rule": rule}
    )


def _refused() -> list[Case]:
    shape, seq, version = "bad-shape", "bad-sequence", "unknown-version"
    changed = [
        ("version 0", {"version": 0}, version),
        ("version 2", {"version": 2}, version),
        ("version true", {"version": True}, version),
        ("version nil", {"version": None}, version),
        ("feed of 31 bytes", {"feed": FEED.public[:31]}, shape),
        ("feed as text", {"feed": "x" * 32}, shape),
        ("feed of small order", {"feed": SMALL_ORDER[0]}, "bad-key"),
        ("number 0", {"seq": 0}, seq),
        ("number -1", {"seq": -1}, seq),
        ("number 2^63", {"seq": 2**63}, seq),
        ("number 2^64-1", {"seq": 2**64 - 1}, seq),
        ("number true", {"seq": True, "previous": None}, seq),
        ("number as text", {"seq": "2"}, seq),
        ("number 1 with a previous", {"seq": 1}, seq),
        ("number 2 without", {"previous": None}, seq),
        ("previous of 31 bytes", {"previous": PREVIOUS[:31]}, shape),
        ("previous as text", {"previous": "x" * 32}, shape),
        ("previous false", {"previous": False}, shape),
        ("time -1", {"time_ms": -1}, shape),
        ("time after the year 9999", {"time_ms": MAX_TIME_MS + 1}, shape),
        ("time true", {"time_ms": True}, shape),
        ("time nil", {"time_ms": None}, shape),
        ("size 0", {"body_size": 0}, shape),
        ("size -1", {"body_size": -1}, shape),
        ("size true", {"body_size": True}, shape),
        ("size of one too many", {"body_size": MAX_BODY + 1}, "too-large"),
        ("hash of 31 bytes", {"body_hash": bytes(31)}, shape),
        ("hash nil", {"body_hash": None}, shape),
        ("another size", {"body_size": len(BODY) + 1}, "wrong-body"),
        ("another hash", {"body_hash": bytes(32)}, "wrong-body"),
    ]
    packed = encode(HEADER)
    cases = [_bad(name, _header(BODY, **given), rule) for name, given, rule in changed]
    return [
        *cases,
        _bad("a field too few", HEADER[:-1], shape),
        _bad("a field too many", [*HEADER, None], shape),
        _bad("nothing in it", [], shape),
        _bad("a map", {}, shape),
        _bad("a byte behind the header", packed + b"\0", "not-canonical"),
        _bad("a long head", b"\xdc\0\7" + packed[1:], "not-canonical"),
        _bad("a long version", b"\x97\xcc\1" + packed[2:], "not-canonical"),
        _bad(
            "a float for the number",
            packed.replace(b"\2\xc4\x20\0", b"\xca\x40\0\0\0\xc4\x20\0", 1),
            shape,
        ),
        _bad("another body", HEADER, "wrong-body", BODY[:-1] + b"!"),
        _bad("no body", HEADER, "wrong-body", b""),
        _bad(
            "in the domain of statements",
            HEADER,
            "bad-signature",
            signature=FEED.sign(STATEMENT_DOMAIN, packed),
        ),
        _bad("without domain", HEADER, "bad-signature", signature=FEED.sign(b"", packed)),
        _bad("by the account", HEADER, "bad-signature", signature=ACCOUNT.sign(DOMAIN, packed)),
        _bad("of the body", HEADER, "bad-signature", signature=FEED.sign(DOMAIN, BODY)),
    ]


def _spoilt() -> list[Case]:
    base = _good("", HEADER, BODY)
    given = {part: base[part] for part in ("header", "signature", "body")}
    lengths = {part: len(data) for part, data in given.items()}
    body = 8 * (lengths["header"] + lengths["signature"])
    head = 8 * lengths["header"]
    flips = {
        "every bit of the header": ([0, head - 1], "any"),
        "every bit of the signature": ([head, body - 1], "bad-signature"),
        "every bit of the body": ([body, body + 8 * lengths["body"] - 1], "wrong-body"),
    }
    rules = {"header": "any", "signature": "bad-signature", "body": "wrong-body"}
    cases = [
        given | {"name": name, "flip": bits, "rule": rule} for name, (bits, rule) in flips.items()
    ]
    return cases + [
        given
        | {"name": f"{part} cut anywhere", "part": part, "cut": [0, n - 1], "rule": rules[part]}
        for part, n in lengths.items()
    ]
