"""Fork proofs: two authentic runs of one feed that contradict each other.

A run *names* each of its entries, and by `previous` the number before its first. Ids cover
the link to the entry before, so the signature at a run's tip vouches for every name in it;
two names for one sequence number are therefore the word of the feed's key against itself.
Nobody else can make such a pair, and an honest writer, who signs each number once, never
does.

On the wire a proof is the canonical array ``[1, "fork", feed, run, run]``, at most
`MAX_FORK` bytes, and a run in it ``[first, previous, times, sizes, hashes, signatures]``:
columns of one to `MAX_FORK_ENTRIES` entries as their headers need them, without bodies. Of
the two runs the one whose encoding comes first stands first (as strings of unsigned bytes),
so that one pair has one wire. The number at which a feed is said to fork is the lowest that
both runs name and name differently.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..codec import Value, decode, encode
from ..crypto.keys import KEY_SIZE
from ..errors import BadShape, NotCanonical, NotForked, Refused, TooLarge, UnknownVersion
from ..limits import MAX_FORK, MAX_FORK_ENTRIES
from .run import RawRun, Run, commitment, ids_of, part_of, verify_run

VERSION = 1


@dataclass(frozen=True, slots=True)
class ForkProof:
    """Proof against the key of a feed; made by `fork_of` or `read_fork` only.

    `seq` is the lowest number at which the two runs of the proof differ.
    """

    feed: bytes
    seq: int
    wire: bytes = field(repr=False)
    """The proof as it travels."""


def fork_of(a: RawRun | Run, b: RawRun | Run) -> ForkProof | None:
    """Make the smallest proof for the lowest number at which these two can be shown to differ.

    Nothing about the runs is believed. None where they do not contradict each other, are of
    different feeds, or show no difference within `MAX_FORK_ENTRIES` of a signature that
    verifies by itself.
    """
    if a.feed != b.feed:
        return None
    try:
        one, other = _Branch(a), _Branch(b)
    except Refused:
        return None
    for seq in _shared(a, b):
        if one.names[seq] == other.names[seq]:
            continue
        part, contrary = one.proving(seq), other.proving(seq)
        if part is not None and contrary is not None:
            runs = sorted([columns_of(part), columns_of(contrary)], key=encode)
            return read_fork(encode([VERSION, "fork", a.feed, *runs]))
    return None


def read_fork(wire: bytes) -> ForkProof:
    """Read and verify a proof. Raises `NotForked` where the two runs agree or share no number,
    `BadSignature` where one is not the feed's, another `Refused` for any other form."""
    feed, columns = _opened(wire)
    a, b = (verify_run(_raw_run(feed, run)) for run in columns)
    if encode(columns[0]) > encode(columns[1]):
        raise NotCanonical("the runs of a fork proof in the wrong order")
    return ForkProof(a.feed, _difference(a, b), wire)


def claimed_feed(wire: bytes) -> bytes:
    """The feed that a proof is said to be against, unverified. Raises `Refused`."""
    feed, _ = _opened(wire)
    if type(feed) is not bytes or len(feed) != KEY_SIZE:
        raise BadShape("a fork proof is against a feed")
    return feed


def _opened(wire: bytes) -> tuple[Any, list[Any]]:
    """Feed and the two runs, nothing of them checked yet."""
    if len(wire) > MAX_FORK:
        raise TooLarge("a fork proof over its limit")
    fields = decode(wire)
    if type(fields) is not list or len(fields) != 5:
        raise BadShape("a fork proof is an array of five")
    version, kind, feed, *columns = fields
    if type(version) is not int or version != VERSION:
        raise UnknownVersion("a fork proof of another version")
    if kind != "fork":
        raise BadShape("not a fork proof")
    return feed, columns


class _Branch:
    """A run taken as a claim: the names that it gives, and which entries prove themselves."""

    def __init__(self, run: RawRun | Run) -> None:
        self._run = run
        self._ids = run.ids if isinstance(run, Run) else ids_of(run)
        self._signed: dict[int, bool] = {}
        self.names = _names(run, self._ids)

    def proving(self, seq: int) -> RawRun | None:
        """The shortest part that names this number and is authentic by itself."""
        if self._is_signed(seq):
            return part_of(self._run, self._ids, seq, seq)
        for last in range(seq + 1, seq + MAX_FORK_ENTRIES + 1):
            if self._is_signed(last):
                return part_of(self._run, self._ids, seq + 1, last)
        return None

    def _is_signed(self, seq: int) -> bool:
        """Whether the entry is here and its own signature verifies."""
        if not self._run.first <= seq <= self._run.last:
            return False
        if seq not in self._signed:
            try:
                verify_run(part_of(self._run, self._ids, seq, seq))
                self._signed[seq] = True
            except Refused:
                self._signed[seq] = False
        return self._signed[seq]


def _difference(a: Run, b: Run) -> int:
    """The lowest number that both name and name differently. Raises `NotForked`."""
    one, other = _names(a, a.ids), _names(b, b.ids)
    for seq in _shared(a, b):
        if one[seq] != other[seq]:
            return seq
    raise NotForked("two runs that do not contradict each other")


def _shared(a: RawRun | Run, b: RawRun | Run) -> range:
    """The sequence numbers that both runs name."""
    return range(max(a.first, b.first) - 1, min(a.last, b.last) + 1)


def _names(run: RawRun | Run, ids: Sequence[bytes]) -> dict[int, bytes | None]:
    """Names by number; None at 0, the same for every run that reaches down to it."""
    return dict(enumerate([run.previous, *ids], run.first - 1))


def columns_of(run: RawRun) -> Value:
    """A run as it stands in a proof."""
    commitments = [commitment(body) for body in run.bodies]
    return [
        run.first,
        run.previous,
        list(run.times),
        [size for size, _ in commitments],
        [digest for _, digest in commitments],
        list(run.signatures),
    ]


def _raw_run(feed: Any, columns: Any) -> RawRun:
    """Columns as a run that is still to be verified; `verify_run` checks what is not here."""
    if type(columns) is not list or len(columns) != 6:
        raise BadShape("a run in a fork proof has six columns")
    first, previous, times, sizes, digests, signatures = columns
    if not all(type(column) is list for column in columns[2:]):
        raise BadShape("a column is an array")
    if len(times) > MAX_FORK_ENTRIES:
        raise TooLarge("a longer run than a fork proof needs")
    if len(sizes) != len(digests):
        raise BadShape("columns of different length")
    bodies = list(zip(sizes, digests, strict=True))
    return RawRun(feed, first, previous, times, bodies, signatures)
