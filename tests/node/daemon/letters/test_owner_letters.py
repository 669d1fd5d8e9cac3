"""The owner's letters: messages and knocks of people, over a carrier in memory."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.node.knocks.support import Knocker, copy

from sayso_node.clock import now_ms
from sayso_node.daemon.letters import owner_letters
from sayso_node.daemon.letters.owner_letters import OwnerLetters
from sayso_node.home.directory import Home
from sayso_node.knocks.outgoing import KnockState, own_knocks, queue_new
from sayso_node.knocks.strangers import accept, strangers
from sayso_node.letters.home_carrier import boxes_of
from sayso_node.letters.letter_source import LetterReport, WaitingLetter
from sayso_node.messages.conversation import compose_message, forget_message, messages
from sayso_protocol.content.body import Follow, Post, Profile, Reference
from sayso_protocol.filters.rules import NO_RULES
from sayso_protocol.letters.box import day_at
from sayso_protocol.letters.letter_frames import CarriedLetter, LetterState
from sayso_protocol.letters.shelf import MAX_OF_SENDER
from sayso_protocol.letters.stamp import Mint
from sayso_protocol.private.private_limits import MAX_WORDS, RETURNED_MS


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

    def reply(self, to: Owner, text: str) -> None:
        """An answer to the newest entry of somebody."""
        head = to.store.own_feed()
        assert head is not None
        on = Reference(to.account, to.feed, head.head, head.held[-1].top)
        self.publish([Post(text, reply=on, root=on)])

    def knocks(self) -> list[KnockState]:
        return [one.state for one in own_knocks(self.records)]

    def waiting(self) -> list[WaitingLetter]:
        return [*self.letters.waiting(100)]

    def lay(self, letters: Iterable[WaitingLetter], state: LetterState) -> None:
        self.letters.report([LetterReport(one.id, state) for one in letters])

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


def knocker(ann: Owner, ben: Owner) -> None:
    """Let Ben read Ann, who does not know him."""
    ann.post("who has beans to swap?")
    copy(ann, ben)
    queue_new(ben.store, ben.records, now_ms())


def test_each_further_word_of_a_stranger_is_a_knock_of_its_own(ann: Owner, ben: Owner) -> None:
    knocker(ann, ben)
    carrier = Carrier()
    ben.reply(ann, "I have")
    ben.publish([Post("a question to @ann", mentions=(ann.account,))])
    carrier.exchange(ben, ann)
    ben.reply(ann, "and peas")
    assert carrier.bits == [4, 4], "each pays for itself"
    carrier.exchange(ben, ann)
    assert carrier.bits == [4, 4, 4]
    for _ in range(2):
        carrier.exchange(ben, ann, ben)
    assert sorted(map(str, ann.shelf())) == ["I have", "a question to @ann", "and peas"]
    assert set(ben.knocks()) == {KnockState.DELIVERED}
    assert carrier.bits == [4, 4, 4]
    [first, *_], _ = strangers(ann.store, ann.records, NO_RULES, now_ms())
    accept(ann.store, ann.records, first.id, now_ms())
    for _ in range(2):
        carrier.exchange(ann, ben)
    ben.reply(ann, "next week")
    for _ in range(2):
        carrier.exchange(ben, ann)
    head = next(one for one in ann.store.of_kind(ben.account, Post.KIND))
    assert head.body is not None and b"next week" in head.body, "free from then on"
    assert len(ann.shelf()) == 2 and carrier.bits == [4, 4, 4]
    assert ben.knocks() == [KnockState.DELIVERED] * 4


def test_the_words_at_one_door_are_bounded_and_in_order(ann: Owner, ben: Owner) -> None:
    knocker(ann, ben)
    for number in range(MAX_WORDS + 3):
        ben.reply(ann, f"word {number}")
    assert len([one for one in ben.waiting() if one.bits]) == MAX_WORDS
    carrier = Carrier()
    carrier.exchange(ben, ann, ben)
    assert len(carrier.bits) == MAX_WORDS, "nor on that day, once these were taken"
    assert sorted(map(str, ann.shelf())) == [f"word {n}" for n in range(MAX_OF_SENDER)]
    states = [KnockState.DELIVERED] * MAX_WORDS + [KnockState.WAITING] * 3
    assert ben.knocks() == states
    [first, *_], _ = strangers(ann.store, ann.records, NO_RULES, now_ms())
    accept(ann.store, ann.records, first.id, now_ms())
    for _ in range(3):
        carrier.exchange(ann, ben)
    assert set(ben.knocks()) == {KnockState.DELIVERED}
    assert len(ann.shelf()) == MAX_OF_SENDER - 1
    held = ann.store.feed(ben.feed)
    assert held is not None and held.count == MAX_WORDS + 3 - (MAX_OF_SENDER - 1)


def test_a_knock_is_carried_when_its_own_letter_is(ann: Owner, ben: Owner) -> None:
    knocker(ann, ben)
    ben.reply(ann, "one")
    [first] = [one for one in ben.waiting() if one.bits]
    ben.reply(ann, "two")
    [second] = [one for one in ben.waiting() if one.bits and one.id != first.id]
    boxes = [one for one in ben.waiting() if not one.bits]
    waiting, carried, delivered, _ = KnockState
    ben.lay(boxes, LetterState.CARRIED)
    assert ben.knocks() == [waiting, waiting], "nobody reads these without the knock"
    ben.lay([second], LetterState.CARRIED)
    assert ben.knocks() == [waiting, waiting], "nor without the call"
    ben.lay([first], LetterState.CARRIED)
    assert ben.knocks() == [carried, carried]
    ben.lay([second], LetterState.DELIVERED)
    assert ben.knocks() == [carried, delivered]
    ben.lay(boxes[:1], LetterState.DISPLACED)
    assert ben.knocks() == [carried, delivered]


def test_a_message_is_carried_when_the_knock_that_brings_it_is(ann: Owner, ben: Owner) -> None:
    copy(ann, ben)
    ben.write(ann, "hello")
    [knock] = [one for one in ben.waiting() if one.bits]
    ben.lay([one for one in ben.waiting() if not one.bits], LetterState.CARRIED)
    assert ben.states() == ["waiting"]
    ben.lay([knock], LetterState.CARRIED)
    assert ben.states() == ["carried"]
    ben.write(ann, "and again")
    [knock] = [one for one in ben.waiting() if one.bits]
    ben.lay([one for one in ben.waiting() if not one.bits], LetterState.CARRIED)
    assert ben.states() == ["carried", "waiting"]
    ben.lay([knock], LetterState.CARRIED)
    assert ben.states() == ["carried", "carried"]
    ben.lay([knock], LetterState.DELIVERED)
    assert ben.states() == ["carried", "carried"], "that she has read it, she says"


def test_to_whom_follows_the_writer_a_second_message_costs_nothing(ann: Owner, ben: Owner) -> None:
    ann.publish([Follow(ben.account)])
    copy(ann, ben)
    ben.write(ann, "hello")
    ben.write(ann, "and again")
    assert len([one for one in ben.waiting() if one.bits]) == 1
    ben.lay(ben.waiting(), LetterState.CARRIED)
    assert ben.states() == ["carried", "carried"]


def test_answers_to_a_stranger_lie_where_he_looks_until_his_profile_is_asked_for(
    ann: Owner, ben: Owner
) -> None:
    knocker(ann, ben)
    assert ben.letters.places().asked == ()
    ben.reply(ann, "one")
    carrier = Carrier()
    carrier.exchange(ben, ann)
    assert ben.letters.places().asked == (ann.account,)
    assert not any(one.is_answer for one in (*ben.waiting(), *ben.letters.laid(9)))
    [shown], _ = strangers(ann.store, ann.records, NO_RULES, now_ms())
    accept(ann.store, ann.records, shown.id, now_ms())
    carrier.give_to(ann)
    answers = ann.waiting()
    assert answers and all(one.is_answer and one.account == ben.account for one in answers)
    ann.lay(answers, LetterState.CARRIED)
    assert all(one.is_answer for one in ann.letters.laid(9))
    ann.store.follow(ben.account, None, now_ms())
    assert not any(one.is_answer for one in ann.letters.laid(9))
    ann.publish([Follow(ben.account)])
    copy(ann, ben)
    assert ben.letters.places().asked == ()


def test_where_nobody_may_knock_it_waits_and_comes_back(
    ann: Owner, ben: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann.publish([Profile("ann", knock=(0, None, None, None))])
    knocker(ann, ben)
    ben.reply(ann, "one")
    ben.write(ann, "hello")
    carrier = Carrier()
    carrier.exchange(ben, ann, ben)
    assert (ben.knocks(), ben.states(), ann.shelf()) == ([KnockState.WAITING], ["waiting"], [])
    later = now_ms() + RETURNED_MS
    monkeypatch.setattr(owner_letters, "now_ms", lambda: later)
    ben.waiting()
    assert (ben.knocks(), ben.states()) == ([KnockState.RETURNED], ["returned"])


def test_a_forgotten_message_is_said_at_no_door(ann: Owner, ben: Owner) -> None:
    copy(ann, ben)
    ben.write(ann, "I should not have said")
    [knock] = [one for one in ben.waiting() if one.bits]
    ben.write(ann, "but this")
    [shown, _] = messages(ben.store, ben.records, now_ms())
    forget_message(ben.store, ben.records, shown.kept.message.id)
    left = [one.id for one in ben.waiting() if one.bits]
    assert knock.id not in left
    carrier = Carrier()
    carrier.exchange(ben, ann)
    assert ann.shelf() == ["but this"]


def test_of_whom_the_owner_follows_nothing_lies_on_the_shelf(ann: Owner, ben: Owner) -> None:
    knocker(ann, ben)
    ben.reply(ann, "one")
    ann.store.follow(ben.account, None, now_ms())
    ann.store.add_grant(ben.grant, now_ms())
    carrier = Carrier()
    for _ in range(2):
        carrier.exchange(ben, ann)
    assert ann.shelf() == []
    assert ann.letters._mailbox.hears(ben.account)


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
