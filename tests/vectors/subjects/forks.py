"""Section 5. `wire` proves that `feed` forks at number `seq`; with `rule` it is refused for it.
Every `not-forked` is a false accusation made of what an honest writer signed.
"""

from __future__ import annotations

from typing import Any

from sayso_protocol.codec import encode
from sayso_protocol.crypto.hashing import body_hash
from sayso_protocol.limits import MAX_FORK, MAX_FORK_ENTRIES, MAX_SEQ

from ..cases import AT, FEED, STRANGER, Case, parts
from .points import SMALL_ORDER
from .runs import NAME, run, signed

Columns = list[Any]


def make() -> list[Case]:
    """Proofs, false accusations, broken forms."""
    return [*_sound(), *_false(), *_broken()]


def proof() -> bytes:
    """A sound one, of two entries."""
    wire: bytes = _sound()[0]["wire"]
    return wire


def _columns(given: Case, start: int = 0, stop: int | None = None) -> Columns:
    """A part of a run as a proof has it."""
    bodies = given["bodies"][start:stop]
    return [
        given["first"] + start,
        given["ids"][start - 1] if start else given["previous"],
        given["times"][start:stop],
        [len(body) for body in bodies],
        [body_hash(body) for body in bodies],
        given["signatures"][start:stop],
    ]


def _wire(a: Columns, b: Columns, feed: bytes = FEED.public) -> bytes:
    return encode([1, "fork", feed, *sorted([a, b], key=encode)])


def _branch(first: int, previous: bytes | None, text: str, count: int, **other: Any) -> Case:
    times = [AT + 1000 * n for n in range(count)]
    bodies = [f"{text} {n}".encode() for n in range(first, first + count)]
    return signed(first, previous, times, bodies, **other)


def _sound() -> list[Case]:
    stem = run(1, 4)
    a = _branch(5, stem["ids"][-1], "left", 4)
    b = _branch(5, stem["ids"][-1], "right", 4)
    most = MAX_FORK_ENTRIES
    blank = tuple(range(most - 1))
    c = _branch(5, stem["ids"][-1], "left", most, without=blank)
    d = _branch(5, stem["ids"][-1], "right", most, without=blank)
    one, other = _branch(1, None, "one", 2), _branch(1, None, "other", 2)
    last, end = _branch(MAX_SEQ, NAME, "one", 1), _branch(MAX_SEQ, NAME, "other", 1)
    both = _columns(a, 0, 1), _columns(b, 0, 1)
    cases = {
        "two entries": (5, *both),
        "two first entries": (1, _columns(one, 0, 1), _columns(other, 0, 1)),
        "two last entries": (MAX_SEQ, _columns(last), _columns(end)),
        "an entry, and one that names another before it": (5, _columns(a, 0, 1), _columns(b, 1, 2)),
        "two entries that name others before them": (5, _columns(a, 1, 2), _columns(b, 1, 2)),
        "runs that differ from their first entry on": (5, _columns(a), _columns(b)),
        "runs that begin alike": (5, _from_one_stem("left"), _from_one_stem("right")),
        "runs of which one begins later": (6, _columns(a, 2, 4), _columns(b, 1, 3)),
        "most entries, only the last signed": (5, _columns(c), _columns(d)),
        "one body at two times": (
            5,
            _columns(a, 0, 1),
            _columns(signed(5, stem["ids"][-1], [AT + 1], [a["bodies"][0]])),
        ),
    }
    return [
        {"name": name, "wire": _wire(x, y), "feed": FEED.public, "seq": seq}
        for name, (seq, x, y) in cases.items()
    ]


def _from_one_stem(text: str) -> Columns:
    """A run whose first entry is the same for every text."""
    bodies = [b"stem", *(f"{text} {n}".encode() for n in range(5, 8))]
    return _columns(signed(4, NAME, [AT, AT + 1, AT + 2, AT + 3], bodies))


def _false(rule: str = "not-forked") -> list[Case]:
    honest = run(1, 8)
    other = run(1, 8, key=STRANGER)
    blank = _branch(1, None, "left", 2, without=(1,))
    contrary = _branch(1, None, "right", 2)
    cases = {
        "one entry twice": (_columns(honest, 2, 3), _columns(honest, 2, 3), rule),
        "one run twice": (_columns(honest), _columns(honest), rule),
        "two parts that overlap": (_columns(honest, 0, 5), _columns(honest, 3, 8), rule),
        "one part within another": (_columns(honest, 0, 8), _columns(honest, 2, 4), rule),
        "two parts that follow each other": (_columns(honest, 0, 4), _columns(honest, 4, 8), rule),
        "two parts with a gap": (_columns(honest, 0, 3), _columns(honest, 5, 8), rule),
        "first and last entry": (_columns(honest, 0, 1), _columns(honest, 7, 8), rule),
        "two feeds": (_columns(honest, 2, 3), _columns(other, 2, 3), "bad-signature"),
        "a branch that is not signed": (_columns(blank), _columns(contrary), "bad-signature"),
        "made up beside an honest entry": (
            _columns(honest, 2, 3),
            _forged(honest),
            "bad-signature",
        ),
        "another time for a signed entry": (
            _columns(honest, 2, 3),
            _timed(honest),
            "bad-signature",
        ),
    }
    return [
        {"name": f"false: {name}", "wire": _wire(x, y), "rule": code}
        for name, (x, y, code) in cases.items()
    ]


def _forged(honest: Case) -> Columns:
    columns = _columns(honest, 2, 3)
    return [*columns[:4], [NAME], columns[5]]


def _timed(honest: Case) -> Columns:
    columns = _columns(honest, 2, 3)
    return [*columns[:2], [AT], *columns[3:]]


def _broken() -> list[Case]:
    stem = run(1, 4)["ids"][-1]
    a, b = _columns(_branch(5, stem, "left", 2)), _columns(_branch(5, stem, "right", 2))
    low, high = sorted([a, b], key=encode)
    sound = _wire(a, b)
    feed, shape, canonical = FEED.public, "bad-shape", "not-canonical"
    back = signed(5, stem, [AT + 1, AT], [b"a", b"b"])
    most = MAX_FORK_ENTRIES + 1
    many = _columns(_branch(5, stem, "left", most))
    cases: dict[str, tuple[Any, str]] = {
        "the runs in the other order": ([1, "fork", feed, high, low], canonical),
        "version 0": ([0, "fork", feed, low, high], "unknown-version"),
        "version 2": ([2, "fork", feed, low, high], "unknown-version"),
        "version true": ([True, "fork", feed, low, high], "unknown-version"),
        "another type": ([1, "grant", feed, low, high], shape),
        "type as bytes": ([1, b"fork", feed, low, high], shape),
        "one run": ([1, "fork", feed, low], shape),
        "three runs": ([1, "fork", feed, low, high, high], shape),
        "a map": ({}, shape),
        "feed of 31 bytes": ([1, "fork", feed[:31], low, high], shape),
        "feed nil": ([1, "fork", None, low, high], shape),
        "feed of small order": ([1, "fork", SMALL_ORDER[0], low, high], "bad-key"),
        "run of five columns": ([1, "fork", feed, low[:5], high], shape),
        "run of seven columns": ([1, "fork", feed, low, [*high, []]], shape),
        "run nil": ([1, "fork", feed, None, high], shape),
        "column nil": ([1, "fork", feed, [*low[:2], None, *low[3:]], high], shape),
        "run without entries": ([1, "fork", feed, [*low[:2], [], [], [], []], high], shape),
        "a time too few": ([1, "fork", feed, [*low[:2], low[2][:1], *low[3:]], high], shape),
        "a size too few": ([1, "fork", feed, [*low[:3], low[3][:1], *low[4:]], high], shape),
        "a hash too few": ([1, "fork", feed, [*low[:4], low[4][:1], low[5]], high], shape),
        "a signature too few": ([1, "fork", feed, [*low[:5], low[5][:1]], high], shape),
        "number 0": ([1, "fork", feed, [0, *low[1:]], high], "bad-sequence"),
        "number 2^63": ([1, "fork", feed, [2**63, *low[1:]], high], "bad-sequence"),
        "number 5 without previous": ([1, "fork", feed, [5, None, *low[2:]], high], "bad-sequence"),
        "a size of 0": ([1, "fork", feed, [*low[:3], [0, 1], *low[4:]], high], shape),
        "a size too large": (
            [1, "fork", feed, [*low[:3], [16385, 1], *low[4:]], high],
            "too-large",
        ),
    }  # fmt: skip
    wires = {name: (encode(value), rule) for name, (value, rule) in cases.items()}
    wires |= {
        "times go back": (_wire(_columns(back), b), "time-goes-back"),
        "a run of too many entries": (_wire(many, b), "too-large"),
        "over the limit": (parts((b"\xc0", MAX_FORK + 1)), "too-large"),
        "nothing": (b"", canonical),
        "a byte behind": (sound + b"\0", canonical),
        "a long head": (b"\xdc\0\5" + sound[1:], canonical),
    }
    signature = encode(low[5][-1])
    last = sound.index(signature) + 2
    cut = {"name": "cut anywhere", "wire": sound, "cut": [0, len(sound) - 1], "rule": "any"}
    spoilt = {
        "name": "every bit of a tip's signature",
        "wire": sound,
        "flip": [8 * last, 8 * (last + 64) - 1],
        "rule": "any",
    }
    return [{"name": name, "wire": wire, "rule": rule} for name, (wire, rule) in wires.items()] + [
        cut,
        spoilt,
    ]
