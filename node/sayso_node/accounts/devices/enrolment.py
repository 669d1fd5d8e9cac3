"""Enrolment of a device in the account without its phrase: the part of each of the two devices.

The new one keeps the seed of its feed in `request.json` until the answer comes, so that a second
request is for the same feed; see `sayso_protocol.accounts.enrolment` for the two lines of text.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sayso_protocol.accounts.enrolment import (
    EnrolmentAnswer,
    EnrolmentRequest,
    read_answer,
    read_request,
    write_answer,
    write_request,
)
from sayso_protocol.accounts.statement import accept_grant, offer_grant
from sayso_protocol.content.body import Open
from sayso_protocol.crypto.keys import KeyPair, key_text
from sayso_protocol.errors import Refused
from sayso_protocol.limits import MAX_FEEDS_AN_ACCOUNT
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store

from ...errors import HomeError, KeystoreError, NodeError
from ...home.directory import Home
from ...home.keystore import Keystore, read_keystore
from ...home.sealed_file import bytes_of, read_sealed, text_of, write_sealed
from ..creation import SEED_SIZE, NewHome, make_home, refuse_used
from .device import account_keystore, check_label
from .pending_device import add_pending_device, pending_devices


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """The request of this device: its text, and the feed that waits for a grant."""

    feed: bytes
    text: str


def request_enrolment(home: Home, label: str | None, passphrase: bytes | None) -> PendingRequest:
    """Make the feed's key on a new device, unless that was done before, and the request.

    Raises `HomeError` in a home that has an account, other `NodeError`.
    """
    device = check_label(label)
    home.prepare()
    with home.lock():
        refuse_used(home)
        if not home.enrolment_request.exists():
            seed = secrets.token_bytes(SEED_SIZE)
            write_sealed(home.enrolment_request, {"feed_seed": text_of(seed)}, passphrase)
        feed = _requested_key(home, passphrase)
    return PendingRequest(feed.public, write_request(feed, device))


def parse_request(text: str) -> EnrolmentRequest:
    """Read a request. Raises `NodeError`."""
    try:
        return read_request(text)
    except Refused as error:
        raise NodeError(_("this is no request of a device: {error}").format(error=error)) from error


def approve(
    home: Home, store: Store, request: EnrolmentRequest, label: str | None, passphrase: bytes | None
) -> str:
    """Offer a grant to a device, on one that holds the account's key; gives the answer.

    The grant is whole when the new device has signed it too, and comes here with its feed; until
    then the device is one of `pending_devices`. A given label replaces that of the request. Raises
    `NodeError` or `StoreError`; `KeystoreError` where this device does not hold the account's key.
    """
    device = request.device if label is None else check_label(label)
    keystore = account_keystore(home, store, passphrase)
    account = keystore.account.public
    _refuse_feed(home, store, account, request.feed)
    add_pending_device(home, store, account, request.feed, device)
    return write_answer(offer_grant(keystore.account, request.feed, keystore.next_key_hash), device)


def _refuse_feed(home: Home, store: Store, account: bytes, feed: bytes) -> None:
    """Raise `NodeError` where nobody would take the grant of a feed."""
    known = store.feed(feed)
    if known is None:
        pending = {one.feed: one.end for one in pending_devices(home, store)}
        count = len(store.feeds_of(account)) + len(pending.keys() - {feed})
        if count >= MAX_FEEDS_AN_ACCOUNT:
            raise NodeError(_("the device cannot be added: the account has as many as are allowed"))
        end = pending.get(feed)
    elif known.account != account:
        raise NodeError(
            _(
                "the device cannot be added: it is one of another account, so ask anew in an "
                "empty home"
            )
        )
    else:
        end = known.end
    if end is not None:
        raise NodeError(_("this feed was revoked: make the device anew, in an empty home"))


def complete(home: Home, text: str, passphrase: bytes | None) -> NewHome:
    """Make the home of a new device with the answer to its request.

    A second time it only says what was made. Raises `NodeError` or `StoreError`.
    """
    answer = _parse_answer(text)
    if not home.exists:
        _make_home(home, answer, passphrase)
    elif read_keystore(home.keys, passphrase).feed.public != answer.offer.feed:
        raise HomeError(
            _("{path} has another account or feed already: name another --home").format(
                path=home.path
            )
        )
    home.enrolment_request.unlink(missing_ok=True)
    return NewHome(answer.offer.account, answer.offer.feed)


def _make_home(home: Home, answer: EnrolmentAnswer, passphrase: bytes | None) -> None:
    offer, feed = answer.offer, _requested_key(home, passphrase)
    if feed.public != offer.feed:
        raise NodeError(
            _(
                "the answer is to another request, of feed {feed}: this home asked for {public}"
            ).format(feed=key_text(offer.feed), public=key_text(feed.public))
        )
    grant = accept_grant(offer, feed)
    keystore = Keystore(None, feed.seed, grant.next_key_hash)
    make_home(home, keystore, grant, [Open(grant.wire, answer.device or None)], passphrase)


def _parse_answer(text: str) -> EnrolmentAnswer:
    try:
        return read_answer(text)
    except Refused as error:
        raise NodeError(_("this is no answer to a device: {error}").format(error=error)) from error


def _requested_key(home: Home, passphrase: bytes | None) -> KeyPair:
    """The key that waits for a grant. Raises `NodeError`."""
    if not home.enrolment_request.exists():
        raise HomeError(
            _("nothing was asked for in {path}: begin with `sayso device add --request`").format(
                path=home.path
            )
        )
    try:
        return KeyPair.from_seed(
            bytes_of(read_sealed(home.enrolment_request, passphrase)["feed_seed"])
        )
    except (KeyError, ValueError, TypeError) as error:
        raise KeystoreError(
            _(
                "{enrolment_request} is damaged: remove it, and ask anew with `sayso device add "
                "--request`"
            ).format(enrolment_request=home.enrolment_request)
        ) from error
