"""The past for another device of the owner: kept messages, sealed for that device alone.

A command asks for it; the running node sends it in parts, some at a time, the oldest messages
first, and the next ones when those came. Where it stands is kept, so a node that was stopped goes
on. What is forgotten or expires meanwhile is taken out of what was not collected yet.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Final

from sayso_protocol.codec import Value, decode, encode
from sayso_protocol.errors import BadShape
from sayso_protocol.private.contents.history import PastMessage, read_history, write_histories
from sayso_protocol.private.mailbox_effects import MessageState
from sayso_protocol.private.private_limits import ID_SIZE, RETURNED_MS
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import Store

from .conversation import is_over
from .kept_message import KeptMessage, get_message, messages_with, partners

HISTORY: Final = "history"
"""What is sent, by the feed of the device."""
PART: Final = "history part"
"""The ids of the messages in each part that has no receipt yet, by the part's id."""

PARTS_AT_ONCE: Final = 16
"""Parts that wait for a receipt, 512 KiB of letters: a box takes 64 letters a day."""

_VERSION: Final = 1
_PLACE = tuple[int, bytes]
"""When a message was sent, and its id: the order in which all go."""

_START: Final[_PLACE] = (0, b"")

SendPart = Callable[[bytes, bytes, bytes, int], bool]
"""Takes the id of a part, the feed of its reader, the content and until when it is sent; False
where there is no room for it now."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many messages are to go to a device, and how many have come there."""

    messages: int
    came: int = 0


@dataclass(frozen=True, slots=True)
class _Job:
    feed: bytes
    progress: Progress
    place: _PLACE = _START
    """Messages from here on were not sent yet."""


def past_messages(records: SealedRecords, now_ms: int) -> list[KeptMessage]:
    """What would go, in its order: all that is kept, but what is over, and own messages that came
    back, since a device takes what comes for delivered. Raises `StoreError`."""
    found = [
        kept
        for partner in partners(records)
        for kept in messages_with(records, partner)
        if not is_over(kept, now_ms) and kept.state is not MessageState.RETURNED
    ]
    return sorted(found, key=_place_of)


def begin_transfer(records: SealedRecords, feed: bytes, now_ms: int) -> Progress:
    """Let all kept messages go to a device; the running node sends them. Raises `StoreError`."""
    progress = Progress(len(past_messages(records, now_ms)))
    with records.writing():
        _put(records, _Job(feed, progress))
    return progress


def transfer_progress(records: SealedRecords, feed: bytes) -> Progress | None:
    """How far it is; None where nothing is under way. Raises `StoreError`."""
    job = _get(records, feed)
    return None if job is None else job.progress


class HistoryTransfer:
    """See the module; the running node's side. All is called within a transaction. Raises
    `StoreError`."""

    def __init__(
        self,
        store: Store,
        records: SealedRecords,
        send: SendPart,
        withdraw: Callable[[bytes], None],
    ) -> None:
        self._store, self._records, self._send, self._withdraw = store, records, send, withdraw

    def update(self, known: Collection[bytes], now_ms: int) -> None:
        """Send what is due. `known`: the feeds of own devices that can be written to."""
        for record in list(self._records.scan(HISTORY)):
            job = _read(record.key, record.value)
            state = self._store.feed(job.feed)
            if state is not None and state.end is not None:
                self._end(job)  # it was revoked
            elif job.feed in known and not any(self._records.scan(PART, job.feed, limit=1)):
                self._go_on(job, now_ms)

    def note(self, name: bytes, state: MessageState) -> None:
        """What became of something that was sent, which may be a part."""
        part = self._records.get(PART, name)
        if part is None or state not in (MessageState.DELIVERED, MessageState.RETURNED):
            return
        feed, place, ids = _read_part(part)
        self._records.delete(PART, name)
        job = _get(self._records, feed)
        if job is None:
            return
        if state is MessageState.DELIVERED:
            progress = replace(job.progress, came=job.progress.came + len(ids))
            _put(self._records, replace(job, progress=progress))
        else:
            self._send_again(job, place)

    def drop_gone(self) -> None:
        """Send no more parts with messages that are kept no longer; the others in them go anew."""
        for record in list(self._records.scan(HISTORY)):
            for one in list(self._records.scan(PART, record.key)):
                feed, place, ids = _read_part(one.value)
                if all(get_message(self._records, id) is not None for id in ids):
                    continue
                self._records.delete(PART, one.key)
                self._withdraw(one.key)
                job = _get(self._records, feed)
                if job is not None:
                    self._send_again(job, place)

    def _go_on(self, job: _Job, now_ms: int) -> None:
        left = [one for one in past_messages(self._records, now_ms) if _place_of(one) >= job.place]
        if not left:
            self._records.delete(HISTORY, job.feed)
            return
        for part, content in _parts(left):
            name = secrets.token_bytes(ID_SIZE)
            ends = [one.message.expires_ms for one in part if one.message.expires_ms is not None]
            ids: list[Value] = [one.message.id for one in part]
            sent_ms, id = _place_of(part[0])
            value = encode([_VERSION, job.feed, sent_ms, id, ids])
            self._records.put(PART, name, value, job.feed)
            if not self._send(name, job.feed, content, min([now_ms + RETURNED_MS, *ends])):
                self._records.delete(PART, name)
                break
            last_ms, last = _place_of(part[-1])
            job = replace(job, place=(last_ms, last + b"\0"))  # the next one after it
        _put(self._records, job)

    def _send_again(self, job: _Job, place: _PLACE) -> None:
        _put(self._records, replace(job, place=min(job.place, place)))

    def _end(self, job: _Job) -> None:
        for one in list(self._records.scan(PART, job.feed)):
            self._records.delete(PART, one.key)
            self._withdraw(one.key)
        self._records.delete(HISTORY, job.feed)


def _parts(left: list[KeptMessage]) -> Iterator[tuple[list[KeptMessage], bytes]]:
    """The first of these in parts, each with its content."""
    at = 0
    contents = write_histories(PastMessage(one.author, one.message) for one in left)
    for _, content in zip(range(PARTS_AT_ONCE), contents, strict=False):
        count = len(read_history(content))
        yield left[at : at + count], content
        at += count


def _place_of(kept: KeptMessage) -> _PLACE:
    return kept.message.sent_ms, kept.message.id


def _put(records: SealedRecords, job: _Job) -> None:
    sent_ms, id = job.place
    value = encode([_VERSION, sent_ms, id, job.progress.messages, job.progress.came])
    records.put(HISTORY, job.feed, value)


def _get(records: SealedRecords, feed: bytes) -> _Job | None:
    value = records.get(HISTORY, feed)
    return None if value is None else _read(feed, value)


def _read(feed: bytes, value: bytes) -> _Job:
    match decode(value):
        case [1, int() as sent_ms, bytes() as id, int() as messages, int() as came]:
            return _Job(feed, Progress(messages, came), (sent_ms, id))
        case _:
            raise BadShape("a history that was kept otherwise")


def _read_part(value: bytes) -> tuple[bytes, _PLACE, list[bytes]]:
    match decode(value):
        case [1, bytes() as feed, int() as sent_ms, bytes() as id, [*ids]]:
            return feed, (sent_ms, id), [one for one in ids if isinstance(one, bytes)]
        case _:
            raise BadShape("a part of a history that was kept otherwise")
