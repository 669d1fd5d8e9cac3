"""Bodies of a conversation: attachments, edits, retractions, polls and votes."""

from __future__ import annotations

from typing import Any

from sayso_protocol.blob.cid import DAG_PB, RAW
from sayso_protocol.codec import encode
from sayso_protocol.content.attachment import MAX_ALT, MAX_ATTACHMENTS, MAX_BLOB, MAX_MEDIA_TYPE
from sayso_protocol.content.poll import MAX_OPTION, MAX_OPTIONS
from sayso_protocol.content.retraction import MAX_RETRACTED
from sayso_protocol.limits import MAX_TIME_MS

from ..cases import STRANGER, Case
from .body_parts import BROKEN_REFERENCES, BROKEN_TEXTS, FAR, ID, NAMED, case, known, repeated

LEAF, TREE = RAW + bytes(32), DAG_PB + ID
PICTURE = [LEAF, 1, "image/png", ""]
FILM = [TREE, MAX_BLOB, "video/mp4", "A ship."]

_NEEDED: dict[str, dict[str, Any]] = {
    "post": {"text": ""},
    "profile": {},
    "edit": {"of": NAMED, "after": NAMED, "text": ""},
    "retract": {"of": [NAMED]},
    "poll": {"text": "", "options": ["a", "b"]},
    "vote": {"on": NAMED},
    "react": {"on": NAMED},
    "repost": {"of": NAMED},
}


def make() -> list[Case]:
    """Understood, at their limits, with fields that are broken, without what they need."""
    return [*_understood(), *_longest(), *_broken(), *_missing()]


def _understood() -> list[Case]:
    said = {"tags": ["a"], "mentions": [STRANGER.public], "lang": "de", "warn": "w"}
    imported = {"written": 0, "origin": "o", "reply_origin": "r"}
    answer = {"reply": NAMED, "reply_version": ID, "root": FAR}
    return [
        known("post with attachments", "post", text="", attach=[PICTURE, FILM, PICTURE]),
        known("longest media type", "post", text="", attach=[[LEAF, 1, "x" * MAX_MEDIA_TYPE, ""]]),
        known("answer to an edit", "post", text="", quote=FAR, quote_version=bytes(32), **answer),
        known("profile with a picture", "profile", name="Ann", picture=PICTURE),
        known("edit", "edit", **_NEEDED["edit"]),
        known("edit of an edit", "edit", of=NAMED, after=FAR, text="b", attach=[FILM], **said),
        known("retraction", "retract", of=[NAMED]),
        known("retraction of several", "retract", of=[NAMED, FAR, NAMED]),
        known("poll", "poll", **_NEEDED["poll"]),
        known("poll with everything", "poll", text="a", options=["b", "a"], end=MAX_TIME_MS,
              many=True, **answer, **said, **imported),
        known("longest option", "poll", text="", options=["é" * (MAX_OPTION // 2), "b"]),
        known("vote", "vote", on=NAMED, choices=[0]),
        known("vote for several", "vote", on=NAMED, choices=[0, 3, MAX_OPTIONS - 1], version=ID),
        known("vote that is taken back", "vote", on=FAR),
        known("reaction to an edit", "react", on=NAMED, emoji="a", version=ID),
        known("repost of an edit", "repost", of=NAMED, version=ID),
        case("end of a repost with a version", {"kind": "unrepost", "of": NAMED, "version": 1},
             "unrepost", {"of": NAMED}),
        case("edit with a thread", _NEEDED["edit"] | {"kind": "edit", "reply": 1}, "edit",
             _NEEDED["edit"]),
    ]  # fmt: skip


def _longest() -> list[Case]:
    reference, picture = encode(FAR), encode(PICTURE)
    cases = []
    for kind, field, item, piece, most in (
        ("post", "attach", PICTURE, picture, MAX_ATTACHMENTS),
        ("edit", "attach", PICTURE, picture, MAX_ATTACHMENTS),
        ("retract", "of", FAR, reference, MAX_RETRACTED),
    ):
        for count in (most, most + 1):
            body = {"kind": kind} | _NEEDED[kind] | {field: [item] * count}
            cases.append(repeated(f"{kind}, {count} {field}", body, count == most, piece, count))
    for size in (MAX_ALT, MAX_ALT + 1):
        body = {"kind": "post", "text": "", "attach": [[*PICTURE[:3], "x" * size]]}
        cases.append(repeated(f"alt text of {size}", body, size == MAX_ALT, b"x", size))
    most = [str(number) for number in range(MAX_OPTIONS)]
    return [
        *cases,
        known("most options", "poll", text="", options=most),
        case("too many options", {"kind": "poll", "text": "", "options": [*most, "x"]}, "poll"),
    ]


def _broken() -> list[Case]:
    attachments = (
        ["nil", None], ["bytes", LEAF], ["of three", PICTURE[:3]], ["of five", [*PICTURE, 1]],
        ["hash without a form", [ID, *PICTURE[1:]]],
        ["version 0", [b"\x12\x20" + ID, *PICTURE[1:]]],
        ["another codec", [b"\x01\x71\x12\x20" + ID, *PICTURE[1:]]],
        ["another hash", [b"\x01\x55\x1b\x20" + ID, *PICTURE[1:]]],
        ["37 bytes", [LEAF + b"\0", *PICTURE[1:]]], ["name in text", ["b" * 36, *PICTURE[1:]]],
        ["size 0", [LEAF, 0, "a", ""]], ["too large", [LEAF, MAX_BLOB + 1, "a", ""]],
        ["size true", [LEAF, True, "a", ""]], ["no type", [LEAF, 1, "", ""]],
        ["type too long", [LEAF, 1, "x" * (MAX_MEDIA_TYPE + 1), ""]],
        ["alt nil", [LEAF, 1, "a", None]], ["alt with NUL", [LEAF, 1, "a", "\0"]],
    )  # fmt: skip
    ids = (["nil", None], ["31 bytes", ID[:31]], ["33 bytes", ID + b"\0"], ["text", "x" * 32])
    options = (
        ["empty", []], ["nil", None], ["one", ["a"]], ["text", "ab"], ["equal", ["a", "a"]],
        ["an empty one", ["a", ""]], ["one with NUL", ["a", "\0"]], ["one of bytes", ["a", b"b"]],
        ["one too long", ["a", "x" * (MAX_OPTION + 1)]],
    )  # fmt: skip
    choices = (
        ["empty", []], ["nil", None], ["a number", 0], ["equal", [1, 1]], ["descending", [1, 0]],
        ["-1", [-1]], ["true", [True]], ["of no poll", [MAX_OPTIONS]], ["text", ["0"]],
    )  # fmt: skip
    ends = ["nil", None], ["text", "0"], ["-1", -1], ["after 9999", MAX_TIME_MS + 1], ["true", True]
    references = (
        ["empty", []], ["a reference", NAMED],
        *([f"second {what}", [NAMED, one]] for what, one in BROKEN_REFERENCES[:8]),
    )  # fmt: skip
    tried: list[tuple[str, str, Any]] = [
        *(("post", "attach", [f"second {what}", [PICTURE, one]]) for what, one in attachments),
        *(("post", "attach", one) for one in (["empty", []], ["nil", None], ["one", PICTURE])),
        *(("edit", "attach", [what, [one]]) for what, one in attachments[:4]),
        *(("profile", "picture", one) for one in attachments),
        *((kind, field, one) for kind, field in (
            ("post", "reply_version"), ("post", "quote_version"), ("poll", "reply_version"),
            ("react", "version"), ("repost", "version"), ("vote", "version"),
        ) for one in ids),
        *(("edit", field, one) for field in ("of", "after") for one in BROKEN_REFERENCES),
        *(("edit", "text", one) for one in BROKEN_TEXTS),
        *(("retract", "of", one) for one in references),
        *(("poll", "text", one) for one in BROKEN_TEXTS),
        *(("poll", "options", one) for one in options),
        *(("poll", "end", one) for one in ends),
        *(("poll", "many", one) for one in (["false", False], ["nil", None], ["1", 1])),
        *(("vote", "on", one) for one in BROKEN_REFERENCES),
        *(("vote", "choices", one) for one in choices),
    ]  # fmt: skip
    return [
        case(f"{kind}, {field}: {what}", {"kind": kind} | _NEEDED[kind] | {field: value}, kind)
        for kind, field, (what, value) in tried
    ]


def _missing() -> list[Case]:
    needed = {kind: _NEEDED[kind] for kind in ("edit", "retract", "poll", "vote")}
    return [
        case(f"{kind} without {left_out}",
             {"kind": kind} | {n: v for n, v in fields.items() if n != left_out}, kind)
        for kind, fields in needed.items()
        for left_out in fields
    ]  # fmt: skip
