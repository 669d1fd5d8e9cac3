"""Closed groups in the sealed records of a home: what was taken in, and what waits to be sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sayso_protocol.codec import Value, decode, encode
from sayso_protocol.private.contents.message_file import SealedFile
from sayso_protocol.private.groups.effects import StoreEpoch, StoreOperation
from sayso_protocol.private.groups.epoch import Epoch, read_epoch
from sayso_protocol.private.groups.group import Group
from sayso_protocol.private.groups.group_limits import MAX_POSTS
from sayso_protocol.private.groups.operation import Kind, Operation, reread_operation
from sayso_protocol.private.groups.post import GroupPost, reread_post
from sayso_protocol.private.groups.text_post import read_text
from sayso_storage.interface.sealed_records import SealedRecords

_GROUP = "group"
_OPERATION = "group operation"
_EPOCH = "group epoch"
_POST = "group post"
_PLACE = "group post place"
POST_FILE = "group post file"
"""The sealed files that posts name: the key is a CID, then the id of the post."""
_CONTENT = "group content"
_LETTER = "group letter"
_STATE = "group state"
_REVISION = b"revision"
_TOGETHER = 500
"""Records that are deleted at once."""


@dataclass(frozen=True, slots=True)
class KeptPost:
    """A post as it was taken in; see `ShownPost`."""

    post: GroupPost
    before: int
    folded: bool
    arrived_ms: int


@dataclass(frozen=True, slots=True)
class WaitingContent:
    """A content that waits to be sent to all devices of these accounts, but this one."""

    key: bytes
    accounts: tuple[bytes, ...]
    content: bytes


@dataclass(frozen=True, slots=True)
class WaitingLetter:
    """A sealed post that waits to be laid into the box of this seed (32 bytes, of a Unix day)."""

    key: bytes
    group: bytes
    box_seed: bytes
    day: int
    letter: bytes


def revision(records: SealedRecords) -> int:
    """A number that rises with every change, also by another process. Raises `StoreError`."""
    value = records.get(_STATE, _REVISION)
    return 0 if value is None else int.from_bytes(value, "big")


def raise_revision(records: SealedRecords) -> int:
    """The next number, kept."""
    following = revision(records) + 1
    records.put(_STATE, _REVISION, following.to_bytes(8, "big"))
    return following


def load_groups(records: SealedRecords, account: bytes) -> Iterator[Group]:
    """All groups of the own account, in the order in which they came, without those whose first
    operation was lost. Raises `StoreError`."""
    for record in records.scan(_GROUP):
        group = _load(records, account, record.key)
        if group is not None:
            yield group


def _load(records: SealedRecords, account: bytes, id: bytes) -> Group | None:
    operations = [_operation(one.value) for one in records.scan(_OPERATION, id)]
    if not operations or operations[0][0].kind != Kind.CREATE:
        return None
    group = Group(account, *operations[0])
    group.restore(
        operations[1:],
        epochs_of(records, id),
        _places(records, id),
    )
    return group


def put_operation(records: SealedRecords, effect: StoreOperation) -> None:
    """Keep an operation; with a create, its group."""
    operation = effect.operation
    if operation.kind == Kind.CREATE:
        records.put(_GROUP, operation.group, b"")
    value = encode([operation.wire, effect.grant])
    records.put(_OPERATION, operation.id, value, operation.group)


def delete_group(records: SealedRecords, group: bytes) -> None:
    """Delete a group with all that was taken in of it; it is in the files until
    `SealedRecords.erase`."""
    for kind in (_OPERATION, _EPOCH, _POST, _PLACE):
        while some := list(records.scan(kind, group, limit=_TOGETHER)):
            for record in some:
                records.delete(kind, record.key)
    records.delete(_GROUP, group)


def count_posts(records: SealedRecords, group: bytes) -> int:
    """How many posts of a group are kept."""
    return records.count(_POST, group)


def put_epoch(records: SealedRecords, effect: StoreEpoch) -> None:
    """Keep an epoch and one of its givers."""
    key = effect.epoch.id + effect.giver
    value = encode([effect.epoch.wire, effect.giver])
    records.put(_EPOCH, key, value, effect.epoch.group)


def epochs_of(records: SealedRecords, group: bytes) -> Iterator[tuple[Epoch, bytes]]:
    """The epochs of a group, each with one of its givers, in the order in which they came."""
    for record in records.scan(_EPOCH, group):
        wire, giver = _array(record.value)
        yield read_epoch(_bytes(wire)), _bytes(giver)


def delete_epoch(records: SealedRecords, group: bytes, epoch: bytes) -> None:
    """Delete an epoch; it is in the files until `SealedRecords.erase`."""
    for record in list(records.scan(_EPOCH, group)):
        if record.key.startswith(epoch):
            records.delete(_EPOCH, record.key)


def put_post(records: SealedRecords, kept: KeptPost) -> None:
    """Keep a post, and what is to be said with it; and apart from it its place among the others,
    which stays when it is forgotten, so that it is not asked for again."""
    post = kept.post
    value = encode([post.wire, kept.before, kept.folded, kept.arrived_ms])
    records.put(_POST, post.id, value, post.group)
    records.put(_PLACE, post.id, encode([post.epoch, list[Value](post.parents)]), post.group)
    said = read_text(post.body)
    for file in () if said is None else said.files:
        if isinstance(file, SealedFile):
            records.put(POST_FILE, file.cid + post.id, b"")


def posts_of(
    records: SealedRecords, group: bytes, *, newest_first: bool = False, limit: int | None = None
) -> Iterator[KeptPost]:
    """The posts of a group in the order in which they came, without those that were forgotten.
    Raises `StoreError`."""
    for one in records.scan(_POST, group, newest_first=newest_first, limit=limit):
        yield _kept(one.value)


def get_post(records: SealedRecords, id: bytes) -> KeptPost | None:
    """A post; None also for one that was forgotten."""
    value = records.get(_POST, id)
    return None if value is None else _kept(value)


def delete_post(records: SealedRecords, id: bytes) -> None:
    """Delete a post, but for its place."""
    records.delete(_POST, id)


def _kept(value: bytes) -> KeptPost:
    match _array(value):
        case [bytes() as wire, int() as before, bool() as folded, int() as arrived_ms]:
            return KeptPost(reread_post(wire), before, folded, arrived_ms)
        case _:
            raise TypeError("a record of a group that this software did not write")


def _places(records: SealedRecords, group: bytes) -> Iterator[GroupPost]:
    """The posts of a group without what they say, who wrote it and when: their places alone."""
    newest = list(records.scan(_PLACE, group, newest_first=True, limit=MAX_POSTS))
    for record in reversed(newest):
        epoch, above = _array(record.value)
        parents = tuple(_bytes(one) for one in above) if type(above) is list else ()
        yield GroupPost(record.key, group, _bytes(epoch), b"", b"", 0, parents, b"", b"")


def put_content(
    records: SealedRecords, key: bytes, accounts: tuple[bytes, ...], content: bytes
) -> None:
    """Let a content wait."""
    records.put(_CONTENT, key, encode([list[Value](accounts), content]))


def put_letter(records: SealedRecords, waiting: WaitingLetter) -> None:
    """Let a sealed post wait."""
    fields: list[Value] = [waiting.group, waiting.box_seed, waiting.day, waiting.letter]
    records.put(_LETTER, waiting.key, encode(fields))


def waiting_contents(records: SealedRecords, limit: int | None = None) -> list[WaitingContent]:
    """Contents that wait, the oldest first. Raises `StoreError`."""
    found = []
    for one in records.scan(_CONTENT, limit=limit):
        accounts, content = _array(one.value)
        if type(accounts) is list:
            keys = tuple(_bytes(key) for key in accounts)
            found.append(WaitingContent(one.key, keys, _bytes(content)))
    return found


def waiting_letters(records: SealedRecords, limit: int | None = None) -> list[WaitingLetter]:
    """Sealed posts that wait, the oldest first. Raises `StoreError`."""
    found = []
    for one in records.scan(_LETTER, limit=limit):
        group, seed, day, letter = _array(one.value)
        if type(day) is int:
            parts = _bytes(group), _bytes(seed), day, _bytes(letter)
            found.append(WaitingLetter(one.key, *parts))
    return found


def forget_waiting(records: SealedRecords, waiting: WaitingContent | WaitingLetter) -> None:
    """What waited is on its way: whoever takes it keeps it durably first."""
    kind = _CONTENT if isinstance(waiting, WaitingContent) else _LETTER
    records.delete(kind, waiting.key)


def _operation(value: bytes) -> tuple[Operation, bytes]:
    wire, grant = _array(value)
    return reread_operation(_bytes(wire)), _bytes(grant)


def _array(value: bytes) -> list[Value]:
    fields = decode(value)
    if type(fields) is not list:
        raise TypeError("a record of a group that this software did not write")
    return fields


def _bytes(value: Value) -> bytes:
    if type(value) is not bytes:
        raise TypeError("a record of a group that this software did not write")
    return value
