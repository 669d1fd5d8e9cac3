"""How cases of bodies are written."""

from __future__ import annotations

from typing import Any

from sayso_protocol.codec import encode
from sayso_protocol.limits import MAX_SEQ

from ..cases import ACCOUNT, FEED, STRANGER, Case, parts
from .points import SMALL_ORDER

ID = bytes(range(32))
NAMED = [ACCOUNT.public, FEED.public, 5, ID]
FAR = [STRANGER.public, STRANGER.public, MAX_SEQ, bytes(32)]

BROKEN_TEXTS = (
    ["nil", None], ["bytes", b"a"], ["integer", 1], ["array", ["a"]], ["with NUL", "a\0b"],
)  # fmt: skip
BROKEN_REFERENCES = (
    ["nil", None], ["bytes", ID], ["map", {}], ["of three", NAMED[:3]],
    ["of five", [*NAMED, 1]],
    ["account of 31 bytes", [ID[:31], *NAMED[1:]]],
    ["account of small order", [SMALL_ORDER[0], *NAMED[1:]]],
    ["feed of small order", [NAMED[0], SMALL_ORDER[3], *NAMED[2:]]],
    ["number 0", [*NAMED[:2], 0, ID]], ["number 2^63", [*NAMED[:2], 2**63, ID]],
    ["id nil", [*NAMED[:3], None]], ["id of 31 bytes", [*NAMED[:3], ID[:31]]],
)  # fmt: skip
BROKEN_KEYS = (
    ["nil", None], ["of 31 bytes", ID[:31]], ["text", "x" * 32], ["small order", SMALL_ORDER[0]],
)  # fmt: skip
"""Titles and values of fields that break their rule."""


def case(name: str, value: Any, kind: str, fields: dict[str, Any] | None = None) -> Case:
    """A body, its kind, and its fields where it is understood."""
    data = value if isinstance(value, bytes) else encode(value)
    made: Case = {"name": name, "body": data, "kind": kind, "known": fields is not None}
    return made if fields is None else made | {"fields": fields}


def known(title: str, kind: str, /, **fields: Any) -> Case:
    """A body that is understood."""
    return case(title, {"kind": kind} | fields, kind, fields)


def long(title: str, kind: str, is_known: bool, **fields: str) -> Case:
    """With its longest text as a piece and how often it stands there."""
    text = max(fields.values(), key=len)
    return repeated(title, {"kind": kind} | fields, is_known, text[:1].encode(), len(text))


def repeated(title: str, body: dict[str, Any], is_known: bool, piece: bytes, times: int) -> Case:
    """With `piece`, which stands there many times in a row, once."""
    start, found, end = encode(body).partition(piece * times)
    assert found
    return {
        "name": title,
        "body": parts(start, (piece, times), end),
        "kind": body["kind"],
        "known": is_known,
    }
