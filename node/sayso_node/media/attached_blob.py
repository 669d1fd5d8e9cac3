"""Attached blobs: what entries say of a blob, and what is here of it, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sayso_protocol.blob.cid import DAG_PB, cid_text, digest_of, parse_cid
from sayso_protocol.content.attached import attachments_of
from sayso_protocol.content.attachment import Attachment
from sayso_protocol.content.body import read_body
from sayso_protocol.errors import Refused
from sayso_protocol.feed.entry import id_text
from sayso_storage.index.attachments import may_attach
from sayso_storage.interface.blobs import Blobs, HeldBlob
from sayso_storage.interface.store import Store, StoredEntry

from .blob_sources import attaching, sources_of


@dataclass(frozen=True, slots=True)
class AttachedBlob:
    """One blob: `type` and `size` as the newest entry that attaches it says, where none does those
    that are held. `because` is why it is here: ``own``, ``pinned``, ``attached`` by an entry that
    is held, or ``unnamed``."""

    cid: bytes
    type: str | None
    size: int | None
    held: bool
    pinned: bool
    have: int
    """Bytes of it that take room here."""
    because: str
    entries: tuple[bytes, ...]
    """Ids of the entries that attach it."""
    holders: tuple[str, ...]
    """Peers that may have it."""
    looked_ms: int | None = None

    def as_json(self) -> dict[str, object]:
        """The blob for programs."""
        return {
            "cid": cid_text(self.cid),
            "type": self.type,
            "size": self.size,
            "held": self.held,
            "pinned": self.pinned,
            "have": self.have,
            "holders": list(self.holders),
            "because": self.because,
            "entries": [id_text(one) for one in self.entries],
        }


def attachments_in(entry: StoredEntry) -> tuple[Attachment, ...]:
    """The attachments of a stored entry; none where its body is not held or not sound."""
    body = entry.body
    if body is None or not may_attach(body):
        return ()
    return attachments_of(read_body(body))


def as_cid(text: str) -> bytes | None:
    """The CID that a text is; None where it is none."""
    try:
        return parse_cid(text.strip())
    except Refused:
        return None


def look_up(store: Store, blobs: Blobs, cid: bytes) -> AttachedBlob:
    """What is known of one blob. Raises `StoreError`."""
    digest = digest_of(cid)
    held = blobs.held(cid)
    partial = next((one for one in blobs.partials() if one.digest == digest), None)
    have = held.size if held else partial.size if partial else 0
    return _attached(store, cid, held, have, is_pinned=digest in blobs.pinned())


def all_blobs(store: Store, blobs: Blobs) -> list[AttachedBlob]:
    """Every blob that is here, the one that was looked at last first; then those that are on their
    way, or were, and those that are pinned and not here. Raises `StoreError`."""
    pinned = blobs.pinned()
    held = blobs.all_held()
    found = [_attached(store, one.cid, one, one.size, is_pinned=one.is_pinned) for one in held]
    digests = {digest_of(one.cid) for one in held}
    partials = {one.digest: one.size for one in blobs.partials()}
    for digest in [*partials, *sorted(pinned - partials.keys())]:
        if digest not in digests:
            cid = _named_cid(store, digest)
            is_pinned = digest in pinned
            found.append(_attached(store, cid, None, partials.get(digest, 0), is_pinned=is_pinned))
    return found


def sealed_blobs(sealed: Blobs) -> list[AttachedBlob]:
    """The files of private messages that are here, or on their way. Which messages they are of
    only these say. Raises `StoreError`."""
    cids = [one.cid for one in sealed.all_held()]
    whole = {digest_of(cid) for cid in cids}
    coming = [DAG_PB + one.digest for one in sealed.partials() if one.digest not in whole]
    return [look_up_sealed(sealed, cid) for cid in [*cids, *coming]]


def look_up_sealed(sealed: Blobs, cid: bytes) -> AttachedBlob:
    """What is known of one file of a private message. Raises `StoreError`."""
    digest, held = digest_of(cid), sealed.held(cid)
    partial = next((one for one in sealed.partials() if one.digest == digest), None)
    have = held.size if held else partial.size if partial else 0
    size, looked_ms = (held.size, held.looked_ms) if held else (None, None)
    is_pinned = digest in sealed.pinned()
    return AttachedBlob(
        cid, None, size, held is not None, is_pinned, have, "sealed", (), (), looked_ms
    )


def unnamed(store: Store, cids: Iterable[bytes]) -> list[bytes]:
    """Those of the blobs that no held entry attaches. Raises `StoreError`."""
    return [
        cid
        for cid in dict.fromkeys(cids)
        if all(entry.body is None for entry in attaching(store, cid))
    ]


def _attached(
    store: Store, cid: bytes, held: HeldBlob | None, have: int, *, is_pinned: bool
) -> AttachedBlob:
    entries = attaching(store, cid)
    named = _attachment(entries, cid)
    size = held.size if held else named.size if named else None
    return AttachedBlob(
        named.cid if named and held is None else cid,
        named.type if named else None,
        size,
        held is not None,
        is_pinned,
        have,
        _because(store, entries, is_pinned=is_pinned),
        tuple(entry.id for entry in entries),
        tuple(sources_of(store, entries)),
        held.looked_ms if held else None,
    )


def _because(store: Store, entries: Iterable[StoredEntry], *, is_pinned: bool) -> str:
    own = store.own_feed()
    if own is not None and any(entry.account == own.account for entry in entries):
        return "own"
    if is_pinned:
        return "pinned"
    return "attached" if entries else "unnamed"


def _attachment(entries: Iterable[StoredEntry], cid: bytes) -> Attachment | None:
    digest = digest_of(cid)
    every = (one for entry in entries for one in attachments_in(entry))
    return next((one for one in every if digest_of(one.cid) == digest), None)


def _named_cid(store: Store, digest: bytes) -> bytes:
    """The CID with a hash as some entry names it; that of a tree where none does."""
    named = _attachment(attaching(store, DAG_PB + digest), DAG_PB + digest)
    return named.cid if named else DAG_PB + digest
