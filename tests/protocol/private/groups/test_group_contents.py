"""What letters say about groups: lengths, and what is no content."""

from __future__ import annotations

from typing import Any

import pytest
from tests.vectors.cases import AT, FEED
from tests.vectors.subjects.groups import EPOCH, GRANT, GROUP

from sayso_protocol.accounts.statement import read_grant
from sayso_protocol.codec import encode
from sayso_protocol.errors import BadShape, Refused, TooLarge, UnknownVersion
from sayso_protocol.private.groups.contents import (
    _HEAD,
    _ROOM,
    Epochs,
    Operations,
    Post,
    Request,
    batches,
    epoch_batches,
    read_content,
    write_content,
)
from sayso_protocol.private.groups.epoch import make_epoch
from sayso_protocol.private.groups.group_limits import (
    EPOCHS_A_LETTER,
    GRANTS_A_LETTER,
    MAX_CONTENT,
    MAX_IDS,
    OPERATIONS_A_LETTER,
)
from sayso_protocol.private.groups.operation import Kind, Operation, sign_operation

from .support import person

ID = b"i" * 16


def made(feed: Any, number: int) -> Operation:
    parents = number.to_bytes(16, "big"), b"\xff" * 16
    account = read_grant(GRANT).account
    return sign_operation(feed, GROUP, account, AT, parents, Kind.LEAVE, account)


def test_the_longest() -> None:
    room = MAX_CONTENT - len(write_content(Post(GROUP, bytes(300)))) + 300
    data = write_content(Post(GROUP, bytes(room)))
    assert len(data) == MAX_CONTENT and read_content(data) == Post(GROUP, bytes(room))
    for act in (
        lambda: write_content(Post(GROUP, bytes(room + 1))),
        lambda: read_content(data + b"\0"),
    ):
        with pytest.raises(TooLarge):
            act()


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (None, BadShape),
        ({}, BadShape),
        ([1, "group-post"], BadShape),
        ([2, "group-post", GROUP, b""], UnknownVersion),
        ([True, "group-post", GROUP, b""], UnknownVersion),
        ([2, "group-post", GROUP], UnknownVersion),
        ([1, "group-gossip", GROUP, b""], BadShape),
        ([1, 7, GROUP, b""], BadShape),
        ([1, "group-post", GROUP[1:], b""], BadShape),
        ([1, "group-post", "g" * 16, b""], BadShape),
        ([1, "group-post", GROUP], BadShape),
        ([1, "group-post", GROUP, None], BadShape),
        ([1, "group-epochs", GROUP, [None]], BadShape),
        ([1, "group-epochs", GROUP, {}], BadShape),
        ([1, "group-epochs", GROUP, [EPOCH], [EPOCH]], BadShape),
        ([1, "group-operations", GROUP, [GRANT] * 33, [b"o"]], BadShape),
        ([1, "group-invitation", GROUP, [GRANT], [b"o"] * 65], BadShape),
        ([1, "group-request", GROUP, *[[]] * 7], BadShape),
        ([1, "group-request", GROUP, [ID, ID], *[[]] * 5], BadShape),
    ],
)
def test_what_is_no_content(value: Any, error: type[Refused]) -> None:
    with pytest.raises(error):
        read_content(encode(value))


def test_operations_go_in_as_many_contents_as_it_takes() -> None:
    grants = {FEED.public: GRANT}
    many = [made(FEED, number) for number in range(2 * OPERATIONS_A_LETTER + 1)]
    parts = batches(many, grants)
    assert [one for part in parts for one in part.operations] == [one.wire for one in many]
    assert [len(part.operations) for part in parts] == [OPERATIONS_A_LETTER] * 2 + [1]
    assert all(part.grants == (GRANT,) and part.group == GROUP for part in parts)
    assert all(read_content(write_content(part)) == part for part in parts)
    assert batches([], grants) == []
    feeds = [person(f"{number}").device for number in range(GRANTS_A_LETTER + 1)]
    parts = batches([made(feed, 1) for feed in feeds], {one.public: GRANT for one in feeds})
    assert [len(part.grants) for part in parts] == [GRANTS_A_LETTER, 1]


def test_a_content_is_filled_and_no_longer_than_it_may_be() -> None:
    feeds = [person(f"{number}").device for number in range(GRANTS_A_LETTER)]
    grants = {one.public: bytes(1_000) for one in feeds}
    some = [made(feed, number) for number in range(2) for feed in feeds]
    parts = batches(some, grants)
    assert len(parts) > 1 and [one for part in parts for one in part.operations] == [
        one.wire for one in some
    ]
    sizes = [len(write_content(part)) for part in parts]
    assert max(sizes) <= MAX_CONTENT < sizes[0] + 1_000 + len(some[0].wire) + 70
    for part in parts:
        assert isinstance(part, Operations) and len(part.grants) == len(set(part.operations))


def test_a_content_is_filled_to_its_last_byte() -> None:
    count = 40
    some = [made(FEED, number) for number in range(3 * count)]
    room = _ROOM - _HEAD - count * (len(some[0].wire) + _HEAD)
    for more, counts in ((0, [count] * 3), (1, [count - 1] * 3 + [3])):
        parts = batches(some, {FEED.public: bytes(room + more)})
        assert [len(part.operations) for part in parts] == counts
        assert max(len(write_content(part)) for part in parts) <= MAX_CONTENT
    other = person("o").device
    both = {FEED.public: bytes(room // 2), other.public: bytes(room - room // 2 - _HEAD)}
    mixed = [made(feed, number) for number in range(count // 2) for feed in (FEED, other)]
    assert len(batches(mixed, both)) == 1
    both[other.public] += b"x"
    assert len(batches(mixed, both)) == 2


def test_a_request_names_as_many_as_it_may() -> None:
    ids = tuple(number.to_bytes(16, "big") for number in range(MAX_IDS))
    request = Request(GROUP, *[ids] * 6)
    assert read_content(write_content(request)) == request
    for place in range(6):
        lists = [ids] * 6
        lists[place] = (*ids, b"\xff" * 16)
        with pytest.raises(BadShape):
            read_content(write_content(Request(GROUP, *lists)))


def test_epochs_go_in_as_many_contents_as_it_takes() -> None:
    epochs = [make_epoch(GROUP, number, [ID], bytes(32)) for number in range(EPOCHS_A_LETTER + 1)]
    assert epoch_batches(GROUP, epochs) == [
        Epochs(GROUP, tuple(one.wire for one in epochs[:-1])), Epochs(GROUP, (epochs[-1].wire,))
    ]  # fmt: skip
    assert epoch_batches(GROUP, []) == []
