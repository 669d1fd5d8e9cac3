"""Profiles of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from ..errors import BadShape
from .attachment import Attachment, attachment
from .fields import Fields, array, text

MAX_NAME: Final = 256
"""Longest name in a profile, UTF-8: 64 code points of the widest script."""

MAX_BIO: Final = 4096
"""Longest biography in a profile, UTF-8."""


MAX_PROFILE_CARRIERS: Final = 4
"""Most carriers in a profile: with two a hub may go away unnoticed, more are a list of victims."""

MAX_CARRIER: Final = 320
"""Longest address of a carrier, UTF-8: a multiaddr with the longest host name and a peer id."""

KNOCK_PRICES: Final = 4
"""Prices of a profile: for two follows or fewer, three, four or five, and all others."""

MAX_STAMP_BITS: Final = 40
"""Most bits of a stamp that a profile may ask for: a graphics card takes four minutes for one, and
no person waits for longer."""

MAX_DOMAIN: Final = 253
"""Longest domain in a profile, UTF-8: the longest name in DNS (RFC 1035, section 2.3.4)."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile, by which the account presents itself; the newest one counts.

    `carriers` are the addresses of hubs that carry the account, as multiaddrs that name a peer. A
    reader takes those that it can use. Never of a home: whoever reads the account sees them, for
    ever. `domain` is one that names the account in turn (protocol.md, section 21): until a reader
    has asked it, it is a claim.

    `knock` has `KNOCK_PRICES` prices, in bits of a stamp, that strangers pay to knock: 0 for
    nothing, None where nobody of that distance may. Empty where the account says nothing of it.
    """

    name: str | None = None
    bio: str | None = None
    carriers: tuple[str, ...] = ()
    picture: Attachment | None = None
    knock: tuple[int | None, ...] = ()
    domain: str | None = None
    KIND = "profile"


def knock_prices(value: object) -> tuple[int | None, ...]:
    """The rule of prices: none is lower than the one before it, and nil is higher than all."""
    if type(value) is not list or len(value) != KNOCK_PRICES:
        raise BadShape("prices are an array of four")
    prices = tuple(_price(one) for one in value)
    ranks = [MAX_STAMP_BITS + 1 if one is None else one for one in prices]
    if ranks != sorted(ranks):
        raise BadShape("a farther distance that costs less than a nearer one")
    return prices


def _price(value: object) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= MAX_STAMP_BITS:
        raise BadShape("a price that is no number of bits")
    return value


FIELDS: Fields = {
    "name": partial(text, MAX_NAME),
    "bio": partial(text, MAX_BIO),
    "carriers": partial(array, partial(text, MAX_CARRIER), MAX_PROFILE_CARRIERS),
    "picture": attachment,
    "knock": knock_prices,
    "domain": partial(text, MAX_DOMAIN),
}
