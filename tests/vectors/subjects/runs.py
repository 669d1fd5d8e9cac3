"""Section 5. A run as columns, proven by its last signature or, where `tip` stands there, by this
id; `ids` are those of its entries. A body is its bytes, or [size, hash] where it is absent. With
`rule` it is refused for it.
"""

from __future__ import annotations

from typing import Any

from sayso_protocol.crypto.hashing import body_hash, entry_id
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.entry import DOMAIN, encode_header
from sayso_protocol.limits import MAX_BODY, MAX_SEQ, MAX_TIME_MS

from ..cases import ACCOUNT, AT, FEED, STRANGER, Case, flipped, parts
from .points import SMALL_ORDER

NAME = bytes(range(32))


def make() -> list[Case]:
    """Sound runs, and each way in which one is not."""
    return [*_sound(), *_columns(), *_chains(), *_fields()]


def signed(
    first: int,
    previous: bytes | None,
    times: list[int],
    bodies: list[Any],
    *,
    without: tuple[int, ...] = (),
    key: KeyPair = FEED,
) -> Case:
    """A run's columns with ids; entries at the positions `without` have zeros for signatures."""
    signatures, ids, name = [], [], previous
    for at, (time, body) in enumerate(zip(times, bodies, strict=True)):
        size, digest = body if isinstance(body, list) else (len(body), body_hash(body))
        header = encode_header(key.public, first + at, name, time, size, digest)
        signature = bytes(64) if at in without else key.sign(DOMAIN, header)
        name = entry_id(header, signature)
        signatures.append(signature)
        ids.append(name)
    columns = {"feed": key.public, "first": first, "previous": previous, "times": times}
    return columns | {"bodies": bodies, "signatures": signatures, "ids": ids}


def run(first: int, count: int, **other: Any) -> Case:
    """A plain sound run."""
    times = [AT + 1000 * n for n in range(count)]
    bodies = [b"entry %d" % n for n in range(first, first + count)]
    return signed(first, None if first == 1 else NAME, times, bodies, **other)


def _absent(body: bytes) -> list[Any]:
    return [len(body), body_hash(body)]


def _sound() -> list[Case]:
    five = run(3, 5)
    gone = [_absent(body) for body in five["bodies"]]
    longest = run(1, 1)
    longest |= signed(1, None, [AT], [b"x" * MAX_BODY]) | {"bodies": [parts((b"x", MAX_BODY))]}
    blank = run(3, 4, without=(0, 1, 2))
    unsigned = run(3, 4, without=(0, 1, 2, 3))
    return [
        {"name": "first entry"} | run(1, 1),
        {"name": "from the first entry"} | run(1, 4),
        {"name": "from within"} | five,
        {"name": "up to the last number"} | run(MAX_SEQ - 1, 2),
        {"name": "one time for all"} | signed(1, None, [AT] * 3, [b"a", b"b", b"c"]),
        {"name": "first and last time"} | signed(1, None, [0, MAX_TIME_MS], [b"a", b"b"]),
        {"name": "longest body"} | longest,
        {"name": "all bodies absent"} | five | {"bodies": gone},
        {"name": "one body absent"} | five | {"bodies": [gone[0], *five["bodies"][1:]]},
        {"name": "no signature but the last"} | blank,
        {"name": "proven by its tip"} | five | {"tip": five["ids"][-1]},
        {"name": "without any signature, by its tip"} | unsigned | {"tip": unsigned["ids"][-1]},
    ]


def _changed(name: str, rule: str, base: Case, **given: Any) -> Case:
    columns = {key: value for key, value in base.items() if key != "ids"}
    return {"name": name} | columns | given | {"rule": rule}


def _columns() -> list[Case]:
    three = run(2, 3)
    shape = "bad-shape"
    cases = []
    for column in ("times", "bodies", "signatures"):
        cells = three[column]
        cases += [
            _changed(f"{column}: one too few", shape, three, **{column: cells[:-1]}),
            _changed(f"{column}: one too many", shape, three, **{column: [*cells, cells[-1]]}),
            _changed(f"{column}: none", shape, three, **{column: []}),
        ]
    empty = _changed("no entry at all", shape, three, times=[], bodies=[], signatures=[])
    return [*cases, empty]


def _chains() -> list[Case]:
    three, other = run(2, 3), run(2, 3, key=STRANGER)
    bad = "bad-signature"
    swapped = [three["signatures"][1], three["signatures"][0], three["signatures"][2]]
    times = three["times"]
    bodies = three["bodies"]
    cases = [
        _changed("another previous", bad, three, previous=bytes(32)),
        _changed("another feed", bad, three, feed=STRANGER.public),
        _changed("the account for the feed", bad, three, feed=ACCOUNT.public),
        _changed("one number higher", bad, three, first=3),
        _changed("signatures of another feed", bad, three, signatures=other["signatures"]),
        _changed("two signatures exchanged", bad, three, signatures=swapped),
        _changed(
            "last signature from the entry before",
            bad,
            three,
            signatures=[*three["signatures"][:2], three["signatures"][1]],
        ),
        _changed("last signature of zeros", bad, run(2, 3, without=(2,))),
        _changed(
            "first entry left out",
            bad,
            three,
            first=3,
            times=times[1:],
            bodies=bodies[1:],
            signatures=three["signatures"][1:],
        ),
        _changed(
            "last entry repeated",
            bad,
            three,
            times=[*times, times[-1]],
            bodies=[*bodies, bodies[-1]],
            signatures=[*three["signatures"], three["signatures"][-1]],
        ),
        _changed("two bodies exchanged", bad, three, bodies=[bodies[1], bodies[0], bodies[2]]),
        _changed("another time at first", bad, three, times=[times[0] - 1, *times[1:]]),
        _changed("another time at last", bad, three, times=[*times[:2], times[2] + 1]),
        _changed("absent body of another hash", bad, three, bodies=[[7, bytes(32)], *bodies[1:]]),
        _changed(
            "absent body of another size",
            bad,
            three,
            bodies=[[8, body_hash(bodies[0])], *bodies[1:]],
        ),
        _changed("another tip", bad, three, tip=bytes(32)),
        _changed("the tip of the entry before", bad, three, tip=three["ids"][1]),
    ]
    for at in range(3):
        spoilt = list(three["signatures"])
        spoilt[at] = flipped(spoilt[at], 300)
        cases.append(_changed(f"a bit of signature {at + 1}", bad, three, signatures=spoilt))
        cases.append(
            _changed(
                f"a bit of signature {at + 1}, by its tip",
                bad,
                three,
                signatures=spoilt,
                tip=three["ids"][-1],
            )
        )
        changed = list(bodies)
        changed[at] = flipped(changed[at], 0)
        cases.append(_changed(f"a bit of body {at + 1}", bad, three, bodies=changed))
    return cases


def _fields() -> list[Case]:
    three = run(2, 3)
    first = run(1, 2)
    shape, seq = "bad-shape", "bad-sequence"
    bodies = three["bodies"]
    back = signed(2, NAME, [AT, AT + 5, AT + 4], [b"a", b"b", b"c"])
    early = signed(2, NAME, [AT, AT - 1], [b"a", b"b"])
    long = [b"x" * (MAX_BODY + 1), *bodies[1:]]
    return [
        _changed("times go back by one", "time-goes-back", back),
        _changed("times go back, by its tip", "time-goes-back", back, tip=back["ids"][-1]),
        _changed("times go back at once", "time-goes-back", early),
        _changed("number 0", seq, three, first=0),
        _changed("number 0 without previous", seq, three, first=0, previous=None),
        _changed("number 2^63", seq, three, first=2**63),
        _changed("number 2^64", seq, three, first=2**64),
        _changed("number -1", seq, three, first=-1),
        _changed("over the last number by one", seq, three, first=MAX_SEQ - 1),
        _changed("number 1 with a previous", seq, first, previous=NAME),
        _changed("number 2 without", seq, three, previous=None),
        _changed("previous of 31 bytes", shape, three, previous=NAME[:31]),
        _changed("feed of 31 bytes", shape, three, feed=FEED.public[:31]),
        _changed("feed of small order", "bad-key", three, feed=SMALL_ORDER[0]),
        _changed("a time below 0", shape, three, times=[-1, AT, AT]),
        _changed("a time after the year 9999", shape, three, times=[AT, AT, MAX_TIME_MS + 1]),
        _changed(
            "a signature of 63 bytes",
            shape,
            three,
            signatures=[bytes(63), *three["signatures"][1:]],
        ),
        _changed(
            "a signature of 65 bytes",
            shape,
            three,
            signatures=[bytes(65), *three["signatures"][1:]],
        ),
        _changed("a body of nothing", shape, three, bodies=[b"", *bodies[1:]]),
        _changed("a body too long by one", "too-large", three, bodies=long)
        | {"bodies": [parts((b"x", MAX_BODY + 1)), *bodies[1:]]},
        _changed("an absent body of size 0", shape, three, bodies=[[0, NAME], *bodies[1:]]),
        _changed(
            "an absent body too long by one",
            "too-large",
            three,
            bodies=[[MAX_BODY + 1, NAME], *bodies[1:]],
        ),
        _changed(
            "an absent body with a hash of 31 bytes",
            shape,
            three,
            bodies=[[7, NAME[:31]], *bodies[1:]],
        ),
    ]
