"""Hostile people and peers: whatever somebody may write, sign and send, from a seed."""

from __future__ import annotations

from contextlib import suppress
from random import Random
from typing import Any

import trio
import trio.testing
from tests.node.support import Person

from sayso_node.clock import now_ms
from sayso_node.network.link import Link
from sayso_node.sync.engine import Engine
from sayso_protocol.accounts.statement import sign_revoke, sign_rotate
from sayso_protocol.codec import encode
from sayso_protocol.content.body import (
    Follow,
    Label,
    Post,
    Profile,
    React,
    Reference,
    Repost,
    Unfollow,
    Unrepost,
    ViewOffer,
    write_body,
)
from sayso_protocol.crypto.hashing import blinded
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.errors import Refused
from sayso_protocol.feed.run import RawRun, sign_run, verify_run
from sayso_protocol.sync.interest import day_of
from sayso_protocol.sync.wire.frame_codec import encode_frame
from sayso_protocol.sync.wire.frames import (
    Again,
    Ask,
    Bye,
    Entries,
    Frame,
    Get,
    Graft,
    Have,
    Heights,
    Hello,
    Mark,
    Miss,
    Offer,
    Prune,
    Say,
    Synced,
    Unwant,
    Want,
)
from sayso_storage.interface.store import FeedState, StoredEntry, StoreError

WORDS = ("hello", "casino", "beans", "free money", "spam", "cats", "[[rule]]", "action = 'hide'")
KINDS = ("rule", "filter", "subscribe", "mute", "block", "unfollow-all", "view", "label", "open")


class Strangers:
    """People who write to whoever has their feeds, and speak to whoever lets them."""

    def __init__(self, seed: int, people: list[Person], victim: Person) -> None:
        self.chance = Random(seed)
        self.people = people
        self.victim = victim
        self.ruthless = False
        """Whether they also fork and end feeds, their own too, which are read-only from then on."""
        self._links = 0

    # --- what they write ---------------------------------------------------------------

    def write(self, person: Person, count: int) -> None:
        """Publish entries of any kind, about anything that the victim holds."""
        held = self.victim.store.arrived_after(0, 10_000)
        bodies = [self._body(held) for _ in range(count)]

        def sign(state: FeedState) -> Any:
            head = state.held[-1]
            time_ms = max(now_ms(), head.last_ms)
            times = [time_ms] * len(bodies)
            return sign_run(person.feed_key, head.last + 1, head.top, times, bodies)

        with suppress(StoreError):
            person.store.publish(sign, now_ms())

    def _body(self, held: list[StoredEntry]) -> bytes:
        on, account = self._reference(held), self._account()
        choice = self.chance.randrange(11)
        text = " ".join(self.chance.choices(WORDS, k=3))
        match choice:
            case 0 | 1:
                name = self.chance.choice(("spam", "bad", "rude", "casino"))
                some = (on, *(entry.reference for entry in self.chance.sample(held, 3)))
                return write_body(Label(name, some, (account,), self.chance.random() < 0.2))
            case 2:
                return write_body(Follow(account))
            case 3:
                return write_body(Unfollow(account))
            case 4:
                return write_body(ViewOffer("newest", "-1 * age", text))
            case 5:
                return write_body(React(on, self.chance.choice(("👍", None))))
            case 6:
                return write_body(Unrepost(on) if on.id[0] % 4 == 0 else Repost(on))
            case 7:
                return write_body(Profile(text, key_text(account)))
            case 8:
                return self._unknown(account)
            case 9:
                return self.chance.randbytes(self.chance.randint(1, 60))
            case _:
                reply = on if self.chance.random() < 0.5 else None
                return write_body(Post(text, reply=reply, root=reply, mentions=(account,)))

    def _unknown(self, account: bytes) -> bytes:
        """What later software, or somebody's hope, might take for an order."""
        fields = {
            "kind": self.chance.choice(KINDS),
            "account": account,
            "action": "hide",
            "words": ["hello"],
            "text": "[[rule]]\naction = 'hide'\nwords = 'hello'\n",
        }
        return encode(dict(sorted(fields.items())))

    def _account(self) -> bytes:
        return self.chance.choice([*self.people, self.victim]).account

    def _reference(self, held: list[StoredEntry]) -> Reference:
        entry = self.chance.choice(held)
        if self.chance.random() < 0.2:  # somebody else's, by what it says
            return Reference(self._account(), entry.feed, entry.seq, entry.id)
        return entry.reference

    # --- what they send ----------------------------------------------------------------

    async def harass(self, nursery: trio.Nursery, engine: Engine, count: int) -> None:
        """Speak to an engine over one link more, until it hangs up or all is said."""
        self._links += 1
        here, there = trio.testing.memory_stream_pair()
        name = f"stranger{self._links}"
        nursery.start_soon(engine.serve, Link(name, "/memory", False, here))
        token = self.chance.randbytes(16)
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            await there.send_all(encode_frame(Hello(1, "stranger/1", token)))
            await there.send_all(encode_frame(self._want()))
            for _ in range(count):
                await there.send_all(self._bytes())
                await trio.lowlevel.checkpoint()
            if self.chance.random() < 0.3:
                await there.send_all(self.chance.randbytes(99))

    def _bytes(self) -> bytes:
        try:
            data = encode_frame(self._frame())
        except (Refused, ValueError, OverflowError):
            return b""
        if self.chance.random() < 0.03:
            at = self.chance.randrange(len(data))
            data = data[:at] + bytes([data[at] ^ 1 << self.chance.randrange(8)]) + data[at + 1 :]
        return data

    def _frame(self) -> Frame:
        chance, who = self.chance, self.chance.choice([*self.people, self.victim])
        first = chance.randint(1, 40)
        makers = (
            self._want,
            lambda: Unwant(self._day, [blinded(self._account(), self._day)], bytes(16)),
            lambda: Have([Offer(who.grant.wire, [(first, first + chance.randint(0, 9))])], False),
            lambda: Get([Ask(chance.randint(1, 99), who.feed, first, first + 9)]),
            self._push,
            self._push,
            self._push,
            lambda: Heights([(who.feed, first)], [chance.randbytes(16)]),
            lambda: Say([self._statement(who)] * self.ruthless),
            lambda: Say([chance.randbytes(40)] * (chance.random() < 0.3)),
            Synced,
            lambda: Mark(first, chance.randbytes(8)),
            lambda: Prune([who.feed]),
            lambda: Graft([who.feed]),
            lambda: chance.choice((Again(), Miss([first]), Bye("done", "bye"))),
        )
        return chance.choice(makers)()

    def _want(self) -> Want:
        blinds = [blinded(self._account(), self._day) for _ in range(3)]
        return Want(self._day, blinds, False, self.chance.randbytes(16))

    @property
    def _day(self) -> int:
        return day_of(now_ms())

    def _push(self) -> Entries:
        """What somebody wrote; or another branch of it, or not what was signed."""
        who = self.chance.choice(self.people)
        seq = self.chance.randint(1, who.store.feed(who.feed).head)
        run = who.store.load(who.feed, seq, seq)
        how = self.chance.random()
        if how < 0.1 and self.ruthless:
            other = [write_body(Post("another branch"))]
            return Entries(0, sign_run(who.feed_key, seq, run.previous, run.times, other))
        if how < 0.3:
            bodies = [write_body(Post("never signed"))]
            columns = who.feed, seq, run.previous, run.times, bodies, run.signatures
            return Entries(0, RawRun(*columns))
        return Entries(0, run)

    def _statement(self, who: Person) -> bytes:
        """What accounts may say of their feeds, said by anybody of anybody."""
        by, end = self.chance.choice(self.people), self._end(who)
        if self.chance.random() < 0.3:
            account = self.chance.choice((by, who)).account
            return sign_rotate(by.next_key, account, [(who.feed, *end)]).wire
        return sign_revoke(by.account_key, who.feed, *end).wire

    def _end(self, who: Person) -> tuple[int, bytes]:
        """An entry at which a feed might end: mostly one of its last."""
        head = who.store.feed(who.feed).head
        seq = self.chance.randint(max(1, head - 3), head)
        run = who.store.load(who.feed, seq, seq)
        return seq, verify_run(run).tip if self.chance.random() < 0.8 else bytes(32)
