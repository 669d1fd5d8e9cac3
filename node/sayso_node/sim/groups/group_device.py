"""A device in the simulated world of groups: the real machine, and what it stores."""

from __future__ import annotations

import random
from hashlib import blake2b

from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.errors import Refused
from sayso_protocol.private.groups.contents import read_content
from sayso_protocol.private.groups.effects import (
    Effect,
    ForgetEpoch,
    ShownPost,
    StoreEpoch,
    StorePost,
)
from sayso_protocol.private.groups.epoch import Epoch
from sayso_protocol.private.groups.group import Group, create_group
from sayso_protocol.private.groups.groups import Groups
from sayso_protocol.private.groups.operation import Charter


class GroupPerson:
    """An account; its number is its place among the people."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.account = KeyPair.from_seed(_seed("account", number))

    @property
    def key(self) -> bytes:
        """The account."""
        return self.account.public


class GroupDevice:
    """One device of a person."""

    def __init__(self, person: GroupPerson, number: int) -> None:
        self.person = person
        self.number = number
        self.device = KeyPair.from_seed(_seed("device", number))
        self.grant = sign_grant(person.account, self.device, bytes(32))
        self.groups = Groups(person.key)
        self.shown: dict[bytes, ShownPost] = {}
        self.epochs: dict[bytes, Epoch] = {}
        self.twice = 0
        self.refused = 0

    @property
    def group(self) -> Group | None:
        """The one group that there is, where this device knows it."""
        return next(iter(self.groups), None)

    def create(self, now_ms: int, charter: Charter) -> list[Effect]:
        """Begin the group."""
        group, effects = create_group(self.device, self.grant, now_ms, charter)
        self.groups.put(group)
        return self._kept(effects)

    def take(self, sender: bytes, data: bytes, now_ms: int) -> list[Effect]:
        """Take the bytes of a content in."""
        try:
            return self._kept(self.groups.take(sender, read_content(data), now_ms))
        except Refused:
            self.refused += 1
            return []

    def take_letter(self, letter: bytes, epoch: bytes, now_ms: int) -> list[Effect]:
        """Take a letter in from the box of an epoch whose key is known."""
        if self.group is None:
            return []
        try:
            return self._kept(self.group.take_letter(letter, epoch, now_ms))
        except Refused:
            self.refused += 1
            return []

    def tick(self, now_ms: int, dice: random.Random) -> list[Effect]:
        """What is due by now."""
        return [] if self.group is None else self._kept(self.group.tick(now_ms, dice.randbytes))

    def did(self, effects: list[Effect]) -> list[Effect]:
        """Keep what an act of the owner gave to keep."""
        return self._kept(effects)

    def _kept(self, effects: list[Effect]) -> list[Effect]:
        for effect in effects:
            if isinstance(effect, StorePost):
                id = effect.shown.post.id
                self.twice += id in self.shown
                self.shown[id] = effect.shown
            elif isinstance(effect, StoreEpoch):
                self.epochs[effect.epoch.id] = effect.epoch
            elif isinstance(effect, ForgetEpoch):
                del self.epochs[effect.epoch]
        return effects


def _seed(what: str, number: int) -> bytes:
    return blake2b(f"{what} {number}".encode(), digest_size=32).digest()
