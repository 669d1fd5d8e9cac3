"""Section 23. `caller` and `called` with their secrets agree, and name the `boxes` of a `day` in
both directions. A knock is `wire`; its `reader` with his secrets finds who calls, and what is said.
`steps` are what both ends of a session do: who writes with this nonce makes this `letter`, some are
lost, and who reads one (where it turns the ratchet, with this secret drawn) finds what it `says`,
nil where it is refused and changes nothing. An `envelope` has an `id` and a `content` of this
`length`. A content is `said`, has a `kind` and `fields`, nil where the kind is not known. With
`rule` it is refused for it.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from nacl.bindings import crypto_scalarmult, crypto_sign_seed_keypair

from sayso_protocol.codec import encode

from ..cases import ACCOUNT, AT, FEED, NEXT, STRANGER, Case, parts
from .first_words import GRANT, OTHERS, entry
from .groups import EPOCH, GROUP, created, signed
from .points import SMALL_ORDER
from .private_session import Conversation, Device, agreement, keyed, public_of, seal

DAY = 19_675
CALLER = Device(ACCOUNT.public, FEED.public, b"\x11" * 32, b"\x12" * 32)
READERS = [Device(STRANGER.public, bytes([n]) * 32, bytes([n]) * 32, bytes([n + 64]) * 32)
           for n in range(0x20, 0x30)]  # fmt: skip
CALLED = READERS[0]
FIRST, KEY, ID = b"\x13" * 32, b"\x14" * 32, b"m" * 16
UNREAD = "undecryptable"


def make() -> list[Case]:
    """Agreements, knocks, sessions, envelopes and contents, sound ones and refused ones."""
    return [*_agreements(), *_knocks(), *_sessions(), *_envelopes(), *_contents(), *_refused()]


def padded(data: bytes, size: int) -> bytes:
    """As a letter is: its length, the data, zeros."""
    return (len(data).to_bytes(4, "big") + data).ljust(size, b"\0")


# --- agreements


def _agreements() -> list[Case]:
    cases: list[Case] = []
    for name, called in (("two devices", CALLED), ("with another device", READERS[1])):
        bound, shared = agreement(CALLER, called, FIRST)
        pair = keyed(b"sayso pair 1", 32, shared)
        cases.append(
            {
                "name": f"an agreement: {name}",
                "caller": {
                    "account": CALLER.account,
                    "feed": CALLER.feed,
                    "identity": CALLER.identity,
                    "first": FIRST,
                },
                "called": _secrets(called),
                "day": DAY,
                "agreed": {"bound": bound, "shared": shared, "pair": pair},
                "boxes": [_box(pair, way) for way in (0, 1)],
            }
        )
    for name, public in (("zero", bytes(32)), ("one", b"\1" + bytes(31))):
        weak = {"secret": FIRST, "public": public, "rule": UNREAD}
        cases.append({"name": f"a key of small order: {name}"} | weak)
    return cases


def _secrets(one: Device) -> dict[str, bytes]:
    return {"account": one.account, "feed": one.feed, "identity": one.identity, "week": one.week}


def _box(pair: bytes, way: int) -> bytes:
    seed = keyed(b"sayso box seed 1", 32, pair, DAY.to_bytes(8, "big") + bytes([way]))
    key, _ = crypto_sign_seed_keypair(seed)
    return keyed(b"sayso box 1", 16, b"", key)


# --- knocks


def _knock(
    readers: list[Device],
    content: bytes,
    size: int = 2_048,
    *,
    liar: Device = CALLER,
    names: Any = None,
    checks: bytes | None = None,
    behind: bytes = b"",
) -> bytes:
    """A knock of the caller, made by whoever has the secrets of `liar`."""
    first = public_of(FIRST)
    wraps, made = b"", b""
    digest = blake2b(content, digest_size=32).digest()
    for one in readers:
        week = public_of(one.week)
        shared = crypto_scalarmult(FIRST, week)
        wraps += seal(KEY, first, keyed(b"sayso wrap 1", 32, shared, first + week))
        _, agreed = agreement(liar, one, FIRST)
        made += keyed(b"sayso check 1", 16, agreed, digest)
    named = [CALLER.account, CALLER.feed, public_of(CALLER.identity)] if names is None else names
    inner = encode([named, made if checks is None else checks, content])
    head = first + bytes([len(readers)]) + wraps
    room = size - len(head) - 16
    plain = padded(inner, room)
    return head + seal(plain[: room - len(behind)] + behind, head, KEY)


def _knocks() -> list[Case]:
    said = introduction()
    sound: list[tuple[str, bytes, Device, bytes]] = [
        ("for one device", _knock([CALLED], said), CALLED, said),
        ("for the third of three", _knock(READERS[:3], b"hello"), READERS[2], b"hello"),
        ("for sixteen", _knock(READERS, b"", 8_192), READERS[15], b""),
    ]
    cases: list[Case] = []
    for name, wire, reader, content in sound:
        _, shared = agreement(CALLER, reader, FIRST)
        caller = {"account": CALLER.account, "feed": CALLER.feed}
        keys = {"identity": public_of(CALLER.identity), "first": public_of(FIRST)}
        opened = caller | keys | {"content": content, "shared": shared}
        cases.append(
            {"name": f"a knock {name}", "wire": wire, "reader": _secrets(reader), "opened": opened}
        )
    one = _knock([CALLED], b"")
    thief = Device(CALLER.account, CALLER.feed, b"\x19" * 32, b"")
    bad: dict[str, tuple[bytes, Device]] = {
        "for another device": (one, READERS[1]),
        "in another's name": (_knock([CALLED], b"", liar=thief), CALLED),
        "without a check": (_knock([CALLED], b"", checks=b""), CALLED),
        "that names two": (_knock([CALLED], b"", names=[CALLER.account, CALLER.feed]), CALLED),
        "with something in the padding": (_knock([CALLED], b"", behind=b"\1"), CALLED),
        "of a size between": (_knock([CALLED], b"", 4_096)[:2_500], CALLED),
        "for nobody": (one[:32] + b"\0" + one[33:], CALLED),
        "for seventeen": (one[:32] + b"\x11" + one[33:], CALLED),
    }
    for name, (wire, reader) in bad.items():
        case = {"name": f"a knock {name}", "wire": wire, "reader": _secrets(reader)}
        cases.append(case | {"rule": UNREAD})
    spoilt = {"wire": one, "reader": _secrets(CALLED), "flip": [254, 274], "rule": UNREAD}
    return [*cases, {"name": "a knock with a bit turned over"} | spoilt]


# --- sessions


def _talk() -> Conversation:
    bound, shared = agreement(CALLER, CALLED, FIRST)
    return Conversation(shared, bound, CALLED.week)


def _sessions() -> list[Case]:
    return [
        {"name": name, "session": talk.session, "steps": talk.steps}
        for name, talk in (
            ("a conversation in order", _in_order()),
            ("a conversation out of order", _out_of_order()),
            ("as many letters lost as may be", _lost()),
            ("letters lost over a turn", _lost_over_a_turn()),
        )
    ]


def _in_order() -> Conversation:
    talk = _talk()
    for n, (by, other) in enumerate([("caller", "called"), ("called", "caller")] * 3):
        texts = [b"%d %d" % (n, k) for k in range(2)]
        letters = [talk.write(by, text) for text in texts]
        for k, number in enumerate(letters):
            talk.read(other, number, texts[k], turns=k == 0)
        talk.refuse(other, letters[0])
    return talk


def _out_of_order() -> Conversation:
    talk = _talk()
    early = [talk.write("caller", b"early %d" % n) for n in range(4)]
    talk.refuse("called", early[2], bit=0)
    talk.refuse("called", early[2], bit=24 * 8 + 3)
    talk.refuse("called", early[2], bit=80 * 8 + 1)
    talk.read("called", early[2], b"early 2", turns=True)
    answer = talk.write("called", b"an answer")
    talk.read("caller", answer, b"an answer", turns=True)
    late = [talk.write("caller", b"late %d" % n) for n in range(3)]
    talk.refuse("caller", late[0])
    talk.read("called", late[1], b"late 1", turns=True)
    talk.read("called", early[3], b"early 3")
    talk.read("called", early[0], b"early 0")
    talk.refuse("called", early[0])
    talk.refuse("called", early[1], bit=80 * 8)
    talk.read("called", late[0], b"late 0")
    talk.read("called", early[1], b"early 1")
    talk.read("called", late[2], b"late 2")
    return talk


def _lost() -> Conversation:
    talk = _talk()
    talk.lose("caller", 512)
    first = talk.write("caller", b"after 512")
    talk.read("called", first, b"after 512", turns=True)
    talk.lose("caller", 513)
    far = talk.write("caller", b"after 513")
    talk.refuse("called", far)
    return talk


def _lost_over_a_turn() -> Conversation:
    talk = _talk()
    talk.read("called", talk.write("caller", b"one"), b"one", turns=True)
    talk.lose("caller", 300)
    talk.read("caller", talk.write("called", b"two"), b"two", turns=True)
    talk.lose("caller", 212)
    near = talk.write("caller", b"after 300 and 212")
    far = talk.write("caller", b"after 300 and 213")
    talk.refuse("called", far)
    talk.read("called", near, b"after 300 and 212", turns=True)
    talk.read("called", far, b"after 300 and 213")
    return talk


# --- envelopes


def _envelopes() -> list[Case]:
    cases: list[Case] = []
    for name, content, size in (
        ("nothing", b"", 512),
        ("a word", b"a word", 512),
        ("as much as the least letter holds", bytes(389), 512),
        ("a byte more", bytes(390), 2_048),
        ("as much as there may be", bytes(32_000), 32_768),
    ):
        for named, one in (("with an id", ID), ("without", None)):
            if one is None and len(content) > 6:
                continue
            data = encode([1, one, content])
            inner = padded(data, size - 96)
            zeros = len(inner) - 4 - len(data)
            short = [(b"\0", len(content))] if len(content) > 6 else [content]
            head = inner[: 4 + len(data) - len(content)]
            envelope = parts(head, *short, (b"\0", zeros))
            found: Case = {"envelope": envelope, "id": one, "length": len(content)}
            if len(content) <= 6:
                found["content"] = content
            cases.append({"name": f"an envelope of {name}, {named}"} | found)
    shape, room = "bad-shape", 512 - 96
    bad: list[tuple[str, bytes, str]] = [
        ("of version 2", padded(encode([2, ID, b""]), room), "unknown-version"),
        ("with a short id", padded(encode([1, ID[1:], b""]), room), shape),
        ("with a text", padded(encode([1, ID, "a word"]), room), shape),
        ("with a field more", padded(encode([1, ID, b"", b""]), room), shape),
        ("with something behind it", padded(encode([1, ID, b""]), room - 1) + b"\1", shape),
        ("longer than it is", (400).to_bytes(4, "big") + encode([1, ID, b""]), shape),
    ]
    long = padded(encode([1, ID, bytes(32_001)]), 32_768 - 96)
    head, tail = long[: 4 + 22 + 1], len(long) - 27
    refused = [
        {"name": f"an envelope {name}", "envelope": data, "rule": rule} for name, data, rule in bad
    ]
    too_long = {"envelope": parts(head, (b"\0", tail)), "rule": shape}
    return [*cases, *refused, {"name": "an envelope of too much"} | too_long]


# --- contents


def introduction(kind: str = "introduction", **changes: Any) -> bytes:
    """What a knock of the caller says."""
    keys = {"identity": public_of(CALLER.identity), "key": public_of(CALLER.week)}
    prekey, _ = entry(FEED, kind="prekey", week=2_900, **keys)
    fields: dict[str, Any] = {"grant": GRANT.wire, "entry": prekey, "first": b""} | changes
    return encode([1, kind, fields["grant"], *fields["entry"], fields["first"]])


def message(**changes: Any) -> list[Any]:
    """The fields of a message."""
    fields = {"id": ID, "to": STRANGER.public, "text": "hello", "sent": AT, "lifetime": None}
    return [*(fields | {"files": []} | changes).values()]


IDS = [bytes([n]) * 16 for n in range(3)]


def _contents() -> list[Case]:
    create = signed(created())
    caller = [CALLER.account, CALLER.feed, public_of(CALLER.identity), public_of(CALLER.week), AT]
    past = [[ACCOUNT.public, *message()], [STRANGER.public, *message(to=ACCOUNT.public)]]
    request = [GROUP, [GROUP], IDS[:1], [], IDS, [], IDS[1:]]
    sound: list[tuple[str, str, list[Any]]] = [
        ("a message", "message", message()),
        ("a message that ends", "message", message(lifetime=604_800_000, text="größer 中")),
        ("the shortest life", "message", message(lifetime=1_000)),
        ("the longest life", "message", message(lifetime=31_622_400_000)),
        ("a receipt", "receipt", [IDS]),
        ("a ticket", "ticket", [KEY]),
        ("a history", "history", [past]),
        ("an invitation", "group-invitation", [GROUP, [GRANT.wire], [create]]),
        ("operations", "group-operations", [GROUP, [GRANT.wire], [create, create]]),
        ("epochs", "group-epochs", [GROUP, [EPOCH]]),
        ("a request", "group-request", request),
        ("an empty request", "group-request", [GROUP, *[[]] * 6]),
        ("a post", "group-post", [GROUP, b"post"]),
    ]
    cases: list[Case] = [
        {"name": name, "said": encode([1, kind, *fields]), "kind": kind, "fields": fields}
        for name, kind, fields in sound
    ]
    for kind, first in (("introduction", b""), ("introduction", b"word"), ("further word", b"w")):
        said = introduction(kind, first=first)
        case = {"said": said, "kind": kind, "fields": [*caller, first]}
        cases.append({"name": f"{kind}, with {len(first)} bytes"} | case)
    unknown = {"said": encode([1, "of tomorrow", 7]), "kind": "of tomorrow", "fields": None}
    return [*cases, {"name": "a kind that is not known"} | unknown]


def _refused() -> list[Case]:
    shape, large = "bad-shape", "too-large"
    reply, _ = entry(FEED, kind="post", text="a word")
    of_another, _ = entry(NEXT, kind="prekey", week=1, identity=KEY, key=KEY)
    weekless, _ = entry(FEED, kind="prekey", identity=KEY, key=KEY)
    prekey, _ = entry(FEED, kind="prekey", week=1, identity=KEY, key=KEY)
    unsigned = [prekey[0], bytes(64), prekey[2]]
    other = [*prekey[:2], reply[2]]
    bad: list[tuple[str, bytes, str]] = [
        ("nothing", b"", "not-canonical"),
        ("no array", encode({}), shape),
        ("an empty array", encode([]), shape),
        ("version 2", encode([2, "ticket", KEY]), "unknown-version"),
        ("no kind", encode([1, "", KEY]), shape),
        ("too long a kind", encode([1, "k" * 33]), shape),
        ("something behind it", encode([1, "ticket", KEY]) + b"\0", "not-canonical"),
        ("a message without a text", _of("message", message(text="")), shape),
        ("a text with a NUL", _of("message", message(text="a\0b")), shape),
        ("a message with a short id", _of("message", message(id=ID[1:])), shape),
        ("a message to no key", _of("message", message(to=SMALL_ORDER[0])), "bad-key"),
        ("a message of no time", _of("message", message(sent=-1)), shape),
        ("a message of too late a time", _of("message", message(sent=2**53)), shape),
        ("too short a life", _of("message", message(lifetime=999)), shape),
        ("too long a life", _of("message", message(lifetime=31_622_400_001)), shape),
        ("nine files", _of("message", message(files=[[]] * 9)), shape),
        ("a message with a field less", _of("message", message()[:-1]), shape),
        ("a receipt of nothing", _of("receipt", [[]]), shape),
        ("a receipt of 65", _of("receipt", [[ID] * 65]), shape),
        ("a receipt with a short id", _of("receipt", [[ID[1:]]]), shape),
        ("a short ticket", _of("ticket", [KEY[1:]]), shape),
        ("a ticket with a field more", _of("ticket", [KEY, KEY]), shape),
        ("an empty history", _of("history", [[]]), shape),
        ("a history of nobody", _of("history", [[[KEY[1:], *message()]]]), shape),
        ("a history with a field less", _of("history", [[message()]]), shape),
        ("an introduction by a post", introduction(entry=reply), shape),
        ("an introduction by another feed", introduction(entry=of_another), "not-granted"),
        ("an introduction by another's grant", introduction(grant=OTHERS.wire), "not-granted"),
        ("an introduction without a signature", introduction(entry=unsigned), "bad-signature"),
        ("an introduction with another body", introduction(entry=other), "wrong-body"),
        ("an introduction of no week", introduction(entry=weekless), shape),
        ("an introduction with a text", introduction(first="word"), shape),
        ("an invitation to nothing", _of("group-invitation", [GROUP, [GRANT.wire], []]), shape),
        ("an invitation without grants", _of("group-invitation", [GROUP, [], [b"o"]]), shape),
        ("operations of no group", _of("group-operations", [ID[1:], [b"g"], [b"o"]]), shape),
        ("65 operations", _of("group-operations", [GROUP, [b"g"], [b"o"] * 65]), shape),
        ("33 epochs", _of("group-epochs", [GROUP, [EPOCH] * 33]), shape),
        ("ids out of order", _of("group-request", [GROUP, IDS[::-1], *[[]] * 5]), shape),
        ("a request with a list less", _of("group-request", [GROUP, *[[]] * 5]), shape),
        ("a post that is a text", _of("group-post", [GROUP, "post"]), shape),
    ]
    long = encode([1, "message", *message(text="x" * 16_385)])
    at = long.index(b"xx")
    text = parts(long[:at], (b"x", 16_385), long[at + 16_385 :])
    return [
        *({"name": name, "said": data, "rule": rule} for name, data, rule in bad),
        {"name": "too long a text", "said": text, "rule": large},
        {"name": "too long a content", "said": parts((b"\0", 32_001)), "rule": large},
    ]


def _of(kind: str, fields: list[Any]) -> bytes:
    return encode([1, kind, *fields])
