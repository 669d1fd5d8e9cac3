"""Taking a bundle in; `bundle` says what the file holds and how far it is believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from sayso_protocol.accounts.attestation import Attestation, read_attestation
from sayso_protocol.accounts.statement import Grant, read_grant
from sayso_protocol.errors import Refused
from sayso_protocol.feed.fork import ForkProof
from sayso_protocol.feed.run import RawRun, Run, verify_run
from sayso_protocol.sync.wire.frame_codec import LENGTH_SIZE, decode_frame, frame_length
from sayso_protocol.sync.wire.frames import Entries, Have, Say
from sayso_storage.interface.store import AlreadyHeld, Store

from ..clock import now_ms
from ..errors import BundleError
from ..home.atomic_file import FileSource
from .writer import COUNT_SIZE, END, HASH_SIZE, MAGIC, MAGIC_SAID, Checksum

BATCH_ENTRIES = 4096
"""Entries stored in one transaction."""

MAX_NEW = 1000
"""Accounts that one bundle may make the owner follow, even if asked to follow all: more
is a mistake or an attack."""

MAX_NAMED = 10
"""Accounts that are named where a bundle holds more of them than are followed."""


@dataclass(slots=True)
class Unbundled:
    """What a bundle brought: `feeds` and `entries` are those that were new here."""

    feeds: int = 0
    entries: int = 0
    statements: int = 0
    """Statements and fork proofs that changed what counts here."""
    size: int = 0
    """Length of the file, as far as it was read."""
    known: int = 0
    """Entries that were held already."""
    left_out: int = 0
    """Feeds of which nothing was taken, since their accounts are not followed."""
    strangers: list[bytes] = field(default_factory=list)
    """Some of those accounts."""
    refused: Counter[str] = field(default_factory=Counter)
    """Runs and feeds that this store does not take, by reason."""


def read_bundle(
    store: Store,
    path: Path,
    *,
    follow: bool,
    progress: Callable[[int], None],
    result: Unbundled,
    blocked: Container[bytes] = (),
) -> None:
    """Verify a bundle and store what is of followed and own accounts, or, with `follow`,
    follow every account in it; but nothing of accounts that are `blocked`. `progress` hears of
    bytes.

    Raises `BundleError` at the first damage and `StoreError`; `result` tells what was kept.
    """
    with opened(path) as file:
        reader = _Reader(store, file, path, follow, progress, result)
        reader.blocked = blocked
        reader.read_whole()


def read_feeds(
    store: Store,
    file: FileSource,
    path: Path,
    *,
    follow: bool,
    progress: Callable[[int], None],
    result: Unbundled,
    proofs_last: bool = False,
) -> None:
    """`read_bundle` from bytes that come from `path` in some way. With `proofs_last` a feed that
    has forked is taken with the branch that is there: it is the owner's own, who may want to end
    the feed with it."""
    reader = _Reader(store, file, path, follow, progress, result)
    reader.proofs_last = proofs_last
    reader.read_whole()


class _Reader:
    def __init__(
        self,
        store: Store,
        file: FileSource,
        path: Path,
        follow: bool,
        progress: Callable[[int], None],
        result: Unbundled,
    ) -> None:
        self._store = store
        self._file = file
        self._path = path
        self._follow = follow
        self._progress = progress
        self._result = result
        self.sum = Checksum()
        self.proofs_last = False
        self.blocked: Container[bytes] = ()
        self._proofs: list[Attestation] = []
        self._subscribed = set(store.carried_accounts())
        self._may_say = False
        self._new = 0
        self._grant: Grant | None = None
        self._wanted = False
        self._above: RawRun | None = None
        """The run before in the file: it may prove the next one."""
        self._batch: list[Run] = []
        self._waiting = 0

    def read_whole(self) -> None:
        """Read to the end, or to the first damage."""
        try:
            self._read()
        finally:
            self._result.size = self.sum.size

    def _read(self) -> None:
        magic = self._bytes(len(MAGIC))
        self._may_say = magic == MAGIC_SAID
        if magic not in (MAGIC, MAGIC_SAID):
            raise BundleError(f"{self._path} is no sayso bundle: was it copied whole?")
        try:
            while (prefix := self._bytes(LENGTH_SIZE, count=False)) != END:
                self.sum.add(prefix)
                self._take(self._bytes(frame_length(prefix)))
        except Refused as error:
            raise self._damaged(str(error)) from error
        finally:
            self._store_batch()
        self._say(self._proofs)
        self._check_end()

    def _take(self, data: bytes) -> None:
        frame = decode_frame(data)
        if isinstance(frame, Have) and len(frame.offers) == 1:
            self._begin_feed(read_grant(frame.offers[0].grant))
        elif isinstance(frame, Entries) and self._grant is not None:
            self._take_run(frame.run, self._grant)
        elif isinstance(frame, Say) and self._may_say and self._grant is not None:
            self._heed(frame, self._grant)
        else:
            raise self._damaged("something that belongs in no bundle")
        self._progress(LENGTH_SIZE + len(data))

    def _begin_feed(self, grant: Grant) -> None:
        self.sum.feeds += 1
        self._grant, self._above = grant, None
        if grant.account in self.blocked:
            self._wanted = False
            self._result.refused["its account is blocked"] += 1
            return
        if self._follow and grant.account not in self._subscribed:
            self._follow_account(grant.account)
        self._wanted = grant.account in self._subscribed
        if not self._wanted:
            self._result.left_out += 1
            if len(self._result.strangers) < MAX_NAMED:
                self._result.strangers.append(grant.account)
            return
        try:
            self._result.feeds += self._store.add_grant(grant)
        except Refused as error:
            self._wanted = False
            self._result.refused[str(error)] += 1

    def _take_run(self, raw: RawRun, grant: Grant) -> None:
        if raw.feed != grant.feed:
            raise self._damaged("entries of another feed than announced")
        above, self._above = self._above, raw
        self.sum.entries += len(raw.times)
        if not self._wanted:
            return
        proven = above is not None and above.first == raw.last + 1
        self._batch.append(verify_run(raw, tip=above.previous if above and proven else None))
        self._waiting += len(raw.times)
        if self._waiting >= BATCH_ENTRIES:
            self._store_batch()

    def _heed(self, frame: Say, grant: Grant) -> None:
        if not self._wanted:
            return
        said = [read_attestation(wire) for wire in frame.statements]
        for one in said:
            known = grant.feed if isinstance(one, ForkProof) else grant.account
            if (one.feed if isinstance(one, ForkProof) else one.account) != known:
                raise self._damaged("a statement of another account than announced")
        if self.proofs_last:
            self._proofs += [one for one in said if isinstance(one, ForkProof)]
            said = [one for one in said if not isinstance(one, ForkProof)]
        self._store_batch()
        self._say(said)

    def _say(self, said: list[Attestation]) -> None:
        for outcome in self._store.add_statements(said, now_ms()):
            if isinstance(outcome, Exception):
                self._result.refused[str(outcome)] += 1
            else:
                self._result.statements += outcome
        self._subscribed = set(self._store.carried_accounts())

    def _store_batch(self) -> None:
        batch, self._batch, self._waiting = self._batch, [], 0
        if not batch:
            return
        for run, taken in zip(batch, self._store.append(batch, now_ms()), strict=True):
            if isinstance(taken, Run):
                self._result.entries += len(taken)
            elif isinstance(taken, AlreadyHeld):
                self._result.known += len(run)
            else:
                self._result.refused[str(taken)] += 1

    def _check_end(self) -> None:
        trailer = self._bytes(2 * COUNT_SIZE + HASH_SIZE, count=False)
        expected = self.sum.trailer()
        self.sum.size += len(END) + len(trailer)
        if trailer != expected:
            raise self._damaged("its check sum is wrong")
        if self._file.read(1):
            raise self._damaged("something follows its end")

    def _bytes(self, size: int, *, count: bool = True) -> bytes:
        data = self._file.read(size)
        if len(data) < size:
            raise self._damaged("it ends early")
        if count:
            self.sum.add(data)
        return data

    def _damaged(self, why: str) -> BundleError:
        return BundleError(
            f"{self._path} is damaged at byte {self.sum.size}: {why}; what came before was "
            "verified and kept, copy the bundle again for the rest"
        )

    def _follow_account(self, account: bytes) -> None:
        self._new += 1
        if self._new > MAX_NEW:
            raise BundleError(
                f"{self._path} holds more than {MAX_NEW} accounts that are not followed: "
                "follow those that you want, then import it without --follow"
            )
        self._store.follow(account, None, now_ms())
        self._subscribed.add(account)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A file to read; whatever the system refuses, also later, is a `BundleError`."""
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise BundleError(f"cannot read {path}: {error.strerror or error}") from error
