"""Section 24. `wire` is a roster as it travels, `roster` what it says, `id` its name. `frame`
is a frame of `/sayso/sync/3` without its length, `type` its number and `fields` what it says. With
`shown` nodes show rosters one after the other at the time `now`, each `[node, epoch, wire]`, and
`stores` says of which store each node is a front end then. With `rule` it is refused for it.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sayso_protocol.codec import encode
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.limits import MAX_FRONT_ENDS, MAX_ROSTER, MAX_SEQ, ROSTER_VALID_MS

from ..cases import AT, Case, parts
from .frame_parts import CHECK, EPOCH, TOKEN, frame

STORE, OTHER = (KeyPair.from_seed(bytes([n]) * 32) for n in (50, 51))
ANN, BEN, CID, EVE = sorted(
    (KeyPair.from_seed(bytes([n]) * 32) for n in range(60, 64)), key=lambda one: one.public
)
NODES = (ANN, BEN, CID, EVE)
UNTIL = AT + 30 * 86_400_000
DOMAIN, CONSENT = b"sayso/1/roster\x00", b"sayso/1/front end\x00"


def make() -> list[Case]:
    """What is taken, what is refused, frames, and what follows from rosters that were shown."""
    return [*_sound(), *_refused(), *_forged(), *_frames(), *_shown()]


def row(node: KeyPair, store: KeyPair = STORE, time: Any = AT) -> list[Any]:
    """A node with its consent."""
    consent = node.sign(CONSENT, encode([1, store.public, node.public, time]))
    return [node.public, time, consent]


def signed(fields: Any, by: KeyPair = STORE, domain: bytes = DOMAIN) -> bytes:
    said = encode(fields)
    return encode([said, by.sign(domain, said)])


def roster(
    nodes: list[KeyPair],
    version: int = 1,
    *,
    store: KeyPair = STORE,
    epoch: bytes = EPOCH,
    until: int = UNTIL,
    time: int = AT,
) -> bytes:
    rows: Any = [row(one, store, time) for one in nodes]
    return signed([1, store.public, epoch, version, until, rows], store)


OVER = parts((b"\0", MAX_ROSTER + 1))
FIELDS: list[Any] = [1, STORE.public, EPOCH, 3, UNTIL, [row(ANN), row(BEN)]]


def _id(wire: bytes) -> bytes:
    return hashlib.blake2b(wire, digest_size=16, person=b"sayso roster 1").digest()


def _sound() -> list[Case]:
    said = {"store": STORE.public, "epoch": EPOCH, "until": UNTIL}
    wire, one = signed(FIELDS), roster([CID], MAX_SEQ)
    return [
        {
            "name": "two nodes",
            "wire": wire,
            "roster": said | {"version": 3, "nodes": [[ANN.public, AT], [BEN.public, AT]]},
            "id": _id(wire),
        },
        {
            "name": "one node, the highest version",
            "wire": one,
            "roster": said | {"version": MAX_SEQ, "nodes": [[CID.public, AT]]},
            "id": _id(one),
        },
    ]


def _refused() -> list[Case]:
    nodes = FIELDS[5]
    key, time, consent = nodes[0]
    too_many = [[bytes([9]) * 32, AT, bytes(64)]] * (MAX_FRONT_ENDS + 1)
    tried: dict[str, tuple[Any, str]] = {
        "nothing signed": ([], "unknown-version"),
        "another version of the form": ([2, *FIELDS[1:]], "unknown-version"),
        "true for the version": ([True, *FIELDS[1:]], "unknown-version"),
        "a field too few": (FIELDS[:5], "bad-shape"),
        "a field too many": ([*FIELDS, 1], "bad-shape"),
        "a key that is none": ([1, bytes(32), *FIELDS[2:]], "bad-key"),
        "a key of 31 bytes": ([1, STORE.public[:31], *FIELDS[2:]], "bad-shape"),
        "an epoch of 15 bytes": ([1, STORE.public, EPOCH[:15], *FIELDS[3:]], "bad-shape"),
        "version 0": ([*FIELDS[:3], 0, *FIELDS[4:]], "bad-sequence"),
        "version 2^63": ([*FIELDS[:3], 2**63, *FIELDS[4:]], "bad-sequence"),
        "until before 1970": ([*FIELDS[:4], -1, nodes], "bad-shape"),
        "no node": ([*FIELDS[:5], []], "bad-shape"),
        "nil for the nodes": ([*FIELDS[:5], None], "bad-shape"),
        "nodes out of order": ([*FIELDS[:5], nodes[::-1]], "bad-shape"),
        "a node twice": ([*FIELDS[:5], [nodes[0], nodes[0]]], "bad-shape"),
        "a node too many": ([*FIELDS[:5], too_many], "too-large"),
        "a node without consent": ([*FIELDS[:5], [[key, time]]], "bad-shape"),
        "a node with a field too many": ([*FIELDS[:5], [[key, time, consent, 1]]], "bad-shape"),
        "a node that is no key": ([*FIELDS[:5], [[bytes(32), time, consent]]], "bad-key"),
        "a consent of 63 bytes": ([*FIELDS[:5], [[key, time, consent[:63]]]], "bad-shape"),
        "a consent at another time": (
            [*FIELDS[:5], [[key, time + 1, consent]]],
            "bad-signature",
        ),
        "a consent to another store": ([*FIELDS[:5], [row(ANN, OTHER)]], "bad-signature"),
        "another node's consent": ([*FIELDS[:5], [[key, time, nodes[1][2]]]], "bad-signature"),
    }
    return [
        {"name": name, "wire": signed(fields), "rule": rule}
        for name, (fields, rule) in tried.items()
    ]


def _forged() -> list[Case]:
    wire, said = signed(FIELDS), encode(FIELDS)
    return [
        {"name": "signed by another store", "wire": signed(FIELDS, OTHER), "rule": "bad-signature"},
        {
            "name": "signed as a consent",
            "wire": signed(FIELDS, STORE, CONSENT),
            "rule": "bad-signature",
        },
        {"name": "without signature", "wire": encode([said]), "rule": "bad-shape"},
        {"name": "no array", "wire": encode(said), "rule": "bad-shape"},
        {"name": "over its limit", "wire": OVER, "rule": "too-large"},
        {"name": "cut anywhere", "wire": wire, "cut": [0, len(wire) - 1], "rule": "any"},
        {"name": "any bit turned", "wire": wire, "flip": [0, 8 * len(wire) - 1], "rule": "any"},
    ]


def _frames() -> list[Case]:
    wire = roster([ANN])
    resume = [EPOCH, 5, CHECK, TOKEN, True]
    sound: dict[str, tuple[int, list[Any]]] = {
        "Hello to a stranger": (0, [1, "sayso 1.0", EPOCH, None, None]),
        "Hello to a front end": (0, [1, "", EPOCH, resume, TOKEN]),
        "Serve": (15, [wire]),
        "Serve of none": (15, [b""]),
        "Serve of what nobody can read": (15, [b"x"]),
    }
    bad: dict[str, tuple[int, list[Any], str]] = {
        "Hello of the second version": (0, [1, "", EPOCH, None], "bad-shape"),
        "Hello with a field too many": (0, [1, "", EPOCH, None, None, None], "bad-shape"),
        "Hello, a name of 15 bytes": (0, [1, "", EPOCH, None, TOKEN[:15]], "bad-shape"),
        "Hello, a name as text": (0, [1, "", EPOCH, None, "x" * 16], "bad-shape"),
        "Serve without a roster": (15, [], "bad-shape"),
        "Serve of two": (15, [wire, wire], "bad-shape"),
        "Serve of text": (15, ["x"], "bad-shape"),
        "Serve of nil": (15, [None], "bad-shape"),
        "a type after the last": (16, [b""], "protocol-violation"),
    }
    cases: list[Case] = [
        {"name": name, "version": 3, "frame": frame(number, said), "type": number, "fields": said}
        for name, (number, said) in sound.items()
    ]
    cases += [
        {"name": name, "version": 3, "frame": frame(number, said), "rule": rule}
        for name, (number, said, rule) in bad.items()
    ]
    over = [[(b"\x92\x0f\xc5" + (MAX_ROSTER + 1).to_bytes(2, "big")).hex(), 1], *OVER]
    long = {"version": 3, "frame": over, "rule": "too-large"}
    cases.append({"name": "Serve over its limit"} | long)
    unknown = {"frame": frame(15, [wire]), "rule": "protocol-violation"}
    cases += [
        {"name": f"Serve in version {version}", "version": version} | unknown for version in (1, 2)
    ]
    return cases


def _shown() -> list[Case]:
    """Who is of which store after what was shown; stores by their keys."""
    s, o = STORE.public, OTHER.public
    two, later = roster([ANN, BEN]), roster([ANN, CID], 2)
    over = roster([ANN, BEN], 3, until=AT)
    theirs = roster([BEN, EVE], store=OTHER, time=AT + 1)
    tried: dict[str, tuple[list[tuple[KeyPair, bytes, bytes]], list[bytes | None]]] = {
        "one shows it for both": ([(ANN, EPOCH, two)], [s, s, None, None]),
        "the later version holds": (
            [(ANN, EPOCH, two), (CID, EPOCH, later)],
            [s, None, s, None],
        ),
        "an earlier one comes too late": (
            [(CID, EPOCH, later), (BEN, EPOCH, two)],
            [s, None, s, None],
        ),
        "two of one version hold neither": (
            [(ANN, EPOCH, two), (ANN, EPOCH, roster([ANN, CID]))],
            [None, None, None, None],
        ),
        "until a later one": (
            [(ANN, EPOCH, two), (ANN, EPOCH, roster([ANN, CID])), (ANN, EPOCH, later)],
            [s, None, s, None],
        ),
        "one that is over": ([(ANN, EPOCH, over)], [None, None, None, None]),
        "one for longer than any may be": (
            [(ANN, EPOCH, roster([ANN], until=AT + ROSTER_VALID_MS + 1))],
            [None, None, None, None],
        ),
        "a store of another epoch": ([(ANN, TOKEN, two)], [None, None, None, None]),
        "who shows none has left": (
            [(ANN, EPOCH, two), (BEN, EPOCH, b"")],
            [s, None, None, None],
        ),
        "and comes back": (
            [(ANN, EPOCH, two), (BEN, EPOCH, b""), (BEN, EPOCH, two)],
            [s, s, None, None],
        ),
        "who shows another has left": (
            [(ANN, EPOCH, two), (BEN, EPOCH, theirs)],
            [s, o, None, o],
        ),
        "of two the later consent": (
            [(ANN, EPOCH, two), (EVE, EPOCH, theirs)],
            [s, o, None, o],
        ),
        "of two of one time neither": (
            [(ANN, EPOCH, two), (EVE, EPOCH, roster([BEN, EVE], store=OTHER))],
            [s, None, None, o],
        ),
    }
    cases: list[Case] = [
        {
            "name": f"shown: {name}",
            "now": AT,
            "shown": [[node.public, epoch, wire] for node, epoch, wire in shown],
            "stores": [
                [node.public, of] for node, of in zip((ANN, BEN, CID, EVE), stores, strict=True)
            ],
        }
        for name, (shown, stores) in tried.items()
    ]
    shown = [[EVE.public, EPOCH, two]]
    stranger = {"now": AT, "shown": shown, "rule": "protocol-violation"}
    return [*cases, {"name": "shown: by who does not stand in it"} | stranger]
