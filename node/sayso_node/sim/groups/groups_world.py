"""The people, their devices, the letters between them and the boxes that all can look into."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from typing import Final

from sayso_protocol.crypto.hashing import NONCE_SIZE
from sayso_protocol.private.groups.contents import GroupContent, Post, write_content
from sayso_protocol.private.groups.effects import Effect, GivePosts, Lay, Send
from sayso_protocol.private.groups.post import seal_post

from .group_device import GroupDevice, GroupPerson
from .groups_scenario import GroupsScenario

HOUR_MS: Final = 3_600_000
BEGIN_MS: Final = 1_750_000_000_000


@dataclass(frozen=True, slots=True)
class Letter:
    """Something under way to a device: a content of a sender, or a letter in an epoch's box."""

    to: GroupDevice
    source: GroupDevice
    data: bytes
    epoch: bytes | None = None


class GroupsWorld:
    """All of a run that is no decision: `deliver` moves letters, `act_out` does what machines
    want."""

    def __init__(self, scenario: GroupsScenario, seed: int) -> None:
        self.scenario = scenario
        self.dice = random.Random(seed)  # noqa: S311
        self.people = [GroupPerson(number) for number in range(scenario.people)]
        self.devices: list[GroupDevice] = []
        for person in self.people:
            for _ in range(1 + person.number % 2):
                self.devices.append(GroupDevice(person, len(self.devices)))
        self.now_ms = BEGIN_MS
        self.air: list[Letter] = []
        self.boxes: list[tuple[GroupDevice, bytes, bytes]] = []
        self.part = dict.fromkeys(range(len(self.devices)), 0)
        self.is_calm = False
        self.counts: Counter[str] = Counter()

    def devices_of(self, account: bytes) -> list[GroupDevice]:
        """All devices of an account."""
        return [one for one in self.devices if one.person.key == account]

    def act_out(self, source: GroupDevice, effects: list[Effect]) -> None:
        """Send and lay what a machine wants."""
        for effect in effects:
            match effect:
                case Send(accounts, content):
                    for account in accounts:
                        self.send(source, account, content)
                case GivePosts(account, posts):
                    for id in posts:
                        post = source.shown[id].post
                        self.send(source, account, Post(post.group, post.wire))
                case Lay(epoch, post):
                    letter = seal_post(post, epoch, self.dice.randbytes(NONCE_SIZE))
                    self.counts["posts"] += 1
                    for device in self.devices:
                        if device is not source:
                            self._put(Letter(device, source, letter, epoch.id))
                case _:
                    pass

    def send(self, source: GroupDevice, account: bytes, content: GroupContent) -> None:
        """A content to each other device of an account."""
        data = write_content(content)
        for device in self.devices_of(account):
            if device is not source:
                self._put(Letter(device, source, data))

    def _put(self, letter: Letter) -> None:
        self.counts["letters"] += 1
        if not self.is_calm and self.dice.random() < self.scenario.lost:
            self.counts["lost"] += 1
            return
        self.air.append(letter)
        if self.dice.random() < self.scenario.doubled:
            self.counts["doubled"] += 1
            self.air.append(letter)

    def part_or_heal(self) -> None:
        """Perhaps let the net fall apart, perhaps heal it."""
        if self.dice.random() < self.scenario.parted:
            parts = self.scenario.parts
            self.part = {number: self.dice.randrange(parts) for number in self.part}
        if self.dice.random() < self.scenario.parted:
            self.part = dict.fromkeys(self.part, 0)

    def deliver(self, most: int) -> None:
        """Let letters arrive, any of those under way; across a partition none does."""
        for _ in range(most):
            if not self.air:
                return
            at = self.dice.randrange(len(self.air))
            self.air[at], self.air[-1] = self.air[-1], self.air[at]
            letter = self.air.pop()
            if self.part[letter.to.number] != self.part[letter.source.number]:
                self.air.append(letter)
                continue
            self._arrive(letter)

    def _arrive(self, letter: Letter) -> None:
        if letter.epoch is None:
            sender = letter.source.person.key
            effects = letter.to.take(sender, letter.data, self.now_ms)
        elif letter.epoch in letter.to.epochs:
            effects = letter.to.take_letter(letter.data, letter.epoch, self.now_ms)
        else:
            self.counts["boxes without a key"] += 1
            return
        self.act_out(letter.to, effects)

    def settle(self) -> None:
        """Calm: nothing is lost, no partition, all that is under way arrives."""
        self.is_calm = True
        self.part = dict.fromkeys(self.part, 0)
        for _ in range(self.scenario.settle_rounds):
            self.now_ms += 7 * HOUR_MS
            if self.scenario.asks:
                for device in self.devices:
                    self.act_out(device, device.tick(self.now_ms, self.dice))
            while self.air:
                self.deliver(len(self.air))
