"""The store of a hub's media, as its owner asks for it: where it is, and whether it answers."""

from __future__ import annotations

from dataclasses import dataclass

from sayso_protocol.blob.cid import DAG_PB, cid_text
from sayso_storage.interface.store import StoreError

from ..home.blob_place import bucket_of
from ..home.directory import Home
from ..media.blob_store import open_blobs

NAMED = 20
"""Damaged blobs that are named."""


@dataclass(frozen=True, slots=True)
class MediaStore:
    """A bucket. `trouble` says what is wrong with it, and what to do; `damaged` are the digests of
    blobs whose bytes were found to be others, and that did not come anew."""

    place: str
    trouble: str | None = None
    damaged: tuple[bytes, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The store for programs."""
        return {
            "place": self.place,
            "trouble": self.trouble,
            "damaged": [cid_text(DAG_PB + digest) for digest in self.damaged[:NAMED]],
        }


def media_store(home: Home) -> MediaStore | None:
    """The bucket of a hub, asked just now; None where media lie in the directory."""
    try:
        if bucket_of(home) is None:
            return None
    except StoreError as error:
        return MediaStore("", str(error))
    place = ""
    try:
        blobs = open_blobs(home)
        place = blobs.place
        return MediaStore(place, None, tuple(blobs.damaged()))
    except StoreError as error:
        return MediaStore(place, str(error))
