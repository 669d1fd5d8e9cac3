"""What is sealed, when, and into which box, beside what a whole conversation shows."""

from __future__ import annotations

from tests.budget import long

from sayso_protocol.letters.box import day_at
from sayso_protocol.private.mailbox import Mailbox
from sayso_protocol.private.mailbox_effects import Deliver, MessageState
from sayso_protocol.private.mailbox_events import DevicesKnown, PrekeyPublished, Tick, Write
from sayso_protocol.private.private_limits import DAY_MS, MAX_SKIP, TICKET_MS, UNREPORTED_MS

from .mailbox_world import Home, World


def two(seed: object) -> tuple[World, Home, Home]:
    world = World(seed)
    homes = [world.home(world.person()) for _ in range(2)]
    world.friends()
    return world, homes[0], homes[1]


def alone(world: World, home: Home, days: int) -> None:
    """Days on which no carrier can be reached."""
    for _ in range(days):
        world.now_ms += DAY_MS
        home.handle(Tick())


def to(home: Home, other: Home) -> list[Deliver]:
    """What waits for a carrier, to secret boxes."""
    return [
        one
        for one in home.queue.values()
        if one.account == other.account.public and not one.at_door
    ]


def test_what_no_carrier_takes_goes_the_same_into_the_box_of_each_day() -> None:
    world, ann, ben = two(1)
    ann.write(ben.account, "one")
    world.rounds(4)
    ann.write(ben.account, "late")
    [first] = to(ann, ben)
    seen = {first.box}
    for day in range(UNREPORTED_MS // DAY_MS + 2):
        alone(world, ann, 1)
        letters = [one for one in to(ann, ben) if one.letter == first.letter]
        assert len(letters) == 1, "sealed once, however long it waits"
        assert letters[0].box not in seen, day
        seen.add(letters[0].box)


def test_what_waits_for_a_carrier_keeps_nothing_else_back() -> None:
    world, ann, ben = two(7)
    ann.write(ben.account, "one")
    world.rounds(4)
    names = [ann.write(ben.account, "early")]
    alone(world, ann, UNREPORTED_MS // DAY_MS + 1)
    before = len(to(ann, ben))
    names.append(ann.write(ben.account, "late"))
    assert len(to(ann, ben)) > before
    world.rounds(4)
    assert ben.ids()[1:] == names


def test_only_letters_to_who_lost_his_store_are_sealed_anew() -> None:
    world = World(8)
    ann, ben, carl = (world.home(world.person()) for _ in range(3))
    world.friends()
    for one in (ben, carl):
        ann.write(one.account, "one")
    world.rounds(4)
    names = {one.feed.public: ann.write(one.account, "two") for one in (ben, carl)}
    [before], kept = to(ann, ben), to(ann, carl)
    assert len(kept) == 1
    ben.lose()
    world.friends()
    assert to(ann, carl) == kept
    [after] = to(ann, ben)
    assert after.letter != before.letter
    world.rounds(4)
    for one in (ben, carl):
        assert one.ids()[-1] == names[one.feed.public]


def test_after_the_pair_secret_ended_it_waits_for_another_call() -> None:
    world, ann, ben = two(2)
    ann.write(ben.account, "one")
    world.rounds(4)
    ben.is_on = False
    name = ann.write(ben.account, "late")
    alone(world, ann, TICKET_MS // DAY_MS - 1)
    assert to(ann, ben)
    alone(world, ann, 2)
    assert not ann.queue, "it lies in no box that nobody looks into"
    assert ann.mailbox.state_of(name) is MessageState.WAITING
    ben.is_on = True
    ben.handle(Tick())
    world.tell_devices()
    world.rounds(4)
    assert name in ben.ids() and len(ben.knocks) == 2
    assert ann.mailbox.state_of(name) is None


def test_what_was_sealed_shortly_before_that_is_sealed_again_at_once() -> None:
    world, ann, ben = two(6)
    ann.write(ben.account, "one")
    world.rounds(4)
    ben.is_on = False
    alone(world, ann, TICKET_MS // DAY_MS - 1)
    name = ann.write(ben.account, "late")
    assert to(ann, ben)
    alone(world, ann, 2)
    assert not ann.queue
    ann.restart()
    world.friends()
    ben.is_on = True
    ben.handle(Tick())
    world.tell_devices()
    world.rounds(4)
    assert name in ben.ids()


def test_a_receipt_that_no_carrier_took_is_not_sealed_again() -> None:
    """It is asked for by what comes again."""
    world, ann, ben = two(5)
    ann.write(ben.account, "one")
    world.rounds(4)
    ann.write(ben.account, "two")
    world._lay_down(ann)
    world._collect(ben)
    assert len(to(ben, ann)) == 1
    ann.is_on = False
    alone(world, ben, TICKET_MS // DAY_MS + 1)
    assert not ben.queue
    assert not [key for key in ben.disk if key[0] == "letter laid"]


def test_nobody_is_called_before_the_own_keys_are_published() -> None:
    world, _, ben = two(3)
    account, feed = world.person().public, world.person().public
    mailbox = Mailbox.restore(account, feed, (), world.random)
    known = world.prekeys[ben.feed.public]
    mailbox.handle(DevicesKnown(ben.account.public, (known,)), world.now_ms)
    event = Write(b"m" * 16, (ben.account.public,), b"", world.now_ms + DAY_MS)
    for one in (event, Tick()):
        effects = mailbox.handle(one, world.now_ms)
        assert not [one for one in effects if isinstance(one, Deliver)]
    published = PrekeyPublished(b"w" * 32, ben.mailbox._state.prekeys.introduction)
    sent = [one for one in mailbox.handle(published, world.now_ms) if isinstance(one, Deliver)]
    assert [one.at_door for one in sent] == [True, False]


@long
def test_no_more_is_sealed_than_the_other_end_can_skip() -> None:
    world, ann, ben = two(4)
    device = world.prekeys.pop(ben.feed.public)
    ann.mailbox = Mailbox.restore(
        ann.account.public, ann.feed.public,
        [(kind, value) for (kind, _), value in ann.disk.items() if kind == "own prekeys"],
        world.random,
    )  # fmt: skip
    ann.queue.clear()
    names = [ann.write(ben.account, f"{number}") for number in range(MAX_SKIP + 3)]
    assert not ann.queue, "no device is known"
    ann.handle(DevicesKnown(ben.account.public, (device,)))
    assert len(to(ann, ben)) == MAX_SKIP
    ann.handle(Tick())
    assert len(to(ann, ben)) == MAX_SKIP + 3, "the rest in a session of another call"
    assert len(ann.queue) == MAX_SKIP + 5 and day_at(world.now_ms) == 20_000
    world.rounds(3)
    assert sorted(ben.ids()) == sorted(names)
