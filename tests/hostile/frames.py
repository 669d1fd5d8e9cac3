"""What a stranger says to cost a node much: for each type of frame the dearest that he can make."""

from __future__ import annotations

import random
from collections.abc import Callable

from sayso_node.clock import now_ms
from sayso_protocol.accounts.statement import sign_grant, sign_revoke
from sayso_protocol.content.body import Post, Reference, Retract, write_body
from sayso_protocol.crypto.hashing import HASH_SIZE, INTEREST_SIZE, TOKEN_SIZE
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.absence import AbsenceProof
from sayso_protocol.feed.run import RawRun, sign_run
from sayso_protocol.limits import MAX_FRONT_ENDS, MAX_OPEN_REQUESTS, MAX_PROOFS
from sayso_protocol.sync.interest import day_of
from sayso_protocol.sync.rosters.roster import sign_consent, sign_roster
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
    Serve,
    Synced,
    Unwant,
    Want,
)

_CHANCE = random.Random(1)
_ACCOUNT = KeyPair.from_seed(bytes([1]) * 32)
_FEED = KeyPair.from_seed(bytes([2]) * 32)
_GRANT = sign_grant(_ACCOUNT, _FEED, bytes(HASH_SIZE))


def names(count: int) -> list[bytes]:
    """Blinded names that match nothing."""
    return [_CHANCE.randbytes(INTEREST_SIZE) for _ in range(count)]


def _feeds(count: int) -> list[bytes]:
    return [_CHANCE.randbytes(32) for _ in range(count)]


def _run() -> Entries:
    bodies = [write_body(Post(f"junk {number}")) for number in range(64)]
    times = [now_ms()] * len(bodies)
    return Entries(0, sign_run(_FEED, 2, bytes(HASH_SIZE), times, bodies))


def blanked(feed: bytes, count: int = MAX_PROOFS) -> Entries:
    """Entries of a feed without their bodies and its author's signatures, and as many proofs as may
    be, each sound and of an account of the stranger's own."""
    times, bodies = [now_ms()] * count, [(9, _CHANCE.randbytes(HASH_SIZE)) for _ in range(count)]
    run = RawRun(feed, 10**6, bytes(HASH_SIZE), times, bodies, [bytes(64)] * count)
    named = [
        Reference(_ACCOUNT.public, feed, 10**6 + at, _CHANCE.randbytes(HASH_SIZE))
        for at in range(count)
    ]
    proofs = [
        AbsenceProof(_GRANT.wire, sign_run(_FEED, 1, None, [1], [write_body(Retract((one,)))]))
        for one in named
    ]
    return Entries(0, run, proofs)


def _roster() -> bytes:
    """A sound one of as many nodes as may be, never seen before."""
    keys = [KeyPair.from_seed(_CHANCE.randbytes(32)) for _ in range(MAX_FRONT_ENDS + 1)]
    consents = [sign_consent(node, keys[0].public, now_ms()) for node in keys[1:]]
    return sign_roster(keys[0], bytes(16), 1, now_ms() + 1_000_000, consents).wire


def _day() -> int:
    return day_of(now_ms())


MAKERS: dict[type, Callable[[], list[Frame]]] = {
    Hello: lambda: [Hello(1, "stranger/1", bytes(16))],
    Want: lambda: [Want(_day(), [], False, bytes(TOKEN_SIZE))],
    Unwant: lambda: [Unwant(_day(), names(1), bytes(TOKEN_SIZE)) for _ in range(200)],
    Have: lambda: [Have([Offer(_GRANT.wire, [(1, 10**9)])] * 200, False)],
    Get: lambda: [
        Get([Ask(n, _FEED.public, 1, 10**6) for n in range(1, MAX_OPEN_REQUESTS - 3)]),
    ],
    Entries: lambda: [_run(), blanked(_FEED.public)],
    Miss: lambda: [Miss([])],
    Heights: lambda: [Heights([(feed, 10**9) for feed in _feeds(2000)])],
    Synced: lambda: [Synced()],
    Bye: lambda: [Bye("done", "x" * 200)],
    Mark: lambda: [Mark(number, bytes(8)) for number in range(200)],
    Again: lambda: [Again()],
    Prune: lambda: [Prune(_feeds(1000))],
    Graft: lambda: [Graft(_feeds(1000))],
    Serve: lambda: [Serve(_roster()) for _ in range(8)],
    Say: lambda: [Say([sign_revoke(_ACCOUNT, _FEED.public, 1, bytes(HASH_SIZE)).wire] * 64)],
}
"""For every frame that the codec knows, what it is to be flooded with."""
