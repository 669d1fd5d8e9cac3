"""Section 10. `frames` (without lengths) come from a peer of which `asked` (number, feed, first,
last) is open. Each is taken; with `rule` all but the last are, and that one is refused for it.
"""

from __future__ import annotations

from typing import Any

from sayso_protocol.limits import MAX_OPEN_REQUESTS

from ..cases import FEED, Case
from .frame_parts import DAY, ENTRIES, SOUND, TOKEN, frame

HELLO = SOUND["Hello"]
LISTED = (1, [DAY, b"", False, TOKEN])
MORE = (1, [DAY, b"", True, TOKEN])
BYE = SOUND["Bye"]
ASK = [7, FEED.public, 1, 10]
ANYTIME = ("Unwant", "Have", "Heights", "Synced", "Mark", "Again", "Prune", "Graft", "Say")


def make() -> list[Case]:
    """What may come when, and what must not."""
    asks = [[n, FEED.public, n, n] for n in range(1, MAX_OPEN_REQUESTS + 1)]
    one_more = (4, [[[MAX_OPEN_REQUESTS + 1, FEED.public, 1, 1]]])
    elsewhere = [7, *ENTRIES[1:2], 10, *ENTRIES[3:]]
    good: dict[str, list[Any]] = {
        "hello, list, goodbye": [HELLO, LISTED, BYE],
        "goodbye at once": [BYE],
        "goodbye after hello": [HELLO, BYE],
        "list in parts": [HELLO, MORE, MORE, LISTED, SOUND["Get"]],
        "more wants later": [HELLO, LISTED, MORE, SOUND["Get"], LISTED],
        "most asks": [HELLO, LISTED, (4, [asks])],
        "answer": [HELLO, (5, ENTRIES)],
        "answer by a miss": [HELLO, LISTED, (6, [[7]])],
        "pushed": [HELLO, LISTED, SOUND["Entries pushed"]],
    }
    good |= {f"{name} before the list": [HELLO, SOUND[name]] for name in ANYTIME}
    violation = "protocol-violation"
    bad: dict[str, tuple[list[Any], str]] = {
        f"{name} before hello": ([SOUND[name]], violation)
        for name in (*ANYTIME, "Want", "Get", "Miss", "Entries pushed")
    }
    bad |= {
        "hello twice": ([HELLO, HELLO], violation),
        "hello after the list": ([HELLO, LISTED, HELLO], violation),
        "ask before the list": ([HELLO, SOUND["Get"]], violation),
        "ask before the end of the list": ([HELLO, MORE, SOUND["Get"]], violation),
        "after goodbye": ([HELLO, LISTED, BYE, SOUND["Synced"]], violation),
        "goodbye twice": ([BYE, BYE], violation),
        "another version": ([(0, [2, "later", TOKEN, None])], "unknown-version"),
        "version 0": ([(0, [0, "older", TOKEN, None])], "unknown-version"),
        "one ask too many": ([HELLO, LISTED, (4, [asks]), one_more], "too-large"),
        "a number that is open": ([HELLO, LISTED, SOUND["Get"], SOUND["Get"]], violation),
        "a number twice in one frame": ([HELLO, LISTED, (4, [[asks[0], asks[0]]])], violation),
        "answer to no question": ([HELLO, (5, [8, *ENTRIES[1:]])], "not-asked"),
        "answer twice": ([HELLO, (5, ENTRIES), (5, ENTRIES)], "not-asked"),
        "answer of another feed": ([HELLO, (5, [7, bytes(32), *ENTRIES[2:]])], "not-asked"),
        "answer above the question": ([HELLO, (5, elsewhere)], "not-asked"),
        "miss of no question": ([HELLO, (6, [[8]])], "not-asked"),
        "miss twice": ([HELLO, (6, [[7, 7]])], "not-asked"),
    }
    return [
        *(_case(name, sent) for name, sent in good.items()),
        *(_case(name, sent) | {"rule": rule} for name, (sent, rule) in bad.items()),
    ]


def _case(name: str, sent: list[Any]) -> Case:
    return {"name": name, "asked": [ASK], "frames": [frame(*one) for one in sent]}
