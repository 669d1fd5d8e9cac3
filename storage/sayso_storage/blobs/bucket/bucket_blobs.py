"""Bucket blobs: what is held is what lies in the bucket, for every front-end that shares it."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from sayso_protocol.blob.cid import digest_of
from sayso_protocol.blob.verified_tree import VerifiedTree
from sayso_protocol.translation import _

from ...interface.blobs import BlobReader, Blobs, HeldBlob, PartialBlob, PartialState
from ...interface.errors import StoreError
from ..blob_directory import BlobDirectory
from ..draft_file import copy_stream
from ..durable_file import new_path
from ..file_errors import as_store_errors
from ..tree_file import encode_blocks
from .bucket import Bucket
from .bucket_partial import BucketPartial
from .bucket_reader import OPEN, BucketReader
from .listing import Listing
from .object_names import (
    BYTES,
    DAMAGED,
    LOOKED,
    PIN,
    TREE,
    BlobRecord,
    key_of,
    looked_part,
    records_of,
)

LOOK_EVERY_MS: Final = 3_600_000
"""How often at most it is noted that a blob was looked at: each note is two requests."""

ASK_AT_ONCE: Final = 8
"""Blobs that are asked for at one time."""


class BucketBlobs(Blobs):
    """See `Blobs`. Any thread and process may call any method. `folder`, which is this machine's
    alone, holds what is on its way."""

    def __init__(
        self,
        bucket: Bucket,
        folder: Path,
        *,
        look_every_ms: int = LOOK_EVERY_MS,
        list_every_s: float = Listing.EVERY_SECONDS,
    ) -> None:
        """Making the object touches nothing. Lists of all blobs may be `list_every_s` seconds old
        as to what other front-ends did."""
        self._bucket = bucket
        self._folder = folder
        self._local = BlobDirectory(folder)
        self._look_every_ms = look_every_ms
        self._listing = Listing(bucket, list_every_s)
        self._found_damaged: set[bytes] = set()

    @property
    def place(self) -> str:
        """Where the bucket is, for people."""
        return str(self._bucket.place)

    def add(self, source: BinaryIO, now_ms: int, *, pin: bool = True) -> HeldBlob:
        self._local.prepare()
        draft = new_path(self._folder)
        with as_store_errors(self._folder):
            try:
                tree = copy_stream(source, draft)
                if pin:
                    self.pin(tree.cid, on=True)
                return self._take_in(draft, tree, now_ms)
            finally:
                draft.unlink(missing_ok=True)

    def held(self, cid: bytes) -> HeldBlob | None:
        held = self._record(digest_of(cid)).held
        return held if held is not None and held.cid == cid else None

    def held_among(self, cids: Iterable[bytes]) -> set[bytes]:
        asked = list(dict.fromkeys(cids))
        if len(asked) < 2:
            return {cid for cid in asked if self.held(cid) is not None}
        with ThreadPoolExecutor(min(ASK_AT_ONCE, len(asked))) as pool:
            found = zip(asked, pool.map(self.held, asked), strict=True)
            return {cid for cid, held in found if held is not None}

    def all_held(self) -> list[HeldBlob]:
        held = [one.held for one in self._listing.records()]
        found = [one for one in held if one is not None]
        return sorted(found, key=lambda one: (-one.looked_ms, one.cid))

    def damaged(self) -> list[bytes]:
        """The digests of blobs whose bytes were found to be others, and did not come anew."""
        return sorted(one.digest for one in self._listing.records() if one.is_damaged)

    def found_damaged(self) -> list[bytes]:
        return sorted(self._found_damaged)

    def partials(self) -> list[PartialState]:
        return self._local.partials()

    def open(self, cid: bytes, now_ms: int | None = None) -> BlobReader | None:
        record = self._record(digest_of(cid))
        held = record.held
        if held is None or held.cid != cid:
            return None
        if now_ms is not None and now_ms - record.looked_ms >= self._look_every_ms:
            with suppress(StoreError):  # it may be read all the same
                self._note_look(record, now_ms)
        return BucketReader(self._bucket, held, self._note_damage)

    def pin(self, cid: bytes, *, on: bool) -> None:
        digest = digest_of(cid)
        if on:
            self._bucket.put(key_of(digest, PIN), b"")
        else:
            self._bucket.delete([key_of(digest, PIN)])
        self._refresh(digest)

    def pinned(self) -> set[bytes]:
        return {one.digest for one in self._listing.records() if one.is_pinned}

    def begin(self, cid: bytes, size: int | None) -> PartialBlob:
        return BucketPartial(self._local.begin(cid, size), self._take_in)

    def remove(self, cids: Iterable[bytes]) -> int:
        asked = list(cids)
        self._local.remove(asked)
        return sum(self._remove(digest_of(cid)) for cid in asked)

    def make_room(
        self, quota: int, wanted: int = 0, under_way: Collection[bytes] = ()
    ) -> list[HeldBlob]:
        whole = [one for one in self._listing.records() if one.size and not one.is_pinned]
        on_its_way = sum(one.size for one in self._local.partials())
        over = sum(one.size or 0 for one in whole) + on_its_way + wanted - quota
        # A directory that keeps no whole blobs evicts what has stopped on its way, and drafts.
        self._local.make_room(max(0, on_its_way - max(0, over)), under_way=under_way)
        over -= on_its_way - sum(one.size for one in self._local.partials())
        gone = []
        # What is damaged is of use to nobody; of two front-ends both begin with the same.
        for record in sorted(whole, key=lambda one: (not one.is_damaged, one.looked_ms)):
            if over <= 0:
                break
            if OPEN.has(self.place, record.digest):
                continue
            if self._refresh(record.digest).is_pinned:  # by another front-end, just now
                continue
            over -= record.size or 0
            if self._remove(record.digest) and record.held is not None:
                gone.append(record.held)
        return gone

    def occupied(self) -> int:
        records = self._listing.records()
        whole = sum(one.size or 0 for one in records if not one.is_pinned)
        return whole + sum(one.size for one in self.partials())

    # --- objects -----------------------------------------------------------------------------

    def _record(self, digest: bytes) -> BlobRecord:
        """What is in the bucket of one blob, now."""
        found = records_of(self._bucket.names(digest.hex()))
        return found.get(digest) or BlobRecord(digest)

    def _refresh(self, digest: bytes) -> BlobRecord:
        record = self._record(digest)
        self._listing.put(record)
        return record

    def _take_in(self, path: Path, tree: VerifiedTree, now_ms: int) -> HeldBlob:
        """Put a file that is on the disk into the bucket: its bytes after all else of it."""
        digest = digest_of(tree.cid)
        if tree.blocks:
            self._bucket.put(key_of(digest, TREE), encode_blocks(tree.blocks))
        self._bucket.put(key_of(digest, looked_part(now_ms)), b"")
        self._bucket.put(key_of(digest, BYTES), path)
        record = self._record(digest)
        stale = [part for part in record.parts if part.startswith(LOOKED)]
        stale = [part for part in stale if part < looked_part(now_ms)]
        self._bucket.delete([key_of(digest, part) for part in (DAMAGED, *stale)])
        self._found_damaged.discard(digest)
        held = self._refresh(digest).held
        if held is None or held.cid != tree.cid:
            raise StoreError(
                _("{place} does not keep what it is given: check the service").format(
                    place=self.place
                )
            )
        return held

    def _note_damage(self, digest: bytes) -> None:
        self._found_damaged.add(digest)
        self._listing.forget()

    def _note_look(self, record: BlobRecord, now_ms: int) -> None:
        """The new note before the old ones go: a crash between them leaves one too many."""
        self._bucket.put(key_of(record.digest, looked_part(now_ms)), b"")
        old = [part for part in record.parts if part.startswith(LOOKED)]
        old = [part for part in old if part < looked_part(now_ms)]
        if old:
            self._bucket.delete([key_of(record.digest, part) for part in old])
        self._refresh(record.digest)

    def _remove(self, digest: bytes) -> bool:
        """Remove all objects of a blob, and see that they are gone."""
        record = self._record(digest)
        self._found_damaged.discard(digest)
        self._bucket.delete(record.keys)
        if record.parts and self._refresh(digest).size is not None:
            raise StoreError(
                _(
                    "{place} keeps what it was told to delete: allow this hub to delete there"
                ).format(place=self.place)
            )
        return record.size is not None
