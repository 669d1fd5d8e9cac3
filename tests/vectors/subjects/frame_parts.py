"""What the vectors of frames are made of: a sound frame of each type."""

from __future__ import annotations

from typing import Any

import msgpack

from sayso_protocol.limits import MAX_SEQ

from ..cases import ACCOUNT, AT, FEED, NEXT, STRANGER, Case
from .forks import proof
from .runs import NAME, run
from .statements import GRANT, REVOKE, ROTATE, wire_of

EPOCH, TOKEN, CHECK = bytes(range(16)), bytes(range(16, 32)), bytes(range(8))
BLINDS = bytes(range(100, 116))
DAY = AT // 86_400_000
GRANT_WIRE = wire_of(GRANT)
REVOKE_WIRE, ROTATE_WIRE = wire_of(REVOKE, ACCOUNT), wire_of(ROTATE, NEXT)
RUN = run(2, 3)
SIGNATURES = b"".join(RUN["signatures"])
ENTRIES = [7, FEED.public, 2, NAME, [AT, 1000, 1000], RUN["bodies"], SIGNATURES]

SOUND: dict[str, tuple[int, list[Any]]] = {
    "Hello": (0, [1, "sayso 1.0", EPOCH, None]),
    "Hello that resumes": (0, [1, "", EPOCH, [EPOCH, 5, CHECK, TOKEN, True]]),
    "Hello of another version": (0, [2**32 - 1, "later", EPOCH, None]),
    "Want": (1, [DAY, BLINDS, False, TOKEN]),
    "Want of nothing": (1, [0, b"", True, TOKEN]),
    "Unwant": (2, [DAY, BLINDS, TOKEN]),
    "Have": (3, [[[GRANT_WIRE, [[1, 5], [7, 7], [9, MAX_SEQ]]], [b"", []]], False]),
    "Have of nothing": (3, [[], True]),
    "Have with ranges that touch": (3, [[[GRANT_WIRE, [[1, 5], [6, 6]]]], False]),
    "Get": (4, [[[1, FEED.public, 1, 512], [2**32 - 1, STRANGER.public, MAX_SEQ, MAX_SEQ]]]),
    "Get of nothing": (4, [[]]),
    "Entries": (5, ENTRIES),
    "Entries pushed": (5, [0, *ENTRIES[1:]]),
    "Entries from the first": (5, [0, FEED.public, 1, None, [0], [b"x"], bytes(64)]),
    "Entries without a body": (5, [1, FEED.public, 1, None, [0], [[5, NAME]], bytes(64)]),
    "Miss": (6, [[1, 2, 2**32 - 1]]),
    "Heights": (7, [[[FEED.public, 5], [STRANGER.public, MAX_SEQ]]]),
    "Heights with checks": (7, [[[FEED.public, 5, TOKEN], [STRANGER.public, 1]]]),
    "Heights of nothing": (7, [[]]),
    "Synced": (8, []),
    "Bye": (9, ["done", ""]),
    "Bye with a reason": (9, ["wrong-day", "é" * 128]),
    "Mark": (10, [5, CHECK]),
    "Mark of nothing": (10, [0, bytes(8)]),
    "Again": (11, []),
    "Prune": (12, [FEED.public + STRANGER.public]),
    "Graft": (13, [FEED.public]),
    "Say": (14, [[REVOKE_WIRE]]),
    "Say of each type": (14, [[REVOKE_WIRE, ROTATE_WIRE, proof()]]),
    "Say of what nobody can read": (14, [[b"", b"x", wire_of([2, "later"], ACCOUNT)]]),
    "Say of nothing": (14, [[]]),
}


def frame(number: Any, fields: list[Any]) -> bytes:
    packed: bytes = msgpack.packb([number, *fields], use_bin_type=True)
    return packed


def bad(name: str, number: Any, fields: list[Any], rule: str = "bad-shape") -> Case:
    return {"name": name, "frame": frame(number, fields), "rule": rule}
