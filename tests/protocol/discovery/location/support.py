"""An account with a feed, and what its node announces."""

from __future__ import annotations

from dataclasses import dataclass

from sayso_protocol.accounts.statement import Grant, sign_grant
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.location.announcement import Announcement, sign_announcement
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_id import peer_id_of_key

AT = 1_700_000_000_000
"""2023-11-14, 22:13:20 UTC."""


def key(number: int) -> KeyPair:
    return KeyPair.from_seed(number.to_bytes(32, "big"))


@dataclass(frozen=True)
class Somebody:
    """One person with one device; `number` tells them apart."""

    number: int

    @property
    def feed(self) -> KeyPair:
        return key(2 * self.number)

    @property
    def grant(self) -> Grant:
        return sign_grant(key(2 * self.number + 1), self.feed, next_key_hash(key(1).public))

    @property
    def account(self) -> bytes:
        return key(2 * self.number + 1).public

    def says(self, time_ms: int = AT, node: int = 0, addresses: int = 1) -> Announcement:
        at = [Address("ip4", f"5.6.7.{n + 1}", 4001) for n in range(addresses)]
        return sign_announcement(self.feed, self.grant, node_id(node), time_ms, at)


def node_id(number: int) -> str:
    return peer_id_of_key(key(1000 + number).public)


ANN, BEN = Somebody(11), Somebody(12)
