"""What an operation, an epoch or a post may look like, beside the vectors."""

from __future__ import annotations

from typing import Any

import pytest
from tests.vectors.cases import ACCOUNT, AT, FEED, STRANGER
from tests.vectors.subjects.groups import DOMAIN, GROUP, added, created, signed

from sayso_protocol.codec import encode
from sayso_protocol.errors import BadShape, BadSignature, Refused, TooLarge, UnknownVersion
from sayso_protocol.limits import MAX_TIME_MS
from sayso_protocol.private.groups.group_limits import MAX_IDS, MAX_NAME, MAX_OPERATION, MAX_PARENTS
from sayso_protocol.private.groups.operation import (
    Charter,
    Kind,
    claimed_id,
    operation_id,
    read_ids,
    read_operation,
    reread_operation,
    sign_create,
    sign_operation,
)

SALT = bytes(range(16))


def test_what_is_signed_is_read() -> None:
    charter = Charter(SALT, "chess", circle=True, forgetting=True)
    create = sign_create(FEED, ACCOUNT.public, AT, charter)
    assert read_operation(create.wire) == reread_operation(create.wire) == create
    assert (create.charter, create.kind, create.admin) == (charter, Kind.CREATE, True)
    assert (create.parents, create.given, create.feed) == ((), None, FEED.public)
    assert create.author == create.target == ACCOUNT.public
    parents = bytes([2]) * 16, bytes([1]) * 16
    add = sign_operation(
        *(FEED, create.id, ACCOUNT.public, AT, parents, Kind.ADD, STRANGER.public),
        admin=True,
        given=SALT,
    )
    assert read_operation(add.wire) == reread_operation(add.wire) == add
    assert add.parents == parents[::-1], "in ascending order, however they are named"
    assert (add.group, add.target, add.admin, add.given) == (create.id, STRANGER.public, True, SALT)
    assert (add.charter, add.time_ms) == (None, AT)
    assert claimed_id(add.wire) == add.id != create.id
    assert reread_operation(add.wire).wire == read_operation(add.wire).wire == add.wire
    plain = sign_operation(FEED, create.id, ACCOUNT.public, AT, parents, Kind.ADD, STRANGER.public)
    assert (plain.admin, plain.given) == (False, None)


def test_of_what_is_in_the_own_store_no_signature_is_asked() -> None:
    data = encode(created())
    wire = encode([data, bytes(64)])
    assert reread_operation(wire).id == claimed_id(wire) == operation_id(data, bytes(64))
    with pytest.raises(BadSignature):
        read_operation(wire)


@pytest.mark.parametrize("read", [read_operation, reread_operation, claimed_id])
@pytest.mark.parametrize(
    "wire",
    [
        encode(None),
        encode({}),
        encode([encode(created())]),
        encode([encode(created()), bytes(64), b""]),
        encode([created(), bytes(64)]),
        encode([encode(created()), "signature"]),
    ],
)
def test_what_is_no_bytes_with_a_signature_is_refused(read: Any, wire: bytes) -> None:
    with pytest.raises(BadShape):
        read(wire)


@pytest.mark.parametrize("fields", [None, {}, [], "group"])
def test_what_is_signed_is_an_array(fields: Any) -> None:
    with pytest.raises(BadShape):
        read_operation(signed(fields))


@pytest.mark.parametrize("version", [0, 2, True, None, "1"])
def test_another_version(version: Any) -> None:
    with pytest.raises(UnknownVersion):
        read_operation(signed(created(version=version)))


@pytest.mark.parametrize("size", [0, 63, 65])
def test_a_signature_has_64_bytes(size: int) -> None:
    with pytest.raises(BadShape):
        read_operation(encode([encode(created()), bytes(size)]))


@pytest.mark.parametrize(
    "fields",
    [
        [*created(), None],
        created(type=None),
        created(author="a" * 32),
        created(feed=FEED.public + b"x"),
        added(target=None),
        created(time=MAX_TIME_MS + 1),
        created(time=True),
        created(time="now"),
        created(kind=7),
        created(kind=None),
        added(group=GROUP + b"x"),
        added(group="g" * 16),
        added(given="e" * 16),
        added(given=SALT + b"x"),
        added(parents=None),
        added(parents=[GROUP + b"x"]),
        added(parents=["p" * 16]),
        created(given=[SALT, "chess", False]),
        created(given=[SALT, "chess", False, False, False]),
        created(given={}),
        created(given=["s" * 16, "chess", False, False]),
        created(given=[SALT + b"x", "chess", False, False]),
        created(given=[SALT, b"chess", False, False]),
        created(given=[SALT, "ü" * 33, False, False]),
        created(given=[SALT, "chess", False, 0]),
        created(given=[SALT, "chess", None, False]),
        added(kind="leave", target=ACCOUNT.public, admin=True),
        added(kind="leave", target=ACCOUNT.public, given=SALT),
    ],
)
def test_a_field_of_another_shape(fields: Any) -> None:
    with pytest.raises(BadShape):
        read_operation(signed(fields))


def test_what_lies_just_within_the_limits() -> None:
    longest = "ü" * (MAX_NAME // 2)
    for fields in (
        created(time=0),
        created(time=MAX_TIME_MS),
        created(given=[SALT, longest, False, True]),
        created(given=[SALT, "a", True, False]),
        added(parents=[bytes([n]) * 16 for n in range(MAX_PARENTS)]),
    ):
        assert read_operation(signed(fields)).wire == signed(fields)


def test_the_longest_operation() -> None:
    """No sound one comes near the limit, so what is too long is never taken apart."""
    for read in (read_operation, reread_operation, claimed_id):
        with pytest.raises(TooLarge):
            read(bytes(MAX_OPERATION + 1))
        with pytest.raises(Refused) as refused:
            read(bytes(MAX_OPERATION))
        assert refused.type is not TooLarge
    spare = MAX_OPERATION - len(signed(created(kind="x" * 300))) + 300
    whole = signed(created(kind="x" * spare))
    assert len(whole) == MAX_OPERATION
    with pytest.raises(BadShape):
        read_operation(whole)
    parents = [bytes([n, k]) * 8 for n in range(2) for k in range(256)]
    with pytest.raises(BadShape):
        sign_operation(FEED, GROUP, ACCOUNT.public, AT, parents[:33], Kind.LEAVE, ACCOUNT.public)
    with pytest.raises(TooLarge):
        sign_operation(FEED, GROUP, ACCOUNT.public, AT, parents, Kind.LEAVE, ACCOUNT.public)


def test_ids_ascend_and_are_bounded() -> None:
    ids: list[Any] = [n.to_bytes(16, "big") for n in range(MAX_IDS)]
    assert read_ids(ids, MAX_IDS) == tuple(ids)
    assert read_ids([]) == ()
    for bad in (ids[::-1], [ids[0]] * 2, [*ids, b"\xff" * 16], None, {}, [b""], ["i" * 16]):
        with pytest.raises(BadShape):
            read_ids(bad, MAX_IDS)


def test_the_domain_is_that_of_groups() -> None:
    wire = signed(created(), FEED, DOMAIN)
    assert read_operation(wire).id == claimed_id(wire)
    with pytest.raises(BadSignature):
        read_operation(signed(created(), FEED, b"sayso/1/entry\0"))
