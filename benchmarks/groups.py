"""What closed groups cost: judging operations, an epoch for all members, a post.

    python -m benchmarks.groups [--members 500] [--operations 800 4096] [--rounds 3]

Prints one JSON object, in processor seconds: `judge` for reading and taking in so many operations
(signatures included), a third of those after the members' adds beside each other, and of that
`decide` without reading; `epoch` for making a key and the contents for all members, with their
letters and bytes for two devices each, not sealed for devices; `post` for signing and sealing one,
its bytes, and `read` for opening it, of which there is one letter for the whole group.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from hashlib import blake2b
from statistics import median

from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.private.groups.contents import write_content
from sayso_protocol.private.groups.effects import Effect, Lay, Send
from sayso_protocol.private.groups.group import Group
from sayso_protocol.private.groups.membership import Membership
from sayso_protocol.private.groups.operation import (
    Charter,
    Kind,
    Operation,
    read_operation,
    sign_create,
    sign_operation,
)
from sayso_protocol.private.groups.post import open_post, seal_post

NOW_MS = 1_750_000_000_000
DEVICES = 2
ACCOUNT, DEVICE = (KeyPair.from_seed(bytes([n]) * 32) for n in (1, 2))
GRANT = sign_grant(ACCOUNT, DEVICE, bytes(32))


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--members", type=int, default=500)
    options.add_argument("--operations", type=int, nargs="+", default=[800, 4096])
    options.add_argument("--rounds", type=int, default=3)
    args = options.parse_args()
    others = [
        KeyPair.from_seed(blake2b(bytes([n % 256, n // 256]), digest_size=32).digest()).public
        for n in range(args.members - 1)
    ]
    found: dict[str, object] = {"members": args.members}
    judged = {str(n): judge(others, n, args.rounds) for n in args.operations}
    print(json.dumps(found | {"judge": judged} | write(others, args.rounds)))


def timed(act: Callable[[], object], rounds: int) -> float:
    """Processor seconds of the median round."""
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        act()
        taken.append(time.process_time() - began)
    return round(median(taken), 6)


def history(others: list[bytes], count: int) -> list[Operation]:
    """Every member added, then removals and adds, a third of them from anywhere in the past."""
    dice = random.Random(1)
    create = sign_create(DEVICE, ACCOUNT.public, NOW_MS, Charter(bytes(16), "many"))
    membership, made = Membership(create), [create]
    while len(made) < count:
        heads = list(membership.heads()[:32])
        if len(made) <= len(others):
            kind, target = Kind.ADD, others[len(made) - 1]
        else:
            kind, target = dice.choice((Kind.ADD, Kind.REMOVE)), dice.choice(others)
            heads = heads if dice.random() > 1 / 3 else [dice.choice(made).id]
        one = sign_operation(DEVICE, create.id, ACCOUNT.public, NOW_MS, heads, kind, target)
        membership.take(one)
        made.append(one)
    return made


def judge(others: list[bytes], count: int, rounds: int) -> dict[str, float]:
    made = history(others, count)

    def read() -> None:
        decide([read_operation(one.wire) for one in made])

    return {"all": timed(read, rounds), "decide": timed(lambda: decide(made), rounds)}


def decide(operations: list[Operation]) -> None:
    membership = Membership(operations[0])
    for one in operations[1:]:
        membership.take(one)
    membership.members()


def write(others: list[bytes], rounds: int) -> dict[str, object]:
    """An epoch and a post in a group of so many."""
    dice = random.Random(1)
    operations = [(one, GRANT.wire) for one in history(others, len(others) + 1)]
    sent: list[list[Effect]] = []

    def group() -> Group:
        made = Group(ACCOUNT.public, *operations[0])
        made.restore(operations, (), ())
        return made

    groups = [group() for _ in range(rounds)]
    unused = iter(groups)

    def begin() -> None:
        made = next(unused)
        sent.append(made.write(DEVICE, GRANT, NOW_MS, b"x" * 280, dice.randbytes))
        for effect in sent[-1]:
            if isinstance(effect, Send):
                for _ in effect.accounts:
                    write_content(effect.content)

    epoch = timed(begin, rounds)
    (key,) = (one for one in sent[-1] if isinstance(one, Send))
    (laid,) = (one for one in sent[-1] if isinstance(one, Lay))
    letter = seal_post(laid.post, laid.epoch, bytes(24))
    post = timed(
        lambda: [
            seal_post(one.post, one.epoch, bytes(24))
            for one in groups[-1].write(DEVICE, GRANT, NOW_MS, b"x" * 280, dice.randbytes)
            if isinstance(one, Lay)
        ],
        rounds,
    )
    return {
        "epoch": epoch,
        "epoch_letters": DEVICES * len(key.accounts),
        "epoch_bytes": len(write_content(key.content)),
        "post": post,
        "post_bytes": len(letter),
        "read": timed(lambda: open_post(letter, laid.epoch), rounds),
    }


if __name__ == "__main__":
    main()
