"""The rows of a store in which it is kept what sessions with peers go on from."""

from __future__ import annotations

import logging

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.discovery.peer_id import key_of_peer_id
from sayso_protocol.errors import BadShape, Refused
from sayso_protocol.sync.rosters.roster_book import KnownRoster
from sayso_storage.interface.store import Store

from .ingest.ingest import peer_of

log = logging.getLogger(__name__)


def row_of(session: str, store: bytes) -> str:
    """The name of the row for the session with this name: that of the store of which the peer is a
    front end, where it is of one, else the peer's own."""
    return key_text(store) if store else peer_of(session)


def node_key_of(peer_id: str) -> bytes:
    """The key of a node, 32 bytes; empty for one whose id does not contain it, which is a front end
    of nothing."""
    try:
        return key_of_peer_id(peer_id)
    except BadShape:
        return b""


def kept_rosters(store: Store) -> list[KnownRoster]:
    """The rosters that an earlier run has kept, the oldest first. Raises `StoreError`."""
    rosters: list[KnownRoster] = []
    for data in store.rosters():
        try:
            rosters.append(KnownRoster.unpack(data))
        except Refused as error:  # a later program's, perhaps: to do without one costs some bytes
            log.warning("a roster that was kept cannot be read: %s", error)
    return rosters
