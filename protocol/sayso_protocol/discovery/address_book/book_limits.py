"""Every bound of the address book, with its reason. Times are milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SECOND: Final = 1000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


@dataclass(frozen=True, slots=True)
class BookLimits:
    """The size of the book and what one teller may fill of it."""

    untested_buckets: int = 128
    """Twice as many halve what liars of a few networks reach. With 16 places each: 2,048 addresses
    that were only heard of, far more than are ever dialled; Bitcoin has 1,024 of 64."""
    tested_buckets: int = 16
    """256 addresses that answered: a home has some ten friends, and dials one stranger in two
    minutes at the most."""
    slots: int = 16
    """Places of a bucket."""
    buckets_a_source: int = 8
    """Untested buckets that one network of tellers reaches: a sixteenth of all (Bitcoin: 64 of
    1,024)."""
    buckets_a_network: int = 4
    """Tested buckets that addresses of one network (IPv4 /16, IPv6 /32) reach (Bitcoin: 8 of
    256)."""
    places_an_address: int = 4
    """Untested places of one address, each by another network's word (Bitcoin: 8)."""
    places_a_peer: int = 8
    """Untested places of all addresses of one peer, whose ids cost nothing."""


MAX_ADDRESSES_A_PEER: Final = 8
"""Addresses of one peer: IPv4 and IPv6, LAN, relays, and those of last week."""
MAX_TOLD_ADDRESSES: Final = 4
"""How many of them may rest on the word of strangers alone."""
MAX_CHOSEN: Final = 256
"""Peers that the owner named or met by an invite, which nobody else's word displaces."""

STALE_AFTER: Final = 30 * DAY
"""Not heard of for so long, an address is forgotten first (Bitcoin: the same)."""
TRIES: Final = 3
"""An address that never answered is forgotten first after so many dials (Bitcoin: the same)."""
FAILURES: Final = 10
"""The same of one that answered, where that is `FAILED_FOR` ago (Bitcoin: the same)."""
FAILED_FOR: Final = 7 * DAY
GRACE: Final = MINUTE
"""Who was dialled within it is not forgotten yet."""
AHEAD: Final = 10 * MINUTE
"""Times that lie further ahead come of a clock that was wrong."""

CONTEST: Final = 40 * MINUTE
"""Who stands in a newcomer's place must have answered a dial within it (Bitcoin: the same)."""
SURE: Final = 4 * HOUR
"""Who answered a dial within it need not be dialled again for that (Bitcoin: the same)."""
AGREED: Final = DAY
"""Peers are told of others only where those answered a dial of this node within it."""

MAX_CARRIERS: Final = 8
"""Peers that are remembered to have carried one account: three are wanted at a time."""
MAX_CARRIED: Final = 20_000
"""Pairs of account and peer in all: 10,000 follows with two each."""
