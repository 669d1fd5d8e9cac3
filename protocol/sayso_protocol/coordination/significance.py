"""The distance of a coincidence from chance, in thousandths of a bit.

Two accounts did the same thing on one day. Had they nothing to do with each other, how
many such coincidences were to be expected of these two?

    E = own * other / everybody * company

`own` and `other` are what the two did in this channel lately, of what `everybody` did;
`company` is how many accounts were to be expected to do this very thing so near to the first
of them in time (`company`). The surprise is `-log2 E`. People of one interest meet more often
than strangers: the first `KINSHIP_MILLIBITS` of each coincidence are theirs. One coincidence
never counts for more than `COINCIDENCE_MILLIBITS`, so that only repetition gets anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..limits import (
    COINCIDENCE_MILLIBITS,
    CROWD_ACCOUNTS,
    IN_STEP_MS,
    ITEM_ACCOUNTS,
    KINSHIP_MILLIBITS,
)


def surprise(*, own: int, other: int, everybody: int, company: int) -> int:
    """Millibits of one coincidence, 0 to `COINCIDENCE_MILLIBITS`. All are positive; `company` is
    a multiple of 1 / `IN_STEP_MS`."""
    bits = log2_milli(everybody * IN_STEP_MS) - log2_milli(own * other * company)
    return max(0, min(bits - KINSHIP_MILLIBITS, COINCIDENCE_MILLIBITS))


def companies(lags: Sequence[int], most: int = ITEM_ACCOUNTS) -> list[int]:
    """For each lag, in milliseconds and ascending, how many accounts were to be expected within
    it, times `IN_STEP_MS`, for the first `most` of them: the largest of

    - all of them, had they come evenly over the day;
    - as many as did come nearer;
    - as many as come within it where `CROWD_ACCOUNTS` or more crowd around this moment:
      somebody in a crowd is always near."""
    expected = []
    far = range(max(most, CROWD_ACCOUNTS - 1), len(lags))
    # Accounts in IN_STEP_MS, if they came as thick as around here.
    crowding = max([nearer * IN_STEP_MS // (lags[nearer] or 1) for nearer in far], default=0)
    for nearer in range(min(most, len(lags)) - 1, -1, -1):
        lag = lags[nearer] or 1
        here = nearer * IN_STEP_MS
        thickest = crowding if crowding > len(lags) else len(lags) + 1
        expected.append(here if here > thickest * lag else thickest * lag)
        if nearer + 1 >= CROWD_ACCOUNTS and here > crowding * lag:
            crowding = here // lag
    return expected[::-1]


def log2_milli(number: int) -> int:
    """1000 log2 of a positive integer, at most 87 too small; the same on every machine, as
    no floating point is: straight lines between powers of two."""
    whole = number.bit_length() - 1
    return 1000 * whole + (1000 * (number - (1 << whole)) >> whole)
