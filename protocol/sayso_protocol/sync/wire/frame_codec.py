"""Frames of `/sayso/sync/1` to `/sayso/sync/3` as bytes: a four-byte big-endian length, then a
msgpack array.

The array's first item is the frame's type. Frames are not hashed, so any msgpack form is
read; every field is checked for type and limit before it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate, pairwise
from typing import Any

from ...codec import pack_array, unpack
from ...crypto.hashing import HASH_SIZE, INTEREST_SIZE, ROSTER_ID_SIZE, TOKEN_SIZE
from ...crypto.keys import KEY_SIZE, SIGNATURE_SIZE
from ...errors import BadShape, ProtocolViolation, TooLarge
from ...feed.absence import AbsenceProof
from ...feed.entry import check_seq
from ...feed.run import Body, RawRun
from ...limits import (
    MAX_BODY,
    MAX_FEEDS_A_HAVE,
    MAX_FORK,
    MAX_FRAME,
    MAX_GRANT,
    MAX_OPEN_REQUESTS,
    MAX_PROOFS,
    MAX_RANGES,
    MAX_REASON,
    MAX_ROSTER,
    MAX_RUN_ENTRIES,
    MAX_SOFTWARE,
    MAX_STATEMENT,
    MAX_STATEMENTS_A_FRAME,
    MAX_WANTS_A_FRAME,
)
from .body_column import pack_bodies, unpack_bodies
from .frame_fields import (
    read_bool,
    read_bytes,
    read_int,
    read_ints,
    read_list,
    read_names,
    read_range,
    read_text,
)
from .frames import (
    CHECK_SIZE,
    EPOCH_SIZE,
    HEIGHT_CHECK_SIZE,
    SYNC_1,
    SYNC_3,
    Again,
    Ask,
    Bye,
    Entries,
    Frame,
    Get,
    Graft,
    Have,
    Heights,
    Hello,
    Mark,
    Miss,
    Offer,
    Prune,
    Resume,
    Say,
    Serve,
    Synced,
    Unwant,
    Want,
)

LENGTH_SIZE = 4


# --- writing ----------------------------------------------------------------------


def encode_frame(frame: Frame, version: int = SYNC_1) -> bytes:
    """Return length and frame, as a version of the protocol has it. Raises `TooLarge` for a frame
    over `MAX_FRAME`."""
    fields = _WRITERS[type(frame)](frame)
    if version != SYNC_1 and isinstance(frame, Entries):
        fields.append([_write_proof(proof) for proof in frame.proofs])
    if version >= SYNC_3 and isinstance(frame, Hello):
        fields.append(frame.roster)
    data = pack_array([_NUMBERS[type(frame)], *fields])
    if len(data) > MAX_FRAME:
        raise TooLarge("a frame over its limit")
    return len(data).to_bytes(LENGTH_SIZE, "big") + data


def _write_run(frame: Entries) -> list[Any]:
    run = frame.run
    # Times as differences: almost always one to three bytes instead of nine.
    deltas = [run.times[0], *(b - a for a, b in zip(run.times, run.times[1:], strict=False))]
    signatures = b"".join(run.signatures)
    bodies = pack_bodies(run.bodies)
    return [frame.number, run.feed, run.first, run.previous, deltas, bodies, signatures]


def _write_proof(proof: AbsenceProof) -> list[Any]:
    run = proof.run
    entry = run.first, run.previous, run.times[0], run.bodies[0], run.signatures[0]
    return [proof.grant, run.feed, *entry]


def _write_resume(resume: Resume | None) -> list[Any] | None:
    if resume is None:
        return None
    mark = resume.mark
    return [resume.epoch, mark.arrival, mark.check, resume.token, resume.changed]


def _write_heights(frame: Heights) -> list[Any]:
    checks = frame.checks or [b""] * len(frame.heights)
    pairs = zip(frame.heights, checks, strict=True)
    return [[[feed, seq, check] if check else [feed, seq] for (feed, seq), check in pairs]]


_WRITERS: dict[type, Callable[[Any], list[Any]]] = {
    Hello: lambda f: [f.version, f.software, f.epoch, _write_resume(f.resume)],
    Want: lambda f: [f.day, b"".join(f.blinds), f.more, f.token],
    Unwant: lambda f: [f.day, b"".join(f.blinds), f.token],
    Have: lambda f: [[[o.grant, list(o.held)] for o in f.offers], f.more],
    Get: lambda f: [[[a.number, a.feed, a.first, a.last] for a in f.asks]],
    Entries: _write_run,
    Miss: lambda f: [list(f.numbers)],
    Heights: _write_heights,
    Synced: lambda _: [],
    Bye: lambda f: [f.code, f.reason],
    Mark: lambda f: [f.arrival, f.check],
    Again: lambda _: [],
    Prune: lambda f: [b"".join(f.feeds)],
    Graft: lambda f: [b"".join(f.feeds)],
    Say: lambda f: [list(f.statements)],
    Serve: lambda f: [f.roster],
}


# --- reading ----------------------------------------------------------------------


def frame_length(prefix: bytes) -> int:
    """Length of the frame that four bytes announce. Raises `TooLarge` before anything is
    allocated for it."""
    length = int.from_bytes(prefix, "big")
    if not 0 < length <= MAX_FRAME:
        raise TooLarge("a frame over its limit, or an empty one")
    return length


def decode_frame(data: bytes | memoryview, version: int = SYNC_1) -> Frame:
    """Read one frame of a version of the protocol, without its length. Raises `Refused`."""
    items = unpack(data)
    if type(items) is not list or not items:
        raise BadShape("a frame is an array")
    number, fields = items[0], items[1:]
    known = len(_READERS) if version >= SYNC_3 else _NUMBERS[Serve]
    if type(number) is not int or not 0 <= number < known:
        raise ProtocolViolation("a frame of an unknown type")
    count, reader = _READERS[number]
    if version != SYNC_1 and number == _NUMBERS[Entries]:
        count, reader = 8, _read_proven_entries
    if version >= SYNC_3 and number == _NUMBERS[Hello]:
        count, reader = 5, _read_hello
    if len(fields) != count:
        raise BadShape("a frame with another number of fields")
    return reader(fields)


def _read_hello(f: list[Any]) -> Hello:
    return Hello(
        read_int(f[0], 2**32),
        read_text(f[1], MAX_SOFTWARE),
        read_bytes(f[2], EPOCH_SIZE),
        _resume(f[3]),
        read_bytes(f[4], ROSTER_ID_SIZE) if len(f) > 4 and f[4] is not None else None,
    )


def _resume(item: Any) -> Resume | None:
    if item is None:
        return None
    epoch, arrival, check, token, changed = read_list(item, 5, exactly=True)
    mark = _read_mark([arrival, check])
    return Resume(
        read_bytes(epoch, EPOCH_SIZE), mark, read_bytes(token, TOKEN_SIZE), read_bool(changed)
    )


def _read_mark(f: list[Any]) -> Mark:
    return Mark(read_int(f[0], 2**63), read_bytes(f[1], CHECK_SIZE))


def _read_want(f: list[Any]) -> Want:
    return Want(
        read_int(f[0], 2**32),
        read_names(f[1], INTEREST_SIZE, MAX_WANTS_A_FRAME),
        read_bool(f[2]),
        read_bytes(f[3], TOKEN_SIZE),
    )


def _read_unwant(f: list[Any]) -> Unwant:
    names = read_names(f[1], INTEREST_SIZE, MAX_WANTS_A_FRAME)
    return Unwant(read_int(f[0], 2**32), names, read_bytes(f[2], TOKEN_SIZE))


def _read_have(f: list[Any]) -> Have:
    return Have([_offer(item) for item in read_list(f[0], MAX_FEEDS_A_HAVE)], read_bool(f[1]))


def _offer(item: Any) -> Offer:
    grant, held = read_list(item, 2, exactly=True)
    if type(grant) is not bytes or len(grant) > MAX_GRANT:
        raise BadShape("a grant is some bytes")
    ranges = [read_range(*read_list(part, 2, exactly=True)) for part in read_list(held, MAX_RANGES)]
    if any(low[1] >= high[0] for low, high in pairwise(ranges)):
        raise BadShape("ranges out of order")
    return Offer(grant, ranges)


def _read_get(f: list[Any]) -> Get:
    return Get([_ask(item) for item in read_list(f[0], MAX_OPEN_REQUESTS)])


def _ask(item: Any) -> Ask:
    number, feed, first, last = read_list(item, 4, exactly=True)
    return Ask(read_int(number, 2**32, 1), read_bytes(feed, KEY_SIZE), *read_range(first, last))


def _read_entries(f: list[Any]) -> Entries:
    number, feed, first, previous, deltas, bodies, signatures = f
    count = len(read_list(deltas, MAX_RUN_ENTRIES))
    if not count:
        raise BadShape("a run without entries")
    read_ints(deltas, 2**63)
    if type(signatures) is not bytes or len(signatures) != count * SIGNATURE_SIZE:
        raise BadShape("one signature for each entry")
    run = RawRun(
        read_bytes(feed, KEY_SIZE),
        check_seq(first),
        None if previous is None else read_bytes(previous, HASH_SIZE),
        list(accumulate(deltas)),
        _bodies(_column(bodies, count)),
        [signatures[at : at + SIGNATURE_SIZE] for at in range(0, len(signatures), SIGNATURE_SIZE)],
    )
    return Entries(read_int(number, 2**32), run)


def _read_proven_entries(f: list[Any]) -> Entries:
    frame = _read_entries(f[:7])
    items = read_list(f[7], MAX_PROOFS)
    absent = sum(type(body) is not bytes for body in frame.run.bodies)
    if len(items) > absent:
        raise BadShape("more proofs than absent bodies")
    return Entries(frame.number, frame.run, tuple(_proof(item) for item in items))


def _proof(item: Any) -> AbsenceProof:
    grant, feed, seq, previous, time_ms, body, signature = read_list(item, 7, exactly=True)
    if type(grant) is not bytes or len(grant) > MAX_GRANT:
        raise BadShape("a grant is some bytes")
    if type(body) is not bytes or len(body) > MAX_BODY:
        raise BadShape("a proof has its body")
    run = RawRun(
        read_bytes(feed, KEY_SIZE),
        check_seq(seq),
        None if previous is None else read_bytes(previous, HASH_SIZE),
        [read_int(time_ms, 2**63)],
        [body],
        [read_bytes(signature, SIGNATURE_SIZE)],
    )
    return AbsenceProof(grant, run)


def _column(bodies: Any, count: int) -> list[Any]:
    return read_list(unpack_bodies(read_list(bodies, max(count, 2))), count, exactly=True)


def _bodies(items: list[Any]) -> list[Body]:
    if set(map(type, items)) == {bytes}:
        return items
    return [_body(item) for item in items]


def _body(item: Any) -> Body:
    if type(item) is bytes:
        return item
    size, digest = read_list(item, 2, exactly=True)
    return read_int(size, MAX_BODY + 1), read_bytes(digest, HASH_SIZE)


def _read_heights(f: list[Any]) -> Heights:
    items = [_height(item) for item in read_list(f[0], MAX_FEEDS_A_HAVE)]
    checks = [check for _, check in items]
    return Heights([pair for pair, _ in items], checks if any(checks) else ())


def _height(item: Any) -> tuple[tuple[bytes, int], bytes]:
    fields = read_list(item, 3)
    if len(fields) < 2:
        raise BadShape("a height is a feed and a number")
    check = read_bytes(fields[2], HEIGHT_CHECK_SIZE) if len(fields) == 3 else b""
    return (read_bytes(fields[0], KEY_SIZE), check_seq(fields[1])), check


def _read_miss(f: list[Any]) -> Miss:
    return Miss([read_int(number, 2**32, 1) for number in read_list(f[0], MAX_OPEN_REQUESTS)])


def _read_say(f: list[Any]) -> Say:
    return Say([_wire(item) for item in read_list(f[0], MAX_STATEMENTS_A_FRAME)])


def _wire(item: Any) -> bytes:
    if type(item) is not bytes:
        raise BadShape("a statement is some bytes")
    if len(item) > max(MAX_STATEMENT, MAX_FORK):
        raise TooLarge("a statement over its limit")
    return item


def _read_serve(f: list[Any]) -> Serve:
    if type(f[0]) is not bytes:
        raise BadShape("a roster is some bytes")
    if len(f[0]) > MAX_ROSTER:
        raise TooLarge("a roster over its limit")
    return Serve(f[0])


_READERS: tuple[tuple[int, Callable[[list[Any]], Frame]], ...] = (
    (4, _read_hello),
    (4, _read_want),
    (3, _read_unwant),
    (2, _read_have),
    (1, _read_get),
    (7, _read_entries),
    (1, _read_miss),
    (1, _read_heights),
    (0, lambda _: Synced()),
    (2, lambda f: Bye(read_text(f[0], MAX_REASON), read_text(f[1], MAX_REASON))),
    (2, _read_mark),
    (0, lambda _: Again()),
    (1, lambda f: Prune(read_names(f[0], KEY_SIZE, MAX_FEEDS_A_HAVE))),
    (1, lambda f: Graft(read_names(f[0], KEY_SIZE, MAX_FEEDS_A_HAVE))),
    (1, _read_say),
    (1, _read_serve),
)
_NUMBERS: dict[type, int] = {
    kind: number
    for number, kind in enumerate(
        (
            *(Hello, Want, Unwant, Have, Get, Entries, Miss, Heights, Synced, Bye),
            *(Mark, Again, Prune, Graft, Say, Serve),
        )
    )
}
