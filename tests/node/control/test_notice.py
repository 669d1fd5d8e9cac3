"""Notices of own entries: what they carry is believed where it fits, and never more."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.node.support import Person, in_sync, join, running, until
from tests.storage.makers import author, posts

from sayso_node.control.notice import MAX_BYTES, decode_notice, encode_notice
from sayso_protocol.feed.run import RawRun, part_of, sign_run, verify_run
from sayso_protocol.limits import LIVE_ENTRIES, MAX_BODY

RUN = posts(author(1), 3)


def travelled(fields: dict[str, object]) -> dict[str, Any]:
    """The fields as they come out of the socket."""
    found: dict[str, Any] = json.loads(json.dumps(fields))
    return found


def test_a_notice_carries_the_run_itself() -> None:
    told = decode_notice(travelled(encode_notice(RUN)), RUN.feed)
    assert told == part_of(RUN, RUN.ids, 1, 3)
    later = verify_run(part_of(RUN, RUN.ids, 2, 3))
    told = decode_notice(travelled(encode_notice(later)), RUN.feed)
    assert told is not None and told.previous == RUN.ids[0]


def test_what_is_long_is_looked_for_in_the_store() -> None:
    keys = author(1)
    many = LIVE_ENTRIES + 1
    long = sign_run(keys.feed, 1, None, [1] * many, [b"\x80"] * many)
    heavy = 1 + MAX_BYTES // MAX_BODY
    large = sign_run(keys.feed, 1, None, [1] * heavy, [bytes(MAX_BODY)] * heavy)
    assert encode_notice(long) == encode_notice(large) == {}
    assert decode_notice({"do": "changed"}, RUN.feed) is None


@pytest.mark.parametrize("field", ["first", "previous", "times", "bodies", "signatures"])
@pytest.mark.parametrize("value", [None, 7, "é", ["é"], [None], {}])
def test_notices_of_any_other_shape_are_no_runs(field: str, value: object) -> None:
    fields = travelled(encode_notice(RUN)) | {field: value}
    told = decode_notice(fields, RUN.feed)
    if told is not None and told != part_of(RUN, RUN.ids, 1, 3):
        engine = Person("ann").engine()
        assert engine._store_reader.believe(told) is None


async def pushed(change: Any) -> tuple[int, int]:
    """How often the store of one who posts was read after a notice that `change` has changed, and
    how many of her entries her follower has then."""
    ann, ben = Person("ann"), Person("ben")
    ben.follow(ann)
    one, two = ann.engine(), ben.engine()
    reads = 0

    def counted() -> RawRun | None:
        nonlocal reads
        reads += 1
        return read()

    reader = one._store_reader
    read, reader._new_own_run = reader._new_own_run, counted  # type: ignore[method-assign]
    async with running(one, two) as nursery:
        join(nursery, one, two)
        await in_sync(two, one)
        run = ann.post("hello")
        await one.refresh_own(change(part_of(run, run.ids, run.first, run.last)))
        await until(lambda: ben.held_of(ann) == 2)
    return reads, ben.held_of(ann)


async def test_a_run_that_fits_is_pushed_without_a_look_at_the_store() -> None:
    assert await pushed(lambda run: run) == (0, 2)


@pytest.mark.parametrize(
    "change",
    [
        lambda run: None,
        lambda run: replace(run, first=run.first + 1),
        lambda run: replace(run, first=run.first - 1),
        lambda run: replace(run, bodies=[b"\x80"]),
        lambda run: replace(run, feed=RUN.feed),
        lambda run: replace(run, signatures=[bytes(64)]),
    ],
)
async def test_what_does_not_fit_is_read_from_the_store(change: Any) -> None:
    assert await pushed(change) == (1, 2)
