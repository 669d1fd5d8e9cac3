"""The owner's letters: messages and knocks of people, over a carrier in memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.node.knocks.support import Knocker, copy

from sayso_node.clock import now_ms
from sayso_node.daemon.letters.knock_letters import PRICE
from sayso_node.daemon.letters.owner_letters import OwnerLetters
from sayso_node.home.directory import Home
from sayso_node.knocks.outgoing import KnockState, own_knocks, queue_new
from sayso_node.knocks.strangers import accept, strangers
from sayso_node.letters.home_carrier import boxes_of
from sayso_node.letters.letter_source import LetterReport
from sayso_node.messages.conversation import compose_message, messages
from sayso_protocol.content.body import Follow, Post, Profile, Reference
from sayso_protocol.filters.rules import NO_RULES
from sayso_protocol.letters.box import day_at
from sayso_protocol.letters.letter_frames import CarriedLetter, LetterState
from sayso_protocol.letters.stamp import Mint


class Owner(Knocker):
    """Somebody whose node is there now and then."""

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(name)
        self.publish([Profile(name, knock=(0, 2, 3, 4))])
        home = Home(folder / name)
        home.prepare()
        door = self.feed_key, self.grant
        self.letters = OwnerLetters(home, self.store, self.records, door, self.publish)
        self.letters.waiting(0)  # which publishes the key by which others write

    def write(self, to: Owner, text: str) -> None:
        compose_message(self.store, self.records, to.account, text, now_ms())

    def states(self) -> list[object]:
        shown = messages(self.store, self.records, now_ms())
        return [one.as_json()["state"] for one in shown if one.is_own]

    def texts(self) -> list[str]:
        return [one.kept.message.text for one in messages(self.store, self.records, now_ms())]

    def shelf(self) -> list[str | None]:
        found, _ = strangers(self.store, self.records, NO_RULES, now_ms())
        return [one.text for one in found]


class Carrier:
    """Holds letters, and says which were taken."""

    def __init__(self) -> None:
        self.held: dict[bytes, CarriedLetter] = {}
        self.bits: list[int] = []

    def take_from(self, owner: Owner) -> None:
        for one in owner.letters.waiting(100):
            if one.bits and one.stamp is None:
                mint = Mint(one.box, one.id, one.bits)
                while (stamp := mint.run()) is None:
                    pass
                owner.letters.note_stamp(one.id, stamp)
        for one in owner.letters.waiting(100):
            self.bits += [one.bits] if one.bits else []
            letter = CarriedLetter(one.box, day_at(now_ms()), one.letter, b"net1", one.stamp)
            self.held[one.id] = letter
            owner.letters.report([LetterReport(one.id, LetterState.CARRIED)])

    def give_to(self, owner: Owner) -> None:
        for _ in range(2):  # what comes opens further boxes
            boxes = set(boxes_of(owner.letters.places()))
            found = {name: one for name, one in self.held.items() if one.box in boxes}
            owner.letters.keep([*found.values()])
            for name in found:
                del self.held[name]
        owner.letters.emptied()

    def tell(self, owner: Owner) -> None:
        for one in owner.letters.laid(100):
            state = LetterState.CARRIED if one.id in self.held else LetterState.DELIVERED
            owner.letters.report([LetterReport(one.id, state)])

    def exchange(self, *owners: Owner) -> None:
        for one in owners:
            self.take_from(one)
        for one in owners:
            self.give_to(one)
        for one in owners:
            self.tell(one)


@pytest.fixture
def ann(tmp_path: Path) -> Owner:
    return Owner("ann", tmp_path)


@pytest.fixture
def ben(tmp_path: Path) -> Owner:
    return Owner("ben", tmp_path)


def test_friends_write_to_each_other_and_nothing_stays(ann: Owner, ben: Owner) -> None:
    copy(ann, ben)
    copy(ben, ann)
    carrier = Carrier()
    ann.write(ben, "meet me at the quay")
    assert ann.states() == ["waiting"]
    carrier.exchange(ann)
    assert ann.states() == ["carried"]
    for _ in range(2):
        carrier.exchange(ben, ann)
    assert (ben.texts(), ben.shelf(), ann.states()) == (["meet me at the quay"], [], ["delivered"])
    ben.write(ann, "at noon")
    for _ in range(3):
        carrier.exchange(ben, ann)
    assert ann.texts() == ["meet me at the quay", "at noon"]
    assert ben.states() == ["delivered"]
    assert not carrier.held
    assert not any(one.letters.waiting(9) or one.letters.laid(9) for one in (ann, ben))


def test_a_message_of_a_stranger_waits_on_the_shelf_until_it_is_accepted(
    ann: Owner, ben: Owner
) -> None:
    copy(ben, ann)  # she follows him, he does not know her
    carrier = Carrier()
    ann.write(ben, "you do not know me")
    carrier.exchange(ann, ben, ann)
    assert carrier.bits == [4]  # she cannot show that she is near
    assert ann.records.get(PRICE, ben.account) is None  # what is paid is not asked for again
    assert (ben.texts(), ben.shelf()) == ([], ["you do not know me"])
    assert ann.states() == ["carried"]
    [stranger], _ = strangers(ben.store, ben.records, NO_RULES, now_ms())
    accept(ben.store, ben.records, stranger.id, now_ms())
    carrier.exchange(ben, ann, ben)
    carrier.exchange(ben, ann)
    carrier.exchange(ben, ann)
    assert (ben.texts(), ben.shelf()) == (["you do not know me"], [])
    assert ann.states() == ["delivered"]


def test_a_reply_of_a_stranger_comes_to_the_shelf_once(ann: Owner, ben: Owner) -> None:
    ben.post("who has beans to swap?")
    copy(ben, ann)
    queue_new(ann.store, ann.records, now_ms())
    head = ben.store.own_feed()
    assert head is not None
    on = Reference(ben.account, ben.feed, head.head, head.held[-1].top)
    ann.publish([Follow(ben.account), Post("I have", reply=on, root=on)])
    carrier = Carrier()
    carrier.exchange(ann, ben, ann)
    assert ben.shelf().count("I have") == 1
    carrier.exchange(ann, ben, ann)
    assert ben.shelf().count("I have") == 1
    assert {one.state for one in own_knocks(ann.records)} == {KnockState.DELIVERED}


def test_a_stamp_that_is_worth_less_is_paid_anew(ann: Owner, ben: Owner) -> None:
    copy(ben, ann)
    ann.write(ben, "hello")
    [knock] = [one for one in ann.letters.waiting(9) if one.bits]
    ann.letters.note_stamp(knock.id, 7)
    ann.letters.report([LetterReport(knock.id, LetterState.PRICE, 9)])
    [again] = [one for one in ann.letters.waiting(9) if one.id == knock.id]
    assert (again.bits, again.stamp) == (9, None)


def test_what_every_carrier_has_lost_is_written_again(ann: Owner, ben: Owner) -> None:
    copy(ann, ben)
    copy(ben, ann)
    carrier = Carrier()
    ann.write(ben, "first")
    carrier.exchange(ann)
    for name in [*carrier.held]:
        ann.letters.report([LetterReport(name, LetterState.NOT_HERE)])
    carrier.held.clear()
    for _ in range(3):
        carrier.exchange(ann, ben)
    assert ben.texts() == ["first"]
    assert ann.states() == ["delivered"]
