"""The past for another own device: all of it, once, in order, and nothing that was forgotten."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.node.knocks.support import copy

from sayso_node.messages.conversation import forget_message, messages
from sayso_node.messages.history_transfer import (
    HISTORY,
    PART,
    PARTS_AT_ONCE,
    Progress,
    begin_transfer,
    past_messages,
    transfer_progress,
)
from sayso_protocol.accounts.statement import sign_revoke
from sayso_protocol.private.mailbox_state import OUTGOING
from sayso_protocol.private.private_limits import DAY_MS, RETURNED_MS

from .support import Writer, friends


class World:
    """Ann's desk, who wrote with Ben for days, and her new phone."""

    def __init__(self) -> None:
        self.desk, self.ben, self.carrier = friends()
        self.said: list[str] = []

    def talk(self, days: int, words: str = "") -> None:
        for day in range(days):
            for one, other, who in ((self.desk, self.ben, "ann"), (self.ben, self.desk, "ben")):
                one.write(other, f"{who} {day} {words}")
                self.said.append(f"{who} {day} {words}")
                one.now_ms += 1000
                self.carrier.exchange(self.desk, self.ben, self.desk, self.ben)

    def add_phone(self) -> None:
        self.phone = Writer("phone", self.desk)
        self.phone.now_ms = self.desk.now_ms
        for one, other in ((self.desk, self.phone), (self.phone, self.desk)):
            copy(other, one, follow=False)
        self.desk.mailbox.update(self.desk.now_ms)

    def ask(self) -> Progress:
        """What the command does."""
        return begin_transfer(self.desk.records, self.phone.feed, self.desk.now_ms)

    def exchange(self, times: int = 3) -> None:
        for _ in range(times):
            self.carrier.exchange(self.desk, self.phone)

    def progress(self) -> Progress | None:
        return transfer_progress(self.desk.records, self.phone.feed)


@pytest.fixture
def world() -> World:
    return World()


def shown(who: Writer) -> list[tuple[str, bool]]:
    found = messages(who.store, who.records, who.now_ms)
    return [(one.kept.message.text, one.is_own) for one in found]


def test_all_comes_once_in_order_and_marked_as_here(world: World) -> None:
    world.talk(3)
    world.add_phone()
    world.exchange()
    assert shown(world.phone) == [], "nothing goes without being asked for"
    assert world.ask() == Progress(6)
    world.exchange()
    assert shown(world.phone) == shown(world.desk)
    assert [text for text, _ in shown(world.phone)] == world.said
    assert [own for _, own in shown(world.phone)] == [True, False] * 3
    assert world.progress() is None and not world.desk.records.count(PART)
    assert world.ask() == Progress(6)
    world.exchange()
    assert [text for text, _ in shown(world.phone)] == world.said
    assert shown(world.ben) == [(text, not own) for text, own in shown(world.desk)]


def test_a_long_past_goes_in_parts_and_survives_stops(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sayso_node.messages.history_transfer.PARTS_AT_ONCE", 2)
    world.talk(4, "x" * 14_000)
    world.add_phone()
    world.ask()
    seen: list[int] = []
    for _ in range(8):
        world.exchange(1)
        world.desk.mailbox, world.phone.mailbox = world.desk.opened(), world.phone.opened()
        now = world.progress()
        seen.append(8 if now is None else now.came)
        assert world.desk.records.count(PART, world.phone.feed) <= 2 < PARTS_AT_ONCE
    assert len(set(seen)) > 2 and seen == sorted(seen) and seen[-1] == 8
    assert [text for text, _ in shown(world.phone)] == world.said


def _forget(world: World) -> str:
    gone = past_messages(world.desk.records, world.desk.now_ms)[1]
    forget_message(world.desk.store, world.desk.records, gone.message.id)
    return gone.message.text


def _expire(world: World) -> str:
    world.desk.now_ms += DAY_MS
    world.phone.now_ms += DAY_MS
    return "until tomorrow"


@pytest.mark.parametrize("lose", [_forget, _expire])
@pytest.mark.parametrize("is_asked_before", [True, False])
def test_what_is_forgotten_or_over_goes_no_more(
    world: World, lose: Callable[[World], str], is_asked_before: bool
) -> None:
    world.talk(2)
    world.desk.write(world.ben, "until tomorrow", DAY_MS)
    world.carrier.exchange(world.desk, world.ben, world.desk, world.ben)
    world.add_phone()
    if is_asked_before:
        world.ask()
        world.desk.mailbox.update(world.desk.now_ms)
        assert world.desk.records.count(PART, world.phone.feed)
    text = lose(world)
    world.desk.mailbox.update(world.desk.now_ms)
    assert text not in [said for said, _ in shown(world.desk)]
    waits = [one.value for one in world.desk.records.scan(OUTGOING)]
    assert not any(text.encode() in one for one in waits)
    if not is_asked_before:
        world.ask()
    world.exchange()
    assert shown(world.phone) == shown(world.desk)
    assert world.progress() is None


def test_a_device_that_cannot_be_written_to_yet_is_waited_for(world: World) -> None:
    world.talk(1)
    begin_transfer(world.desk.records, b"f" * 32, world.desk.now_ms)
    world.desk.mailbox.update(world.desk.now_ms)
    assert world.desk.records.count(HISTORY) == 1 and not world.desk.records.count(PART)


def test_a_revoked_device_gets_nothing_more(world: World) -> None:
    world.talk(1)
    world.add_phone()
    world.ask()
    world.desk.mailbox.update(world.desk.now_ms)
    revoke = sign_revoke(world.desk.account_key, world.phone.feed, 0, None)
    assert world.desk.store.add_statements([revoke], world.desk.now_ms) == [True]
    world.exchange()
    assert shown(world.phone) == [] and world.progress() is None
    assert not world.desk.records.count(PART)


def test_what_did_not_come_in_a_month_is_sent_again(world: World) -> None:
    world.talk(1)
    world.add_phone()
    world.ask()
    parts: list[bytes] = []
    for _ in range(3):
        world.desk.mailbox.update(world.desk.now_ms)
        [part] = world.desk.records.scan(PART, world.phone.feed)
        parts.append(part.key)
        world.desk.now_ms += RETURNED_MS
    assert len(set(parts)) == 3 and world.progress() == Progress(2)


def test_nobody_else_gives_a_past(world: World) -> None:
    """What another account sends of that kind is not taken."""
    from sayso_protocol.private.contents.history import PastMessage, write_histories
    from sayso_protocol.private.contents.message import Message
    from sayso_protocol.private.mailbox_events import Write

    forged = Message(b"i" * 16, world.desk.account, "never said", world.ben.now_ms)
    [content] = write_histories([PastMessage(world.ben.account, forged)])
    until = world.ben.now_ms + DAY_MS
    world.ben.mailbox.write(
        Write(b"n" * 16, (world.desk.account,), content, until), world.ben.now_ms
    )
    for _ in range(3):
        world.carrier.exchange(world.desk, world.ben)
    assert shown(world.desk) == []
