"""Finding accounts, and being found: the hash table and the peers, for the home's own accounts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from secrets import token_bytes
from typing import Any, Final

import trio

from sayso_protocol.crypto.keys import KeyPair, key_text
from sayso_protocol.discovery.candidate import Candidate, Origin
from sayso_protocol.discovery.location.announcement import Announcement, sign_announcement
from sayso_protocol.discovery.location.announcement_book import AnnouncementBook
from sayso_protocol.discovery.location.announcement_limits import MAX_KEPT
from sayso_protocol.discovery.location.locator import Find, Locator, Own
from sayso_protocol.discovery.multiaddr import Address, readable_addresses
from sayso_protocol.discovery.peer_id import peer_id_bytes, peer_id_text
from sayso_protocol.sync.now import Now
from sayso_storage.interface.store import FeedState, Store, StoreError

from ...accounts.carriers import read_carriers
from ...accounts.lineage import newest_keys
from ...clock import now_ms, present
from ...errors import HomeError, NodeError
from ...home.directory import Home
from ...home.keystore import read_keystore
from ...home.owner_file import OwnerFileError, read_owner_file, replace_owner_file
from ...network.discovery.dht import Dht
from ...network.discovery.location_exchange import LocationExchange
from ...network.link import Link
from ...timestamps import time_text
from ..keep_up import keep_up
from ..node import Node
from ..run_options import RunOptions

log = logging.getLogger(__name__)

REFRESH_SECONDS: Final = 60.0
"""How often it is looked who is followed, and what their accounts have ended."""

WATCH_SECONDS: Final = 2.0
"""How often it is looked whether the own addresses changed."""

KEEP_SECONDS: Final = 600.0
"""How often what was learned is written down."""

MAX_BOOK: Final = 1024 * MAX_KEPT
"""Bytes of the file of announcements: as many as are kept, each of the largest size."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store has against announcements, and whom to look for."""

    followed: tuple[bytes, ...] = ()
    ended: frozenset[tuple[bytes, bytes]] = frozenset()
    """Accounts with feeds of theirs that say nothing more."""
    promises: Mapping[bytes, bytes] = field(default_factory=dict)
    """What the grants of each account promise."""

    def accepts(self, announcement: Announcement) -> bool:
        """Whether nothing stands against it."""
        account, grant = announcement.account, announcement.grant
        promise = self.promises.get(account, grant.next_key_hash)
        return (account, grant.feed) not in self.ended and promise == grant.next_key_hash


class AccountLocation:
    """See the module; `run` until cancelled, `answer` for the request ``find``."""

    def __init__(
        self,
        home: Home,
        store: Store,
        node: Node,
        *,
        addresses: Callable[[], Sequence[Address]],
        serves_at: Callable[[], Sequence[Address]],
        consider: Callable[[Candidate], None],
        lacking: Callable[[], Collection[bytes]],
        announces: bool = True,
        passphrase: bytes | None = None,
    ) -> None:
        """`addresses` are those at which this node may be reached, relays included; `serves_at` are
        those at which strangers were seen to dial it, and only then it answers others. What is
        found goes to `consider`; `lacking` are the accounts with too few sources. A home that does
        not want to be found, and so not `announces`, lays nothing down for others either.
        `passphrase` is that of the keys, where the node was given it."""
        self._home = home
        self._store = store
        self._node = node
        self._addresses = addresses
        self._serves_at = serves_at
        self._consider = consider
        self._announces = announces
        self._passphrase = passphrase
        self._known = _Known()
        self._kept = 0
        peer_id = node.network.peer_id
        book = self._read_book()
        self.locator = Locator(
            peer_id_bytes(peer_id),
            token_bytes(16),
            present(),
            accepts=lambda one: self._known.accepts(one),
            book=book,
            looks_after=announces,
        )
        self.dht = Dht(
            node.network,
            self.locator,
            followed=lambda: self._known.followed,
            lacking=lacking,
            found=self._on_find,
        )
        self.exchange = LocationExchange(
            node.network,
            self.locator,
            followed=lambda: self._known.followed,
            peers=lambda: {one.link.peer_id for one in node.engine.sessions.values()},
        )

    async def run(self) -> None:
        """Find, announce and look after, until cancelled."""
        await self._refresh()
        await self._prepare_own()
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self.dht.run)
                nursery.start_soon(self.exchange.run)
                nursery.start_soon(self._watch_addresses)
                nursery.start_soon(self._keep)
                while True:
                    await trio.sleep(REFRESH_SECONDS)
                    await self._refresh()
        finally:
            self._write_book()

    # --- what it knows ---------------------------------------------------------------------

    async def _refresh(self, account: bytes | None = None) -> None:
        try:
            self._known = await trio.to_thread.run_sync(self._read_store, account)
        except StoreError as error:
            log.warning("whom to look for is not known: %s", error)
            return
        self.locator.retain(self._known.followed)
        for one, feed in self._known.ended:
            self.locator.book.forget(one, feed)

    def _read_store(self, more: bytes | None) -> _Known:
        """Whoever is followed, under the key that the account has now; and the own account."""
        subscribed = self._store.subscriptions()
        accounts = [one.account for one in subscribed if one.followed or one.own]
        followed = dict.fromkeys(newest_keys(self._store, accounts))
        # All at once: account by account it would be a tenth of what a first sync of many takes.
        states = [one for one in self._store.feeds_carried() if one.account in followed]
        if more is not None and more not in followed:
            states += self._store.feeds_of(more)
        ended = frozenset((one.account, one.feed) for one in states if _is_ended(one))
        promises = {one.account: one.grant.next_key_hash for one in states}
        return _Known(tuple(followed), ended, promises)

    def _read_book(self) -> AnnouncementBook:
        try:
            data = read_owner_file(self._home.announcements, MAX_BOOK)
        except OwnerFileError as error:
            log.warning("what was known of locations is lost: %s", error)
            return AnnouncementBook()
        return AnnouncementBook.unpacked(data, now_ms())

    async def _keep(self) -> None:
        while True:
            await trio.sleep(KEEP_SECONDS)
            await trio.to_thread.run_sync(self._write_book)

    def _write_book(self) -> None:
        """Others know it too, so nothing is lost for good where it cannot be written."""
        if self._kept == self.locator.book.changes:
            return
        changes = self.locator.book.changes
        with suppress(OSError):
            replace_owner_file(self._home.announcements, self.locator.book.pack())
            self._kept = changes

    # --- the own node ----------------------------------------------------------------------

    async def _prepare_own(self) -> None:
        """Sign with the own feed's key, if it is at hand and the owner wants to be found."""
        try:
            own = self._store.own_feed()
        except StoreError as error:
            log.warning("this home is not announced: %s", error)
            return
        if own is None or not self._announces:
            return
        try:
            keys = await trio.to_thread.run_sync(read_keystore, self._home.keys, self._passphrase)
        except (HomeError, NodeError):
            self._node.tell(
                {
                    "event": "not-announced",
                    "detail": "the keys are locked, so nobody finds this home by its key",
                }
            )
            return
        feed = keys.feed
        if feed.public == own.feed:
            self.locator.own = Own(own.account, lambda now: self._say(feed, own, now))

    def _say(self, feed: KeyPair, own: FeedState, now: Now) -> Announcement | None:
        """Where this node is; None where nobody could reach it."""
        addresses, hubs = self._addresses(), self._hubs(own.account)
        if not addresses and not hubs:
            return None
        peer_id = self._node.network.peer_id
        said = sign_announcement(feed, own.grant, peer_id, now.wall_ms, addresses, hubs)
        self.locator.learn(said, now)
        return said

    def _hubs(self, account: bytes) -> list[Address]:
        try:
            carriers = read_carriers(self._home)
        except HomeError:
            return []
        named = [Address.parse(one.address) for one in carriers if one.account == account]
        return [one for one in named if one.is_public]

    async def _watch_addresses(self) -> None:
        before: tuple[Address, ...] | None = None
        while True:
            now = tuple(self._addresses())
            if now != before:
                if before is not None:
                    self.locator.publication.moved(now_ms())
                before = now
            self.dht.serve(self._serves_at())
            await trio.sleep(WATCH_SECONDS)

    # --- what is found -----------------------------------------------------------------------

    def _on_find(self, find: Find) -> None:
        for candidate in candidates(find):
            if candidate.peer_id != self._node.network.peer_id:
                self._consider(candidate)

    async def answer(self, request: dict[str, Any]) -> Mapping[str, object]:
        """The request ``find`` of the control socket: a lookup now, and what is known besides."""
        account = bytes.fromhex(str(request.get("account")))
        await self._refresh(account)
        find = await self.dht.find(account)
        known = self.locator.book.newest(account, now_ms())
        return {
            "found": [*self._connected(account), *rows(find, known)],
            "asked": find.asked,
            "answered": find.answered,
            "known": len(self.locator.table),
        }

    async def nodes_of(self, account: bytes) -> list[Address]:
        """Where an account's own signed word says that its nodes and hubs are, each with the id of
        its peer: what is known, or else what a lookup finds."""
        known = self.locator.book.newest(account, now_ms())
        if not known:
            await self._refresh(account)
            find = await self.dht.find(account)
            known = sorted(find.told_by, key=lambda one: -one.time_ms)
        return [
            address
            for said in known
            for address in (
                *(replace(one, peer_id=said.peer_id) for one in said.addresses),
                *said.hubs,
            )
        ]

    def _connected(self, account: bytes) -> list[dict[str, object]]:
        """The peers that are connected and said that they carry the account; of one that came in,
        the addresses that are known, since where it came from cannot be dialled."""
        manager = self._node.connection_manager
        return [
            _row(session.link.peer_id, self._addresses_of(session.link), "connected", now_ms())
            for session in self._node.engine.sessions.values()
            if manager.carries(session, account)
        ]

    def _addresses_of(self, link: Link) -> list[str]:
        if link.outbound:
            return [link.address]
        known = self._node.connection_manager.book.addresses(link.peer_id)
        return [str(one.address) for one in known]


def locate_accounts(
    home: Home, store: Store, node: Node, nursery: trio.Nursery, options: RunOptions
) -> AccountLocation:
    """Find accounts from now on, for as long as the nursery lasts, and answer the request
    ``find``. A node that hides, as behind a proxy, announces nothing and answers nobody."""
    manager = node.connection_manager
    hides = node.network.privacy.hides
    location = AccountLocation(
        home,
        store,
        node,
        addresses=node.network.own_addresses.public,
        serves_at=lambda: [] if hides else _dialled_at(node),
        consider=manager.consider,
        lacking=lambda: manager.lacking,
        announces=bool(options.announces) and not hides,
        passphrase=options.passphrase,
    )
    node.offer("find", location.answer)
    node.nodes_of = location.nodes_of
    nursery.start_soon(keep_up, "locations", location.run)
    return location


def _dialled_at(node: Node) -> list[Address]:
    """The addresses at which strangers were seen to connect to this node."""
    found = node.reachability.assessment.public if node.reachability is not None else ()
    return [Address.parse(one) for one in found]


def candidates(find: Find) -> list[Candidate]:
    """The peers that a lookup found, those first of whom the account itself says that they are
    its nodes."""
    accounts = frozenset({find.account})
    found = []
    for said in sorted(find.told_by, key=lambda one: -one.time_ms):
        found.append(Candidate(said.peer_id, said.addresses, Origin.DHT, accounts=accounts))
        found += [
            Candidate(hub.peer_id, (hub,), Origin.DHT, accounts=accounts)
            for hub in said.hubs
            if hub.peer_id is not None
        ]
    for contact in find.plain:
        at = tuple(readable_addresses(contact.addresses, len(contact.addresses)))
        found.append(Candidate(peer_id_text(contact.id), at, Origin.DHT, accounts=accounts))
    return [one for one in found if one.addresses]


def rows(find: Find, known: Sequence[Announcement]) -> list[dict[str, object]]:
    """What a lookup found, and what was known, as it is in JSON: the newest word first."""
    told: list[dict[str, object]] = []
    for said in sorted({*find.told_by, *known}, key=lambda one: (-one.time_ms, one.wire)):
        places = len(find.told_by.get(said, ()))
        feed = key_text(said.grant.feed)
        more = {"places": places, "feed": feed}
        at = [str(one) for one in said.addresses]
        told.append(_row(said.peer_id, at, "account", said.time_ms) | more)
        for hub in said.hubs:
            told.append(_row(str(hub.peer_id), [str(hub)], "account", said.time_ms) | more)
    newest = {row["peer"]: row for row in reversed(told)}
    plain = [
        _row(
            peer_id_text(one.id),
            [str(at) for at in readable_addresses(one.addresses, len(one.addresses))],
            "itself",
            None,
        )
        for one in find.plain
    ]
    return [row for row in told if newest[row["peer"]] is row] + plain


def _row(peer: str, addrs: list[str], by: str, time_ms: int | None) -> dict[str, object]:
    said = None if time_ms is None else time_text(time_ms)
    return {"peer": peer, "addrs": addrs, "by": by, "time": said}


def _is_ended(state: FeedState) -> bool:
    return state.end is not None or state.forked_at is not None
