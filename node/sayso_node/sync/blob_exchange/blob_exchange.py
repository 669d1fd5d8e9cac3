"""Blob exchange of a node: the downloads that are under way, and the answers to others."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

import trio

from sayso_protocol.blob.exchange_limits import BLOB_PROTOCOL
from sayso_storage.interface.blobs import Blobs
from sayso_storage.interface.errors import StoreError

from ...network.link import Link, Network
from .blob_download import BlobDownload, NotFetched
from .blob_responder import BLOB_QUOTA, BlobResponder

log = logging.getLogger(__name__)

OPEN_SECONDS: Final = 10.0


class BlobExchange:
    """See the module. It answers from the moment it is made; see `BlobResponder` for what it is
    given."""

    def __init__(
        self,
        network: Network,
        blobs: Blobs,
        *,
        is_given: Callable[[bytes], bool],
        is_favoured: Callable[[str], bool],
        address_of: Callable[[str], str | None] = lambda _: None,
        sealed: Blobs | None = None,
    ) -> None:
        """`address_of` gives an address of a peer that is not connected; None where none is
        known. What is `sealed` lies for itself, and is given like the others."""
        self._network = network
        self._blobs = blobs
        self._sealed = sealed
        self._address_of = address_of
        self.downloads: dict[bytes, BlobDownload] = {}
        """What is on its way, by CID."""
        self.ended: Counter[str] = Counter()
        """Downloads since the start, ``complete`` and ``failed``."""
        self.responder = BlobResponder(blobs, self.downloads, is_given, is_favoured, sealed)
        network.handle(BLOB_PROTOCOL, self.responder.answer, BLOB_QUOTA)

    def start(
        self,
        nursery: trio.Nursery,
        cid: bytes,
        size: int | None,
        sources: Iterable[str],
        *,
        is_sealed: bool = False,
    ) -> BlobDownload:
        """Begin to fetch a blob, or take the download that is under way, with more sources. Its
        `error` says what ended it; errors go no further. Raises `BadShape`."""
        download = self.downloads.get(cid)
        if download is not None:
            download.add_sources(sources)
            return download
        sealed = self._sealed if is_sealed else None
        download = BlobDownload(sealed or self._blobs, cid, size, self._open_stream)
        self.downloads[cid] = download
        nursery.start_soon(self._run, download, list(sources))
        return download

    async def _run(self, download: BlobDownload, sources: list[str]) -> None:
        try:
            await download.run(sources)
        except (NotFetched, StoreError) as error:
            log.info("a blob did not come: %s", error)
        except Exception:  # a fault of ours: the node goes on without this blob
            log.exception("a blob did not come")
        finally:
            self.ended["complete" if download.held is not None else "failed"] += 1
            self.downloads.pop(download.cid, None)

    async def _open_stream(self, peer: str) -> Link:
        address = f"/p2p/{peer}"
        if not self._network.connections(peer):
            address = self._address_of(peer) or address
        return await self._network.open_stream(address, BLOB_PROTOCOL, timeout=OPEN_SECONDS)
