"""Media of a running node: what is fetched when somebody looks, and what comes by itself."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import trio

from sayso_protocol.blob.cid import cid_text, digest_of, parse_cid
from sayso_protocol.blob.media_settings import MediaSettings
from sayso_protocol.errors import Refused
from sayso_protocol.seats import Standing
from sayso_protocol.translation import _
from sayso_storage.interface.blobs import Blobs
from sayso_storage.interface.store import Store, StoredEntry, StoreError

from ..errors import NodeError, NotFound
from ..filters.relay_filter import RelayFilter
from ..home.directory import Home
from ..hub.carried_media import CarriedMedia
from ..media.attached_blob import attachments_in
from ..media.blob_sources import attaching, is_passed_on, sources_of
from ..media.blob_store import open_blobs
from ..media.media_file import load_media_settings
from ..sync.blob_exchange.blob_download import BlobDownload
from ..sync.blob_exchange.blob_exchange import BlobExchange
from .media_queue import MediaQueue
from .node import Node
from .sealed_media import SealedMedia, SealedRequest, read_sealed_request
from .status import MediaLoad

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0
"""How often it is looked whether entries with media have come."""

LOOK_BACK: Final = 2000
"""Entries from before the start that are looked at again: what was under way, or had no source."""

AT_ONCE: Final = 4
"""Media that come by themselves at one time: posts and what somebody waits for go first."""

RETRY_SECONDS: Final = 600.0
TRIES: Final = 5
"""How often, and how many times, media are asked for again that did not come."""

STORE_SECONDS: Final = 10.0
"""How soon it is tried again where the store of blobs failed: it is no peer that lacks them."""

PROGRESS_SECONDS: Final = 1.0
"""How long a command waits at most for the next word on how far it is."""

KEEP_ENDED: Final = 64
"""Downloads that have ended whose end is remembered for whoever asked."""

_FAVOURED: Final = (Standing.CHOSEN, Standing.FOLLOWER, Standing.SOURCE)


class MediaService:
    """See the module; `run` until cancelled."""

    def __init__(
        self,
        home: Home,
        store: Store,
        node: Node,
        relay_filter: RelayFilter,
        nursery: trio.Nursery,
        carried: CarriedMedia | None = None,
    ) -> None:
        """With `carried` it is a hub's, and media of those whom it carries come too."""
        self._home = home
        self._relay_filter = relay_filter
        self._store = store
        self._node = node
        self._nursery = nursery
        self._settings = MediaSettings()
        self._trouble: str | None = None
        self._fetch_trouble: str | None = None
        self._ended: dict[bytes, BlobDownload] = {}
        self.blobs: Blobs = open_blobs(home)
        self._sealed = SealedMedia(home, store, node)
        self._queue = MediaQueue(home, store, self.blobs, carried)
        self.exchange = BlobExchange(
            node.network,
            self.blobs,
            is_given=self._is_given,
            is_favoured=self._is_favoured,
            address_of=self._address_of,
            sealed=self._sealed.blobs,
        )

    # --- when somebody looks -------------------------------------------------------------------

    async def answer_fetch(self, request: dict[str, Any]) -> Mapping[str, object]:
        """The request ``fetch`` of the control socket: `cid` as text; with `start` it begins. How
        far it is, as soon as there is more in order than the `seen` bytes, or a second later. Of a
        file of a message it says in `sealed` how many bytes and by which accounts."""
        try:
            cid = parse_cid(str(request.get("cid")))
        except Refused as error:
            raise NotFound(_("no content identifier: `sayso show ID` shows them")) from error
        if request.get("start"):
            self._ended.pop(cid, None)
            sealed = read_sealed_request(request.get("sealed"))
            await (self._start(cid) if sealed is None else self._start_sealed(cid, sealed))
        download = self.exchange.downloads.get(cid) or self._ended.get(cid)
        if download is None:
            return await trio.to_thread.run_sync(self._at_rest, cid)
        seen = int(request.get("seen", -1))
        with trio.move_on_after(PROGRESS_SECONDS):
            while download.in_order <= seen and not download.ended.is_set():
                await download.next_progress()
        return _progress(download)

    async def _start(self, cid: bytes) -> None:
        """Begin to fetch a blob unless it is here. Raises `NodeError`, `StoreError`."""
        entries = await trio.to_thread.run_sync(attaching, self._store, cid)
        size = next(
            (one.size for entry in entries for one in attachments_in(entry) if one.cid == cid), None
        )
        if await trio.to_thread.run_sync(self.blobs.held, cid) is not None:
            return
        await trio.to_thread.run_sync(self._make_room, cid, size)
        sources = await trio.to_thread.run_sync(self._sources, entries)
        self._begin(cid, size, sources)

    async def _start_sealed(self, cid: bytes, wanted: SealedRequest) -> None:
        """The same of a file of a message."""
        if await trio.to_thread.run_sync(self._sealed.blobs.held, cid) is not None:
            return
        await trio.to_thread.run_sync(partial(self._make_room, cid, wanted.size, is_sealed=True))
        sources = await self._sealed.sources(wanted.accounts)
        self._begin(cid, wanted.size, sources, is_sealed=True)

    def _begin(
        self, cid: bytes, size: int | None, sources: list[str], *, is_sealed: bool = False
    ) -> None:
        try:
            download = self.exchange.start(self._nursery, cid, size, sources, is_sealed=is_sealed)
        except Refused as error:
            raise NotFound(_("there can be no such blob: {error}").format(error=error)) from error
        self._remember(download)

    def _remember(self, download: BlobDownload) -> None:
        self._ended.pop(download.cid, None)
        self._ended[download.cid] = download
        while len(self._ended) > KEEP_ENDED:
            del self._ended[next(iter(self._ended))]

    def _at_rest(self, cid: bytes) -> Mapping[str, object]:
        held = self.blobs.held(cid) or self._sealed.blobs.held(cid)
        size = held.size if held else 0
        return {
            "held": held is not None, "ended": True, "size": size or None, "have": size,
            "in_order": size, "asked": [], "left": {}, "failure": None,
        }  # fmt: skip

    def load(self) -> MediaLoad:
        """What comes and goes."""
        return {
            "fetching": len(self.exchange.downloads),
            "waiting": len(self._queue.waiting),
            "sent": self.exchange.responder.sent,
            "ended": dict(self.exchange.ended),
        }

    # --- by themselves -------------------------------------------------------------------------

    async def run(self) -> None:
        """Follow what comes into the store, and fetch what the owner's settings say."""
        arrival = max(0, await trio.to_thread.run_sync(self._store.last_arrival) - LOOK_BACK)
        while True:
            try:
                self._read_settings()
                arrival = await trio.to_thread.run_sync(self._queue.look, arrival, self._settings)
                await trio.to_thread.run_sync(self._queue.look_for_damaged)
                await self._fetch_waiting()
            except (StoreError, NodeError) as error:
                self._tell(f"media are not fetched yet: {error}")
            else:
                self._tell(None)
            await trio.sleep(LOOK_SECONDS)

    async def _fetch_waiting(self) -> None:
        now = trio.current_time()
        for cid, wanted in list(self._queue.waiting.items()):
            if len(self.exchange.downloads) >= AT_ONCE:
                return
            due = wanted.due - (RETRY_SECONDS - STORE_SECONDS) * self._was_not_stored(cid)
            if cid in self.exchange.downloads or now < due:
                continue
            held = await trio.to_thread.run_sync(self.blobs.held, cid)
            if held is None and self._was_not_stored(cid):
                wanted.tries -= 1  # it came, and there was no place for it
            if wanted.tries >= TRIES or held is not None:
                del self._queue.waiting[cid]
                continue
            wanted.tries, wanted.due = wanted.tries + 1, now + RETRY_SECONDS
            try:
                await self._start(cid)
            except StoreError:
                wanted.tries, wanted.due = wanted.tries - 1, now + STORE_SECONDS
                raise
            except NodeError as error:
                log.info("a picture is not fetched: %s", error)

    def _was_not_stored(self, cid: bytes) -> bool:
        """Whether the last try ended because the store of blobs failed: a disk, a bucket."""
        ended = self._ended.get(cid)
        return ended is not None and isinstance(ended.error, StoreError)

    def _tell(self, trouble: str | None) -> None:
        """Log what keeps media from coming, once each time that it begins and ends."""
        if trouble == self._fetch_trouble:
            return
        self._fetch_trouble = trouble
        if trouble is None:
            log.warning("media are fetched again")
        else:
            log.warning("%s", trouble)

    # --- what both need --------------------------------------------------------------------------

    def _read_settings(self) -> None:
        try:
            self._settings, self._trouble = load_media_settings(self._home), None
        except NodeError as error:
            if self._trouble != str(error):
                log.warning("%s", error)
            self._trouble = str(error)

    def _make_room(self, cid: bytes, size: int | None, *, is_sealed: bool = False) -> None:
        """Evict what was looked at longest ago; files of messages last, of which few have a copy.
        Raises `NotFound` where that is not enough."""
        self._read_settings()
        quota, sealed = self._settings.quota, self._sealed.blobs
        if digest_of(cid) in (sealed if is_sealed else self.blobs).pinned():
            return
        if size is not None and size > quota:
            raise NotFound(
                _(
                    "it has {size} MiB, more than the quota of all media: write a larger "
                    "`quota` into {media}, or keep it for good with `sayso pin "
                    "{cid_text}`"
                ).format(size=size >> 20, media=self._home.media, cid_text=cid_text(cid))
            )
        under_way = [digest_of(cid), *map(digest_of, self.exchange.downloads)]
        if is_sealed:
            sealed.make_room(quota, size or 0, under_way)
        self.blobs.make_room(max(0, quota - sealed.occupied()), size or 0, under_way)

    def _sources(self, entries: list[StoredEntry]) -> list[str]:
        """The peers that may have it: first those that are connected."""
        manager, sessions = self._node.connection_manager, self._node.engine.sessions
        accounts = {entry.account for entry in entries}
        carry = [
            session.link.peer_id
            for session in list(sessions.values())
            if any(manager.carries(session, account) for account in accounts)
        ]
        found = list(dict.fromkeys([*sources_of(self._store, entries), *carry]))
        there = {session.link.peer_id for session in list(sessions.values())}
        return sorted(found, key=lambda peer: peer not in there)

    def _is_given(self, cid: bytes) -> bool:
        try:
            if self._sealed.blobs.held(cid) is not None:
                return True  # who knows its name was told, and only the key opens it
            return is_passed_on(self._store, cid, self._relay_filter.dropped)
        except StoreError as error:
            log.warning("a blob is not given: %s", error)
            return False

    def _is_favoured(self, peer_id: str) -> bool:
        return self._node.engine.standings().get(peer_id) in _FAVOURED

    def _address_of(self, peer_id: str) -> str | None:
        told = self._sealed.addresses.get(peer_id)
        if told is not None:
            return told
        known = self._node.connection_manager.book.peer(peer_id)
        best = known.by_promise if known is not None else []
        return str(best[0].address) if best else None


def _progress(download: BlobDownload) -> dict[str, object]:
    """How far a download is, for programs."""
    error = download.error
    return {
        "held": download.held is not None,
        "ended": download.ended.is_set(),
        "size": download.size,
        "have": download.have,
        "in_order": download.in_order,
        "asked": download.holders,
        "left": dict(download.left),
        "failure": None if error is None else str(error),
    }
