"""How far a coincidence is from chance, in thousandths of a bit.

Two accounts did the same thing within a day. Had they nothing to do with each other, how
many such coincidences were to be expected of these two? `E = chances * share * closeness`:

- *chances*: what both have done in this channel lately, `own` times `other`, of `everybody`'s acts;
- *share*: how many accounts did this very thing that day, `users`;
- *closeness*: how many of them did so within this time of each other, `nearer` of `users`,
  but no less than this time's part of a day.

The surprise is `-log2 E`. People of one interest meet more often than strangers: the first
`KINSHIP_MILLIBITS` of each coincidence are theirs. One coincidence never counts for more
than `COINCIDENCE_MILLIBITS`, so that only repetition gets anywhere.
"""

from __future__ import annotations

from ..limits import COINCIDENCE_MILLIBITS, IN_STEP_MS, KINSHIP_MILLIBITS


def surprise(*, own: int, other: int, everybody: int, users: int, nearer: int, lag_ms: int) -> int:
    """Millibits of one coincidence, 0 to `COINCIDENCE_MILLIBITS`. All counts are positive but
    `nearer`, the number of other accounts that came between the two."""
    # closeness = max(lag / day, nearer / users); E = own * other * users / all * closeness
    expected = own * other * max(users * max(lag_ms, 1), nearer * IN_STEP_MS)
    bits = log2_milli(everybody * IN_STEP_MS) - log2_milli(expected) - KINSHIP_MILLIBITS
    return max(0, min(bits, COINCIDENCE_MILLIBITS))


def log2_milli(number: int) -> int:
    """1000 log2 of a positive integer, at most 87 too small; the same on every machine, as
    no floating point is: straight lines between powers of two."""
    whole = number.bit_length() - 1
    return 1000 * whole + 1000 * (number - (1 << whole)) // (1 << whole)
