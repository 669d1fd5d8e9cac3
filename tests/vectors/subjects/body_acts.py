"""Bodies that speak of entries and accounts: reactions, reposts, mentions, labels, and views."""

from __future__ import annotations

from typing import Any

from sayso_protocol.codec import encode
from sayso_protocol.content.label import MAX_LABEL, MAX_LABELLED_ACCOUNTS, MAX_LABELLED_ENTRIES
from sayso_protocol.content.post import MAX_MENTIONS
from sayso_protocol.content.prekey import MAX_WEEK
from sayso_protocol.content.reaction import MAX_REACTION
from sayso_protocol.content.view import MAX_ABOUT, MAX_EXPRESSION, MAX_VIEW

from ..cases import ACCOUNT, STRANGER, Case
from .body_parts import (
    BROKEN_KEYS,
    BROKEN_REFERENCES,
    BROKEN_TEXTS,
    FAR,
    NAMED,
    case,
    known,
    long,
    repeated,
)

KISS = "\U0001f469\U0001f3fb\u200d\u2764\ufe0f\u200d\U0001f48b\u200d\U0001f468\U0001f3ff"
"""The longest emoji of Unicode: 35 bytes."""

_NEEDED: dict[str, dict[str, Any]] = {
    "post": {"text": ""},
    "react": {"on": NAMED},
    "repost": {"of": NAMED},
    "unrepost": {"of": NAMED},
    "label": {"name": "a", "accounts": [STRANGER.public]},
    "view": {"name": "a", "expression": "b"},
    "prekey": {"identity": b"i" * 32, "key": b"k" * 32, "week": 2900},
}


def make() -> list[Case]:
    """Understood, at their limits, with fields that are broken, without what they need."""
    return [*_understood(), *_longest(), *_broken(), *_missing()]


def _understood() -> list[Case]:
    return [
        known("reaction", "react", on=NAMED, emoji="👍"),
        known("reaction of the longest emoji", "react", on=FAR, emoji=KISS),
        known("longest reaction", "react", on=NAMED, emoji="é" * (MAX_REACTION // 2)),
        known("reaction of a word", "react", on=NAMED, emoji="thanks, all"),
        known("reaction of a control", "react", on=NAMED, emoji="\x1b\u202e"),
        known("reaction that is taken back", "react", on=NAMED),
        known("repost", "repost", of=NAMED),
        known("imported repost", "repost", of=NAMED, written=1_400_000_000_000),
        known("repost that is taken back", "unrepost", of=FAR),
        known("post with one mention", "post", text="a", mentions=[STRANGER.public]),
        known("label on an entry", "label", name="spam", entries=[NAMED]),
        known("label on an account", "label", name="friends", accounts=[ACCOUNT.public]),
        known(
            "label on several of both",
            "label",
            name="ä b",
            entries=[NAMED, FAR, NAMED],
            accounts=[STRANGER.public, ACCOUNT.public],
        ),
        known("label taken off", "label", name="spam", entries=[NAMED], off=True),
        known("longest name of a label", "label", name="x" * MAX_LABEL, entries=[NAMED]),
        known("view", "view", name="newest", expression="-age"),
        known("view with a text", "view", name="x" * MAX_VIEW, expression="1", about=""),
        known("prekey", "prekey", identity=bytes(32), key=b"\xff" * 32, week=0),
        known("prekey of the latest week", "prekey", identity=b"i" * 32, key=b"k" * 32,
              week=MAX_WEEK),
        case(
            "reaction with a post's field",
            {"kind": "react", "on": NAMED, "text": 1},
            "react",
            {"on": NAMED},
        ),
        case("repost with a text", {"kind": "repost", "of": NAMED, "text": 1}, "repost",
             {"of": NAMED}),
    ]  # fmt: skip


def _longest() -> list[Case]:
    key, reference = encode(STRANGER.public), encode(FAR)
    arrays = [
        ("post", "mentions", STRANGER.public, key, MAX_MENTIONS),
        ("label", "entries", FAR, reference, MAX_LABELLED_ENTRIES),
        ("label", "accounts", STRANGER.public, key, MAX_LABELLED_ACCOUNTS),
    ]
    cases = []
    for kind, field, item, piece, most in arrays:
        for count in (most, most + 1):
            body = {"kind": kind} | _NEEDED[kind] | {field: [item] * count}
            cases.append(repeated(f"{count} {field}", body, count == most, piece, count))
    return [
        *cases,
        long("longest expression", "view", True, expression="y" * MAX_EXPRESSION, name="a"),
        long("expression too long", "view", False, expression="y" * (MAX_EXPRESSION + 1), name="a"),
        long("longest text on a view", "view", True, about="z" * MAX_ABOUT, **_NEEDED["view"]),
        long("text on a view too long", "view", False, about="z" * (MAX_ABOUT + 1),
             **_NEEDED["view"]),
    ]  # fmt: skip


def _broken() -> list[Case]:
    keys = (
        ["empty", []], ["nil", None], ["a key", STRANGER.public], ["a map", {}],
        *([f"second {what}", [STRANGER.public, key]] for what, key in BROKEN_KEYS),
    )  # fmt: skip
    references = (
        ["empty", []], ["nil", None], ["a reference", NAMED], ["a map", {}],
        *([f"second {what}", [NAMED, one]] for what, one in BROKEN_REFERENCES[:8]),
    )  # fmt: skip
    not_true = ["false", False], ["nil", None], ["1", 1], ["text", "true"]
    named = (*BROKEN_TEXTS, ["empty", ""])
    tried: list[tuple[str, str, Any]] = [
        *(("react", "on", one) for one in BROKEN_REFERENCES),
        *(("react", "emoji", one) for one in named),
        ("react", "emoji", ["too long", "x" * (MAX_REACTION + 1)]),
        *(("repost", "of", one) for one in BROKEN_REFERENCES),
        *(("unrepost", "of", one) for one in BROKEN_REFERENCES),
        *(("post", "mentions", one) for one in keys),
        *(("label", "name", one) for one in named),
        ("label", "name", ["too long", "x" * (MAX_LABEL + 1)]),
        *(("label", "entries", one) for one in references),
        *(("label", "accounts", one) for one in keys),
        *(("label", "off", one) for one in not_true),
        *(("view", "name", one) for one in named),
        ("view", "name", ["too long", "x" * (MAX_VIEW + 1)]),
        *(("view", "expression", one) for one in named),
        *(("view", "about", one) for one in BROKEN_TEXTS),
        *(("prekey", name, ["of 31 bytes", bytes(31)]) for name in ("identity", "key")),
        ("prekey", "key", ["text", "k" * 32]),
        *(
            ("prekey", "week", one)
            for one in (["below", -1], ["above", MAX_WEEK + 1], ["true", True])
        ),
    ]
    return [
        case(f"{kind}, {field}: {what}", {"kind": kind} | _NEEDED[kind] | {field: value}, kind)
        for kind, field, (what, value) in tried
    ]


def _missing() -> list[Case]:
    missing: list[tuple[str, dict[str, Any]]] = [
        ("react", {"emoji": "👍"}),
        ("repost", {"on": NAMED}),
        ("unrepost", {}),
        ("label", {"name": "a"}),
        ("label", {"name": "a", "off": True}),
        ("label", {"accounts": [STRANGER.public]}),
        ("view", {"name": "a"}),
        ("view", {"expression": "b"}),
        ("prekey", {"identity": bytes(32), "week": 1}),
        ("prekey", {"identity": bytes(32), "key": bytes(32)}),
    ]
    return [
        case(f"{kind} with {' and '.join(rest)} alone", {"kind": kind} | rest, kind)
        for kind, rest in missing
    ]
