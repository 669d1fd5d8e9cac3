"""The roster of a hub, for its owner: which nodes serve its store.

The store's key lies in the owner's data directory alone, in `hub.key`; the roster lies in the
store, where all front ends find it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Final

from sayso_protocol.crypto.keys import KeyPair, key_text
from sayso_protocol.discovery.peer_id import key_of_peer_id
from sayso_protocol.errors import BadShape, Refused
from sayso_protocol.limits import ROSTER_VALID_MS
from sayso_protocol.sync.rosters.roster import (
    Consent,
    Roster,
    consent_text,
    parse_consent,
    sign_consent,
    sign_roster,
)
from sayso_protocol.sync.rosters.roster_book import KnownRoster
from sayso_protocol.translation import _
from sayso_storage.interface.network.peers import OWN_ROSTER_MS
from sayso_storage.interface.store import Store

from ..errors import HomeError
from ..home.directory import Home
from ..home.node_key import SEED_SIZE, node_seed
from ..home.secret_file import read_secret, write_secret

HOUR_MS: Final = 3_600_000
"""Less than any may be good for: clocks of homes may be behind."""


class RosterError(HomeError):
    """The roster cannot be changed so."""


def store_key(home: Home) -> KeyPair:
    """The key that signs for the store, made where there is none. Raises `HomeError`."""
    if not home.hub_key.exists():
        write_secret(home.hub_key, secrets.token_bytes(SEED_SIZE))
    seed = read_secret(home.hub_key)
    if len(seed) != SEED_SIZE:
        raise RosterError(
            _(
                "{path} is damaged: put it back from a copy, or remove it; homes list the hub anew"
            ).format(path=home.hub_key)
        )
    return KeyPair.from_seed(seed)


def own_roster(store: Store, node: bytes | None = None) -> Roster | None:
    """The roster of this store that was signed last; with `node` the one to which the node with
    this key agreed last, so that one of a lost key does not count. Raises `StoreError`."""
    own = [one for one in _rosters_in(store) if one.epoch == store.epoch]
    if node is None:
        return max(own, key=lambda one: (one.until_ms, one.version), default=None)
    with_it = [one for one in own if node in one.nodes]
    return max(with_it, key=lambda one: (one.agreed_ms(node), one.version), default=None)


def _rosters_in(store: Store) -> list[Roster]:
    found: list[Roster] = []
    for data in store.rosters():
        try:
            found.append(KnownRoster.unpack(data).roster)
        except Refused:
            continue
    return found


def consent_of(home: Home, store: bytes, now_ms: int) -> str:
    """The consent of this home's node to serve the store with this key, as text. Raises
    `HomeError`."""
    return consent_text(sign_consent(KeyPair.from_seed(node_seed(home)), store, now_ms), store)


def change_roster(
    home: Home, store: Store, now_ms: int, add: Iterable[str] = (), remove: Iterable[str] = ()
) -> Roster:
    """Sign the roster anew, with consents in text form added and peer ids removed. Raises
    `RosterError`, `StoreError`."""
    key = store_key(home)
    # One that another key has signed is of a lost one: for homes this is another store. One of
    # another epoch is from before the store was put back, and its nodes are the same.
    known = next((one for one in _rosters_in(store) if one.store == key.public), None)
    consents = {one.node: one for one in known.consents} if known is not None else {}
    for text in add:
        consent = _read_consent(text, key.public)
        consents[consent.node] = consent
    for peer_id in remove:
        if consents.pop(_node_of(peer_id), None) is None:
            raise RosterError(
                _("{peer} is no front end: `sayso hub nodes` lists them").format(peer=peer_id)
            )
    version = known.version + 1 if known is not None else 1
    until_ms = now_ms + ROSTER_VALID_MS - HOUR_MS
    try:
        roster = sign_roster(key, store.epoch, version, until_ms, consents.values())
    except Refused as error:
        raise RosterError(
            _("{reason}: `sayso hub consent {key}` on a node gives its consent").format(
                reason=error, key=key_text(key.public)
            )
        ) from error
    store.save_roster(key_text(key.public), KnownRoster(roster).pack(), OWN_ROSTER_MS)
    return roster


def _read_consent(text: str, store: bytes) -> Consent:
    try:
        return parse_consent(text, store)
    except Refused as error:
        raise RosterError(
            _("{reason}: `sayso hub consent {key}` on the node makes one").format(
                reason=error, key=key_text(store)
            )
        ) from error


def _node_of(peer_id: str) -> bytes:
    try:
        return key_of_peer_id(peer_id)
    except BadShape as error:
        raise RosterError(
            _("{peer} is no peer id: `sayso hub nodes` lists them").format(peer=peer_id)
        ) from error
