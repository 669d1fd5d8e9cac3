"""Runs: entries of one feed that follow each other, proven by one check at the tip.

An id covers its entry's signature, and each entry names the id before it. So when the
last entry of a run is authentic, by its own signature or because an authentic later
entry names its id, all of them are: one signature check and 2n hashes for n entries.
A `Run` can only come out of that check, or of signing, and is all that a store accepts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, repeat
from operator import add
from typing import Final, cast

from ..codec import array_packer
from ..crypto.hashing import HASH_SIZE, body_hash, body_hashes, entry_id, entry_ids
from ..crypto.keys import KEY_SIZE, SIGNATURE_SIZE, KeyPair, check_key, verify
from ..errors import BadShape, BadSignature, Refused, TimeGoesBack
from ..limits import MAX_RUN_ENTRIES
from .entry import (
    DOMAIN,
    VERSION,
    check_body_size,
    check_first,
    check_seq,
    check_time,
    encode_header,
)

Absent = tuple[int, bytes]
"""Size and hash of a body that is no longer held."""
Body = bytes | Absent


@dataclass(frozen=True, slots=True)
class RawRun:
    """A run as it arrives, not yet believed: entries as columns, oldest first."""

    feed: bytes
    first: int
    previous: bytes | None
    times: Sequence[int]
    bodies: Sequence[Body]
    signatures: Sequence[bytes]

    @property
    def last(self) -> int:
        """Sequence number of the newest entry."""
        return self.first + len(self.times) - 1


_PROVEN: Final = object()


class Run:
    """Authentic entries of one feed, oldest first; see the module. Read only.

    Columns have equal length n >= 1: `times` in Unix milliseconds, `bodies` as bytes or
    `(size, hash)`, `signatures` 64 bytes each, `ids` 32 bytes each. `is_signed` where its
    own signature has proven it; else an authentic later entry did, and whether the signature is
    good is not known.
    """

    __slots__ = ("bodies", "feed", "first", "ids", "is_signed", "previous", "signatures", "times")

    def __init__(
        self, raw: RawRun, ids: Sequence[bytes], proof: object, *, is_signed: bool = True
    ) -> None:
        if proof is not _PROVEN:
            raise TypeError("a Run comes out of verify_run or sign_run only")
        self.feed = raw.feed
        self.first = raw.first
        self.previous = raw.previous
        self.times = list(raw.times)  # copies: what was proven must not change with the raw run
        self.bodies = list(raw.bodies)
        self.signatures = list(raw.signatures)
        self.ids = list(ids)
        self.is_signed = is_signed

    def __len__(self) -> int:
        return len(self.times)

    @property
    def last(self) -> int:
        """Sequence number of the newest entry."""
        return self.first + len(self.times) - 1

    @property
    def tip(self) -> bytes:
        """Id of the newest entry."""
        return self.ids[-1]


def verify_run(raw: RawRun, *, tip: bytes | None = None) -> Run:
    """Prove a run and return it.

    `tip` is the id that an authentic later entry names as its previous; with it no
    signature is checked at all. Raises `BadSignature` where the proof fails, `BadShape`,
    `BadSequence`, `TooLarge` or `TimeGoesBack` where a field breaks its rule.
    """
    _check_columns(raw)
    _check_signatures(raw)
    header, ids = _chain(raw)
    if tip is None:
        verify(raw.feed, DOMAIN, header, raw.signatures[-1])
    elif ids[-1] != tip:
        raise BadSignature("the run does not end in the entry that was asked for")
    return Run(raw, ids, _PROVEN, is_signed=tip is None)


def sign_run(
    feed: KeyPair,
    first: int,
    previous: bytes | None,
    times: Sequence[int],
    bodies: Sequence[bytes],
) -> Run:
    """Append: sign bodies as the entries from `first` on. The caller owns the feed.

    Raises, before anything is signed, what `verify_run` would raise for such fields.
    """
    signatures: list[bytes] = []
    ids: list[bytes] = []
    raw = RawRun(feed.public, first, previous, times, bodies, signatures)
    _check_columns(raw)
    name = previous
    commitments = [commitment(body) for body in bodies]
    for seq, (time_ms, (size, digest)) in enumerate(zip(times, commitments, strict=True), first):
        header = encode_header(feed.public, seq, name, time_ms, size, digest)
        signatures.append(feed.sign(DOMAIN, header))
        name = entry_id(header, signatures[-1])
        ids.append(name)
    return Run(raw, ids, _PROVEN)


def ids_of(raw: RawRun) -> list[bytes]:
    """The ids that a run's entries have, authentic or not. Raises as `verify_run` does for
    fields that break a rule; no signature is checked."""
    _check_columns(raw)
    _check_signatures(raw)
    return _chain(raw)[1]


def has_ids(raw: RawRun, ids: list[bytes]) -> bool:
    """Whether the entries of a run have these ids, as they had when they were verified: then each
    field is what it was. Never raises. Takes two thirds of the time of `ids_of`, which cannot know
    what each entry names."""
    if {len(raw.times), len(raw.bodies), len(raw.signatures)} != {len(ids)}:
        return False
    try:
        sizes, digests = _commitments(raw.bodies)
        names = [raw.previous, *ids[:-1]]
        same = repeat(VERSION), repeat(raw.feed), count(raw.first)
        fields = zip(*same, names, raw.times, sizes, digests, strict=False)
        headers = map(array_packer(), fields)
        return entry_ids(map(add, headers, raw.signatures)) == ids
    except (Refused, TypeError, ValueError, OverflowError):
        return False


def part_of(run: RawRun | Run, ids: Sequence[bytes], first: int, last: int) -> RawRun:
    """The entries `first` to `last` of a run that has these ids, as a run of their own."""
    start, stop = first - run.first, last - run.first + 1
    return RawRun(
        run.feed,
        first,
        ids[start - 1] if start else run.previous,
        run.times[start:stop],
        run.bodies[start:stop],
        run.signatures[start:stop],
    )


def commitment(body: object) -> Absent:
    """Size and hash of a body, given as itself or as just these. Exact types and lengths:
    a header must never say what `decode_header` refuses, or nodes disagree about it."""
    if type(body) is bytes:
        return check_body_size(len(body)), body_hash(body)
    if type(body) is not tuple or len(body) != 2:
        raise BadShape("a body is its bytes, or a pair of size and hash")
    return check_body_size(body[0]), _sized(body[1], HASH_SIZE)


def _check_columns(raw: RawRun) -> None:
    count = len(raw.times)
    if not count or count > MAX_RUN_ENTRIES:
        raise BadShape("a run has between one entry and the limit")
    if len(raw.bodies) != count:
        raise BadShape("columns of different length")
    check_key(_sized(raw.feed, KEY_SIZE))
    check_seq(raw.first)
    check_seq(raw.last)
    check_first(raw.first, raw.previous)
    if raw.previous is not None:
        _sized(raw.previous, HASH_SIZE)
    _check_times(raw.times)


def _check_signatures(raw: RawRun) -> None:
    if len(raw.signatures) != len(raw.times):
        raise BadShape("columns of different length")
    if not _all_of(bytes, raw.signatures) or set(map(len, raw.signatures)) != {SIGNATURE_SIZE}:
        raise BadShape(f"a signature that is not {SIGNATURE_SIZE} bytes")


def _check_times(times: Sequence[int]) -> None:
    if not _all_of(int, times):
        raise BadShape("a time that is not a number")
    check_time(min(times))
    check_time(max(times))
    if sorted(times) != list(times):  # sorting what is sorted is one pass in C
        raise TimeGoesBack("an entry with an earlier time than the one before it")


def _chain(raw: RawRun) -> tuple[bytes, list[bytes]]:
    """Rebuild the headers; return the last one and all ids.

    A first sync waits for this loop more than for anything else of the protocol: what can
    be done outside is, a column at a time.
    """
    sizes, digests = _commitments(raw.bodies)
    pack, feed, name, header = array_packer(), raw.feed, raw.previous, b""
    ids: list[bytes] = []
    columns = zip(raw.times, sizes, digests, raw.signatures, strict=True)
    for seq, (time_ms, size, digest, signature) in enumerate(columns, raw.first):
        header = pack((VERSION, feed, seq, name, time_ms, size, digest))
        name = entry_id(header, signature)
        ids.append(name)
    return header, ids


def _commitments(bodies: Sequence[Body]) -> tuple[list[int], list[bytes]]:
    """Sizes and hashes of bodies, each given as itself or as just these."""
    if not _all_of(bytes, bodies):
        pairs = [commitment(body) for body in bodies]
        return [size for size, _ in pairs], [digest for _, digest in pairs]
    sizes = list(map(len, bodies))
    check_body_size(min(sizes))
    check_body_size(max(sizes))
    return sizes, body_hashes(cast(Sequence[bytes], bodies))


def _all_of(kind: type, column: Sequence[object]) -> bool:
    """Whether all items are of exactly this type: a subclass may lie about itself."""
    return set(map(type, column)) == {kind}


def _sized(value: object, size: int) -> bytes:
    if type(value) is not bytes or len(value) != size:
        raise BadShape(f"a field that must be {size} bytes")
    return value
