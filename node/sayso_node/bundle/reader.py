"""Bundles, verified and taken into a store; `bundle_file` says how they are laid out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from sayso_protocol.absence import Retraction
from sayso_protocol.accounts.attestation import Attestation, read_attestation
from sayso_protocol.accounts.statement import Grant, read_grant
from sayso_protocol.errors import Refused
from sayso_protocol.feed.absence import AbsenceProof
from sayso_protocol.feed.fork import ForkProof
from sayso_protocol.feed.run import RawRun, Run, verify_run
from sayso_protocol.sync.wire.frames import Entries, Frame, Have, Say
from sayso_protocol.translation import _
from sayso_storage.interface.store import AlreadyHeld, Store
from sayso_storage.validation.absence_rules import explained

from ..clock import now_ms
from ..errors import BundleError
from ..home.atomic_file import FileSource
from .bundle_file import MAGIC, MAGIC_ABSENT, BundleFile, Progress

BATCH_ENTRIES = 4096
"""Entries stored in one transaction."""

MAX_NEW = 1000
"""Accounts that one bundle may make the owner follow, even if asked to follow all: more
is a mistake or an attack."""

MAX_NAMED = 10
"""Accounts that are named where a bundle holds more of them than are followed."""


@dataclass(slots=True)
class BundleResult:
    """The outcome of reading a bundle: `feeds` and `entries` are those that were new here."""

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
    not_followed: list[bytes] = field(default_factory=list)
    """Some of those accounts."""
    refused: Counter[str] = field(default_factory=Counter)
    """Runs and feeds that this store does not take, by reason."""


def read_bundle(
    store: Store,
    path: Path,
    *,
    follow: bool,
    progress: Progress,
    result: BundleResult,
    blocked: Container[bytes] = (),
) -> None:
    """Verify a bundle and store what is of followed and own accounts, or, with `follow`,
    follow every account in it; but nothing of accounts that are `blocked`. `progress` is told
    of bytes.

    Raises `BundleError` at the first damage and `StoreError`; `result` tells what was kept.
    """
    with opened(path) as file:
        bundle = BundleFile(file, path, progress)
        BundleReader(store, bundle, result, follow=follow, blocked=blocked).read()


def read_feeds(
    store: Store,
    file: FileSource,
    path: Path,
    *,
    follow: bool,
    progress: Progress,
    result: BundleResult,
    proofs_last: bool = False,
) -> None:
    """`read_bundle` from bytes that come from `path` in some way. With `proofs_last` a feed that
    has forked is taken with the branch that is there: it is the owner's own, who may want to end
    the feed with it."""
    bundle = BundleFile(file, path, progress)
    BundleReader(store, bundle, result, follow=follow, proofs_last=proofs_last).read()


@dataclass(slots=True)
class _OpenFeed:
    """The feed whose grant was read last."""

    grant: Grant
    wanted: bool
    above: RawRun | None = None
    """The run before in the file: it may prove the next one."""


class BundleReader:
    """One bundle on its way into a store: grant after grant, each with its statements and runs."""

    def __init__(
        self,
        store: Store,
        file: BundleFile,
        result: BundleResult,
        *,
        follow: bool,
        blocked: Container[bytes] = (),
        proofs_last: bool = False,
    ) -> None:
        self._store = store
        self._file = file
        self._result = result
        self._follow = follow
        self._blocked = blocked
        self._proofs_last = proofs_last
        self._subscribed = set(store.carried_accounts())
        self._new_accounts = 0
        self._may_have_statements = False
        self._may_have_proofs = False
        self._feed: _OpenFeed | None = None
        self._runs = _RunBatch(store, result)
        self._proofs: list[Attestation] = []
        """Those that are stored last."""

    def read(self) -> None:
        """Read to the end, or to the first damage. Raises `BundleError` or `StoreError`."""
        try:
            magic = self._file.read_magic()
            self._may_have_statements = magic != MAGIC
            self._may_have_proofs = magic == MAGIC_ABSENT
            self._read_frames()
            self._store_statements(self._proofs)
            self._file.read_end()
        finally:
            self._result.size = self._file.size

    def _read_frames(self) -> None:
        try:
            for frame in self._file.read_frames():
                self._take(frame)
        except Refused as error:
            raise self._file.damaged(str(error)) from error
        finally:
            self._runs.store()

    def _take(self, frame: Frame) -> None:
        feed = self._feed
        if isinstance(frame, Have) and len(frame.offers) == 1:
            self._open_feed(read_grant(frame.offers[0].grant))
        elif isinstance(frame, Say) and feed is not None and self._may_have_statements:
            self._take_statements(feed, frame)
        elif isinstance(frame, Entries) and feed is not None:
            self._take_run(feed, frame)
        else:
            raise self._file.damaged(_("something that belongs in no bundle"))

    # --- a grant

    def _open_feed(self, grant: Grant) -> None:
        wanted = self._wants(grant.account) and self._add_grant(grant)
        self._feed = _OpenFeed(grant, wanted)

    def _wants(self, account: bytes) -> bool:
        if account in self._blocked:
            self._result.refused[_("its account is blocked")] += 1
            return False
        if self._follow and account not in self._subscribed:
            self._follow_account(account)
        if account not in self._subscribed:
            self._leave_out(account)
        return account in self._subscribed

    def _follow_account(self, account: bytes) -> None:
        self._new_accounts += 1
        if self._new_accounts > MAX_NEW:
            raise BundleError(
                _(
                    "{path} holds more than {max_new} accounts that are not followed: "
                    "follow those that you want, then import it without --follow"
                ).format(path=self._file.path, max_new=MAX_NEW)
            )
        self._store.follow(account, None, now_ms())
        self._subscribed.add(account)

    def _leave_out(self, account: bytes) -> None:
        self._result.left_out += 1
        if len(self._result.not_followed) < MAX_NAMED:
            self._result.not_followed.append(account)

    def _add_grant(self, grant: Grant) -> bool:
        try:
            self._result.feeds += self._store.add_grant(grant, now_ms())
        except Refused as error:
            self._result.refused[str(error)] += 1
            return False
        return True

    # --- the statements behind it

    def _take_statements(self, feed: _OpenFeed, frame: Say) -> None:
        if not feed.wanted:
            return
        statements = [read_attestation(wire) for wire in frame.statements]
        if not all(_is_about(one, feed.grant) for one in statements):
            raise self._file.damaged(_("a statement of another account than announced"))
        if self._proofs_last:
            self._proofs += [one for one in statements if isinstance(one, ForkProof)]
            statements = [one for one in statements if not isinstance(one, ForkProof)]
        self._runs.store()
        self._store_statements(statements)

    def _store_statements(self, statements: list[Attestation]) -> None:
        for outcome in self._store.add_statements(statements, now_ms()):
            if isinstance(outcome, Exception):
                self._result.refused[str(outcome)] += 1
            else:
                self._result.statements += outcome
        self._subscribed = set(self._store.carried_accounts())

    # --- and its runs, newest first

    def _take_run(self, feed: _OpenFeed, frame: Entries) -> None:
        run = frame.run
        if run.feed != feed.grant.feed:
            raise self._file.damaged(_("entries of another feed than announced"))
        above, feed.above = feed.above, run
        is_whole = all(isinstance(body, bytes) for body in run.bodies)
        if not is_whole and not self._may_have_proofs:
            self._result.refused[_("a body is left out, and nothing says why")] += 1
        elif feed.wanted:
            proven = above is not None and above.first == run.last + 1
            checked = verify_run(run, tip=above.previous if above and proven else None)
            if is_whole:
                self._runs.add(checked)
            else:
                self._take_absent(checked, frame.proofs)

    def _take_absent(self, run: Run, proofs: Sequence[AbsenceProof]) -> None:
        """Take a run in which bodies are absent, if it is shown, or known here, why."""
        if not proofs:
            self._runs.store()  # what takes them back may be among these
        try:
            said = explained(self._store, run, proofs, now_ms())
        except Refused as error:
            self._result.refused[str(error)] += 1
        else:
            self._runs.add(run, said)


def _is_about(statement: Attestation, grant: Grant) -> bool:
    """Whether a proof is against the feed of a grant, or a statement by its account."""
    if isinstance(statement, ForkProof):
        return statement.feed == grant.feed
    return statement.account == grant.account


class _RunBatch:
    """Verified runs that are stored in one transaction."""

    def __init__(self, store: Store, result: BundleResult) -> None:
        self._store = store
        self._result = result
        self._runs: list[Run] = []
        self._said: list[Retraction] = []
        self._entries = 0

    def add(self, run: Run, said: Sequence[Retraction] = ()) -> None:
        """Take in a run, with what explains absent bodies of it; store all when they are many."""
        self._runs.append(run)
        self._said += said
        self._entries += len(run)
        if self._entries >= BATCH_ENTRIES:
            self.store()

    def store(self) -> None:
        """Store what was added since the last time, and count what became of it."""
        runs, self._runs, self._entries = self._runs, [], 0
        said, self._said = self._said, []
        if not runs:
            return
        stored = self._store.append(runs, now_ms(), (), said)
        for run, outcome in zip(runs, stored, strict=True):
            if isinstance(outcome, Run):
                self._result.entries += len(outcome)
            elif isinstance(outcome, AlreadyHeld):
                self._result.known += len(run)
            else:
                self._result.refused[str(outcome)] += 1


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A file to read; whatever the system refuses, also later, is a `BundleError`."""
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise BundleError(
            _("cannot read {path}: {reason}").format(path=path, reason=error.strerror or error)
        ) from error
