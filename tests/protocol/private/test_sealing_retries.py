"""What is on the disk after each event, when something is sealed again, and what a call says."""

from __future__ import annotations

import pytest
from tests.budget import long

from sayso_protocol.codec import encode
from sayso_protocol.private.contents.message import Message, write_message
from sayso_protocol.private.contents.receipt import MAX_RECEIPTS
from sayso_protocol.private.mailbox_effects import Effect, MessageState
from sayso_protocol.private.mailbox_events import (
    Event,
    LetterReported,
    LettersTaken,
    LetterState,
    Tick,
    Write,
)
from sayso_protocol.private.mailbox_state import LAID, OUTGOING, PEER, PREKEYS, TAKEN
from sayso_protocol.private.private_limits import DAY_MS, TICKET_RENEWAL_MS

from .mailbox_world import Home, World


def kept_by(home: Home) -> dict[tuple[str, bytes], bytes]:
    """What its state comes to on a disk."""
    state = home.mailbox._state
    found = {(PREKEYS, b""): encode(state.prekeys.pack())}
    for kind, records in ((PEER, state.peers), (OUTGOING, state.outgoing), (LAID, state.laid)):
        found |= {(kind, key): encode(one.pack()) for key, one in records.items()}
    return found | {(TAKEN, key): encode([key, since]) for key, since in state.taken.items()}


def watched(home: Home) -> Home:
    """The same home; after each event all that it knows is on its disk."""
    handle, within = home.handle, [0]

    def checked(event: Event) -> list[Effect]:
        within[0] += 1
        effects = handle(event)
        within[0] -= 1
        if not within[0]:  # an event may lead to another, before all of it is on the disk
            assert home.disk == kept_by(home), event
        return effects

    home.handle = checked  # type: ignore[method-assign]
    return home


@long
@pytest.mark.parametrize("seed", range(2))
def test_all_that_is_known_is_on_the_disk(seed: int) -> None:
    world = World(seed, loss=0.3, doubling=0.2)
    accounts = [world.person() for _ in range(2)]
    homes = [watched(world.home(one)) for one in (accounts[0], accounts[0], accounts[1])]
    for day in range(34):
        for home in homes:
            other = accounts[home.account is accounts[0]]
            if world.dice.random() < 0.4:
                home.write(other, f"{day}")
            if world.dice.random() < 0.2:
                home.knock(other, b"a word")
            home.is_on = world.dice.random() < 0.6
        if day in (7, 23):
            homes[2].lose()
        if day == 3:
            world.friends()
        if day == 30:
            homes[0].revoke(homes[1])
        world.days(1)
    assert all(home.shown for home in homes)


def test_without_a_receipt_it_comes_again_and_then_in_a_new_session() -> None:
    world = World(1)
    ann, ben = (world.home(world.person()) for _ in range(2))
    world.friends()
    ann.write(ben.account, "one")
    world.rounds(4)
    name = ann.write(ben.account, "lost")
    sealed: list[tuple[int, bool]] = []
    for day in range(13):
        letters = list(ann.queue.values())
        ann.queue.clear()
        if any(not one.at_door for one in letters):
            sealed.append((day, any(one.at_door for one in letters)))
        for one in letters:  # ben's node took it, and its disk failed
            ann.handle(LetterReported(one.letter_id, LetterState.CARRIED))
            ann.handle(LetterReported(one.letter_id, LetterState.DELIVERED))
        world.now_ms += DAY_MS
        ben.handle(Tick())
        world.tell_devices()
        ann.handle(Tick())
    times = [day for day, _ in sealed]
    assert {0, 2, 6, 8, 12} <= set(times)
    assert [day for day, is_called in sealed if is_called] == [6, 12]
    assert ann.mailbox.state_of(name) is MessageState.CARRIED


def test_many_receipts_go_in_as_many_letters_as_it_takes() -> None:
    world = World(2)
    ann, ben = (world.home(world.person()) for _ in range(2))
    world.friends()
    ann.write(ben.account, "one")
    world.rounds(4)
    names = [ann.write(ben.account, f"{number}") for number in range(MAX_RECEIPTS + 5)]
    ben.handle(LettersTaken(tuple((one.box, one.letter) for one in ann.queue.values())))
    assert ben.ids()[1:] == names
    letters = [one for one in ben.queue.values() if one.account == ann.account.public]
    assert len(letters) == 2
    world.rounds(2)
    assert not [name for name in names if ann.mailbox.state_of(name) is not None]


def test_the_first_word_is_for_the_reader_alone() -> None:
    world = World(3)
    accounts = [world.person() for _ in range(2)]
    ann, own, ben = (world.home(one) for one in (accounts[0], accounts[0], accounts[1]))
    name = world.random(16)
    content = write_message(Message(name, accounts[1].public, "hello", world.now_ms, None))
    people = accounts[1].public, accounts[0].public
    until_ms = world.now_ms + 9 * DAY_MS
    ann.handle(Write(name, people, content, until_ms, first_word=b"a word"))
    world.rounds(4)
    assert ben.words() == [b"a word"] and own.words() == [b""]
    assert own.ids() == [name]


def test_a_new_pair_secret_is_given_when_the_last_one_ends_in_fourteen_days() -> None:
    world = World(4)
    ann, ben = (world.home(world.person()) for _ in range(2))
    world.friends()
    ann.write(ben.account, "one")
    world.rounds(4)
    mine, theirs = ann.mailbox._state.peers[ben.feed.public], ben.mailbox._state.peers
    [first] = mine.tickets
    world.now_ms = first.until_ms - TICKET_RENEWAL_MS - 1
    ann.write(ben.account, "a moment before")
    assert len(mine.tickets) == 1
    world.now_ms += 1
    ann.write(ben.account, "now")
    ann.write(ben.account, "and not once more")
    assert [(one.direction, one.is_known) for one in mine.tickets] == [(0, True), (0, False)]
    ann.restart()
    world.friends()
    mine = ann.mailbox._state.peers[ben.feed.public]
    assert [one.is_known for one in mine.tickets] == [True, False]
    secret = mine.tickets[1].secret
    world.rounds(3)
    [given] = [one for one in theirs[ann.feed.public].tickets if one.secret == secret]
    assert given.direction == 1 and given.is_known
    [known] = [one for one in mine.tickets if one.secret == secret]
    assert known.direction == 0 and known.is_known, "something came in the other direction"
