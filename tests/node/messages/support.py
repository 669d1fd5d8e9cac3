"""People with mailboxes on real stores, and a carrier between them."""

from __future__ import annotations

from tests.node.knocks.support import Knocker, copy

from sayso_node.clock import now_ms
from sayso_node.messages.conversation import ShownMessage, compose_message, messages
from sayso_node.messages.device_mailbox import DeviceMailbox
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.letters.box import day_at, door_box
from sayso_protocol.private.mailbox_events import LetterState


class Writer(Knocker):
    """Somebody who writes private messages."""

    def __init__(
        self, name: str, device_of: Writer | None = None, account: KeyPair | None = None
    ) -> None:
        super().__init__(name, device_of, account)
        self.now_ms = now_ms()
        self.mailbox = self.opened()
        self.mailbox.update(self.now_ms)

    def opened(self) -> DeviceMailbox:
        """The mailbox, as after a start of the node."""
        return DeviceMailbox(self.store, self.records, self.publish)

    def write(self, to: Writer, text: str, lifetime_ms: int | None = None) -> ShownMessage:
        """What the command does."""
        return compose_message(self.store, self.records, to.account, text, self.now_ms, lifetime_ms)

    def texts(self) -> list[str]:
        """All that is shown."""
        found = messages(self.store, self.records, self.now_ms)
        return [one.kept.message.text for one in found]

    def states(self) -> list[object]:
        """What became of the own messages."""
        found = messages(self.store, self.records, self.now_ms)
        return [one.as_json()["state"] for one in found if one.is_own]


class Carrier:
    """Holds letters in boxes."""

    def __init__(self) -> None:
        self.boxes: dict[bytes, list[bytes]] = {}

    def exchange(self, *people: Writer) -> None:
        """Each node looks after its mailbox, lays down what it has and collects what is there."""
        for one in people:
            one.mailbox.update(one.now_ms)
            for delivery in list(one.mailbox.deliveries()):
                self.boxes.setdefault(delivery.box, []).append(delivery.letter)
                one.mailbox.report(delivery.letter_id, LetterState.CARRIED, one.now_ms)
        boxes = {box for one in people for box in self._doors(one)}
        doors = {box: self.boxes.pop(box, []) for box in boxes}
        for one in people:
            for letter in [letter for box in self._doors(one) for letter in doors[box]]:
                one.mailbox.take_knock(letter, one.now_ms)
            for box in one.mailbox.boxes(one.now_ms):
                found = tuple((box, letter) for letter in self.boxes.pop(box, []))
                one.mailbox.take(found, one.now_ms)
            one.mailbox.note_emptied(one.now_ms)

    def _doors(self, one: Writer) -> list[bytes]:
        """Those of three days: all devices of an account get what lies there."""
        today = day_at(one.now_ms)
        return [door_box(one.account, day) for day in (today - 1, today, today + 1)]


def friends() -> tuple[Writer, Writer, Carrier]:
    """Two people who hold each other's feeds and want to hear from each other."""
    ann, ben = Writer("ann"), Writer("ben")
    for one, other in ((ann, ben), (ben, ann)):
        copy(other, one)
    for one, other in ((ann, ben), (ben, ann)):
        one.mailbox.accept(other.account, one.now_ms)
    return ann, ben, Carrier()
