"""Every bound of what the node dials by itself, with its reason. Times are milliseconds."""

from __future__ import annotations

from typing import Final

from ..address_book.book_limits import DAY, HOUR, MINUTE, SECOND

SOURCES: Final = 3
"""Peers that carry an account and are connected, at the least, where so many are known: one may be
off, and one may withhold."""

SOURCES_EVERY: Final = 3 * SECOND
"""How often it is looked for peers that would be some: with 100,000 accounts a look takes 10 ms."""

SPREAD: Final = 8
"""Peers that are dialled whatever they carry, each in another network, so that whoever sits around
this node has to have many (Bitcoin: 8 full relay outbound connections)."""
SOURCE_LINKS: Final = 24
"""Peers beside those that are dialled for accounts with too few sources."""
LAN_LINKS: Final = 16
"""Peers that are dialled because they were heard on the own network."""
ANCHORS: Final = 2
"""Peers that are dialled first after a start (Bitcoin: the same): whoever gets this node to restart
finds it with those that served it before."""

AT_ONCE: Final = 8
"""Dials under way."""
ADDRESSES_A_DIAL: Final = 4
"""Addresses of one peer that are tried in one go."""
DIALS: Final = 30
DIALS_A_SECOND: Final = 1.0
"""Dials in a row, and as time passes: each costs some 10 ms of processor, and a scan of the
internet looks different."""
TOLD_DIALS: Final = 6
TOLD_DIALS_A_SECOND: Final = 0.1
"""The same of peers that only strangers say are worth it."""
UNTESTED_EVERY: Final = 2 * MINUTE
"""Between trials of addresses that were only heard of (Bitcoin: the same)."""
ALONE_EVERY: Final = 5 * SECOND
"""The same while nobody is connected at all."""
TRIAL: Final = 30 * SECOND
"""How long a stranger who is not needed otherwise may take to show that it carries something."""

FIRST_PAUSE: Final = 500
"""Before a friend is tried again: at once after a hiccup."""
STRANGER_PAUSE: Final = MINUTE
"""The same of others."""
STEADY: Final = 10 * SECOND
"""A session that lasted this long shows that the peer is well: the next pause is short."""
LONGEST_PAUSES: Final = ((HOUR, 20 * SECOND), (DAY, MINUTE), (7 * DAY, 5 * MINUTE))
"""Pauses grow up to these for friends that were there within an hour, a day, a week: who was only
restarted is with us again within half a minute."""
LONGEST_PAUSE: Final = 15 * MINUTE
"""The same for all others."""
MAX_PAUSES: Final = 4096
"""Peers whose pauses are remembered."""

MAX_HEARD: Final = 256
"""Peers of the LAN that wait to be dialled."""
MAX_TOLD: Final = 8
"""Peers that strangers say carry one account."""
MAX_TOLD_ACCOUNTS: Final = 4096
LOOKED_AT: Final = 256
"""Accounts with too few sources for which peers are sought at a time."""
