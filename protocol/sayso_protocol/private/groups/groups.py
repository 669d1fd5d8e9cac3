"""All closed groups of one device: contents find their group, and an unknown one is asked about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...errors import BadShape, TooLarge
from .contents import GroupContent, Invitation, Request
from .effects import Effect, Send
from .group import Group, Random, invited_group
from .group_limits import ANSWER_MS

MAX_GROUPS: Final = 1024
"""Groups of a device: whoever may write to it may invite it."""
_MAX_ASKED: Final = 1024


class Groups:
    """Groups by id."""

    def __init__(self, account: bytes) -> None:
        self.account = account
        self._groups: dict[bytes, Group] = {}
        self._asked: dict[bytes, int] = {}

    def __iter__(self) -> Iterator[Group]:
        return iter(list(self._groups.values()))

    def get(self, id: bytes) -> Group | None:
        """A known group."""
        return self._groups.get(id)

    def put(self, group: Group) -> None:
        """Take in a group that was created here, or stored."""
        self._groups[group.id] = group

    def drop(self, id: bytes) -> None:
        """Let a group go, for good unless somebody invites again."""
        self._groups.pop(id, None)

    def take(self, sender: bytes, content: GroupContent, now_ms: int) -> list[Effect]:
        """Take in a content that came from a device of this account. Raises `Refused`."""
        group = self._groups.get(content.group)
        if group is not None:
            return group.take(sender, content, now_ms)
        if not isinstance(content, Invitation):
            return self._ask_about(sender, content.group, now_ms)
        if len(self._groups) >= MAX_GROUPS:
            raise TooLarge("in as many groups as there may be")
        group, effects = invited_group(self.account, sender, content, now_ms)
        self._groups[group.id] = group
        return effects

    def take_letter(self, group: bytes, letter: bytes, epoch: bytes, now_ms: int) -> list[Effect]:
        """Take in a letter from a group's box. Raises `Refused`; `KeyError` for an epoch that is
        not known."""
        known = self._groups.get(group)
        if known is None:
            raise BadShape("a letter of no group")
        return known.take_letter(letter, epoch, now_ms)

    def tick(self, now_ms: int, random: Random) -> list[Effect]:
        """What is due by now in any of them."""
        return [effect for group in self for effect in group.tick(now_ms, random)]

    def _ask_about(self, sender: bytes, group: bytes, now_ms: int) -> list[Effect]:
        """The invitation was lost: whoever speaks of the group has it."""
        if now_ms - self._asked.get(sender, -ANSWER_MS) < ANSWER_MS:
            return []
        self._asked.pop(sender, None)
        self._asked[sender] = now_ms
        while len(self._asked) > _MAX_ASKED:
            del self._asked[next(iter(self._asked))]
        return [Send((sender,), Request(group, (), (), ()))]
