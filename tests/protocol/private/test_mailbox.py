from __future__ import annotations

import pytest

from sayso_protocol.private.mailbox_effects import MessageState
from sayso_protocol.private.mailbox_events import (
    Accepted,
    KnockTaken,
    LetterReported,
    LettersTaken,
    LetterState,
)
from sayso_protocol.private.private_limits import DAY_MS, MAX_WORDS

from .mailbox_world import Home, World

WAITING, CARRIED, DELIVERED, RETURNED = MessageState


def two(seed: object, **manners: float) -> tuple[World, Home, Home]:
    world = World(seed, **manners)
    homes = [world.home(world.person()) for _ in range(2)]
    world.friends()
    return world, homes[0], homes[1]


def test_a_message_comes_and_its_writer_knows() -> None:
    world, ann, ben = two(1)
    name = ann.write(ben.account, "hello")
    assert ann.mailbox.state_of(name) is WAITING
    world.rounds(2)
    assert ben.ids() == [name] and b"hello" in ben.shown[0][1]
    world.rounds(2)
    assert ann.states[name] == [CARRIED, DELIVERED]
    assert ann.mailbox.state_of(name) is None
    assert not any(b"hello" in value for value in ann.disk.values()), "kept after the receipt"
    assert not any(b"hello" in letter for _, letter in world.seen)


def test_every_device_of_both_people_is_a_recipient() -> None:
    world = World(2)
    ann_account, ben_account = world.person(), world.person()
    homes = [world.home(one) for one in (ann_account, ann_account, ben_account, ben_account)]
    world.friends()
    world.rounds(2)
    name = homes[0].write(ben_account, "to all")
    back = homes[3].write(ann_account, "back")
    world.rounds(6)
    assert [sorted(one.ids()) for one in homes] == [
        [back],
        sorted([name, back]),
        sorted([name, back]),
        [name],
    ]
    for home in homes:
        assert not [key for key in home.disk if key[0] == "letter content"]


@pytest.mark.parametrize("seed", range(6))
def test_each_is_shown_once_and_in_the_end(seed: int) -> None:
    check_schedule(seed)


@pytest.mark.long
@pytest.mark.parametrize(
    "seeds", [range(6, 40), pytest.param(range(40, 200), marks=pytest.mark.soak)]
)
def test_over_many_schedules(seeds: range) -> None:
    for seed in seeds:
        check_schedule(seed)


def check_schedule(seed: int) -> None:
    """Loss, doubling, reorder, both call at once, disks read anew, stores lost."""
    world, ann, ben = two(seed, loss=0.2, doubling=0.2)
    world.shuffles = True
    wrote: dict[bytes, Home] = {}
    for day in range(12):
        for home, other in ((ann, ben), (ben, ann)):
            if world.dice.random() < 0.7:
                wrote[home.write(other.account, f"{day}")] = home
            if world.dice.random() < 0.3:
                home.restart()
                world.friends()
                world.tell_devices()
        world.days(1)
    world.loss = 0.0
    world.days(18)
    for home in (ann, ben):
        theirs = [name for name, writer in wrote.items() if writer is not home]
        assert sorted(home.ids()) == sorted(theirs)


def test_a_restored_home_gets_what_it_had_not_receipted() -> None:
    world, ann, ben = two(3)
    first = ann.write(ben.account, "one")
    world.rounds(4)
    second = ann.write(ben.account, "two")
    world.round()
    ben.shown.clear()
    ben.lose()
    world.friends()
    world.days(4)
    assert ben.ids() == [second] != [first], "what has no receipt comes again, and nothing else"
    assert ann.states[second][-1] is DELIVERED


def test_nobody_there_for_thirty_days_and_it_comes_back() -> None:
    world, ann, ben = two(4)
    ben.is_on = False
    name = ann.write(ben.account, "where are you?")
    world.days(29)
    assert ann.states[name] == [CARRIED]
    world.days(2)
    assert ann.states[name] == [CARRIED, RETURNED]
    assert not any(b"where are you?" in value for value in ann.disk.values())


def test_a_replayed_knock_opens_no_second_session() -> None:
    world, ann, ben = two(5)
    ann.write(ben.account, "hello")
    world.rounds(3)
    count = len(ben.knocks)
    assert count == 1
    for _, letter in list(world.seen):
        ben.handle(KnockTaken(letter))
    ben.restart()
    for _, letter in list(world.seen):
        ben.handle(KnockTaken(letter))
    assert len(ben.knocks) == count


def test_tickets_are_renewed_while_people_write() -> None:
    world, ann, ben = two(6)
    for day in range(60):
        ann.write(ben.account, f"day {day}")
        world.days(1)
    world.days(2)
    assert len(ben.ids()) == 60
    assert len(ben.knocks) == 1, "one call, and new tickets from then on"


def test_who_is_silent_for_longer_is_called_anew() -> None:
    world, ann, ben = two(7)
    ann.write(ben.account, "one")
    world.days(1)
    world.days(40)
    ann.write(ben.account, "two")
    world.days(2)
    assert len(ben.ids()) == 2 and len(ben.knocks) == 2


def test_a_stolen_device_reads_nothing_after_it_was_revoked() -> None:
    world = World(8)
    ann_account, ben_account = world.person(), world.person()
    ann, ben, stolen = (world.home(one) for one in (ann_account, ben_account, ben_account))
    world.friends()
    first = ann.write(ben_account, "before")
    world.rounds(4)
    assert stolen.ids() == [first] and stolen.feed.public in ben.announced
    ben.revoke(stolen)
    world.homes.remove(stolen)
    names = [ann.write(ben_account, f"after {n}") for n in range(3)]
    world.days(2)
    assert ben.ids() == [first, *names]
    # The thief has the disk and all that ever lay at the carrier.
    stolen.restart()
    for box, letter in world.seen:
        stolen.handle(KnockTaken(letter))
        stolen.handle(LettersTaken(((box, letter),)))
    assert [one for one in stolen.ids() if one in names] == []
    again = stolen.write(ann_account, "it is me")
    world.homes.append(stolen)
    world.days(3)
    assert again not in ann.ids()


def test_strangers_are_bounded_and_not_heard_before_they_are_accepted() -> None:
    world = World(9)
    ann, ben = (world.home(world.person()) for _ in range(2))
    name = ann.write(ben.account, "hello stranger")
    world.rounds(3)
    assert [one.account for one in ben.knocks] == [ann.account.public]
    assert ben.ids() == [] and not ben.mailbox.boxes(world.now_ms)
    ben.handle(Accepted(ann.account.public))
    world.rounds(3)
    assert ben.ids() == [name] and ann.states[name][-1] is DELIVERED


def test_each_word_of_a_stranger_comes_once_and_in_order() -> None:
    world = World(19)
    ann, ben = (world.home(world.person()) for _ in range(2))
    phone = world.home(ben.account)
    words = [b"word %d" % number for number in range(4)]
    names = [ann.knock(ben.account, one) for one in words[:3]]
    world.rounds(2)
    names.append(ann.knock(ben.account, words[3]))
    world.rounds(2)
    for home in (ben, phone):
        assert home.words() == words and home.ids() == []
        [peer] = home.mailbox._state.peers_of(ann.account.public)
        assert len(peer.sessions) == 1, "the call's alone"
    assert {ann.mailbox.state_of(one) for one in names} == {CARRIED}
    for home in (ben, phone):
        home.handle(Accepted(ann.account.public))
    world.rounds(3)
    assert sorted(ben.ids()) == sorted(phone.ids()) == sorted(names)
    ann.knock(ben.account, b"free")
    world.rounds(3)
    assert ben.words() == words and len(ben.ids()) == 5, "who answered is knocked at no more"
    assert all(ann.states[one][-1] is DELIVERED for one in names)


def test_a_further_word_alone_is_heard_and_opens_nothing() -> None:
    """The call was lost; it is made anew once that is known."""
    world = World(20)
    ann, ben = (world.home(world.person()) for _ in range(2))
    name = ann.knock(ben.account, b"one")
    [call] = [one for one in ann.queue.values() if one.at_door]
    ann.knock(ben.account, b"two")
    [further] = [one for one in ann.queue.values() if one.at_door and one is not call]
    for _ in range(2):
        ben.handle(KnockTaken(further.letter))
    ben.restart()
    ben.handle(KnockTaken(further.letter))
    assert ben.words() == [b"two"]
    assert ben.mailbox._state.peers_of(ann.account.public)[0].sessions == []
    for one in (call, further):
        ann.handle(LetterReported(one.letter_id, LetterState.CARRIED))
        del ann.queue[one.letter_id]
    ann.handle(LetterReported(further.letter_id, LetterState.DELIVERED))
    ann.handle(LetterReported(call.letter_id, LetterState.RETURNED))
    assert len(ann.taken) == 1
    ben.handle(Accepted(ann.account.public))
    world.rounds(3)
    assert ben.words() == [b"two", b"one"] and name in ben.ids() and len(ben.ids()) == 2


def test_a_word_that_gave_way_at_the_door_is_laid_again() -> None:
    world = World(21)
    ann, ben = (world.home(world.person()) for _ in range(2))
    for word in (b"one", b"two"):
        ann.knock(ben.account, word)
    [_, further] = [one for one in ann.queue.values() if one.at_door]
    ann.queue.clear()
    ann.handle(LetterReported(further.letter_id, LetterState.CARRIED))
    ann.handle(LetterReported(further.letter_id, LetterState.RETURNED))
    [again] = [one for one in ann.queue.values() if one.at_door]
    assert again.word == further.word and again.letter_id != further.letter_id
    ben.handle(KnockTaken(again.letter))
    assert ben.words() == [b"two"]


@pytest.mark.parametrize("seed", range(4))
def test_words_are_bounded_each_day_and_none_is_lost(seed: int) -> None:
    world = World(f"words {seed}", doubling=0.3)
    world.shuffles = True
    ann, ben = (world.home(world.person()) for _ in range(2))
    words = [b"word %d" % number for number in range(2 * MAX_WORDS + 3)]
    names = [ann.knock(ben.account, one) for one in words]
    for days in range(1, 4):
        world.days(1)
        ann.restart()
        world.tell_devices()
        for one in world.lying:  # by now it is known that he took them
            ann.handle(LetterReported(one.id, LetterState.DELIVERED))
        assert len(ben.words()) == min(days * MAX_WORDS, len(words))
    assert sorted(ben.words()) == sorted(words)
    ben.handle(Accepted(ann.account.public))
    world.days(2)
    assert sorted(ben.ids()) == sorted(names)


def test_who_lost_his_store_hears_the_word_again() -> None:
    world = World(22)
    ann, ben = (world.home(world.person()) for _ in range(2))
    ann.knock(ben.account, b"one")
    ann.knock(ben.account, b"two")
    world.rounds(2)
    assert ben.words() == [b"one", b"two"]
    ben.lose()
    ben.knocks.clear()
    world.rounds(3)
    assert ben.words() == [b"one", b"two"]


def test_prekeys_are_renewed_and_their_secrets_erased() -> None:
    world, ann, _ = two(10)
    identity = set()
    for _ in range(60):
        world.days(1)
        weeks = ann.mailbox._state.prekeys.weeks
        identity.add(ann.mailbox._state.prekeys.public)
        assert all(world.now_ms - one.since_ms < 16 * DAY_MS for one in weeks)
        assert world.now_ms - weeks[-1].since_ms < 8 * DAY_MS
    assert len(identity) == 1
    ann.is_on = False
    world.days(50)
    ann.is_on = True
    world.days(1)
    assert len(ann.mailbox._state.prekeys.weeks) == 1


def test_a_new_own_device_gets_what_comes_from_then_on() -> None:
    world, ann, ben = two(11)
    first = ann.write(ben.account, "one")
    world.rounds(4)
    phone = world.home(ben.account)
    world.friends()
    second = ann.write(ben.account, "two")
    world.rounds(4)
    assert ben.ids() == [first, second] and phone.ids() == [second]
    assert phone.feed.public in ann.announced and phone.feed.public in ben.announced
