"""What a post of a group may look like, beside the vectors."""

from __future__ import annotations

from typing import Any

import pytest
from tests.vectors.cases import ACCOUNT, AT, FEED
from tests.vectors.subjects.groups import EPOCH, EPOCH_ID, GRANT, POST_DOMAIN, SALT
from tests.vectors.subjects.groups import _letter as sealed
from tests.vectors.subjects.groups import _post_wire as wire_of
from tests.vectors.subjects.groups import _posted as posted

from sayso_protocol.accounts.statement import read_grant
from sayso_protocol.codec import encode
from sayso_protocol.errors import (
    BadKey,
    BadShape,
    BadSignature,
    NotGranted,
    Refused,
    TooLarge,
    UnknownVersion,
)
from sayso_protocol.limits import MAX_TIME_MS
from sayso_protocol.private.groups.epoch import make_epoch, read_epoch
from sayso_protocol.private.groups.group_limits import MAX_BODY, MAX_POST
from sayso_protocol.private.groups.post import (
    SIZES,
    claimed_post,
    open_post,
    read_post,
    reread_post,
    seal_post,
    sign_post,
    unseal_post,
)

ROOM = read_epoch(EPOCH)


def test_what_is_signed_is_read_and_sealed_and_opened() -> None:
    parents = bytes([2]) * 16, bytes([1]) * 16
    post = sign_post(FEED, read_grant(GRANT), ROOM, AT, parents, b"closed")
    assert read_post(post.wire) == reread_post(post.wire) == post
    assert claimed_post(post.wire) == post.id
    assert reread_post(post.wire).wire == read_post(post.wire).wire == post.wire
    assert (post.group, post.epoch, post.body) == (ROOM.group, ROOM.id, b"closed")
    assert (post.author, post.feed, post.time_ms) == (ACCOUNT.public, FEED.public, AT)
    assert post.parents == parents[::-1]
    for fill in (0, 1):
        letter = seal_post(post, ROOM, bytes([fill]) * 24)
        assert letter.startswith(bytes([fill]) * 24)
        assert open_post(letter, ROOM) == post and unseal_post(letter, ROOM) == post.wire


def test_a_letter_has_the_least_size_that_holds_it() -> None:
    grant = read_grant(GRANT)
    empty = len(sign_post(FEED, grant, ROOM, AT, (), bytes(300)).wire) - 300
    for size in SIZES[1:3]:
        room = size - 24 - 16 - 4 - empty
        post = sign_post(FEED, grant, ROOM, AT, (), bytes(room))
        assert len(seal_post(post, ROOM, bytes(24))) == size
        more = sign_post(FEED, grant, ROOM, AT, (), bytes(room + 1))
        assert len(seal_post(more, ROOM, bytes(24))) > size
    longest = sign_post(FEED, grant, ROOM, AT, (), bytes(MAX_BODY))
    assert len(seal_post(longest, ROOM, bytes(24))) == SIZES[-1]
    assert read_post(longest.wire).body == bytes(MAX_BODY)
    with pytest.raises(TooLarge):
        sign_post(FEED, grant, ROOM, AT, (), bytes(MAX_BODY + 1))


def test_of_what_is_in_the_own_store_no_signature_is_asked() -> None:
    wire = encode([encode(posted()), bytes(64), b""])
    assert reread_post(wire).id == claimed_post(wire)
    with pytest.raises(BadSignature):
        read_post(encode([encode(posted()), bytes(64), GRANT]))


@pytest.mark.parametrize("read", [read_post, reread_post, claimed_post])
@pytest.mark.parametrize(
    "wire",
    [
        encode(None),
        encode({}),
        encode([encode(posted()), bytes(64)]),
        encode([encode(posted()), bytes(64), GRANT, b""]),
        encode([posted(), bytes(64), GRANT]),
        encode([encode(posted()), None, GRANT]),
        encode([encode(posted()), bytes(64), None]),
    ],
)
def test_what_is_no_bytes_with_signature_and_grant_is_refused(read: Any, wire: bytes) -> None:
    with pytest.raises(BadShape):
        read(wire)


@pytest.mark.parametrize("read", [read_post, reread_post, claimed_post])
def test_what_is_too_long_is_not_taken_apart(read: Any) -> None:
    with pytest.raises(TooLarge):
        read(bytes(MAX_POST + 1))
    with pytest.raises(Refused) as refused:
        read(bytes(MAX_POST))
    assert refused.type is not TooLarge


@pytest.mark.parametrize(
    ("wire", "error"),
    [
        *((wire_of(fields), BadShape) for fields in (None, {}, [], "post")),
        *((wire_of(posted(version=one)), UnknownVersion) for one in (0, 2, True, None)),
        (wire_of(posted()[:-1]), BadShape),
        (wire_of([*posted(), None]), BadShape),
        (wire_of(posted(type="post")), BadShape),
        *((wire_of(posted(group=one)), BadShape) for one in (None, SALT[1:], "g" * 16)),
        *((wire_of(posted(epoch=one)), BadShape) for one in (SALT[1:], "e" * 16)),
        *((wire_of(posted(author=one)), BadShape) for one in (None, bytes(31), "a" * 32)),
        *((wire_of(posted(feed=one)), BadShape) for one in (None, bytes(33))),
        (wire_of(posted(author=bytes(32))), BadKey),
        (wire_of(posted(feed=bytes(32))), BadKey),
        *((wire_of(posted(time=one)), BadShape) for one in (-1, MAX_TIME_MS + 1, True, None)),
        (wire_of(posted(body="closed")), BadShape),
        (wire_of(posted(parents=[SALT, SALT])), BadShape),
        (wire_of(posted(parents=None)), BadShape),
        (encode([encode(posted()), bytes(63), GRANT]), BadShape),
        (wire_of(posted(), grant=b"none"), Refused),
        (wire_of(posted(feed=ACCOUNT.public), ACCOUNT), NotGranted),
    ],
)
def test_a_post_of_another_shape(wire: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_post(wire)


def test_what_lies_just_within_the_limits() -> None:
    for fields in (posted(time=0), posted(time=MAX_TIME_MS), posted(body=b"")):
        assert read_post(wire_of(fields)).wire == wire_of(fields)


def test_a_letter_is_of_one_epoch_and_one_group() -> None:
    wire = wire_of(posted())
    sized = len(wire).to_bytes(4, "big") + wire
    assert open_post(sealed(sized, 512), ROOM).wire == wire
    other = wire_of(posted(group=SALT))
    foreign = len(other).to_bytes(4, "big") + other
    with pytest.raises(BadShape, match="another epoch"):
        open_post(sealed(foreign, 512), ROOM)
    with pytest.raises(BadSignature):
        unseal_post(sealed(sized, 512), make_epoch(ROOM.group, AT, ROOM.heads, bytes(32)))
    for size in (0, 511, 513, 1_024):
        with pytest.raises(BadShape, match="size"):
            unseal_post(bytes(size), ROOM)
    whole = (512 - 40 - 4).to_bytes(4, "big") + b"x" * (512 - 40 - 4)
    assert unseal_post(sealed(whole, 512), ROOM) == b"x" * 468, "without any zeros"
    over = (512 - 40 - 3).to_bytes(4, "big") + b"x" * 468
    with pytest.raises(BadShape, match="behind"):
        unseal_post(sealed(over, 512), ROOM)


def test_its_domain_is_that_of_posts() -> None:
    data = encode(posted())
    read_post(encode([data, FEED.sign(POST_DOMAIN, data), GRANT]))
    with pytest.raises(BadSignature):
        read_post(encode([data, FEED.sign(b"sayso/1/group\0", data), GRANT]))
    assert ROOM.id == EPOCH_ID
