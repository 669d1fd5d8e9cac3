"""Blob directory: what is held is what lies in one folder; nothing beside it keeps a list."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_protocol.blob.cid import digest_of
from sayso_protocol.blob.verified_tree import VerifiedTree
from sayso_protocol.translation import _

from ..interface.blobs import BlobReader, Blobs, HeldBlob, PartialState
from ..interface.errors import StoreError, StoreFull
from .blob_file import OPEN_FLAGS, BlobFile
from .blob_names import NEW, PART, PIN, TREE, cid_of, digest_in, path_of
from .draft_file import copy_stream
from .durable_file import new_path, set_time, sync_folder, write_file
from .file_errors import as_store_errors
from .partial_file import PartialFile
from .tree_file import encode_blocks

SPARE: Final = 64 << 20
"""Bytes that are left free on the disk: posts come first."""


class BlobDirectory(Blobs):
    """See `Blobs`. Any thread and process may call any method."""

    def __init__(self, folder: Path) -> None:
        """Making the object touches nothing."""
        self._folder = folder

    @property
    def place(self) -> str:
        return str(self._folder)

    def add(self, source: BinaryIO, now_ms: int, *, pin: bool = True) -> HeldBlob:
        self.prepare()
        draft = new_path(self._folder)
        with as_store_errors(self._folder):
            try:
                tree = copy_stream(source, draft)
                return self._adopt(draft, tree, now_ms, pin=pin)
            finally:
                draft.unlink(missing_ok=True)

    def held(self, cid: bytes) -> HeldBlob | None:
        with as_store_errors(self._folder):
            return self._held(digest_of(cid))

    def held_among(self, cids: Iterable[bytes]) -> set[bytes]:
        return {cid for cid in cids if self.held(cid) is not None}

    def all_held(self) -> list[HeldBlob]:
        with as_store_errors(self._folder):
            digests = [digest_in(entry.name) for entry in self._files()]
            found = [self._held(digest) for digest in digests if digest is not None]
        held = [one for one in found if one is not None]
        return sorted(held, key=lambda one: (-one.looked_ms, one.cid))

    def partials(self) -> list[PartialState]:
        found = []
        with as_store_errors(self._folder):
            for entry in self._files():
                digest = digest_in(entry.name, PART)
                if digest is not None:
                    state = entry.stat(follow_symlinks=False)
                    # Not its length: it has holes where nothing has come.
                    touched_ms = state.st_mtime_ns // 1_000_000
                    found.append(PartialState(digest, state.st_blocks * 512, touched_ms))
        return sorted(found, key=lambda one: one.touched_ms)

    def open(self, cid: bytes, now_ms: int | None = None) -> BlobReader | None:
        digest = digest_of(cid)
        try:
            reader = BlobFile(self._folder, digest)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(
                _("cannot read {folder}: {reason}").format(
                    folder=self._folder, reason=error.strerror
                )
            ) from error
        if cid_of(digest, reader.size) != cid:
            reader.close()
            return None
        if now_ms is not None:
            with suppress(OSError):  # it may be read all the same
                set_time(path_of(self._folder, digest), now_ms)
        return reader

    def pin(self, cid: bytes, *, on: bool) -> None:
        path = path_of(self._folder, digest_of(cid), PIN)
        if on:
            self.prepare()
        with as_store_errors(self._folder):
            if on and not path.exists():
                write_file(path, b"")
                sync_folder(self._folder)
            elif not on:
                path.unlink(missing_ok=True)

    def pinned(self) -> set[bytes]:
        with as_store_errors(self._folder):
            digests = (digest_in(entry.name, PIN) for entry in self._files())
            return {digest for digest in digests if digest is not None}

    def begin(self, cid: bytes, size: int | None) -> PartialFile:
        self.prepare()
        path = path_of(self._folder, digest_of(cid), PART)
        with as_store_errors(self._folder):
            there = path.stat().st_blocks * 512 if path.exists() else 0
            free = shutil.disk_usage(self._folder).free
        needed = (size or LEAF_SIZE) - there
        if needed + SPARE > free:
            raise StoreFull(
                _(
                    "the disk with {folder} has no room for {needed} MiB: make room, then try again"
                ).format(folder=self._folder, needed=needed >> 20)
            )
        return PartialFile(self._folder, cid)

    def remove(self, cids: Iterable[bytes]) -> int:
        count = 0
        with as_store_errors(self._folder):
            for cid in cids:
                digest = digest_of(cid)
                count += path_of(self._folder, digest).exists()
                for suffix in (PART, TREE, PIN, ""):
                    path_of(self._folder, digest, suffix).unlink(missing_ok=True)
        return count

    def make_room(
        self, quota: int, wanted: int = 0, under_way: Collection[bytes] = ()
    ) -> list[HeldBlob]:
        self._sweep_drafts()
        over = self.occupied() + wanted - quota
        for part in self.partials():
            if over > 0 and part.digest not in under_way:
                with as_store_errors(self._folder):
                    path_of(self._folder, part.digest, PART).unlink(missing_ok=True)
                over -= part.size
        gone = []
        for held in reversed(self.all_held()):
            if over > 0 and not held.is_pinned and self._evict(digest_of(held.cid)):
                gone.append(held)
                over -= held.size
        return gone

    def occupied(self) -> int:
        whole = sum(one.size for one in self.all_held() if not one.is_pinned)
        return whole + sum(one.size for one in self.partials())

    # --- files -------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Make the folder for its owner alone. Raises `StoreError`."""
        with as_store_errors(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _files(self) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(self._folder) as found:
                yield from found
        except FileNotFoundError:
            return

    def _held(self, digest: bytes) -> HeldBlob | None:
        try:
            state = path_of(self._folder, digest).lstat()
        except FileNotFoundError:
            return None
        is_pinned = path_of(self._folder, digest, PIN).exists()
        looked_ms = state.st_mtime_ns // 1_000_000
        return HeldBlob(cid_of(digest, state.st_size), state.st_size, looked_ms, is_pinned)

    def _adopt(self, draft: Path, tree: VerifiedTree, now_ms: int, *, pin: bool) -> HeldBlob:
        """Give a file that is on the disk its name."""
        assert tree.size is not None
        digest = digest_of(tree.cid)
        if tree.blocks:
            write_file(path_of(self._folder, digest, TREE), encode_blocks(tree.blocks))
        if pin:
            write_file(path_of(self._folder, digest, PIN), b"")
        set_time(draft, now_ms)
        draft.rename(path_of(self._folder, digest))
        sync_folder(self._folder)
        held = self._held(digest)
        assert held is not None
        return held

    def _evict(self, digest: bytes) -> bool:
        """Remove a whole blob unless somebody has it open."""
        path = path_of(self._folder, digest)
        with as_store_errors(self._folder):
            try:
                descriptor = os.open(path, OPEN_FLAGS)
            except FileNotFoundError:
                return False
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink(missing_ok=True)
                path_of(self._folder, digest, TREE).unlink(missing_ok=True)
            except BlockingIOError:
                return False
            finally:
                os.close(descriptor)
        return True

    def _sweep_drafts(self) -> None:
        """Remove what a crash has left of files that were being written: nobody has touched them
        since before the newest of all files by more than an hour."""
        with as_store_errors(self._folder):
            drafts = [one for one in self._files() if one.name.startswith(NEW)]
            newest = max((_changed(one) for one in self._files()), default=0.0)
            for draft in drafts:
                if newest - _changed(draft) > 3600:
                    Path(draft.path).unlink(missing_ok=True)


def _changed(entry: os.DirEntry[str]) -> float:
    return entry.stat(follow_symlinks=False).st_ctime
