"""Section 19. `wire` is a first word, which `says`: `reason`, `account`, `entry` (the id), `text`,
`name` and `way` are what it says, a way with its accounts or its token, and the follows that it
proves as pairs. With `rule` it is refused for it."""

from __future__ import annotations

from typing import Any

from sayso_protocol.accounts.statement import Grant, sign_grant
from sayso_protocol.codec import Value, encode
from sayso_protocol.crypto.hashing import body_hash, entry_id
from sayso_protocol.crypto.keys import KeyPair

from ..cases import ACCOUNT, AT, FEED, NEXT, STRANGER, Case

DOMAIN = b"sayso/1/entry\x00"
GRANT = sign_grant(ACCOUNT, FEED, bytes(32))
OTHERS = sign_grant(STRANGER, NEXT, bytes(32))
READER = KeyPair.from_seed(bytes([9]) * 32).public


def make() -> list[Case]:
    """Sound ones of each reason and way, and refused ones."""
    return [*_sound(), *_refused()]


def entry(feed: KeyPair, **fields: Any) -> tuple[list[Value], bytes]:
    """A signed entry as it stands in a first word, and its id."""
    body = encode(fields)
    header = encode([1, feed.public, 3, bytes(32), AT, len(body), body_hash(body)])
    signature = feed.sign(DOMAIN, header)
    return [header, signature, body], entry_id(header, signature)


REFERENCE: list[Value] = [READER, READER, 7, b"i" * 32]
REPLY, REPLY_ID = entry(FEED, kind="post", text="a word", reply=REFERENCE)
FOLLOW, FOLLOW_ID = entry(FEED, kind="follow", account=READER)
STEP, _STEP_ID = entry(NEXT, kind="follow", account=ACCOUNT.public)
PROOF: list[Value] = [OTHERS.wire, *STEP]


def word(
    reason: Value = "reply",
    grant: Value = GRANT.wire,
    content: Value = REPLY,
    text: Value = None,
    name: Value = None,
    way: Value = None,
) -> bytes:
    """The bytes of a first word."""
    return encode([1, "first word", reason, grant, content, text, name, way])


def _said(reason: str, of: bytes | None, **more: Any) -> dict[str, Any]:
    nothing = {"text": None, "name": None, "way": None}
    return {"reason": reason, "account": ACCOUNT.public, "entry": of} | nothing | more


def _sound() -> list[Case]:
    lone: list[Value] = [*REPLY[:2], None]
    between: list[Value] = [STRANGER.public]
    shown = {"follows": [STRANGER.public], "proven": [[STRANGER.public, ACCOUNT.public]]}
    kinds: list[tuple[str, bytes, dict[str, Any]]] = [
        ("a reply", word(), _said("reply", REPLY_ID)),
        ("with a name", word(name="Sam"), _said("reply", REPLY_ID, name="Sam")),
        ("without its body", word(content=lone), _said("reply", REPLY_ID)),
        ("a follow", word("follow", content=FOLLOW), _said("follow", FOLLOW_ID)),
        ("a message", word("message", content=None, text="hi"), _said("message", None, text="hi")),
        (
            "with a way by follows",
            word(way=["follows", between, [PROOF]]),
            _said("reply", REPLY_ID, way=shown),
        ),
        (
            "with a way that proves nothing",
            word(way=["follows", between * 4, []]),
            _said("reply", REPLY_ID, way={"follows": between * 4, "proven": []}),
        ),
        (
            "with a token",
            word(way=["invite", b"t" * 6]),
            _said("reply", REPLY_ID, way={"invite": b"t" * 6}),
        ),
        (
            "with a labeller",
            word(way=["label", STRANGER.public]),
            _said("reply", REPLY_ID, way={"label": STRANGER.public}),
        ),
    ]
    return [{"name": title, "wire": wire, "says": says} for title, wire, says in kinds]


def _refused() -> list[Case]:
    forged: Grant = OTHERS
    spoilt: list[Value] = [REPLY[0], bytes(64), REPLY[2]]
    other: list[Value] = [*REPLY[:2], FOLLOW[2]]
    no_follow: list[Value] = [GRANT.wire, *REPLY]
    of_another: list[Value] = [GRANT.wire, *STEP]
    tried: list[tuple[str, bytes, str]] = [
        ("nothing", b"", "not-canonical"),
        ("an empty array", encode([]), "bad-shape"),
        ("another version", encode([2, "first word"]), "unknown-version"),
        ("another kind", word().replace(b"first word", b"other word"), "bad-shape"),
        ("a byte behind it", word() + b"\0", "not-canonical"),
        ("too long", word(name="x") + bytes(4096), "too-large"),
        ("an unknown reason", word("shout"), "bad-shape"),
        ("another account's grant", word(grant=forged.wire), "not-granted"),
        ("no grant", word(grant=None), "bad-shape"),
        ("a spoilt signature", word(content=spoilt), "bad-signature"),
        ("another body", word(content=other), "wrong-body"),
        ("neither entry nor text", word(content=None), "bad-shape"),
        ("a message with an entry", word("message"), "bad-shape"),
        ("entry and text", word(text="both"), "bad-shape"),
        ("an empty name", word(name=""), "bad-shape"),
        ("too long a name", word(name="x" * 257), "too-large"),
        ("a way of no accounts", word(way=["follows", [], []]), "bad-shape"),
        ("a way of five", word(way=["follows", [READER] * 5, []]), "bad-shape"),
        (
            "a step that is no follow",
            word(way=["follows", [READER], [no_follow]]),
            "bad-shape",
        ),
        (
            "a step of another feed",
            word(way=["follows", [READER], [of_another]]),
            "not-granted",
        ),
        ("a short token", word(way=["invite", b"t" * 5]), "bad-shape"),
        ("a long token", word(way=["invite", b"t" * 33]), "bad-shape"),
        ("an unknown way", word(way=["boat"]), "bad-shape"),
    ]
    return [{"name": title, "wire": wire, "rule": rule} for title, wire, rule in tried]
