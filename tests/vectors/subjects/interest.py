"""Section 9. At `now_ms` a node that carries `accounts` finds `found` (nil: none of them) for the
name `blind` of the Unix day `day`; with `rule` the name is refused for it.
"""

from __future__ import annotations

from sayso_protocol.hashing import blinded

from ..cases import ACCOUNT, AT, FEED, STRANGER, Case

DAY_MS = 86_400_000
TODAY = AT // DAY_MS


def make() -> list[Case]:
    """Days around now, names of others."""
    first, last = TODAY * DAY_MS, (TODAY + 1) * DAY_MS - 1
    cases = []
    for when, now in (("noon", AT), ("the first millisecond", first), ("the last", last)):
        cases += [_case(f"{when} of today, day {d:+}", now, TODAY + d) for d in (-1, 0, 1)]
        cases += [
            _case(f"{when} of today, day {d:+}", now, TODAY + d) | {"rule": "wrong-day"}
            for d in (-2, 2, -TODAY)
        ]
    other = _case("another account", AT, TODAY) | {
        "blind": blinded(STRANGER.public, TODAY),
        "found": None,
    }
    stale = _case("yesterday's name for today", AT, TODAY) | {
        "blind": blinded(ACCOUNT.public, TODAY - 1),
        "found": None,
    }
    return [*cases, other, stale]


def _case(name: str, now: int, day: int) -> Case:
    return {
        "name": name,
        "now_ms": now,
        "accounts": [ACCOUNT.public, FEED.public],
        "day": day,
        "blind": blinded(ACCOUNT.public, max(day, 0)),
        "found": ACCOUNT.public,
    }
