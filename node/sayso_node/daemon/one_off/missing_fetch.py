"""What is missing of a conversation, from whoever may carry it: for one look, and not kept.

The store keeps accounts that are followed alone, so what is fetched here is gone afterwards. Each
account is asked of peers one after the other, those first that are likely to have it: who brought
the entries that name it, who is known to carry the account, who is connected, who was met. A node
that runs says who is connected, and looks for nodes of the account where these have nothing. Peers
meet a key that is made for the exchange, as in `one_off_fetch`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from typing import Final

from sayso_protocol.content.body import Reference
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.discovery.address_book.known_codec import peer_of
from sayso_protocol.discovery.multiaddr import Address, AddressError
from sayso_storage.interface.store import Store

from ...accounts.names import Names
from ...control.client import is_running, request
from ...entries.item import Item
from ...errors import ControlError, NotFound, PeerError
from ...home.directory import Home
from ...timeline.missing_entries import items_from, missing_of, named_by
from ..exchange import ProgressListener
from ..reachability.home_privacy import privacy_of
from .one_off_fetch import fetched

MAX_ACCOUNTS: Final = 16
"""Accounts that are fetched for one look."""

MAX_PEERS: Final = 8
"""Peers that are asked for one account: each may take as long as the owner waits."""

FIND_SECONDS: Final = 90.0
"""How long the running node may look for nodes of an account."""

Tell = Callable[[str], None]


@dataclass(slots=True)
class Fetched:
    """What came of it: items by id, what is still missing, and how many accounts and peers were
    asked."""

    items: dict[bytes, Item] = field(default_factory=dict)
    missing: list[Reference] = field(default_factory=list)
    accounts: int = 0
    peers: int = 0


def fetch_missing(
    home: Home,
    store: Store,
    wanted: Sequence[Reference],
    *,
    timeout: float,
    progress: ProgressListener,
    tell: Tell,
) -> Fetched:
    """Fetch entries that are not held, and what these name in turn, as far as peers have them;
    `timeout` seconds for each account and peer. `tell` gets a line on each step. Raises
    `StoreError`."""
    found = Fetched()
    waiting = list(wanted)
    asked = set[bytes]()
    while waiting and found.accounts < MAX_ACCOUNTS:
        account = waiting[0].account
        here = [one for one in waiting if one.account == account]
        waiting = [one for one in waiting if one.account != account]
        if account in asked:
            found.missing += here
            continue
        asked.add(account)
        found.accounts += 1
        items = _from_peers(home, store, account, here, found, timeout, progress, tell)
        found.items |= items
        found.missing += [one for one in here if one.id not in items]
        known = {*found.items, *(one.id for one in waiting)}
        waiting += [
            one
            for one in missing_of(items.values())
            if one.id not in known and one.account not in asked and store.entry(one.id) is None
        ]
    found.missing += waiting
    return found


def _from_peers(
    home: Home,
    store: Store,
    account: bytes,
    wanted: Sequence[Reference],
    found: Fetched,
    timeout: float,
    progress: ProgressListener,
    tell: Tell,
) -> dict[bytes, Item]:
    names, items = Names(store), dict[bytes, Item]()
    for address in _sources(home, store, account, wanted):
        found.peers += 1
        tell(f"asking {address} for {key_text(account)[:12]}")
        try:
            look = fetched(
                account, address, timeout=timeout, progress=progress, privacy=privacy_of(home)
            )
            with look as (there, _):
                items |= items_from(there, names, wanted)
        except* (NotFound, PeerError) as errors:  # those of its nursery are a group
            for error in errors_of(errors):
                tell(str(error))
        if all(one.id in items for one in wanted):
            break
    return items


def errors_of(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    """The errors of a group and of the groups in it."""
    for one in group.exceptions:
        if isinstance(one, BaseExceptionGroup):
            yield from errors_of(one)
        else:
            yield one


def _sources(
    home: Home, store: Store, account: bytes, wanted: Sequence[Reference]
) -> Iterator[str]:
    """Addresses of peers that may have an account, the likeliest first; at most `MAX_PEERS`."""
    seen = set[str]()
    for address in _addresses(home, store, account, wanted):
        peer = address.rpartition("/p2p/")[2]
        if peer not in seen and len(seen) < MAX_PEERS:
            seen.add(peer)
            yield address


def _addresses(
    home: Home, store: Store, account: bytes, wanted: Sequence[Reference]
) -> Iterator[str]:
    book = {row.peer_id: peer_of(row) for row in store.known_peers()}
    runs = is_running(home)
    connected = dict(_connected(home)) if runs else {}
    brought = (store.source_of(entry.arrival) for entry in named_by(store, wanted))
    carried = (peer for one, peer, _ in store.carriers() if one == account)
    for peer_id in (*filter(None, brought), *carried, *connected, *book):
        if peer_id in book:
            known = book[peer_id].addresses.values()
            yield from (str(one.address) for one in nlargest(1, known, key=lambda one: one.promise))
        elif peer_id in connected:
            yield connected[peer_id]
    if runs:
        yield from _found_by_node(home, account)


def _connected(home: Home) -> Iterator[tuple[str, str]]:
    """Peers of the running node that it called, with their addresses."""
    try:
        peers = request(home, "peers")["peers"]
    except ControlError:
        return
    for one in peers:
        if one.get("state") == "connected" and one.get("outbound"):
            yield str(one["peer"]), _with_peer(str(one["addr"]), str(one["peer"]))


def _found_by_node(home: Home, account: bytes) -> Iterator[str]:
    try:
        answer = request(home, "find", patience=FIND_SECONDS, account=account.hex())
    except ControlError:
        return
    for location in answer.get("found", ()):
        for address in location.get("addrs", ())[:1]:
            yield _with_peer(str(address), str(location.get("peer")))


def _with_peer(address: str, peer: str) -> str:
    """An address that names its peer, so that nobody else can answer for it."""
    try:
        named = Address.parse(address).peer_id
    except AddressError:
        named = None
    return address if named else f"{address}/p2p/{peer}"
