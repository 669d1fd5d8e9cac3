"""What an epoch may look like, beside the vectors."""

from __future__ import annotations

from typing import Any

import pytest

from sayso_protocol.codec import encode
from sayso_protocol.errors import BadShape, UnknownVersion
from sayso_protocol.limits import MAX_TIME_MS
from sayso_protocol.private.groups.epoch import make_epoch, read_epoch
from sayso_protocol.private.groups.group_limits import MAX_PARENTS

GROUP, KEY = b"g" * 16, b"k" * 32
IDS = [bytes([n]) * 16 for n in range(MAX_PARENTS)]


def test_what_is_made_is_read() -> None:
    epoch = make_epoch(GROUP, 7, IDS[1::-1], KEY)
    assert read_epoch(epoch.wire) == epoch
    assert (epoch.group, epoch.time_ms, epoch.heads, epoch.key) == (GROUP, 7, (*IDS[:2],), KEY)
    assert epoch.wire == encode([1, GROUP, 7, [*IDS[:2]], KEY])
    assert "kkkk" not in repr(epoch), "a secret must not get into a log"


def test_what_lies_just_within_the_limits() -> None:
    for time_ms in (0, MAX_TIME_MS):
        assert make_epoch(GROUP, time_ms, IDS, KEY).time_ms == time_ms


@pytest.mark.parametrize("value", [None, {}, [], "epoch"])
def test_what_is_no_array(value: Any) -> None:
    with pytest.raises(BadShape):
        read_epoch(encode(value))


@pytest.mark.parametrize("version", [0, 2, True, None])
def test_another_version(version: Any) -> None:
    with pytest.raises(UnknownVersion):
        read_epoch(encode([version, GROUP, 7, [IDS[0]], KEY]))


@pytest.mark.parametrize(
    "fields",
    [
        [1, GROUP, 7, [IDS[0]]],
        [1, GROUP, 7, [IDS[0]], KEY, None],
        [1, GROUP + b"g", 7, [IDS[0]], KEY],
        [1, "g" * 16, 7, [IDS[0]], KEY],
        [1, GROUP, -1, [IDS[0]], KEY],
        [1, GROUP, MAX_TIME_MS + 1, [IDS[0]], KEY],
        [1, GROUP, True, [IDS[0]], KEY],
        [1, GROUP, None, [IDS[0]], KEY],
        [1, GROUP, 7, [], KEY],
        [1, GROUP, 7, None, KEY],
        [1, GROUP, 7, [*IDS, b"\xff" * 16], KEY],
        [1, GROUP, 7, [IDS[0]], KEY + b"k"],
        [1, GROUP, 7, [IDS[0]], "k" * 32],
    ],
)
def test_a_field_of_another_shape(fields: Any) -> None:
    with pytest.raises(BadShape):
        read_epoch(encode(fields))


def test_too_many_heads_are_not_written() -> None:
    with pytest.raises(BadShape):
        make_epoch(GROUP, 7, [*IDS, b"\xff" * 16], KEY)


def test_each_day_and_each_device_has_seeds_of_its_own() -> None:
    one = make_epoch(GROUP, 7, IDS[:1], KEY)
    seeds = [one.box_seed(day) for day in (0, 1, 2**40)]
    seeds += [one.device_box_seed(day, feed) for day in (0, 1) for feed in (b"a" * 32, b"b" * 32)]
    assert len({*seeds, one.post_key}) == 8 and {len(seed) for seed in seeds} == {32}
