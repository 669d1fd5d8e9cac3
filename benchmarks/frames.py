"""What each frame of a peer costs this node, beside what the table of costs says.

    python -m benchmarks.frames [--feeds 1000] [--frames 400] [--rounds 5]

A replica carries so many feeds of as many accounts, and a peer that wants half of them sends
frames of one type: decoded, followed, and the answers encoded, as in the engine. Prints one JSON
object: for each type, in each state in which it may come, the microseconds of processor
time of a short frame and of one item more, the best of the rounds; what the table says; and the
ratio of a long frame to what the table says of it.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from itertools import count
from random import Random

from sayso_protocol.accounts.statement import Grant, sign_grant, sign_revoke
from sayso_protocol.crypto.hashing import TOKEN_SIZE, blinded
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.run import RawRun
from sayso_protocol.limits import (
    LIVE_ENTRIES,
    MAX_FEEDS_A_HAVE,
    MAX_FRONT_ENDS,
    MAX_OPEN_REQUESTS,
    ROSTER_VALID_MS,
)
from sayso_protocol.sync.budgets.costs import COSTS, cost_us
from sayso_protocol.sync.effects import Effect, Send
from sayso_protocol.sync.interest import day_of
from sayso_protocol.sync.now import Now
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.rosters.roster import sign_consent, sign_roster
from sayso_protocol.sync.session import TRANSITIONS, State
from sayso_protocol.sync.wire.frame_codec import LENGTH_SIZE, decode_frame, encode_frame
from sayso_protocol.sync.wire.frames import (
    SYNC_3,
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

WALL_MS = 1_767_225_600_000
DAY = day_of(WALL_MS)
TOKEN = bytes(TOKEN_SIZE)
PEER = "peer#1"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--frames", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rig = Rig(options.feeds)
    result = {
        f"{kind.__name__} {state.value}": rig.row(kind, state, options.frames, options.rounds)
        for state in State
        for kind in TRANSITIONS[state]
    }
    print(json.dumps(result))


class Rig:
    def __init__(self, feeds: int) -> None:
        self.accounts = [KeyPair.from_seed(n.to_bytes(32, "big")) for n in range(feeds)]
        keys = [KeyPair.from_seed((1 << 60 | n).to_bytes(32, "big")) for n in range(feeds)]
        self.grants = [
            sign_grant(account, key, bytes(32))
            for account, key in zip(self.accounts, keys, strict=True)
        ]
        self.revoke = sign_revoke(self.accounts[0], keys[0].public, 5, bytes(32)).wire
        self.numbers = count(1)
        self.chance = Random(1)

    def replica(self, state: State) -> Replica:
        """It carries all, and a peer that wants half of it has come to this state."""
        replica = Replica(epoch=bytes(16), software="benchmark")
        now = Now(WALL_MS, 0)
        for grant in self.grants:
            replica.want(grant.account, now)
            replica.hold(grant, [(1, 100)])
        replica.settle(now)
        node = self.accounts[0].public
        replica.connected(PEER, now, version=SYNC_3, node=node)
        if state is not State.SILENT:
            replica.receive(PEER, Hello(SYNC_3, "benchmark", bytes(16)), now)
            names = [blinded(grant.account, DAY) for grant in self.grants[::2]]
            names += [self.chance.randbytes(8) for _ in range(15_000)]
            replica.receive(PEER, Want(DAY, names, state is State.LISTING, TOKEN), now)
        return replica

    def row(self, kind: type, state: State, frames: int, rounds: int) -> dict[str, float]:
        """The figures of one type of frame in one state."""
        long = MOST.get(kind, 0)
        short_us, table_us = self.measure(kind, state, 1, frames, rounds)
        found = {"frame_us": round(short_us, 1), "table_us": round(table_us, 1)}
        if long:
            long_us, table_us = self.measure(kind, state, long, max(2, frames // 20), rounds)
            found |= {
                "item_us": round((long_us - short_us) / long, 2),
                "table_item_us": COSTS[kind].item_us,
                "long_us": round(long_us, 1),
                "long_table_us": round(table_us, 1),
                "ratio": round(long_us / table_us, 3),
            }
        return found

    def measure(
        self, kind: type, state: State, items: int, frames: int, rounds: int
    ) -> tuple[float, float]:
        """Microseconds of a frame, the best of the rounds, and what the table says of it."""
        best, table = float("inf"), 0.0
        for _ in range(rounds):
            taken = table = 0.0
            done = 0
            replica = self.replica(state)
            while done < frames:
                if state is State.SILENT or kind in ONCE:
                    replica = self.replica(state)
                sent = [self.frame(kind, replica, items) for _ in range(1 if kind in ONCE else 50)]
                took, by_table = follow(replica, sent)
                taken, table, done = taken + took, table + by_table, done + len(sent)
            best = min(best, taken / done * 1e6)
        return best, table / done

    def frame(self, kind: type, replica: Replica, items: int) -> bytes:
        return encode_frame(FRAMES[kind](self, items), SYNC_3)

    def some_grants(self, items: int) -> list[Grant]:
        return [self.grants[n % len(self.grants)] for n in range(items)]

    def run(self, items: int) -> RawRun:
        first = next(self.numbers) * 1000
        feed = self.grants[0].feed
        signatures = [self.chance.randbytes(64) for _ in range(items)]
        texts = [self.chance.randbytes(200) for _ in range(items)]
        return RawRun(feed, first, bytes(32), [WALL_MS] * items, texts, signatures)

    def roster(self, items: int) -> bytes:
        """The roster of a store with so many front ends."""
        store = self.accounts[0]
        nodes = [KeyPair.from_seed((1 << 61 | n).to_bytes(32, "big")) for n in range(items)]
        consents = [sign_consent(node, store.public, WALL_MS) for node in nodes]
        return sign_roster(store, bytes(16), 1, WALL_MS + ROSTER_VALID_MS, consents).wire


def follow(replica: Replica, frames: list[bytes]) -> tuple[float, float]:
    """Seconds that these take, and microseconds by the table."""
    done: list[tuple[Frame, int, list[Effect], int]] = []
    began = time.thread_time()
    for data in frames:
        hashed = replica.names_hashed
        frame = decode_frame(memoryview(data)[LENGTH_SIZE:], SYNC_3)
        effects = replica.receive(PEER, frame, Now(WALL_MS, 0))
        for effect in effects:
            if isinstance(effect, Send):
                encode_frame(effect.frame, SYNC_3)
        done.append((frame, len(data), effects, replica.names_hashed - hashed))
    taken = time.thread_time() - began
    return taken, sum(cost_us(f, size, effects, PEER, h) for f, size, effects, h in done)


ONCE = (Hello, Bye, Again, Serve)
"""They end something, or come once or a few times in a session."""

MOST: dict[type, int] = {
    Want: 5_000,
    Unwant: 5_000,
    Have: 100,
    Get: MAX_OPEN_REQUESTS,
    Entries: LIVE_ENTRIES,
    Heights: MAX_FEEDS_A_HAVE,
    Prune: MAX_FEEDS_A_HAVE,
    Graft: MAX_FEEDS_A_HAVE,
    Say: 64,
    Serve: MAX_FRONT_ENDS,
}
"""Items of a long frame."""

FRAMES: dict[type, Callable[[Rig, int], Frame]] = {
    Hello: lambda rig, _: Hello(SYNC_3, "benchmark", bytes(16)),
    Want: lambda rig, n: Want(DAY, [rig.chance.randbytes(8) for _ in range(n)], False, TOKEN),
    Unwant: lambda rig, n: Unwant(DAY, [rig.chance.randbytes(8) for _ in range(n)], TOKEN),
    Have: lambda rig, n: Have([Offer(g.wire, [(1, 90)]) for g in rig.some_grants(n)], False),
    Get: lambda rig, n: Get([Ask(next(rig.numbers), bytes(32), 1, 9) for _ in range(n)]),
    Entries: lambda rig, n: Entries(0, rig.run(n)),
    Miss: lambda rig, _: Miss([]),
    Heights: lambda rig, n: Heights([(g.feed, 50) for g in rig.some_grants(n)], [bytes(16)] * n),
    Synced: lambda *_: Synced(),
    Bye: lambda *_: Bye("done", "the benchmark ends"),
    Mark: lambda rig, _: Mark(next(rig.numbers), bytes(8)),
    Again: lambda *_: Again(),
    Prune: lambda rig, n: Prune([g.feed for g in rig.some_grants(n)]),
    Graft: lambda rig, n: Graft([g.feed for g in rig.some_grants(n)]),
    Say: lambda rig, n: Say([rig.revoke[:-1] + rig.chance.randbytes(1) for _ in range(n)]),
    Serve: lambda rig, n: Serve(rig.roster(n)),
}

if __name__ == "__main__":
    main()
