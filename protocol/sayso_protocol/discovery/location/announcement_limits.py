"""The bounds of announcements, each with its reason. Times are milliseconds."""

from __future__ import annotations

from typing import Final

HOUR_MS: Final = 3600 * 1000
DAY_MS: Final = 24 * HOUR_MS

MAX_PLACES_NAMED: Final = 8
"""Addresses in one announcement, and as many addresses of hubs: what does not fit into its size is
left out from the end."""

MAX_AGE_MS: Final = 30 * DAY_MS
"""After which an announcement is no longer believed, nor laid down anew. A holiday is shorter; an
address that is older belongs to somebody else as a rule."""

MAX_AHEAD_MS: Final = DAY_MS
"""How far in the future one may be dated: clocks of homes are wrong by hours. More would stay the
newest for as long, whatever its owner says later."""

FRESH_MS: Final = DAY_MS
"""Until then the node that it names is on, as far as anybody knows: it says so every eleven hours.
Only after it followers look after the records in its place."""

NODES_AN_ACCOUNT: Final = 8
"""Nodes of one account of which the newest announcement is kept: a person's devices."""

MAX_KEPT: Final = 20_000
"""Announcements that are kept in all: 20 MB, for whoever follows some thousands."""

ENOUGH_COPIES: Final = 3
"""Places that must have the newest announcement; with fewer a follower lays it down anew."""

ENOUGH_SOURCES: Final = 3
"""Peers that are known to carry an account; with fewer it is looked up."""

ANNOUNCE_MS: Final = 11 * HOUR_MS
"""How often a node says where it is: twice a day, and not always at the same hours."""

ENOUGH_PLACES: Final = 10
"""Places that took an announcement, of twenty; after fewer it is said again soon."""

UNHEARD_MS: Final = 20 * 60 * 1000
"""How soon."""

MOVED_MS: Final = 60 * 1000
"""How soon it says so after its addresses changed: they change in bursts, as at a start."""

FIRST_SEARCH_MS: Final = 10 * 60 * 1000
"""After which an account that was looked up in vain is looked up again; each time twice as long."""

SEARCH_MS: Final = 6 * HOUR_MS
"""The longest time between two, and that after one that found something: addresses change."""

CHECKS_A_DAY: Final = 500
"""Accounts whose records a follower looks after for one day: at 12 requests each, and 5 ms of
processor time a request on both sides together, half a minute of it."""

CATCH_UP_MS: Final = 10 * 60 * 1000
"""Within which a follower that was off does what came due meanwhile: not all at once."""
