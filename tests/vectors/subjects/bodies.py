"""Section 6. `known` says whether `body` is understood as its `kind`, with these `fields` (left out
where they are long, and where the body is not understood); what is not is of an unknown kind or,
with `kind` empty, malformed. No body is ever refused on reading.
"""

from __future__ import annotations

from typing import Any

from sayso_protocol.codec import encode
from sayso_protocol.content.open import MAX_DEVICE
from sayso_protocol.content.post import MAX_LANG, MAX_ORIGIN, MAX_TAG, MAX_TAGS, MAX_WARNING
from sayso_protocol.content.profile import (
    MAX_BIO,
    MAX_CARRIER,
    MAX_DOMAIN,
    MAX_NAME,
    MAX_PROFILE_CARRIERS,
    MAX_STAMP_BITS,
)
from sayso_protocol.limits import MAX_TIME_MS

from ..cases import ACCOUNT, STRANGER, Case
from . import body_acts, body_conversation
from .body_parts import (
    BROKEN_KEYS,
    BROKEN_REFERENCES,
    BROKEN_TEXTS,
    FAR,
    NAMED,
    case,
    known,
    long,
)


def make() -> list[Case]:
    """Understood, of unknown kinds, malformed in one field, without a kind."""
    return [
        *_understood(),
        *_unknown_fields(),
        *_kinds(),
        *_broken_fields(),
        *_no_kind(),
        *body_acts.make(),
        *body_conversation.make(),
    ]


def _understood() -> list[Case]:
    everything = {
        "text": "a", "reply": NAMED, "root": FAR, "quote": NAMED, "tags": ["a", "b", "a"],
        "mentions": [STRANGER.public, ACCOUNT.public],
        "lang": "de-CH", "warn": "w", "written": 0, "origin": "o", "reply_origin": "r",
    }  # fmt: skip
    return [
        known("post", "post", text="a"),
        known("post of nothing", "post", text=""),
        known("post with everything", "post", **everything),
        known("post of letters of four bytes", "post", text="😀" * 60),
        known("longest language", "post", text="", lang="x" * MAX_LANG),
        known("longest warning", "post", text="", warn="é" * (MAX_WARNING // 2)),
        known(
            "longest origins",
            "post",
            text="",
            origin="x" * MAX_ORIGIN,
            reply_origin="y" * MAX_ORIGIN,
        ),
        known("most tags", "post", text="", tags=["x"] * MAX_TAGS),
        known("longest tag", "post", text="", tags=["x" * MAX_TAG]),
        known("empty tag", "post", text="", tags=[""]),
        known("last time", "post", text="", written=MAX_TIME_MS),
        known("open", "open", grant=b"anything"),
        known("open with nothing in it", "open", grant=b""),
        known("open with a device", "open", grant=b"g", device="phone"),
        known("open with a device without name", "open", grant=b"g", device=""),
        known("longest device", "open", grant=b"g", device="é" * (MAX_DEVICE // 2)),
        known("profile", "profile", name="Ann", bio="b"),
        known("profile of nothing", "profile"),
        known("longest name", "profile", name="x" * MAX_NAME),
        long("longest biography", "profile", True, bio="y" * MAX_BIO),
        known("profile with a carrier", "profile", carriers=["/dns4/hub.example/tcp/4001"]),
        known("carrier that is no address", "profile", name="Ann", carriers=["?"]),
        known("most carriers", "profile", carriers=["x" * MAX_CARRIER] * MAX_PROFILE_CARRIERS),
        known("profile with prices", "profile", knock=[0, 18, 21, 24]),
        known("prices that let nobody from afar", "profile", knock=[0, MAX_STAMP_BITS, None, None]),
        known("profile with a domain", "profile", name="Ann", domain="example.org"),
        known("longest domain", "profile", domain="x" * MAX_DOMAIN),
        known("follow", "follow", account=STRANGER.public),
        known("unfollow", "unfollow", account=STRANGER.public),
        known("controls and directions in text", "post", text="\x01\x1b[31m\u202eabc"),
    ]


def _unknown_fields() -> list[Case]:
    extras: dict[str, Any] = {"number": 1, "nil": None, "map": {"a": [1, {}]}, "bytes": b"\0"}
    cases = [
        case(
            f"post with an unknown field: {name}",
            {"kind": "post", "text": "a", "zz": extra},
            "post",
            {"text": "a"},
        )
        for name, extra in extras.items()
    ]
    return [
        *cases,
        case("profile with a post's field", {"kind": "profile", "text": 1}, "profile", {}),
        case(
            "follow with a name",
            {"kind": "follow", "account": ACCOUNT.public, "name": 7},
            "follow",
            {"account": ACCOUNT.public},
        ),
        case(
            "a field in capitals is another",
            {"kind": "post", "text": "a", "Reply": 7},
            "post",
            {"text": "a"},
        ),
        case(
            "a field with NUL in its name",
            {"kind": "post", "text": "a", "reply\0": 7},
            "post",
            {"text": "a"},
        ),
    ]


def _kinds() -> list[Case]:
    good = ["poll", "x", "_", "_2", "Post", "a1", "A_b_3", "x" * 32, "class"]
    bad = [
        "",
        "1a",
        "a-b",
        "a.b",
        "a b",
        " post",
        "post ",
        "post\0",
        "x" * 33,
        "pöst",
        "ｐost",
        "а",
        "a\u0301",
        "post\n",
    ]
    return [
        *(case(f"unknown kind {kind[:6]} of {len(kind)}", {"kind": kind}, kind) for kind in good),
        *(case(f"no name for a kind, {n}", {"kind": kind}, "") for n, kind in enumerate(bad, 1)),
    ]


def _broken_fields() -> list[Case]:
    tags = (
        ["empty", []], ["nil", None], ["text", "a"], ["too many", ["a"] * (MAX_TAGS + 1)],
        ["one too long", ["a", "x" * (MAX_TAG + 1)]], ["one of bytes", [b"a"]],
        ["one with NUL", ["\0"]],
    )  # fmt: skip
    carriers = (
        ["empty", []], ["nil", None], ["text", "a"],
        ["too many", ["a"] * (MAX_PROFILE_CARRIERS + 1)],
        ["one too long", ["x" * (MAX_CARRIER + 1)]], ["one of bytes", [b"a"]],
        ["one with NUL", ["\0"]],
    )  # fmt: skip
    prices = (
        ["empty", []], ["nil", None], ["text", "18"], ["three", [0, 18, 21]],
        ["five", [0, 18, 21, 24, 26]], ["falling", [0, 21, 18, 24]],
        ["cheaper behind nobody", [0, 18, None, 24]],
        ["below nothing", [-1, 18, 21, 24]], ["too dear", [0, 18, 21, MAX_STAMP_BITS + 1]],
        ["true", [True, 18, 21, 24]], ["a text in it", [0, 18, 21, "24"]],
    )  # fmt: skip
    time = ["nil", None], ["text", "0"], ["-1", -1], ["after 9999", MAX_TIME_MS + 1], ["true", True]
    longest = {
        "lang": MAX_LANG, "warn": MAX_WARNING, "origin": MAX_ORIGIN, "reply_origin": MAX_ORIGIN,
    }  # fmt: skip
    tried: list[tuple[str, str, Any]] = [
        *(("post", "text", one) for one in BROKEN_TEXTS),
        *(
            ("post", field, one)
            for field in ("reply", "quote", "root")
            for one in BROKEN_REFERENCES
        ),
        *(("post", "tags", one) for one in tags),
        *(("post", "written", one) for one in time),
        *(("post", field, ["too long", "x" * (limit + 1)]) for field, limit in longest.items()),
        *(("post", "warn", one) for one in BROKEN_TEXTS),
        *(("profile", "name", one) for one in BROKEN_TEXTS),
        ("profile", "domain", ["too long", "x" * (MAX_DOMAIN + 1)]),
        ("profile", "name", ["too long", "é" * (MAX_NAME // 2) + "x"]),
        *(("profile", "carriers", one) for one in carriers),
        *(("profile", "knock", one) for one in prices),
        *(("follow", "account", one) for one in BROKEN_KEYS),
        *(("unfollow", "account", one) for one in BROKEN_KEYS),
        *(("open", "grant", one) for one in (["nil", None], ["text", "a"])),
        *(("open", "device", one) for one in BROKEN_TEXTS),
        ("open", "device", ["too long", "é" * (MAX_DEVICE // 2) + "x"]),
    ]
    required = {"post": {"text": "a"}, "open": {"grant": b"g"}}
    cases = []
    for kind, field, (what, value) in tried:
        whole = {"kind": kind} | required.get(kind, {}) | {field: value}
        cases.append(case(f"{kind}, {field}: {what}", whole, kind))
    missing = {"post": {"reply": NAMED}, "open": {}, "follow": {}, "unfollow": {}}
    cases.append(long("profile, bio: too long", "profile", False, bio="x" * (MAX_BIO + 1)))
    return cases + [
        case(f"{kind} without its required field", {"kind": kind} | rest, kind)
        for kind, rest in missing.items()
    ]


def _no_kind() -> list[Case]:
    values: dict[str, Any] = {
        "no kind": {"text": "a"},
        "kind nil": {"kind": None},
        "kind as bytes": {"kind": b"post", "text": "a"},
        "empty map": {},
        "array": ["kind", "post"],
        "text": "post",
        "nil": None,
        "Kind in capitals": {"Kind": "post", "text": "a"},
        "empty": b"",
        "not msgpack": b"\xc1",
        "plain text": b"Hello.",
        "keys out of order": b"\x82\xa4text\xa1a\xa4kind\xa4post",
        "a key twice": b"\x82\xa4kind\xa4post\xa4kind\xa4post",
        "long head": b"\xde\0\2\xa4kind\xa4post\xa4text\xa1a",
        "a byte behind": encode({"kind": "post", "text": "a"}) + b"\0",
        "float": b"\x83\xa1f\xca\0\0\0\0\xa4kind\xa4post\xa4text\xa1a",
        "surrogate": b"\x82\xa4kind\xa4post\xa4text\xa3\xed\xa0\x80",
        "nine deep": b"\x83\xa1a" + b"\x91" * 8 + b"\xc0\xa4kind\xa4post\xa4text\xa1a",
    }
    return [case(name, value, "") for name, value in values.items()]
