"""Hostile authors who try to decide for others: by every kind of entry that there is, and some
that there are not, about whatever and whomever they know of."""

from __future__ import annotations

from typing import Final

from sayso_protocol.codec import encode
from sayso_protocol.content.body import (
    Follow,
    KnownBody,
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
from sayso_protocol.crypto.keys import KeyPair, key_text
from sayso_storage.interface.store import StoreError

from ..authors import random_text
from ..event_queue import microseconds
from ..machine.sim_node import SimNode
from ..owners.expectations import LABELS, ORDERS, VIEW
from ..owners.owner import EVERYTHING
from .base import Adversary

PAUSE_SECONDS: Final = 3.0
"""Between two attempts."""

KINDS: Final = (ORDERS, "filter", "mute", "block", "subscribe", "unfollow", "view", "")
"""Kinds of orders; none of them exists."""


class Meddler(Adversary):
    """Is followed by everybody, and signs whatever might move somebody's node."""

    writes = True

    def begin(self, node: SimNode) -> None:
        """Write until the scenario's time is over."""
        self._world.event_queue.after(microseconds(PAUSE_SECONDS), self._meddle, node)

    def _meddle(self, node: SimNode) -> None:
        if self._world.is_over:
            return
        author = self._world.authors[self._index]
        bodies = [self._body(node) for _ in range(self._chance.randint(1, 4))]
        now_ms = self._world.event_queue.now().wall_ms
        try:
            run = author.publish(node.store, bodies, now_ms)
        except StoreError:
            return
        self._world.truth.wrote(self._index, run)
        self._world.monitor.wrote(self._index, run)
        node.published(run)
        self._world.event_queue.after(microseconds(PAUSE_SECONDS), self._meddle, node)

    def _body(self, node: SimNode) -> bytes:
        chance, account = self._chance, self._account()
        on = self._reference(node)
        match chance.randrange(5):
            case 0:
                return self._order(account)
            case 1:
                return chance.randbytes(chance.randint(1, 60))
            case 2:
                text = random_text(chance)
                return write_body(Post(text, on, on, on, mentions=(account,), tags=("beans",)))
            case 3:
                name = chance.choice((*LABELS, "Spam"))
                return write_body(Label(name, (on,), (account,), chance.random() < 0.2))
        others: list[KnownBody] = [
            React(on, chance.choice(("👍", None))),
            Repost(on),
            Unrepost(on),
            Follow(account),
            Unfollow(account),
            Profile(chance.choice(("Ben", "filters.toml")), key_text(account)),
            ViewOffer(chance.choice(("newest", VIEW)), "-1 * age"),
        ]
        return write_body(chance.choice(others))

    def _order(self, account: bytes) -> bytes:
        text = "[[rule]]\naction = 'hide'\nwords = 'hello'\n"
        kind = self._chance.choice(KINDS)
        return encode({"account": account, "action": "hide", "kind": kind, "text": text})

    def _account(self) -> bytes:
        """An author, or somebody whom nobody knows."""
        if self._chance.random() < 0.3:
            return KeyPair.from_seed(self._chance.randbytes(32)).public
        return self._world.authors[self._chance.choice(self._world.plan.authors)].account

    def _reference(self, node: SimNode) -> Reference:
        """An entry that it holds; now and then somebody else's, by what it says."""
        found = self._chance.choice(node.store.arrived_after(0, EVERYTHING)).reference
        if self._chance.random() < 0.2:
            return Reference(self._account(), found.feed, found.seq, found.id)
        return found
