"""Prekeys: the own ones, published as entries, and those of others' devices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sayso_protocol.content.body import KnownBody, Prekey, read_body
from sayso_protocol.errors import Refused
from sayso_protocol.feed.entry import encode_header
from sayso_protocol.feed.run import Run, commitment
from sayso_protocol.private.agreement import Device
from sayso_protocol.private.contents.introduction import write_introduction
from sayso_protocol.private.mailbox_effects import PublishPrekey
from sayso_protocol.private.mailbox_events import DevicesKnown, KnownDevice, PrekeyPublished
from sayso_storage.interface.store import Store

Publish = Callable[[list[KnownBody]], Run]
"""Appends bodies to the own feed, as `Author.publish`."""

MOST_ENTRIES: Final = 1000
"""Prekey entries of one account that are looked at: a year of sixteen devices, and more."""


def publish_prekey(store: Store, publish: Publish, wanted: PublishPrekey) -> PrekeyPublished | None:
    """Write the entry, and give what the mailbox is told of it; None where it cannot be shown.
    Raises `NodeError` or `StoreError`."""
    run = publish([Prekey(wanted.identity, wanted.week, wanted.number)])
    state = store.feed(run.feed)
    body = run.bodies[-1]
    if state is None or not isinstance(body, bytes):
        return None
    raw = store.load(run.feed, run.last, run.last)
    if raw is None:
        return None
    size, digest = commitment(body)
    header = encode_header(run.feed, run.last, raw.previous, run.times[-1], size, digest)
    try:
        introduction = write_introduction(state.grant.wire, header, run.signatures[-1], body)
    except Refused:
        return None
    return PrekeyPublished(wanted.week, introduction)


def known_devices(store: Store, account: bytes) -> DevicesKnown:
    """What is known of the devices of an account: of each feed that did not end the newest
    prekeys. Raises `StoreError`."""
    feeds = store.feeds_of(account)
    ended = frozenset(one.feed for one in feeds if one.end is not None)
    newest: dict[bytes, tuple[int, KnownDevice]] = {}
    for entry in store.of_kind(account, Prekey.KIND, MOST_ENTRIES):
        body = None if entry.body is None else read_body(entry.body)
        if not isinstance(body, Prekey) or entry.feed in ended:
            continue
        device = Device(account, entry.feed, body.identity, body.key)
        if entry.feed not in newest or newest[entry.feed][0] < entry.seq:
            newest[entry.feed] = entry.seq, KnownDevice(device, entry.time_ms)
    return DevicesKnown(account, tuple(known for _, known in newest.values()), ended)
