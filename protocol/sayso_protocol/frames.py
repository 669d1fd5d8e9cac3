"""Frames of `/sayso/sync/1`: a four-byte big-endian length, then a msgpack array.

The array's first item is the frame's type. Frames are not hashed, so any msgpack form is
read; every field is checked for type and limit before it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from .codec import pack_array, unpack
from .entry import check_seq
from .errors import BadShape, ProtocolViolation, TooLarge
from .hashing import HASH_SIZE, INTEREST_SIZE, TOKEN_SIZE
from .keys import KEY_SIZE, SIGNATURE_SIZE
from .limits import (
    MAX_BODY,
    MAX_FEEDS_A_HAVE,
    MAX_FORK,
    MAX_FRAME,
    MAX_GRANT,
    MAX_OPEN_REQUESTS,
    MAX_RANGES,
    MAX_REASON,
    MAX_RUN_ENTRIES,
    MAX_SAID_A_FRAME,
    MAX_SOFTWARE,
    MAX_STATEMENT,
    MAX_WANTS_A_FRAME,
)
from .packing import pack_bodies, unpack_bodies
from .ranges import Range
from .run import Body, RawRun

LENGTH_SIZE = 4
EPOCH_SIZE = 16
CHECK_SIZE = 8
HEIGHT_CHECK_SIZE = 16
"""So long that nobody finds two signatures of his own with one check."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the receiver knows the sender's store: all that came into it up to `arrival`
    has been offered in frames before this one.

    `check` is the first 8 bytes of the id of the entry that came in at `arrival` (zeros for
    none): a store that was wound back and grew again has another entry there.
    """

    arrival: int
    check: bytes


@dataclass(frozen=True, slots=True)
class Resume:
    """The sender was here before: it holds all that was offered to it up to `mark` of the
    store with this `epoch`, and had named the list of wants that bears `token`. With
    `changed` a list of wants follows, without it that list still holds."""

    epoch: bytes
    mark: Mark
    token: bytes
    changed: bool


@dataclass(frozen=True, slots=True)
class Hello:
    """First frame of each side. `epoch` is the 16 bytes of the sender's store."""

    version: int
    software: str
    epoch: bytes
    resume: Resume | None = None


@dataclass(frozen=True, slots=True)
class Want:
    """Accounts that the sender wants, blinded for a day; `more` follows at once. `token` is
    the sender's name for all that it wants, up to and with this frame."""

    day: int
    blinds: Sequence[bytes]
    more: bool
    token: bytes


@dataclass(frozen=True, slots=True)
class Unwant:
    """Accounts that the sender no longer wants, blinded for a day; `token` as in `Want`."""

    day: int
    blinds: Sequence[bytes]
    token: bytes


@dataclass(frozen=True, slots=True)
class Offer:
    """One feed in a `Have`: the account's grant on the wire and what is held of the feed."""

    grant: bytes
    held: Sequence[Range]


@dataclass(frozen=True, slots=True)
class Have:
    """What the sender holds of wanted accounts; without `more` all wants are answered."""

    offers: Sequence[Offer]
    more: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """One wanted range; `number` is chosen by who asks, above 0, and comes back."""

    number: int
    feed: bytes
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Get:
    """Ranges that the sender asks for; each is answered once, by `Entries` or `Miss`."""

    asks: Sequence[Ask]


@dataclass(frozen=True, slots=True)
class Entries:
    """A run: the newest stretch of what was asked for, or unasked (`number` 0) a new entry
    of a feed that the receiver wants."""

    number: int
    run: RawRun


@dataclass(frozen=True, slots=True)
class Miss:
    """Nothing of these asked ranges is held."""

    numbers: Sequence[int]


@dataclass(frozen=True, slots=True)
class Heights:
    """Newest sequence numbers held of wanted feeds, each with the feed and maybe a check.

    `checks`, where there are any, has one for each: `height_check` of the signature of the entry
    at that height, or nothing. Two that differ show that the feed has forked.
    """

    heights: Sequence[tuple[bytes, int]]
    checks: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class Synced:
    """The sender now holds everything that it wants of what it was offered."""


@dataclass(frozen=True, slots=True)
class Again:
    """The sender does not remember what a `Resume` speaks of: name all wants again."""


@dataclass(frozen=True, slots=True)
class Prune:
    """Announce new entries of these feeds from now on, instead of pushing them: they come
    from elsewhere already."""

    feeds: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Graft:
    """Push new entries of these feeds again."""

    feeds: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Say:
    """What accounts that the receiver wants say of their feeds (revokes, rotations), and proofs
    against feeds of them, each as it travels. See the module `said`."""

    statements: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Bye:
    """The sender ends the session; `code` is one of `errors` or ``done``."""

    code: str
    reason: str


Frame = (
    Hello
    | Want
    | Unwant
    | Have
    | Get
    | Entries
    | Miss
    | Heights
    | Synced
    | Bye
    | Mark
    | Again
    | Prune
    | Graft
    | Say
)


def height_check(signature: bytes) -> bytes:
    """What a `Heights` says of an entry: the first half of its signature's second half. The first
    half of a signature is the writer's to choose, and may be the same for two entries."""
    return signature[SIGNATURE_SIZE // 2 :][:HEIGHT_CHECK_SIZE]


# --- writing ----------------------------------------------------------------------


def encode_frame(frame: Frame) -> bytes:
    """Return length and frame. Raises `TooLarge` for a frame over `MAX_FRAME`."""
    data = pack_array([_NUMBERS[type(frame)], *_WRITERS[type(frame)](frame)])
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
}


# --- reading ----------------------------------------------------------------------


def frame_length(prefix: bytes) -> int:
    """Length of the frame that four bytes announce. Raises `TooLarge` before anything is
    allocated for it."""
    length = int.from_bytes(prefix, "big")
    if not 0 < length <= MAX_FRAME:
        raise TooLarge("a frame over its limit, or an empty one")
    return length


def decode_frame(data: bytes | memoryview) -> Frame:
    """Read one frame without its length. Raises `Refused`."""
    items = unpack(data)
    if type(items) is not list or not items:
        raise BadShape("a frame is an array")
    number, fields = items[0], items[1:]
    if type(number) is not int or not 0 <= number < len(_READERS):
        raise ProtocolViolation("a frame of an unknown type")
    count, reader = _READERS[number]
    if len(fields) != count:
        raise BadShape("a frame with another number of fields")
    return reader(fields)


def _read_hello(f: list[Any]) -> Hello:
    return Hello(
        _int(f[0], 2**32), _text(f[1], MAX_SOFTWARE), _bytes(f[2], EPOCH_SIZE), _resume(f[3])
    )


def _resume(item: Any) -> Resume | None:
    if item is None:
        return None
    epoch, arrival, check, token, changed = _list(item, 5, exactly=True)
    mark = _read_mark([arrival, check])
    return Resume(_bytes(epoch, EPOCH_SIZE), mark, _bytes(token, TOKEN_SIZE), _bool(changed))


def _read_mark(f: list[Any]) -> Mark:
    return Mark(_int(f[0], 2**63), _bytes(f[1], CHECK_SIZE))


def _read_want(f: list[Any]) -> Want:
    return Want(
        _int(f[0], 2**32),
        _names(f[1], INTEREST_SIZE, MAX_WANTS_A_FRAME),
        _bool(f[2]),
        _bytes(f[3], TOKEN_SIZE),
    )


def _read_unwant(f: list[Any]) -> Unwant:
    names = _names(f[1], INTEREST_SIZE, MAX_WANTS_A_FRAME)
    return Unwant(_int(f[0], 2**32), names, _bytes(f[2], TOKEN_SIZE))


def _read_have(f: list[Any]) -> Have:
    return Have([_offer(item) for item in _list(f[0], MAX_FEEDS_A_HAVE)], _bool(f[1]))


def _offer(item: Any) -> Offer:
    grant, held = _list(item, 2, exactly=True)
    if type(grant) is not bytes or len(grant) > MAX_GRANT:
        raise BadShape("a grant is some bytes")
    ranges = [_range(*_list(part, 2, exactly=True)) for part in _list(held, MAX_RANGES)]
    if any(low[1] >= high[0] for low, high in pairwise(ranges)):
        raise BadShape("ranges out of order")
    return Offer(grant, ranges)


def _read_get(f: list[Any]) -> Get:
    return Get([_ask(item) for item in _list(f[0], MAX_OPEN_REQUESTS)])


def _ask(item: Any) -> Ask:
    number, feed, first, last = _list(item, 4, exactly=True)
    return Ask(_int(number, 2**32, 1), _bytes(feed, KEY_SIZE), *_range(first, last))


def _read_entries(f: list[Any]) -> Entries:
    number, feed, first, previous, deltas, bodies, signatures = f
    count = len(_list(deltas, MAX_RUN_ENTRIES))
    if not count:
        raise BadShape("a run without entries")
    for delta in deltas:
        _int(delta, 2**63)
    if type(signatures) is not bytes or len(signatures) != count * SIGNATURE_SIZE:
        raise BadShape("one signature for each entry")
    run = RawRun(
        _bytes(feed, KEY_SIZE),
        check_seq(first),
        None if previous is None else _bytes(previous, HASH_SIZE),
        list(accumulate(deltas)),
        [_body(body) for body in _column(bodies, count)],
        [signatures[at : at + SIGNATURE_SIZE] for at in range(0, len(signatures), SIGNATURE_SIZE)],
    )
    return Entries(_int(number, 2**32), run)


def _column(bodies: Any, count: int) -> list[Any]:
    return _list(unpack_bodies(_list(bodies, max(count, 2))), count, exactly=True)


def _body(item: Any) -> Body:
    if type(item) is bytes:
        return item
    size, digest = _list(item, 2, exactly=True)
    return _int(size, MAX_BODY + 1), _bytes(digest, HASH_SIZE)


def _read_heights(f: list[Any]) -> Heights:
    items = [_height(item) for item in _list(f[0], MAX_FEEDS_A_HAVE)]
    checks = [check for _, check in items]
    return Heights([pair for pair, _ in items], checks if any(checks) else ())


def _height(item: Any) -> tuple[tuple[bytes, int], bytes]:
    fields = _list(item, 3)
    if len(fields) < 2:
        raise BadShape("a height is a feed and a number")
    check = _bytes(fields[2], HEIGHT_CHECK_SIZE) if len(fields) == 3 else b""
    return (_bytes(fields[0], KEY_SIZE), check_seq(fields[1])), check


def _read_miss(f: list[Any]) -> Miss:
    return Miss([_int(number, 2**32, 1) for number in _list(f[0], MAX_OPEN_REQUESTS)])


def _read_say(f: list[Any]) -> Say:
    return Say([_wire(item) for item in _list(f[0], MAX_SAID_A_FRAME)])


def _wire(item: Any) -> bytes:
    if type(item) is not bytes:
        raise BadShape("a statement is some bytes")
    if len(item) > max(MAX_STATEMENT, MAX_FORK):
        raise TooLarge("a statement over its limit")
    return item


def _names(data: Any, size: int, most: int) -> list[bytes]:
    """Names of fixed length that stand one after the other in one field."""
    if type(data) is not bytes or len(data) % size:
        raise BadShape("a list of names of another length")
    if len(data) > most * size:
        raise TooLarge("too many names in one frame")
    return [data[at : at + size] for at in range(0, len(data), size)]


def _range(first: Any, last: Any) -> Range:
    if check_seq(first) > check_seq(last):
        raise BadShape("a range that ends before it begins")
    return first, last


def _list(value: Any, most: int, *, exactly: bool = False) -> list[Any]:
    if type(value) is not list:
        raise BadShape("a field that must be an array")
    if len(value) > most:
        raise TooLarge("an array over its limit")
    if exactly and len(value) != most:
        raise BadShape("an array of another length")
    return value


def _bytes(value: Any, size: int) -> bytes:
    if type(value) is not bytes or len(value) != size:
        raise BadShape("a field that must be bytes of fixed length")
    return value


def _int(value: Any, below: int, least: int = 0) -> int:
    if type(value) is not int or not least <= value < below:
        raise BadShape("a field that must be a number in its range")
    return value


def _bool(value: Any) -> bool:
    if type(value) is not bool:
        raise BadShape("a field that must be true or false")
    return value


def _text(value: Any, most: int) -> str:
    if type(value) is not str or len(value.encode()) > most:
        raise BadShape("a field that must be a short text")
    return value


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
    (2, lambda f: Bye(_text(f[0], MAX_REASON), _text(f[1], MAX_REASON))),
    (2, _read_mark),
    (0, lambda _: Again()),
    (1, lambda f: Prune(_names(f[0], KEY_SIZE, MAX_FEEDS_A_HAVE))),
    (1, lambda f: Graft(_names(f[0], KEY_SIZE, MAX_FEEDS_A_HAVE))),
    (1, _read_say),
)
_NUMBERS: dict[type, int] = {
    kind: number
    for number, kind in enumerate(
        (
            *(Hello, Want, Unwant, Have, Get, Entries, Miss, Heights, Synced, Bye),
            *(Mark, Again, Prune, Graft, Say),
        )
    )
}
