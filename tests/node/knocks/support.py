"""Ann, who reads, and people who knock at her door, each with a store of his own."""

from __future__ import annotations

from tests.node.support import Person

from sayso_node.clock import now_ms
from sayso_node.knocks.incoming import TakenKnock, take_knocks
from sayso_node.knocks.outgoing import (
    KnockState,
    first_word_of,
    own_knocks,
    price_of,
    queue_new,
)
from sayso_protocol.content.body import Follow, KnownBody, Post, Reference
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.filters.rules import NO_RULES, Rules
from sayso_protocol.letters.prices import DAY_MS
from sayso_protocol.letters.stranger import KnockRule
from sayso_protocol.private.contents.first_word import FirstWord, write_first_word
from sayso_storage.memory.sealed_records import MemorySealedRecords


def day() -> int:
    return now_ms() // DAY_MS


def copy(there: Person, here: Person, *, follow: bool = True) -> None:
    """Let somebody hold all that another wrote, as a follower does."""
    if follow:
        here.store.follow(there.account, None, now_ms())
    here.store.add_grant(there.grant, now_ms())
    state = there.store.own_feed()
    assert state is not None
    from sayso_protocol.feed.run import verify_run

    raw = there.store.load(there.feed, 1, state.head)
    assert raw is not None
    here.store.append([verify_run(raw)], now_ms())


class Knocker(Person):
    """Somebody with letters of his own, who knocks."""

    def __init__(
        self, name: str, device_of: Person | None = None, account: KeyPair | None = None
    ) -> None:
        super().__init__(name, device_of=device_of, account=account)
        self.records = MemorySealedRecords()

    def word_to(self, reader: Person, body: KnownBody) -> FirstWord:
        """Write an entry; the first word by which it comes to a reader."""
        queue_new(self.store, self.records, now_ms())
        self.publish([body])
        queue_new(self.store, self.records, now_ms())
        waiting = own_knocks(self.records, KnockState.WAITING)
        assert waiting[-1].reader == reader.account
        word = first_word_of(self.store, waiting[-1])
        assert word is not None
        return word

    def price(self, reader: Person, word: FirstWord) -> int:
        price = price_of(self.store, reader.account, word.way)
        assert price is not None
        return price


class Door(Knocker):
    """The reader: a person with a shelf."""

    def __init__(self, name: str = "ann", rules: Rules = NO_RULES) -> None:
        super().__init__(name)
        self.rules = rules
        self._letters = 0
        self.post("hello world")

    @property
    def entry(self) -> Reference:
        state = self.store.own_feed()
        assert state is not None
        return Reference(self.account, self.feed, state.head, state.held[-1].top)

    def take(
        self, word: FirstWord, bits: int = 24, *, letter: bytes = b"", network: bytes = b"net1"
    ) -> KnockRule | None:
        self._letters += 1
        name = letter or self._letters.to_bytes(16, "big")
        caller = word.grant.account
        taken = TakenKnock(name, day(), bits, network, caller, write_first_word(word))
        return take_knocks(self.store, self.records, self.rules, [taken], now_ms())[0]


def reply(to: Door, text: str = "a word") -> Post:
    return Post(text, reply=to.entry, root=to.entry)


def follow(one: Person, other: Person) -> None:
    one.publish([Follow(other.account)])
