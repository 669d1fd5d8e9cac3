"""What must hold of files from strangers: bundles, backups, and what is sealed in them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sayso_node.backup.restore import Restoration
from sayso_node.backup.sealed_stream import SealedReader
from sayso_node.bundle.bundle_file import END, MAGIC_STATEMENTS, Checksum
from sayso_node.bundle.reader import BundleResult, read_feeds
from sayso_node.bundle.writer import write_feeds
from sayso_node.errors import BackupError, BundleError, KeystoreError
from sayso_protocol.codec import pack_array
from sayso_protocol.errors import BadSignature, Refused
from sayso_protocol.sync.wire.frame_codec import LENGTH_SIZE, decode_frame, encode_frame
from sayso_protocol.sync.wire.frames import Entries, Have, Offer
from sayso_storage.interface.store import Store
from sayso_storage.memory.store import MemoryStore

from .properties import ACCEPTED, verdict
from .signing import loosely, signed_run, signed_statement

PLACE = Path("fuzzed")


def check_bundle(data: bytes) -> str:
    """A bundle is damaged, or all that is taken from it can be bundled again and taken again.
    An array is taken for the frames of a bundle, which is made of them here."""
    frames = loosely(data)
    if type(frames) is not list:
        return _check_bundle(data)
    said = _check_bundle(bundle_of(frames))
    return _check_bundle(bundle_of(frames, _signed_frame)) if said == BadSignature.code else said


def _check_bundle(data: bytes) -> str:
    store = MemoryStore(bytes(16))
    said, result = _taken(store, data)
    if said != ACCEPTED or result.refused:
        return said if said != ACCEPTED else "in part"
    again = _bundled(store)
    other = MemoryStore(bytes(16))
    assert _taken(other, again)[0] == ACCEPTED, f"bundled again, and refused: {data.hex()}"
    assert _bundled(other) == again
    return said


def _taken(store: Store, data: bytes) -> tuple[str, BundleResult]:
    result = BundleResult()
    try:
        read_feeds(
            store, io.BytesIO(data), PLACE, follow=True, progress=lambda _: None, result=result
        )
    except BundleError as error:
        cause = error.__cause__
        return (cause.code if isinstance(cause, Refused) else "damaged"), result
    return ACCEPTED, result


def _bundled(store: Store) -> bytes:
    feeds = [state for account in store.carried_accounts() for state in store.feeds_of(account)]
    parts: list[bytes] = []
    write_feeds(store, sorted(feeds, key=lambda one: one.feed), parts.append, lambda _: None)
    return b"".join(parts)


def bundle_of(frames: list[Any], change: Callable[[bytes], bytes] = bytes) -> bytes:
    """A bundle with a sound check sum, of frames given as their items."""
    total = Checksum()
    parts = [MAGIC_STATEMENTS]
    for items in frames:
        said, frame = verdict(pack_array, items)
        if said == ACCEPTED:
            frame = change(frame)
            parts.append(len(frame).to_bytes(LENGTH_SIZE, "big") + frame)
            total.feeds += type(items) is list and items[:1] == [3]
            total.entries += len(items[5]) if _is_run(items) else 0
    for part in parts:
        total.add(part)
    return b"".join(parts) + END + total.trailer()


def _is_run(items: Any) -> bool:
    return type(items) is list and len(items) == 8 and items[0] == 5 and type(items[5]) is list


def _signed_frame(data: bytes) -> bytes:
    said, frame = verdict(decode_frame, data)
    if said == ACCEPTED and isinstance(frame, Have):
        offers = [Offer(signed_statement(one.grant), one.held) for one in frame.offers]
        frame = Have(offers, frame.more)
    elif said == ACCEPTED and isinstance(frame, Entries):
        said, run = verdict(signed_run, frame.run)
        frame = Entries(frame.number, run)
    if said != ACCEPTED:
        return data
    said, again = verdict(encode_frame, frame)
    return again[LENGTH_SIZE:] if said == ACCEPTED else data


def check_records(data: bytes) -> str:
    """What stands in a backup before its bundle. An array is taken for the records."""
    records = loosely(data)
    if type(records) is list:
        wires = [verdict(pack_array, record) for record in records]
        data = b"".join(
            len(wire).to_bytes(LENGTH_SIZE, "big") + wire
            for said, wire in wires
            if said == ACCEPTED
        ) + bytes(LENGTH_SIZE)
    try:
        restoration = Restoration(io.BytesIO(data), PLACE)
        restoration.read_account(None)
        restoration.read_records(MemoryStore(bytes(16)))
    except Refused as refusal:
        return refusal.code
    except BackupError:
        return "needs a phrase"
    return ACCEPTED


def check_sealed(data: bytes) -> str:
    """A sealed file opens or is damaged. Those that ask for much work are left out."""
    cost = [int.from_bytes(data[at : at + 8], "big") for at in (17, 25)]
    if data[:1] == b"\1" and (1 < cost[0] <= 10 or 1 << 16 < cost[1] <= 1 << 30):
        return "costly"
    try:
        reader = SealedReader(io.BytesIO(data), b"open sesame")
        while reader.read(1 << 16):
            pass
    except (BackupError, KeystoreError) as error:
        return type(error).__name__
    return ACCEPTED
