"""A replica that meets peers who are played by hand, frame by frame."""

from __future__ import annotations

from typing import Any, TypeVar

from sayso_protocol.accounts.statement import Grant, sign_grant
from sayso_protocol.crypto.hashing import TOKEN_SIZE, blinded
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.errors import Refused
from sayso_protocol.feed.run import RawRun
from sayso_protocol.sync.effects import Effect, Event, Push, Send, StoreRun
from sayso_protocol.sync.interest import day_of
from sayso_protocol.sync.now import Now
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.wire.frames import Ask, Entries, Frame, Get, Have, Hello, Offer, Want

START_MS = 1_700_000_000_000
ACCOUNT, FEED = (KeyPair.from_seed(bytes([n]) * 32) for n in (1, 2))
GRANT = sign_grant(ACCOUNT, FEED, bytes(32))
EPOCH = bytes(16)
_F = TypeVar("_F")


def at(seconds: float) -> Now:
    """So long after the beginning."""
    ms = round(seconds * 1000)
    return Now(START_MS + ms, ms)


def run_of(first: int, last: int | None = None, branch: int = 0, feed: bytes = b"") -> RawRun:
    """A run as it arrives. Nothing verifies it here; the branch is in its signatures."""
    numbers = range(first, (last or first) + 1)
    signatures = [bytes([branch]) + seq.to_bytes(63, "big") for seq in numbers]
    return RawRun(
        feed or FEED.public, first, bytes(32), [1] * len(numbers), [b""] * len(numbers), signatures
    )


def replica_with(*peers: str, held: int = 0, own: bool = False) -> Replica:
    """A replica that wants the account, holds so many entries of its feed, and has met peers
    that want it too and have offered nothing more."""
    replica = Replica(epoch=EPOCH, software="test")
    replica.want(ACCOUNT.public, at(0))
    replica.hold(GRANT, [(1, held)] if held else [], own=own)
    replica.settle(at(0))
    for name in peers:
        meet(replica, name)
    return replica


def meet(replica: Replica, name: str, offer: int = 0) -> list[Effect]:
    """A peer comes, wants the account, and offers entries 1 to `offer`."""
    day = day_of(START_MS)
    want = Want(day, [blinded(ACCOUNT.public, day)], False, bytes(TOKEN_SIZE))
    offers = [Offer(GRANT.wire, [(1, offer)])] if offer else []
    effects = replica.connected(name, at(0))
    for frame in (Hello(1, "test", bytes([7]) * 16), want, Have(offers, more=False)):
        effects += replica.receive(name, frame, at(0))
    return effects


def offered(grant: Grant, last: int) -> Have:
    """An offer of entries 1 to `last`."""
    return Have([Offer(grant.wire, [(1, last)])], more=False)


def push(replica: Replica, name: str, run: RawRun, now: Now) -> list[Effect]:
    """A peer pushes a run."""
    return replica.receive(name, Entries(0, run), now)


def settle_all(
    replica: Replica,
    effects: list[Effect],
    now: Now,
    error: Refused | None = None,
    *,
    is_known: bool = False,
) -> list[Effect]:
    """Say of everything that is to be judged that it is stored, or was already where it
    `is_known`, or refused with `error`; returns what comes of that."""
    done: list[Effect] = []
    for job in of(effects, StoreRun):
        done += replica.run_ingested(job, error, now, is_known=is_known)
    return done


def of(effects: list[Effect], kind: type[_F]) -> list[_F]:
    """The effects of a kind."""
    return [effect for effect in effects if isinstance(effect, kind)]


def sent(effects: list[Effect], kind: type[Frame] | Any, to: str | None = None) -> list[Any]:
    """The frames of a kind that are sent (to one peer)."""
    sends = of(effects, Send)
    return [s.frame for s in sends if isinstance(s.frame, kind) and to in (None, s.peer)]


def asks(effects: list[Effect], to: str | None = None) -> list[Ask]:
    """What is asked (of one peer)."""
    return [ask for get in sent(effects, Get, to) for ask in get.asks]


def notices(effects: list[Effect]) -> list[str]:
    """What is noticed."""
    return [notice.what for notice in of(effects, Event)]


def pushed_to(effects: list[Effect]) -> list[str]:
    """To whom entries are pushed."""
    return [name for effect in of(effects, Push) for name in effect.peers]
