"""Files of a shared folder, verified and taken into a store."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field
from pathlib import Path

from sayso_protocol.errors import Refused
from sayso_protocol.sync.wire.frames import Have, Say
from sayso_storage.interface.store import Store

from ...errors import BundleError
from ..bundle_file import BundleFile
from ..reader import BundleReader, BundleResult
from .file_name import FileName
from .folder_limits import MAX_FILE
from .shared_directory import SharedDirectory


@dataclass(slots=True)
class FolderResult:
    """What came of a folder: entries that were new here, and there; bytes of files that were read
    and written."""

    received: int = 0
    sent: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    statements: int = 0
    """Statements and fork proofs that changed what counts here."""
    damaged: int = 0
    """Files that were not whole, or hold something else than they should."""
    not_followed: int = 0
    """Accounts in the folder that are not carried here; of many some."""
    refused: Counter[str] = field(default_factory=Counter)
    """Runs and feeds that this store does not take, by reason."""
    in_sync: bool = False


class SegmentReader:
    """Takes files into a store, one by one. Nothing in them is believed."""

    def __init__(self, store: Store, blocked: Container[bytes], result: FolderResult) -> None:
        self._store = store
        self._blocked = blocked
        self._result = result

    def take(self, directory: SharedDirectory, name: FileName) -> bool:
        """Read a file and store what is wanted of it; False where it is not there any more. What is
        torn or no bundle is removed: so the next home that has these entries writes them anew.

        Raises `OSError` and `StoreError`.
        """
        data = directory.read(str(name), MAX_FILE)
        if data is None:
            return False
        self._result.bytes_in += len(data)
        if not name.is_for(data) or not self._store_wanted(data, directory.path / str(name)):
            self._result.damaged += 1
            directory.remove(str(name))
        return True

    def _store_wanted(self, data: bytes, path: Path) -> bool:
        """Store what is wanted of a bundle, up to the first damage; whether there was none."""
        found = BundleResult()
        file = BundleFile(io.BytesIO(data), path, lambda _: None)
        try:
            BundleReader(self._store, file, found, follow=False, blocked=self._blocked).read()
        except BundleError:
            return False
        finally:
            self._result.received += found.entries
            self._result.statements += found.statements
            self._result.refused += found.refused
        return True


def signed_in(data: bytes) -> frozenset[bytes]:
    """The grants and statements in an account's file, as they travel; none where it is damaged."""
    file = BundleFile(io.BytesIO(data), Path(), lambda _: None)
    signed: set[bytes] = set()
    try:
        file.read_magic()
        for frame in file.read_frames():
            if isinstance(frame, Have):
                signed.update(offer.grant for offer in frame.offers)
            elif isinstance(frame, Say):
                signed.update(frame.statements)
    except (BundleError, Refused):
        return frozenset()
    return frozenset(signed)
