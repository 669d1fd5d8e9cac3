"""The file of a backup: everything of the own, but nothing that could make a fork.

In the file are the account's key (where this device has it), who is followed and by what
petname, the owner's files (`BACKED_UP`), bookmarks, the pictures and films that the own entries
attach or the owner pinned, and the entries of all of the account's devices that are held here. Not
in it are the feed's key, the node's key and the store's epoch: whoever restores writes a new feed,
so that no sequence number is ever signed twice.

The file is `MAGIC` and a sealed stream (see `sealed_stream`) of records, each behind its
length in four bytes, a length of 0, and a bundle (see `bundle_file`). A record is a canonical
array: ``["account", key, seed or nil, promise]``, which comes first and once,
``["statement", wire]``, ``["follow", account, petname or nil, since]``, ``["file", name, bytes]``
with the next bytes of one of the owner's files, ``["bookmark", account, feed, seq, id, since]``,
those that were made first first, and those of `blob_records`, some of which have bytes behind them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sayso_protocol.blob.media_settings import MAX_MEDIA_FILE
from sayso_protocol.codec import Value, decode, encode
from sayso_protocol.crypto.keys import check_key
from sayso_protocol.discovery.hub.hub_limits import MAX_HUB_FILE
from sayso_protocol.errors import BadShape
from sayso_protocol.limits import MAX_FILTERS, MAX_STATEMENT, MAX_VIEWS_FILE, MAX_WANTS
from sayso_storage.interface.bookmarks import MAX_BOOKMARKS

from ..accounts.profile import check_name
from ..archive.pending_lists import MAX_WAITING_FILE
from ..errors import NodeError
from ..home.atomic_file import FileSource

MAGIC: Final = b"sayso backup 1\n"
LENGTH_SIZE: Final = 4
END: Final = bytes(LENGTH_SIZE)

FILES: Final = {"filters.toml": MAX_FILTERS, "views.toml": MAX_VIEWS_FILE}
"""The owner's files that go from one device to another, by name, and how long they may be."""

BACKED_UP: Final = FILES | {
    "media.toml": MAX_MEDIA_FILE,
    "hub.toml": MAX_HUB_FILE,
    "waiting.json": MAX_WAITING_FILE,
}
"""Those that a backup holds."""

PIECE: Final = 4096
"""Bytes of a file in one record."""

MAX_BLOBS: Final = 1 << 20
"""Most blobs in one file: more than the own entries of a life attach."""

MAX_RECORD: Final = MAX_STATEMENT + 64
"""Longest record: a statement with its head."""

MAX_RECORDS: Final = 2 * MAX_WANTS + MAX_BOOKMARKS + MAX_BLOBS + sum(BACKED_UP.values()) // PIECE
"""Most records of one file: more than a store follows is a mistake or an attack."""


def write_record(record: Value) -> bytes:
    """A record behind its length."""
    data = encode(record)
    return len(data).to_bytes(LENGTH_SIZE, "big") + data


def read_records(stream: FileSource) -> Iterator[list[Value]]:
    """The records up to the length of 0. Raises `Refused`."""
    for _ in range(MAX_RECORDS):
        record = read_record(stream)
        if record is None:
            return
        yield record
    raise BadShape("more records than anyone has")


def read_record(stream: FileSource) -> list[Value] | None:
    """The next record, None after the last one. Raises `Refused`."""
    size = int.from_bytes(_whole(stream, LENGTH_SIZE), "big")
    if size == 0:
        return None
    if size > MAX_RECORD:
        raise BadShape("a record over its limit")
    record = decode(_whole(stream, size))
    if type(record) is not list or not record:
        raise BadShape("a record is an array")
    return record


def read_key(value: Value) -> bytes:
    """A key in a record. Raises `Refused`."""
    if type(value) is not bytes:
        raise BadShape("a field that must be a key")
    return check_key(value)


def read_petname(value: Value) -> str | None:
    """A petname in a record. Raises `Refused`."""
    if value is None:
        return None
    if type(value) is not str:
        raise BadShape("a petname is text")
    try:
        return check_name(value)
    except NodeError as error:
        raise BadShape("a petname that cannot be used") from error


def _whole(stream: FileSource, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise BadShape("a record that ends early")
    return data
