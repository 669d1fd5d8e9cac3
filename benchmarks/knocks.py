"""What knocks of strangers cost the reader's node.

    python -m benchmarks.knocks [--knocks 400]

Prints one JSON object, microseconds of processor time each: `place` to find a place on a full
shelf, `read` to read and verify a first word, `shelved` to take one from its bytes to the disk,
many at a time; and `forged`, `price`, `known` to refuse one for that. `page_ms` is the first page
of a full shelf, and `letters_kb` what that takes on the disk.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from sayso_node.clock import now_ms
from sayso_node.home.directory import Home
from sayso_node.home.letter_keys import open_letters
from sayso_node.knocks.incoming import TakenKnock, take_knocks
from sayso_node.knocks.strangers import strangers
from sayso_protocol.accounts.statement import Grant, sign_grant
from sayso_protocol.content.body import Post, write_body
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.run import sign_run
from sayso_protocol.filters.rules import NO_RULES
from sayso_protocol.letters.prices import DAY_MS, Reach
from sayso_protocol.letters.shelf import Shelf, ShelfState
from sayso_protocol.letters.stranger import Knock
from sayso_protocol.private.contents.first_word import (
    FirstWord,
    Reason,
    SignedEntry,
    read_first_word,
    write_first_word,
)
from sayso_storage.memory.store import MemoryStore


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--knocks", type=int, default=400)
    count: int = parser.parse_args().knocks
    ann = MemoryStore(bytes(16))
    ann.add_own(grant_of(0)[0], now_ms())
    taken = [knock_of(number) for number in range(1, count + 1)]
    result: dict[str, float] = {"place": microseconds(place, range(4 * count))}
    result["read"] = microseconds(lambda one: read_first_word(one.content), taken)
    with tempfile.TemporaryDirectory() as folder:
        records = open_letters(Home(Path(folder)), bytes(32))

        def take(those: list[TakenKnock]) -> float:
            def all_of_them(_: object) -> None:
                take_knocks(ann, records, NO_RULES, those, now_ms())

            return round(microseconds(all_of_them, [None]) / count, 1)

        result["shelved"] = take(taken)
        result["known"] = take(taken)
        others = [replace(one, letter=b"another " + one.letter[:8]) for one in taken]
        result["price"] = take([replace(one, bits=3) for one in others])
        result["forged"] = take([replace(one, content=one.content[:-1]) for one in others])
        page = microseconds(lambda _: strangers(ann, records, NO_RULES, now_ms()), range(3))
        result["page_ms"] = round(page / 1000, 1)
        result["letters_kb"] = round(records.size() / 1000)
        records.close()
    print(json.dumps({"knocks": count} | result))


def grant_of(number: int) -> tuple[Grant, KeyPair]:
    """A person: the grant, and the key of the feed."""
    account, feed = (
        KeyPair.from_seed(number.to_bytes(31, "big") + bytes([which])) for which in (1, 2)
    )
    return sign_grant(account, feed, bytes(32)), feed


def knock_of(number: int) -> TakenKnock:
    """A mention of 280 letters by somebody new."""
    grant, feed = grant_of(number)
    body = write_body(Post("x" * 280, mentions=(grant_of(0)[0].account,)))
    entry = SignedEntry(grant, sign_run(feed, 9, bytes(32), [now_ms()], [body]))
    word = write_first_word(FirstWord(Reason.MENTION, grant, entry, None, "Sam"))
    name, network = number.to_bytes(16, "little"), number.to_bytes(4, "big")
    return TakenKnock(name, now_ms() // DAY_MS, 24, network, grant.account, word)


Item = TypeVar("Item")
SHELF = Shelf(ShelfState(bytes(32)))


def place(number: int) -> None:
    """Put one more on a shelf."""
    name = number.to_bytes(16, "big")
    SHELF.put(Knock(name, name, Reach(number % 4), (), name[-4:], number), number)


def microseconds(work: Callable[[Item], object], items: Iterable[Item]) -> float:
    """Processor time that each takes."""
    those = list(items)
    began = time.process_time()
    for one in those:
        work(one)
    return round((time.process_time() - began) / len(those) * 1e6, 1)


if __name__ == "__main__":
    main()
