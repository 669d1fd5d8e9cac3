"""Frames with one field out of its range, and the rule that it breaks."""

from __future__ import annotations

from typing import Any

from sayso_protocol.limits import (
    MAX_GRANT,
    MAX_OPEN_REQUESTS,
    MAX_RANGES,
    MAX_STATEMENT,
    MAX_STATEMENTS_A_FRAME,
)

from ..cases import AT, FEED, Case
from .frame_parts import (
    BLINDS,
    CHECK,
    DAY,
    ENTRIES,
    EPOCH,
    GRANT_WIRE,
    RUN,
    SIGNATURES,
    SOUND,
    TOKEN,
    bad,
)
from .runs import NAME


def out_of_range() -> list[Case]:
    """One case for each border."""
    hello, want, mark = [1, "s", EPOCH, None], SOUND["Want"][1], SOUND["Mark"][1]
    resume = [EPOCH, 5, CHECK, TOKEN, True]

    def resuming(*resume: Any) -> list[Any]:
        return [1, "", EPOCH, list(resume)]

    shape, seq, large = "bad-shape", "bad-sequence", "too-large"

    def have(*ranges: Any, grant: Any = GRANT_WIRE) -> list[Any]:
        return [[[grant, list(ranges)]], False]

    def get(number: Any = 1, feed: Any = FEED.public, first: Any = 1, last: Any = 2) -> list[Any]:
        return [[[number, feed, first, last]]]

    def entries(**changed: Any) -> list[Any]:
        names = ("number", "feed", "first", "previous", "deltas", "bodies", "signatures")
        return list((dict(zip(names, ENTRIES, strict=True)) | changed).values())

    too_many_ranges = [[2 * n, 2 * n] for n in range(1, MAX_RANGES + 2)]
    too_many_asks = [[n, FEED.public, n, n] for n in range(1, MAX_OPEN_REQUESTS + 2)]
    tried = [
        ("Hello, version -1", 0, [-1, *hello[1:]], shape),
        ("Hello, version 2^32", 0, [2**32, *hello[1:]], shape),
        ("Hello, version true", 0, [True, *hello[1:]], shape),
        ("Hello, software too long", 0, [1, "é" * 33, EPOCH, None], shape),
        ("Hello, epoch of 15 bytes", 0, [1, "", EPOCH[:15], None], shape),
        ("Hello, resume of four", 0, [1, "", EPOCH, resume[:4]], shape),
        ("Hello, resume of six", 0, [1, "", EPOCH, [*resume, 1]], large),
        ("Hello, resume with arrival 2^63", 0, resuming(EPOCH, 2**63, CHECK, TOKEN, True), shape),
        ("Hello, resume, check of 7 bytes", 0, resuming(EPOCH, 5, CHECK[:7], TOKEN, True), shape),
        ("Hello, token of 17 bytes", 0, resuming(EPOCH, 5, CHECK, TOKEN + b"x", True), shape),
        ("Hello, resume with changed 1", 0, resuming(EPOCH, 5, CHECK, TOKEN, 1), shape),
        ("Want, day 2^32", 1, [2**32, *want[1:]], shape),
        ("Want, day -1", 1, [-1, *want[1:]], shape),
        ("Want, 15 bytes of names", 1, [DAY, BLINDS[:15], False, TOKEN], shape),
        ("Want, more 0", 1, [DAY, BLINDS, 0, TOKEN], shape),
        ("Want, token of 15 bytes", 1, [DAY, BLINDS, False, TOKEN[:15]], shape),
        ("Unwant, 7 bytes of names", 2, [DAY, BLINDS[:7], TOKEN], shape),
        ("Have, range from 0", 3, have([0, 5]), seq),
        ("Have, range to 2^63", 3, have([1, 2**63]), seq),
        ("Have, range that ends before it begins", 3, have([5, 4]), shape),
        ("Have, ranges out of order", 3, have([7, 8], [1, 5]), shape),
        ("Have, ranges that overlap", 3, have([1, 5], [5, 8]), shape),
        ("Have, range of three", 3, have([1, 2, 3]), large),
        ("Have, range of one", 3, have([1]), shape),
        ("Have, grant as text", 3, have([1, 2], grant="x"), shape),
        ("Have, grant too long", 3, have([1, 2], grant=bytes(MAX_GRANT + 1)), shape),
        ("Have, offer of three", 3, [[[GRANT_WIRE, [], 1]], False], large),
        ("Have, offer nil", 3, [[None], False], shape),
        ("Have, too many ranges", 3, have(*too_many_ranges), large),
        ("Get, number 0", 4, get(number=0), shape),
        ("Get, number 2^32", 4, get(number=2**32), shape),
        ("Get, feed of 31 bytes", 4, get(feed=NAME[:31]), shape),
        ("Get, from 0", 4, get(first=0), seq),
        ("Get, to 2^63", 4, get(last=2**63), seq),
        ("Get, backwards", 4, get(first=3), shape),
        ("Get, ask of three", 4, [[[1, FEED.public, 1]]], shape),
        ("Get, ask of five", 4, [[[1, FEED.public, 1, 2, 3]]], large),
        ("Get, one ask too many", 4, [too_many_asks], large),
        ("Entries, number -1", 5, entries(number=-1), shape),
        ("Entries, number 2^32", 5, entries(number=2**32), shape),
        ("Entries, first 0", 5, entries(first=0), seq),
        ("Entries, first 2^63", 5, entries(first=2**63), seq),
        ("Entries, previous of 31 bytes", 5, entries(previous=NAME[:31]), shape),
        ("Entries, previous as text", 5, entries(previous="x" * 32), shape),
        ("Entries, a time that goes back", 5, entries(deltas=[AT, -1, 0]), shape),
        ("Entries, a delta of 2^63", 5, entries(deltas=[AT, 2**63, 0]), shape),
        ("Entries, a delta that is a float", 5, entries(deltas=[AT, 1.0, 0]), shape),
        ("Entries, no entry", 5, entries(deltas=[], bodies=[], signatures=b""), shape),
        ("Entries, a delta too few", 5, entries(deltas=[AT, 0]), shape),
        ("Entries, a body too few", 5, entries(bodies=RUN["bodies"][:2]), shape),
        ("Entries, a body too many", 5, entries(bodies=[*RUN["bodies"], b"x"]), large),
        ("Entries, a signature too few", 5, entries(signatures=SIGNATURES[:128]), shape),
        ("Entries, signatures cut", 5, entries(signatures=SIGNATURES[:-1]), shape),
        ("Entries, signatures in an array", 5, entries(signatures=RUN["signatures"]), shape),
        ("Entries, a body as text", 5, entries(bodies=["x", b"y", b"z"]), shape),
        ("Entries, a body nil", 5, entries(bodies=[None, b"y", b"z"]), shape),
        ("Entries, absent body too large", 5, entries(bodies=[[16385, NAME], b"y", b"z"]), shape),
        ("Entries, an absent body of three", 5, entries(bodies=[[5, NAME, 1], b"y", b"z"]), large),
        ("Entries, an absent body without hash", 5, entries(bodies=[[5], b"y", b"z"]), shape),
        ("Miss, number 0", 6, [[0]], shape),
        ("Miss, number 2^32", 6, [[2**32]], shape),
        ("Miss, one too many", 6, [list(range(1, MAX_OPEN_REQUESTS + 2))], large),
        ("Heights, height 0", 7, [[[FEED.public, 0]]], seq),
        ("Heights, height 2^63", 7, [[[FEED.public, 2**63]]], seq),
        ("Heights, feed of 31 bytes", 7, [[[NAME[:31], 1]]], shape),
        ("Heights, a check that is a number", 7, [[[FEED.public, 1, 1]]], shape),
        ("Heights, check of 15 bytes", 7, [[[FEED.public, 1, TOKEN[:15]]]], shape),
        ("Heights, check of 17 bytes", 7, [[[FEED.public, 1, TOKEN + b"x"]]], shape),
        ("Heights, empty check", 7, [[[FEED.public, 1, b""]]], shape),
        ("Heights, check nil", 7, [[[FEED.public, 1, None]]], shape),
        ("Heights, a feed alone", 7, [[[FEED.public]]], shape),
        ("Heights, a fourth item", 7, [[[FEED.public, 1, TOKEN, 1]]], large),
        ("Bye, code too long", 9, ["x" * 257, ""], shape),
        ("Bye, reason too long", 9, ["done", "é" * 129], shape),
        ("Bye, code as bytes", 9, [b"done", ""], shape),
        ("Mark, arrival -1", 10, [-1, CHECK], shape),
        ("Mark, arrival 2^63", 10, [2**63, CHECK], shape),
        ("Mark, check of 9 bytes", 10, [mark[0], CHECK + b"x"], shape),
        ("Prune, 31 bytes", 12, [NAME[:31]], shape),
        ("Graft, 33 bytes", 13, [NAME + b"x"], shape),
        ("Say, a statement as text", 14, [["x"]], shape),
        ("Say, a statement nil", 14, [[None]], shape),
        ("Say, a statement that is not wrapped", 14, [[[1, "revoke"]]], shape),
        ("Say, a statement too long", 14, [[bytes(MAX_STATEMENT + 1)]], large),
        ("Say, one too many", 14, [[b""] * (MAX_STATEMENTS_A_FRAME + 1)], large),
    ]  # fmt: skip
    return [bad(name, number, fields, rule) for name, number, fields, rule in tried]
