"""The file in which one device hands its owner's choices to another: sealed, and signed.

In it are who is followed since when and by what petname, and the owner's files (rules with the
labels that are subscribed to, and views), as records of a backup (see `backup_file`); no key. The
file is `MAGIC` and the canonical array ``[feed, grant, box]``: the feed of the device it is for,
the grant of the device that wrote it, and a libsodium sealed box (`crypto_box_seal`) to the X25519
form of the former's Ed25519 key (the birational map of RFC 7748, section 4.1). In the box are a
signature by the writing device's feed, over `DOMAIN`, the receiving feed and the records, and the
records. So nobody but the device that it is for can read it, and only a device that the account has
let in can have written it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Final, NamedTuple

from nacl.exceptions import CryptoError
from nacl.public import SealedBox
from nacl.signing import SigningKey, VerifyKey

from sayso_protocol.accounts.statement import Grant, read_grant
from sayso_protocol.codec import Value, decode, encode
from sayso_protocol.crypto.keys import KeyPair, verify
from sayso_protocol.errors import BadShape, BadSignature
from sayso_protocol.translation import _

from .backup_file import END, read_records, write_record

MAGIC: Final = b"sayso settings 1\n"
DOMAIN: Final = b"sayso/1/settings\x00"
SIGNATURE_SIZE: Final = 64

MAX_SETTINGS: Final = 64 << 20
"""Bytes of a file: the most follows and the longest files take some 40 MB."""


class OpenedSettings(NamedTuple):
    """What a file holds: the grant of the device that wrote it, and its records, unread."""

    by: Grant
    records: bytes


def seal_settings(records: Sequence[list[Value]], to: bytes, feed: KeyPair, grant: Grant) -> bytes:
    """The file for the device with the feed `to`, by the one with the feed `feed`."""
    data = b"".join(map(write_record, records)) + END
    signature = feed.sign(DOMAIN, to + data)
    box = SealedBox(VerifyKey(to).to_curve25519_public_key()).encrypt(signature + data)
    return MAGIC + encode([to, grant.wire, box])


def open_settings(data: bytes, feed: KeyPair) -> OpenedSettings:
    """Open and verify a file for the device with this feed; whose the writing device is, the caller
    has to look at. Raises `Refused`."""
    if not data.startswith(MAGIC):
        raise BadShape(_("it holds no settings of a device"))
    fields = decode(data[len(MAGIC) :])
    match fields:
        case [bytes(to), bytes(wire), bytes(box)]:
            grant = read_grant(wire)
        case _:
            raise BadShape(_("it holds something else than settings"))
    if to != feed.public:
        raise BadShape(_("it is for another device"))
    signed = _opened(box, feed)
    signature, records = signed[:SIGNATURE_SIZE], signed[SIGNATURE_SIZE:]
    verify(grant.feed, DOMAIN, to + records, signature)
    return OpenedSettings(grant, records)


def records_of(opened: OpenedSettings) -> Iterator[list[Value]]:
    """The records of a file. Raises `Refused`."""
    return read_records(BytesIO(opened.records))


def _opened(box: bytes, feed: KeyPair) -> bytes:
    try:
        return SealedBox(SigningKey(feed.seed).to_curve25519_private_key()).decrypt(box)
    except (CryptoError, ValueError, TypeError) as error:
        raise BadSignature(_("it was changed on its way, or is for another device")) from error
