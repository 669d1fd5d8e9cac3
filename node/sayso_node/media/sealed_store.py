"""The store of sealed files of a home, and what is told of them: what is private is sealed, and
lies apart from the pictures and films of posts."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sayso_protocol.blob.cid import cid_text
from sayso_protocol.private.contents.message_file import MessageFile, SealedFile
from sayso_storage.blobs import BlobDirectory
from sayso_storage.interface.blobs import Blobs

from ..home.directory import Home


def open_sealed(home: Home) -> Blobs:
    """The sealed files of a home. Touches nothing yet."""
    return BlobDirectory(home.sealed)


def sealed_among(files: Iterable[MessageFile]) -> list[SealedFile]:
    """Those that do not lie where they are named."""
    return [one for one in files if isinstance(one, SealedFile)]


def held_among(sealed: Blobs | None, files: Iterable[MessageFile]) -> frozenset[bytes]:
    """The CIDs of those that are here; none where it is not asked. Raises `StoreError`."""
    if sealed is None:
        return frozenset()
    return frozenset(sealed.held_among(one.cid for one in sealed_among(files)))


def is_held(file: MessageFile, held: Collection[bytes]) -> bool:
    """Whether all of a file is here, where these CIDs are."""
    return not isinstance(file, SealedFile) or file.cid in held


def file_json(file: MessageFile, held: Collection[bytes]) -> dict[str, object]:
    """A file for programs, as in docs/cli.md."""
    return {
        "cid": cid_text(file.cid) if isinstance(file, SealedFile) else None,
        "type": file.type,
        "name": file.name,
        "size": file.size,
        "alt": file.alt,
        "held": is_held(file, held),
    }
