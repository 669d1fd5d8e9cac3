"""A reader who is off for a day: what was written to him meanwhile lies with a carrier."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
import trio
import trio.testing
from tests.budget import long

from sayso_node.daemon.letters.owner_letters import LAID
from sayso_node.knocks.strangers import accept, strangers
from sayso_node.messages.conversation import messages
from sayso_node.messages.group_records import waiting_contents, waiting_letters
from sayso_protocol.filters.rules import NO_RULES

from .day_off_world import DayWorld, opened_day
from .group_world import Member

HELLO = "a stranger asks for the key of the boat house"
FURTHER = [f"a stranger's further message, the {n}th of them" for n in range(3)]
MESSAGES = [f"what Ann has to tell Ben of that day, part {n}" for n in range(6)]


@pytest.fixture
def world(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mock_clock: trio.testing.MockClock,
    nursery: trio.Nursery,
) -> Iterator[DayWorld]:
    with opened_day(tmp_path, monkeypatch, mock_clock, nursery) as made:
        yield made


def states(one: Member, now_ms: int) -> list[object]:
    shown = messages(one.store, one.records, now_ms)
    return [each.as_json()["state"] for each in shown if each.is_own]


def accept_all(one: Member, now_ms: int) -> None:
    for found in strangers(one.store, one.records, NO_RULES, now_ms)[0]:
        accept(one.store, one.records, found.id, now_ms)


@long
@pytest.mark.parametrize(
    "seed", [None, 1, *(pytest.param(n, marks=pytest.mark.soak) for n in range(2, 6))]
)
async def test_all_that_was_written_to_a_reader_who_is_off_for_a_day_comes_once_and_in_order(
    world: DayWorld, mock_clock: trio.testing.MockClock, seed: int | None
) -> None:
    """With a seed lines are cut in the middle, and everybody tries again."""
    assert world.times is mock_clock and trio.current_time() == 0, "no time passes by itself"
    ann, ben, cem = people = [world.person(name) for name in ("ann", "ben", "cem")]
    ann.follow(ben, cem)
    ben.follow(ann)
    cem.follow(ann, ben)  # whom Ben does not know
    await world.run(*people, rounds=2)
    group = ann.book.create(world.now_ms, "the quay").id
    ann.book.invite(group, world.now_ms, ben.account)
    await world.run(ann, ben, rounds=4)
    ben.book.join(group, world.now_ms)
    await world.run(ann, ben, cem, rounds=4)
    ann.message(ben, "before")
    await world.run(ann, ben, rounds=4)
    assert (ben.texts(), states(ann, world.now_ms)) == (["before"], ["delivered"])
    assert (world.letters.held().letters, world.sealed != set()) == (0, True)

    # Ben is off from here, over midnight; Cem comes into the group meanwhile.
    begun = world.now_ms
    world.faults = None if seed is None else Random(seed)
    tries = 1 if seed is None else 8
    ann.book.invite(group, world.now_ms, cem.account)
    await world.run(ann, cem, rounds=3 * tries)
    cem.book.join(group, world.now_ms)
    cem.message(ben, HELLO)
    await world.run(ann, cem, rounds=3)
    posts: list[bytes] = []

    def check_posts(*readers: Member) -> None:
        """All posts once: in the order in which each wrote, and where the lines hold in that of
        both, since each had read the other's before."""
        for one in readers:
            read = one.read(group)
            assert sorted(read) == sorted(posts)
            for some in (posts[::2], posts[1::2], *([posts] if seed is None else [])):
                assert [each for each in read if each in some] == some

    for number in range(6):
        ann.message(ben, MESSAGES[number])
        writer = (ann, cem)[number % 2]
        posts.append(b"said to the group, number %d" % number)
        writer.write(group, posts[-1])
        if number % 2:
            cem.message(ben, FURTHER[number // 2])
        await world.run(ann, cem, rounds=3)
        if number == 2:
            world.switch_off()
            await world.run(ann, cem, rounds=2)
            world.switch_on()
            await world.run(ann, cem)
        if number == 3:
            world.start(ann)  # her node is started again
    await world.run(ann, cem, rounds=tries)
    assert world.now_ms - begun >= 24 * 3_600_000
    assert states(ann, world.now_ms) == ["delivered", *["carried"] * 6]
    check_posts(ann, cem)
    held = world.letters.held().letters
    assert held >= 6 + 6 + 4
    lies = world.found_at_carrier(*world.sealed)
    assert len(lies) > held, "the search finds what lies there"
    plain = [one.encode() for one in (HELLO, *FURTHER, *MESSAGES)] + posts
    assert not world.found_at_carrier(*plain)

    # Ben comes while the others are off: all lies with the carrier.
    world.start(ben)
    await world.run(ben, rounds=tries)
    assert ben.texts() == ["before", *MESSAGES]
    check_posts(ben)
    shown, *others = ben.shelf()  # which one is shown of a stranger's words the lot decides
    assert others == [one for one in (HELLO, *FURTHER) if one != shown], "in order"
    await world.run(ben, rounds=2)
    assert ben.texts() == ["before", *MESSAGES], "once"
    check_posts(ben)
    accept_all(ben, world.now_ms)

    # Receipts go back, and what the stranger wrote is read.
    await world.run(*people, rounds=6 * tries)
    world.faults = None
    for _ in range(12):  # until what was said last is known to have come
        await world.run(*people)
        if not any(one.letters.waiting(99) or one.records.count(LAID) for one in people):
            break
    assert states(ann, world.now_ms) == ["delivered"] * 7
    assert states(cem, world.now_ms) == ["delivered"] * 4
    assert [one for one in ben.texts() if one in (HELLO, *FURTHER)] == [HELLO, *FURTHER]
    assert [one for one in ben.texts() if one in MESSAGES] == MESSAGES
    assert (len(ben.texts()), ben.shelf()) == (11, [])
    check_posts(*people)
    for one in people:
        assert not one.letters.waiting(99)
        assert not one.records.count(LAID)
        assert waiting_contents(one.records) == waiting_letters(one.records) == []

    # The carrier has nothing of it.
    assert (world.cut > 20) == (seed is not None)
    assert world.letters.held().letters == 0
    assert not world.found_at_carrier(*world.sealed, *plain)


@long
async def test_what_a_reader_who_is_off_for_forty_days_does_not_get_is_said_to_have_come_back(
    world: DayWorld, mock_clock: trio.testing.MockClock
) -> None:
    """After thirty days a message counts as returned, though a letter that was laid anew may still
    bring it; all others come. Nothing is lost unsaid."""
    assert world.times is mock_clock
    ann, ben = people = [world.person(name) for name in ("ann", "ben")]
    ann.follow(ben)
    ben.follow(ann)
    await world.run(*people, rounds=3)
    ann.message(ben, "before")
    await world.run(*people, rounds=4)
    sent = [f"what Ann has to tell on day {day}" for day in range(40)]
    for text in sent:
        ann.message(ben, text)
        await world.run(ann, minutes=720, rounds=2)
    said = states(ann, world.now_ms)
    returned = [text for text, state in zip(sent, said[1:], strict=True) if state == "returned"]
    assert returned == sent[: len(returned)]
    assert 9 <= len(returned) <= 11
    world.start(ben)
    await world.run(*people, rounds=12)
    before, *came = ben.texts()
    assert (before, came) == ("before", sent[-len(came) :]), "once, and in order"
    assert {*sent} - {*came} <= {*returned}
    young = len(sent) - len(returned)
    assert states(ann, world.now_ms)[-young:] == ["delivered"] * young
    left = world.letters.held().letters  # in boxes of pair secrets that are over
    assert left <= len(sent)
    await world.run(*people, minutes=1_440, rounds=32)
    assert ben.texts() == ["before", *came]
    assert world.letters.held().letters == 0
    assert not world.found_at_carrier(*world.sealed, *(one.encode() for one in sent))
