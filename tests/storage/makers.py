"""Accounts, feeds and posts for the tests, all from numbers: the same every time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sayso_protocol.accounts.statement import Grant, sign_grant
from sayso_protocol.content.body import KnownBody, Post, Reference, write_body
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.run import RawRun, Run, ids_of, sign_run, verify_run
from sayso_storage.interface.store import Held, Store

EPOCH = bytes(range(16))
START_MS = 1_700_000_000_000
NOW_MS = START_MS + 1_000_000_000
STEP_MS = 1000


def room_of(store: Store) -> str:
    """The package of a store's backend."""
    return type(store).__module__.rpartition(".")[0]


@dataclass(frozen=True)
class Author:
    """An account with one of its feeds."""

    account: KeyPair
    feed: KeyPair
    grant: Grant


def author(number: int, device: int = 0, generation: int = 0) -> Author:
    """A device of an account; of the account that follows it in a later `generation`."""
    account = account_key(number, generation)
    place = 1_000_000 + 1000 * number + device + 10_000_000 * generation
    feed = KeyPair.from_seed(place.to_bytes(32, "big"))
    promise = next_key_hash(account_key(number, generation + 1).public)
    return Author(account, feed, sign_grant(account, feed, promise))


def account_key(number: int, generation: int) -> KeyPair:
    return KeyPair.from_seed((number + 100_000_000 * generation).to_bytes(32, "big"))


def posts(
    who: Author,
    count: int,
    *,
    first: int = 1,
    previous: bytes | None = None,
    start_ms: int = START_MS,
    step_ms: int = STEP_MS,
    text: str = "post",
) -> Run:
    """A run of short posts; `text` tells branches of a fork apart."""
    bodies: list[KnownBody] = [Post(f"{text} {first + place}") for place in range(count)]
    return run_of(who, bodies, first=first, previous=previous, start_ms=start_ms, step_ms=step_ms)


def run_of(
    who: Author,
    bodies: list[KnownBody],
    *,
    first: int = 1,
    previous: bytes | None = None,
    start_ms: int = START_MS,
    step_ms: int = STEP_MS,
) -> Run:
    times = [start_ms + step_ms * (first + place) for place in range(len(bodies))]
    return sign_run(who.feed, first, previous, times, [write_body(body) for body in bodies])


def after(who: Author, run: Run, bodies: list[KnownBody], **options: int) -> Run:
    """The run that continues another."""
    return run_of(who, bodies, first=run.last + 1, previous=run.tip, **options)


def part(run: Run, first: int, last: int) -> Run:
    """A part of a run, proven anew."""
    start, stop = first - run.first, last - run.first + 1
    previous = run.ids[start - 1] if start else run.previous
    raw = RawRun(
        run.feed,
        first,
        previous,
        run.times[start:stop],
        run.bodies[start:stop],
        run.signatures[start:stop],
    )
    return verify_run(raw, tip=run.ids[stop - 1])


def without_signature(run: Run) -> Run:
    """The same entries but the last, which a later one vouches for alone."""
    signatures = [*run.signatures[:-1], bytes(64)]
    raw = RawRun(run.feed, run.first, run.previous, run.times, run.bodies, signatures)
    return verify_run(raw, tip=ids_of(raw)[-1])


def reference(who: Author, run: Run, seq: int) -> Reference:
    return Reference(who.account.public, who.feed.public, seq, run.ids[seq - run.first])


def columns(run: Run | RawRun | None) -> tuple[object, ...] | None:
    """A run as its parts, to compare."""
    if run is None:
        return None
    return (
        run.feed,
        run.first,
        run.previous,
        list(run.times),
        list(run.bodies),
        list(run.signatures),
    )


def stretch(run: Run) -> Held:
    """The stretch that a store makes of a run in a feed of its own."""
    return Held(run.first, run.last, run.previous, run.tip, run.times[0], run.times[-1])


class Kept:
    """Entries of some runs, as `ranges.Entries`; knows nothing else. The own signatures of
    `unsigned` numbers do not verify."""

    def __init__(self, *runs: Run, unsigned: Iterable[int] = ()) -> None:
        self._ids = {seq: id_ for run in runs for seq, id_ in enumerate(run.ids, run.first)}
        self._times = {seq: time for run in runs for seq, time in enumerate(run.times, run.first)}
        self._unsigned = set(unsigned)

    def id_at(self, seq: int) -> bytes:
        return self._ids[seq]

    def time_at(self, seq: int) -> int:
        return self._times[seq]

    def is_signed(self, seq: int, previous: bytes | None) -> bool:
        assert previous == self._ids.get(seq - 1, previous)
        return seq not in self._unsigned
