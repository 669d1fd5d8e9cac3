"""Taking back: what a proof costs, and how long it takes until nothing is on the disk any more.

    python -m benchmarks.retraction [--posts 100000]

Processor time; prints JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from random import Random

from sayso_protocol.absence import explain, prove
from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.content.body import Post, Reference, Retract, write_body
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.absence import AbsenceProof
from sayso_protocol.feed.run import RawRun, Run, commitment, sign_run, verify_run
from sayso_protocol.limits import MAX_RUN_ENTRIES
from sayso_storage.sqlite import open_store

ROUNDS = 200
ACCOUNT, FEED, DEVICE = (KeyPair.from_seed(bytes([n]) * 32) for n in (1, 2, 3))
NOW_MS = 1_700_000_000_000


def posts(count: int) -> list[Run]:
    """Runs of one feed, with texts of a dozen words."""
    chance, runs = Random(1), list[Run]()
    previous = None
    for first in range(1, count + 1, MAX_RUN_ENTRIES):
        size = min(MAX_RUN_ENTRIES, count + 1 - first)
        texts = [" ".join(f"w{chance.randrange(9999)}" for _ in range(12)) for _ in range(size)]
        bodies = [write_body(Post(text)) for text in texts]
        runs.append(sign_run(FEED, first, previous, [NOW_MS] * size, bodies))
        previous = runs[-1].tip
    return runs


def proofs(run: Run) -> dict[str, float]:
    """The bytes of a proof, and the microseconds to check one."""
    named = Reference(ACCOUNT.public, FEED.public, 1, run.ids[0])
    said = sign_run(DEVICE, 1, None, [NOW_MS], [write_body(Retract((named,)))])
    one = RawRun(said.feed, 1, None, said.times, said.bodies, said.signatures)
    proof = AbsenceProof(sign_grant(ACCOUNT, DEVICE, bytes(32)).wire, one)
    bodies = [commitment(run.bodies[0]), *run.bodies[1:]]
    blank = verify_run(RawRun(run.feed, run.first, run.previous, run.times, bodies, run.signatures))
    began = time.process_time()
    for _ in range(ROUNDS):
        assert explain(blank, ACCOUNT.public, [prove(proof)], lambda a, b: a == b)
    used = time.process_time() - began
    return {
        "proof_bytes": len(proof.grant) + len(said.bodies[0]) + 64 + 32 + 12,
        "proof_us": round(used / ROUNDS * 1e6, 1),
    }


def erasing(runs: list[Run], folder: Path) -> dict[str, float]:
    """Milliseconds to follow a retraction, and to erase what it names, all and the longest step."""
    with open_store(folder / "store.db") as store:
        store.follow(ACCOUNT.public, None, NOW_MS)
        for feed in (FEED, DEVICE):
            store.add_grant(sign_grant(ACCOUNT, feed, bytes(32)))
        for at in range(0, len(runs), 20):
            store.append(runs[at : at + 20], NOW_MS)
        while store.index_words():
            pass
        named = Reference(ACCOUNT.public, FEED.public, 1, runs[0].ids[0])
        said = sign_run(DEVICE, 1, None, [NOW_MS], [write_body(Retract((named,)))])
        began = time.process_time()
        store.append([said], NOW_MS)
        followed = time.process_time()
        steps = [followed]
        assert store.erase(lambda _: steps.append(time.process_time()))
        done = time.process_time()
        longest = max(after - before for before, after in pairwise(steps))
    return {
        "followed_ms": round((followed - began) * 1000, 1),
        "erased_ms": round((done - followed) * 1000, 1),
        "erasing_steps": len(steps) - 1,
        "longest_step_ms": round(longest * 1000, 1),
    }


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=100_000)
    posted = parser.parse_args().posts
    runs = posts(posted)
    with tempfile.TemporaryDirectory() as folder:
        found = {"posts": posted} | proofs(runs[0]) | erasing(runs, Path(folder))
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
