"""Feeds of a store, written into a bundle; `bundle_file` says how that is laid out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sayso_protocol.absence import absent_numbers
from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.feed.fork import ForkProof
from sayso_protocol.feed.run import RawRun
from sayso_protocol.limits import MAX_RANGES, MAX_STATEMENTS_A_FRAME
from sayso_protocol.ranges import Range, Ranges
from sayso_protocol.sync.proven_entries import proven_entries
from sayso_protocol.sync.wire.frame_codec import encode_frame
from sayso_protocol.sync.wire.frames import SYNC_1, SYNC_2, Entries, Have, Offer, Say
from sayso_protocol.translation import _
from sayso_storage.interface.store import FeedState, Store

from ..errors import BundleError
from ..home.atomic_file import new_file_or
from .bundle_file import END, MAGIC, MAGIC_ABSENT, MAGIC_STATEMENTS, MAGICS, Checksum, Progress


def write_bundle(
    store: Store,
    feeds: Sequence[FeedState],
    path: Path,
    progress: Progress,
    output: BinaryIO | None = None,
) -> Checksum:
    """Write feeds into a file, whole or not at all, or into `output`, which is called `path` then.
    Raises `BundleError` or `StoreError`.

    Replaces a bundle of this name, but no other file.
    """
    if output is None:
        _refuse_other_file(path)
    with _explained(path), new_file_or(output, path, mode=0o666, replace=True) as file:
        return write_feeds(store, feeds, file.write, progress)


def write_feeds(
    store: Store, feeds: Sequence[FeedState], write: Callable[[bytes], object], progress: Progress
) -> Checksum:
    """Hand the bytes of a bundle to `write`, a frame at a time. Raises `StoreError`."""
    checksum = Checksum()
    for part in _parts(store, feeds, checksum, progress):
        checksum.add(part)
        write(part)
    end = END + checksum.trailer()
    checksum.size += len(end)
    write(end)
    return checksum


def _parts(
    store: Store, feeds: Sequence[FeedState], checksum: Checksum, progress: Progress
) -> Iterator[bytes]:
    accounts = {state.account for state in feeds}
    statements = {account: store.statements_of(account) for account in accounts}
    keys = [state.feed for state in feeds]
    withheld, blank = store.withheld(keys), store.blank(keys)
    has_absent = any(one.proven for one in blank.values())
    version = SYNC_2 if has_absent else SYNC_1
    with_statements = MAGIC_STATEMENTS if any(statements.values()) else MAGIC
    yield MAGIC_ABSENT if has_absent else with_statements
    for state in feeds:
        unproven = blank[state.feed].unproven if state.feed in blank else ()
        held = list(relayed_ranges(state, [*withheld.get(state.feed, ()), *unproven]))
        yield have_frame(state, held)
        now, statements[state.account] = _statements_behind(state, statements[state.account])
        yield from statement_frames(now)
        checksum.feeds += 1
        for entries in entries_of(store, state.feed, held):
            yield encode_frame(entries, version)
            checksum.entries += len(entries.run.times)
            progress(len(entries.run.times))


def entries_of(store: Store, feed: bytes, ranges: Sequence[Range]) -> Iterator[Entries]:
    """The runs of a feed in ascending ranges, newest first; what was taken back is in them without
    its body, with what shows that, and is left out where nothing does. Raises `StoreError`."""
    for first, last in reversed(ranges):
        while last >= first and (run := store.load(feed, first, last)) is not None:
            absent = absent_numbers(run.bodies, run.first)
            proofs = store.proofs(feed, run.first, run.last) if absent else {}
            if run.last in absent and run.last not in proofs:
                last = run.last - 1
                continue
            entries = proven_entries(0, run, absent, proofs)
            yield entries
            last = entries.run.first - 1


def left_out(store: Store, feeds: Sequence[FeedState]) -> dict[bytes, list[Range]]:
    """The numbers of what is not written, by feed: what the owner's rules withhold, and what its
    author took back. Of that a segment could not say why it has no body: it is a gap."""
    keys = [state.feed for state in feeds]
    found = store.withheld(keys)
    for feed, blank in store.blank(keys).items():
        found[feed] = list(Ranges([*found.get(feed, ()), *blank.proven, *blank.unproven]))
    return found


def relayed_ranges(state: FeedState, withheld: Iterable[Range]) -> Ranges:
    """The ranges held of a feed but for those that are left out."""
    return Ranges((part.first, part.last) for part in state.held).without(Ranges(withheld))


def have_frame(state: FeedState, held: Sequence[Range]) -> bytes:
    """The frame that begins a feed: its grant and the ranges that follow."""
    return encode_frame(Have([Offer(state.grant.wire, held[-MAX_RANGES:])], more=False))


def run_frames(
    store: Store, feed: bytes, ranges: Sequence[Range]
) -> Iterator[tuple[RawRun, bytes]]:
    """The runs of a feed in ascending ranges, newest first, each with its frame. Raises
    `StoreError`."""
    for first, last in reversed(ranges):
        while last >= first and (run := store.load(feed, first, last)) is not None:
            yield run, encode_frame(Entries(0, run))
            last = run.first - 1


def statement_frames(statements: Sequence[Attestation]) -> Iterator[bytes]:
    """The frames of statements that follow a grant."""
    for at in range(0, len(statements), MAX_STATEMENTS_A_FRAME):
        part = statements[at : at + MAX_STATEMENTS_A_FRAME]
        yield encode_frame(Say([one.wire for one in part]))


def _statements_behind(
    state: FeedState, statements: Sequence[Attestation]
) -> tuple[list[Attestation], list[Attestation]]:
    """The statements that follow the grant of a feed, and those that are left for other feeds of
    its account: a proof follows the grant of the feed that it is against."""
    now = [one for one in statements if not isinstance(one, ForkProof) or one.feed == state.feed]
    return now, [one for one in statements if one not in now]


def _refuse_other_file(path: Path) -> None:
    with _explained(path):
        if not path.exists():
            return
        if not path.is_file():
            raise BundleError(_("{path} is no plain file: name another one").format(path=path))
        with path.open("rb") as file:
            begin = file.read(len(MAGIC))
        if begin not in (*MAGICS, b""):
            raise BundleError(
                _("{path} exists and is no bundle: name another file, or remove it").format(
                    path=path
                )
            )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BundleError(
            _("cannot write {path}: {reason}").format(path=path, reason=error.strerror or error)
        ) from error
