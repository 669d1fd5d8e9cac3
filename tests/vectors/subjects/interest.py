"""Section 9. A node that carries `accounts` finds `found` (nil: none of them) for the name `blind`
of the Unix day `day`. Or: in one session a peer names days, one after the other, in `named`: the
day, the receiver's Unix time and the milliseconds of its clock that never jumps. All are taken;
with `rule` all but the last, which is refused for it.
"""

from __future__ import annotations

from sayso_protocol.crypto.hashing import blinded
from sayso_protocol.limits import DAYS_A_SESSION

from ..cases import ACCOUNT, AT, FEED, STRANGER, Case

DAY_MS = 86_400_000
TODAY = AT // DAY_MS
Named = tuple[int, int, int]


def make() -> list[Case]:
    """Names of days near and far, names of others, and more days than pass."""
    days = {"yesterday": TODAY - 1, "today": TODAY, "tomorrow": TODAY + 1}
    days |= {"the first of all": 0, "the last of all": 2**32 - 1, "ten years ago": TODAY - 3652}
    cases = [_find(f"a name of {name}", day) for name, day in days.items()]
    cases += [
        _find("another account", TODAY, blinded(STRANGER.public, TODAY)),
        _find("yesterday's name for today", TODAY, blinded(ACCOUNT.public, TODAY - 1)),
    ]
    return [*cases, *_few(), *_many()]


def _find(name: str, day: int, blind: bytes | None = None) -> Case:
    return {
        "name": name,
        "accounts": [ACCOUNT.public, FEED.public],
        "day": day,
        "blind": blind or blinded(ACCOUNT.public, day),
        "found": None if blind else ACCOUNT.public,
    }


def _few() -> list[Case]:
    """No more days than a session may name."""
    first, last = TODAY * DAY_MS, (TODAY + 1) * DAY_MS - 1
    near = [(TODAY + d, now, 0) for now in (first, AT, last) for d in (-1, 0, 1)]
    return [
        {"name": "the days around now", "named": near},
        {"name": "some days far away, and again", "named": [*near, *_far(0), *_far(0)]},
        *(
            {"name": f"a month by a clock off by {off} days", "named": _month(off)}
            for off in (0, 3652, -3652)
        ),
    ]


def _many() -> list[Case]:
    """As many days as a session may name, and one more."""
    later, refused = DAY_MS, {"rule": "wrong-day"}
    return [
        {"name": "a day too many", "named": [*_far(0), (TODAY - 2, AT, later - 1)]} | refused,
        {"name": "the day after tomorrow too many", "named": [*_far(0), (TODAY + 2, AT, 0)]}
        | refused,
        {"name": "one more after a day", "named": [*_far(0), (100, AT, later)]},
        {"name": "two more after a day", "named": [*_far(0), (100, AT, later), (101, AT, later)]}
        | refused,
    ]


def _far(mono_ms: int) -> list[Named]:
    """As many days far away as a session may begin with."""
    return [(day, AT, mono_ms) for day in range(DAYS_A_SESSION)]


def _month(off: int) -> list[Named]:
    return [(TODAY + off + n, AT + n * DAY_MS, n * DAY_MS) for n in range(31)]
