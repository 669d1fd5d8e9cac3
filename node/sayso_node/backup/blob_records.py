"""Blob records: the pictures and films that a backup holds, each behind a record that names it.

In a backup are the blobs that entries of the own account attach, and those that the owner pinned.
``["blob", cid, size, is_pinned]`` stands before the `size` bytes of one, and ``["pin", cid]`` for
one that is pinned and not here. A blob is read and written a leaf at a time. What it is follows
from its bytes: a damaged one is left out when it is restored, and nothing else with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sayso_protocol.blob.blob_limits import LEAF_SIZE, MAX_BLOB
from sayso_protocol.blob.cid import check_cid, digest_of
from sayso_protocol.blob.tree_builder import TreeBuilder
from sayso_protocol.codec import Value
from sayso_protocol.errors import BadShape
from sayso_protocol.translation import _
from sayso_storage.blobs.blob_names import cid_of
from sayso_storage.interface.blobs import BlobReader, Blobs, HeldBlob
from sayso_storage.interface.store import Store

from ..accounts.lineage import own_accounts
from ..bundle.bundle_file import Progress
from ..clock import now_ms
from ..errors import BackupError
from ..home.atomic_file import FileSource
from .backup_file import write_record

Write = Callable[[bytes], object]

_NAMING: Final = 1000
"""Entries that attach one blob which are looked at."""


@dataclass(frozen=True, slots=True)
class OwnBlobs:
    """The blobs that a backup holds, and the digests of those that are pinned and not here."""

    held: tuple[HeldBlob, ...] = ()
    awaited: tuple[bytes, ...] = ()

    @property
    def size(self) -> int:
        """Their bytes."""
        return sum(one.size for one in self.held)


def own_blobs(store: Store, blobs: Blobs) -> OwnBlobs:
    """Those of a home. Raises `StoreError`."""
    own, held = set(own_accounts(store)), blobs.all_held()
    kept = [one for one in held if one.is_pinned or _is_own(store, one.cid, own)]
    here = {digest_of(one.cid) for one in held}
    return OwnBlobs(tuple(kept), tuple(sorted(blobs.pinned() - here)))


def write_blobs(blobs: Blobs, own: OwnBlobs, write: Write, progress: Progress) -> tuple[bytes, ...]:
    """Write the records and the bytes; `progress` is told of bytes. Gives the CIDs of blobs
    that are damaged on this disk. Raises `BackupError`, `StoreError`."""
    damaged = []
    for one in own.held:
        reader = blobs.open(one.cid)
        if reader is None:  # evicted, or taken back, since the list was made
            continue
        try:
            write(write_record(["blob", one.cid, reader.size, one.is_pinned]))
            if _copy(reader, write, progress) != one.cid:
                damaged.append(one.cid)
        finally:
            reader.close()
    for digest in own.awaited:
        write(write_record(["pin", cid_of(digest, 0)]))
    return tuple(damaged)


def take_blob(blobs: Blobs | None, source: FileSource, record: list[Value]) -> bool:
    """Read the blob behind its record into a store of blobs, or read over it where there is none.
    False where the bytes are not those of this blob, which is left out. Raises `BadShape`,
    `StoreError`."""
    match record:
        case ["blob", bytes(cid), int(size), bool(is_pinned)] if 0 < size <= MAX_BLOB:
            part = _Part(source, size)
            check_cid(cid)
        case _:
            raise BadShape("a blob that is none")
    if blobs is None:
        while part.read(LEAF_SIZE):
            pass
        return True
    taken = blobs.add(part, now_ms(), pin=is_pinned)  # type: ignore[arg-type]
    if taken.cid == cid:
        return True
    blobs.remove([taken.cid])
    return False


def _is_own(store: Store, cid: bytes, own: set[bytes]) -> bool:
    return any(entry.account in own for entry in store.attaching(cid, _NAMING))


def _copy(reader: BlobReader, write: Write, progress: Progress) -> bytes:
    """Write a blob; gives the CID of what was written."""
    builder = TreeBuilder()
    for at in range(0, reader.size, LEAF_SIZE):
        leaf = reader.read(at, LEAF_SIZE)
        if len(leaf) != min(LEAF_SIZE, reader.size - at):
            raise BackupError(_("a picture or film was cut while it was read: try again"))
        builder.add(leaf)
        write(leaf)
        progress(len(leaf))
    return builder.root().cid


class _Part:
    """The next bytes of a stream, as a file of their own."""

    def __init__(self, source: FileSource, size: int) -> None:
        self._source = source
        self._left = size

    def read(self, size: int, /) -> bytes:
        """The next bytes, and none at the end. Raises `BadShape` where the stream ends early."""
        wanted = min(size, self._left)
        data = self._source.read(wanted) if wanted else b""
        if len(data) < wanted:
            raise BadShape("a blob that ends early")
        self._left -= wanted
        return data
