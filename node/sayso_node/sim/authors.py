"""People who write: keys by seed, and posts signed by the code that signs a person's own."""

from __future__ import annotations

from hashlib import sha256
from random import Random
from typing import Final

from sayso_protocol.accounts.statement import Revoke, sign_grant, sign_revoke
from sayso_protocol.content.body import KnownBody, Open, Post, Reference, Retract, write_body
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.run import Run, ids_of
from sayso_storage.interface.store import Store

from ..accounts.continuation import continue_feed
from .scenario import Pair

_LETTERS = "etaoin shrdlu cmfwyp vbgkjq xz äöü 你好 "


class SimAuthor:
    """An account with one feed. Keys are drawn from the seed of the run."""

    def __init__(self, seed: int, node: int, characters: Pair, chance: Random) -> None:
        self._account = _key(seed, node, "account")
        self._feed = _key(seed, node, "feed")
        self._characters = characters
        self._chance = chance
        promised = next_key_hash(_key(seed, node, "next").public)
        self.grant = sign_grant(self._account, self._feed, promised)
        self._count = 0
        self.takes_back = 0.0
        """The share of what it publishes that takes back an earlier entry."""

    @property
    def account(self) -> bytes:
        """Public key of the account."""
        return self.grant.account

    @property
    def feed(self) -> bytes:
        """Public key of the feed."""
        return self.grant.feed

    def revoke(self, seq: int, id: bytes) -> Revoke:
        """The account's word that the feed ends with this entry."""
        return sign_revoke(self._account, self.feed, seq, id)

    def begin(self, store: Store, now_ms: int) -> Run:
        """Make the store this person's own, with the first entry of the feed."""
        store.add_own(self.grant, now_ms)
        return self.publish(store, [write_body(Open(self.grant.wire))], now_ms)

    def post(self, store: Store, count: int, now_ms: int) -> Run:
        """Post texts of the scenario's lengths."""
        return self.publish(store, [write_body(one) for one in self.bodies(store, count)], now_ms)

    def publish(self, store: Store, bodies: list[bytes], now_ms: int) -> Run:
        """Sign whatever this is, as the next entries."""
        return store.publish(lambda state: continue_feed(self._feed, state, bodies, now_ms), now_ms)

    def bodies(self, store: Store, count: int) -> list[KnownBody]:
        """The bodies that it posts; the store is what it knows."""
        if self.takes_back and count == 1 and self._chance.random() < self.takes_back:
            return [self._retraction(store)]
        return [Post(self._text()) for _ in range(count)]

    def _retraction(self, store: Store) -> KnownBody:
        """Take back any entry but the first, be it a retraction, or one that is gone already."""
        state = store.feed(self.feed)
        assert state is not None
        run = store.load(self.feed, *[self._chance.randint(2, state.head)] * 2)
        assert run is not None
        return Retract((Reference(self.account, self.feed, run.first, ids_of(run)[0]),))

    def _text(self) -> str:
        self._count += 1
        length = round(self._chance.uniform(*self._characters))
        letters = self._chance.choices(_LETTERS, k=max(1, length))
        return f"{self._count} {''.join(letters)}"[: max(length, 12)]


def _key(seed: int, node: int, use: str) -> KeyPair:
    return KeyPair.from_seed(sha256(f"sayso simulator/{seed}/{node}/{use}".encode()).digest())


COMMON_TEXT: Final = "we all say one and the same thing here, chant with us"
"""The text that `ECHO` counts: long enough that equal texts are no chance."""


WORDS = ("hello", "casino", "beans", "free money", "cats", "spam", "weather", "[[rule]]")


def random_text(chance: Random) -> str:
    """Some words, or what others say too."""
    return COMMON_TEXT if chance.random() < 0.1 else " ".join(chance.choices(WORDS, k=3))
