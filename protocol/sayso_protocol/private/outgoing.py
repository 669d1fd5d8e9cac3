"""What was written and is not receipted yet, and the sealed letters that no carrier has yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from ..codec import Value
from .mailbox_effects import MessageState
from .packing import (
    array,
    binary,
    binary_or_none,
    binary_up_to,
    fields,
    number,
    only_form,
    record,
    truth,
)
from .private_limits import ID_SIZE, MAX_CONTENT, MAX_TRIES, RESEND_MS, UNREPORTED_MS
from .ratchet import KEY_SIZE

VERSION: Final = 2
"""Since it is known which letter brings a first word; the version before is read as well."""

MAX_ACCOUNTS: Final = 512
"""Accounts that one content goes to: the members of a group."""

MAX_TARGETS: Final = 1_024
"""Devices that one content goes to: two a member."""

MAX_COUNTED: Final = 255
"""Tries are counted so far."""

MAX_FIRST_WORD: Final = 4_096
MAX_LETTER: Final = 32_768


@dataclass(slots=True)
class Target:
    """One device that something is for."""

    account: bytes
    identity: bytes | None = None
    """Of the device when it was sealed last; None before it was."""
    sealed_ms: int = 0
    collected_ms: int = 0
    """When the letter is known to have been collected; 0 while it is not."""
    tries: int = 0
    told_ms: int = 0
    """When the first word was laid at the door for it, 0 while it was not."""

    def is_due(self, identity: bytes | None, now_ms: int) -> bool:
        """Whether it is to be sealed: for the first time, for another identity, or again."""
        if self.identity is None or self.identity != identity:
            return True
        if self.collected_ms:
            return now_ms - self.collected_ms >= RESEND_MS << (self.tries - 1) % MAX_TRIES
        return now_ms - self.sealed_ms >= UNREPORTED_MS

    @property
    def is_in_doubt(self) -> bool:
        """Whether it was sealed so often under this identity that the session is in doubt."""
        return self.tries > 0 and self.tries % MAX_TRIES == 0


@dataclass(slots=True)
class Outgoing:
    """One content; plain until all devices have receipted it, for it may have to be sealed anew."""

    id: bytes
    content: bytes = field(repr=False)
    since_ms: int
    until_ms: int
    state: MessageState = MessageState.WAITING
    first_word: bytes = b""
    feeds: frozenset[bytes] = frozenset()
    """Only these devices, where any are named."""
    is_stranger: bool = True
    """Whether the readers may not know the writer."""
    open_accounts: set[bytes] = field(default_factory=set)
    """Accounts of which no device is known yet."""
    targets: dict[bytes, Target] = field(default_factory=dict)
    """By feed: those that have not receipted it."""

    def pack(self) -> Value:
        """As a canonical array."""
        targets: list[Value] = [
            [
                feed,
                one.account,
                one.identity,
                one.sealed_ms,
                one.collected_ms,
                one.tries,
                one.told_ms,
            ]
            for feed, one in self.targets.items()
        ]
        return [
            VERSION, self.id, self.content, self.since_ms, self.until_ms, int(self.state),
            self.first_word, list[Value](sorted(self.feeds)),
            self.is_stranger, list[Value](sorted(self.open_accounts)), targets,
        ]  # fmt: skip

    @classmethod
    def unpack(cls, value: Value) -> Outgoing:
        """Read what `pack` gave. Raises `Refused`."""
        value = _upgraded(value, 9, _newer_outgoing)
        (
            name, content, since_ms, until_ms, state, first_word, feeds, stranger, accounts, targets
        ) = record(value, VERSION, 10)  # fmt: skip
        return only_form(
            cls(
                binary(name, ID_SIZE),
                binary_up_to(content, MAX_CONTENT),
                number(since_ms),
                number(until_ms),
                MessageState(number(state, max(MessageState))),
                binary_up_to(first_word, MAX_FIRST_WORD),
                frozenset(binary(one, KEY_SIZE) for one in array(feeds, MAX_TARGETS)),
                truth(stranger),
                {binary(one, KEY_SIZE) for one in array(accounts, MAX_ACCOUNTS)},
                dict(map(_read_target, array(targets, MAX_TARGETS))),
            ),
            value,
        )


@dataclass(slots=True)
class LaidLetter:
    """A sealed letter that is not known to be collected. Until a carrier has it, it is laid into
    the box of each new day."""

    id: bytes
    account: bytes
    feed: bytes
    """Of the device that it is for; empty for a knock, which is for several."""
    item: bytes | None
    """The id of what is in it, if that has one; of a knock what its first key begins with."""
    day: int
    since_ms: int
    letter: bytes = field(repr=False)
    """Empty once a carrier has it."""
    word: bytes | None = None
    """The id of what was written whose first word a knock brings."""

    @property
    def at_door(self) -> bool:
        """Whether it is a knock."""
        return not self.feed

    @property
    def is_carried(self) -> bool:
        """Whether a carrier has it."""
        return not self.letter

    def pack(self) -> Value:
        """As a canonical array."""
        return [
            VERSION, self.id, self.account, self.feed, self.item, self.day, self.since_ms,
            self.letter, self.word,
        ]  # fmt: skip

    @classmethod
    def unpack(cls, value: Value) -> LaidLetter:
        """Read what `pack` gave. Raises `Refused`."""
        value = _upgraded(value, 7, lambda before: [*before, None])
        name, account, feed, item, day, since_ms, letter, word = record(value, VERSION, 8)
        return only_form(
            cls(
                binary(name, ID_SIZE),
                binary(account, KEY_SIZE),
                binary(feed, KEY_SIZE if feed else 0),
                binary_or_none(item, ID_SIZE),
                number(day),
                number(since_ms),
                binary_up_to(letter, MAX_LETTER),
                binary_or_none(word, ID_SIZE),
            ),
            value,
        )


def _read_target(value: Value) -> tuple[bytes, Target]:
    feed, account, identity, sealed_ms, collected_ms, tries, told_ms = fields(value, 7)
    target = Target(
        binary(account, KEY_SIZE),
        binary_or_none(identity, KEY_SIZE),
        number(sealed_ms),
        number(collected_ms),
        number(tries, MAX_COUNTED),
        number(told_ms),
    )
    return binary(feed, KEY_SIZE), target


def _upgraded(value: Value, count: int, newer: Callable[[list[Value]], list[Value]]) -> Value:
    """A record of the version before, as it is written now; any other as it is."""
    if type(value) is list and value and type(value[0]) is int and value[0] == VERSION - 1:
        return [VERSION, *newer(fields(value[1:], count))]
    return value


def _newer_outgoing(before: list[Value]) -> list[Value]:
    *first, accounts, targets = before
    told = [[*fields(one, 6), 0] for one in array(targets, MAX_TARGETS)]
    return [*first, True, accounts, list[Value](told)]
