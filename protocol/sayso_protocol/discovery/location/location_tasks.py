"""What a locator does, one at a time: each is a lookup, and then, maybe, something laid down."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..kademlia.contact import Contact
from ..kademlia.kademlia_limits import PARALLEL
from ..kademlia.lookup import Lookup
from ..kademlia.messages import Message, MessageType
from .account_lookup import AccountLookup
from .announcement import Announcement, seal
from .announcement_limits import ENOUGH_COPIES


class Request(NamedTuple):
    """A message for a contact. An `ADD_PROVIDER` has no answer: that it was sent is all."""

    contact: Contact
    message: Message

    @property
    def has_answer(self) -> bool:
        """Whether the contact answers."""
        return self.message.type is not MessageType.ADD_PROVIDER


class Task(ABC):
    """A lookup of `key`, then messages to lay down."""

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self._puts: deque[Request] | None = None
        self._putting = 0
        self.laid_down = 0
        """Places that were sent what was to be laid down."""

    def next(self) -> list[Request]:
        """Whom to send what, now."""
        if self._puts is None:
            found = [Request(one, self._question) for one in self.lookup.next()]
            if found or self.lookup.under_way:
                return found
            self._puts = deque(self._to_lay_down())
        sent: list[Request] = []
        while self._puts and self._putting < PARALLEL:
            self._putting += 1
            sent.append(self._puts.popleft())
        return sent

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do and nothing is under way."""
        return self._puts is not None and not self._puts and not self._putting

    def sent(self, *, done: bool) -> None:
        """A message without an answer was sent, or could not be."""
        self._putting -= 1
        self.laid_down += done

    def answered(self, peer: bytes, message: Message) -> None:
        """A question was answered."""
        self.lookup.answered(peer, message)

    def failed(self, peer: bytes) -> None:
        """A question was not answered."""
        self.lookup.failed(peer)

    @property
    def _question(self) -> Message:
        return Message(MessageType.FIND_NODE, self.lookup.key)

    @abstractmethod
    def _to_lay_down(self) -> list[Request]:
        """What to lay down, once the lookup is over."""

    def _puts_of(self, announcements: Sequence[Announcement], day: int) -> list[Request]:
        """These announcements at all places that were found, one a message."""
        key = self.lookup.key
        messages = [
            Message(MessageType.ADD_PROVIDER, key, sealed=(seal(one, day),))
            for one in announcements
        ]
        places = self.lookup.nearest()
        return [Request(place, message) for message in messages for place in places]


class ProbeTask:
    """Sees whether a peer answers where it says that it serves."""

    def __init__(self, contact: Contact) -> None:
        self._contact: Contact | None = contact
        self._under_way = False

    def next(self) -> list[Request]:
        """The one request."""
        contact, self._contact = self._contact, None
        if contact is None:
            return []
        self._under_way = True
        return [Request(contact, Message(MessageType.PING))]

    @property
    def is_over(self) -> bool:
        """Whether it has come to an end."""
        return self._contact is None and not self._under_way

    def answered(self, peer: bytes, message: Message) -> None:
        """It answered: whoever drives this knows it now."""
        self._under_way = False

    def failed(self, peer: bytes) -> None:
        """It did not."""
        self._under_way = False

    def sent(self, *, done: bool) -> None:
        """Nothing is sent that has no answer."""


class TableTask(Task):
    """A lookup for the sake of those that it meets."""

    def _to_lay_down(self) -> list[Request]:
        return []


class AnnounceTask(Task):
    """Lays an own announcement down for a day. `make` gives it once the places are known, or None
    where there is nothing to say."""

    def __init__(self, lookup: Lookup, day: int, make: Callable[[], Announcement | None]) -> None:
        super().__init__(lookup)
        self.day = day
        self._make = make

    def _to_lay_down(self) -> list[Request]:
        announcement = self._make()
        return [] if announcement is None else self._puts_of([announcement], self.day)


class FindTask(Task):
    """Looks an account up for one day."""

    def __init__(self, found: AccountLookup) -> None:
        super().__init__(found.lookup)
        self.found = found

    def answered(self, peer: bytes, message: Message) -> None:
        """A place answered."""
        self.found.answered(peer, message)

    @property
    def _question(self) -> Message:
        return Message(MessageType.GET_PROVIDERS, self.lookup.key)

    def _to_lay_down(self) -> list[Request]:
        return []


class CheckTask(FindTask):
    """Looks whether enough places have the newest announcements of an account's nodes, and lays
    down those that too few have. `newest` gives them when the lookup is over."""

    def __init__(
        self, found: AccountLookup, newest: Callable[[AccountLookup], Sequence[Announcement]]
    ) -> None:
        super().__init__(found)
        self._newest = newest

    def _to_lay_down(self) -> list[Request]:
        lacking = [
            one for one in self._newest(self.found) if self.found.copies(one) < ENOUGH_COPIES
        ]
        return self._puts_of(lacking, self.found.day)
