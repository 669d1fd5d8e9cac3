"""The bounds of the distributed hash table, each with its reason.

Times are milliseconds. What is marked as measured, `docs/decisions/0028-kademlia.md` has.
"""

from __future__ import annotations

from typing import Final

HOUR_MS: Final = 3600 * 1000
DAY_MS: Final = 24 * HOUR_MS

# --- the wire -------------------------------------------------------------------------

MAX_REQUEST: Final = 16 << 10
"""Bytes of a request: a key, and one contact or sealed announcement."""

MAX_ANSWER: Final = 64 << 10
"""Bytes of an answer: 20 contacts with 8 addresses, and all announcements of a key."""

MAX_ID: Final = 64
"""Bytes of a peer's id: an Ed25519 key in a multihash has 38, a hash of another key 34."""

MAX_KEY: Final = 80
"""Bytes of a key that is looked for: a peer's id or a multihash."""

MAX_ADDRESSES: Final = 8
"""Addresses of one contact: IPv4 and IPv6, at home and mapped, and some relays."""

MAX_ADDRESS: Final = 256
"""Bytes of one address: a relayed one over a DNS name of the longest kind fits."""

ANNOUNCEMENT_SIZES: Final = (512, 1024)
"""Sizes to which sealed announcements are padded: what is in them does not show in their length."""

READ_MS: Final = 10_000
"""How long a peer may take to ask, or to answer."""

# --- the routing table ----------------------------------------------------------------

BUCKET_SIZE: Final = 20
"""k of the paper (Maymounkov and Mazières 2002): so many contacts a bucket, and so many places for
a record. All of them are unlikely to go within an hour."""

TABLE_A_NETWORK: Final = 3
"""Contacts of one IPv4 /16 or IPv6 /32 in the table, as go-libp2p counts: 200 identities in four
networks then take 14 % of the tables of 200 people, and 50 % without (measured)."""

BUCKET_A_NETWORK: Final = 2
"""The same in one bucket."""

FAILURES: Final = 2
"""So often in a row a contact does not answer before it is taken out: once happens to anybody."""

# --- lookups --------------------------------------------------------------------------

PARALLEL: Final = 3
"""α of the paper: requests under way on one path."""

PATHS: Final = 3
"""Disjoint paths of a lookup (Baumgart and Mies 2007, S/Kademlia): a liar spoils one."""

ASKED_A_NETWORK: Final = 2
"""Peers of one IPv4 /24 or IPv6 /48 that one lookup asks: one network does not fill it, however
near to the key its identities were made."""

MAX_ASKED: Final = 80
"""Requests of one lookup. An honest one takes 10 to 50; the rest is for what was crowded in."""

MAX_PLACES: Final = 60
"""Places at which one announcement is laid down: the 20 nearest, and whoever else lies where
20 are expected."""

MAX_FOUND: Final = 64
"""Announcements that one lookup keeps: twice what honest places have of one key."""

# --- records --------------------------------------------------------------------------

RECORDS_A_KEY: Final = 32
"""Records under one key: an account's nodes, each announced by some of its followers."""

RECORDS_A_NETWORK: Final = 2
"""Of those that came from one IPv4 /24 or IPv6 /48. One more replaces that network's eldest."""

KEYS_A_PEER: Final = 512
"""Keys under which one peer has records at one place. Of the accounts that a person follows only
a few lie at any one place."""

KEYS_A_NETWORK: Final = 4096
"""The same of one network: an office, a provider's customers behind one address."""

MAX_RECORDS: Final = 20_000
"""Records in all: 30 MB. At 20 places each, two days deep, and with a tenth of the people serving,
a place has some 600 of them."""

RECORD_MS: Final = 48 * HOUR_MS
"""How long a record is kept: its key is asked for on two days."""

ADDRESS_MS: Final = 24 * HOUR_MS
"""How long the addresses beside a plain record are kept; the id stays as long as the record."""

REPUBLISH_MS: Final = 11 * HOUR_MS
"""How often a record is laid down anew, for places that came since: twice a day, and not always at
the same hours."""

# --- what a stranger may ask ----------------------------------------------------------

REQUESTS_A_PEER: Final = 60
"""Requests that one peer has at once; it gains `REQUESTS_A_PEER_SECOND`. A lookup asks each peer
once, a whole round of announcements some ten times."""

REQUESTS_A_PEER_SECOND: Final = 2
REQUESTS_A_NETWORK: Final = 600
"""The same of all peers of one address: a household, or many people behind one."""

REQUESTS_A_NETWORK_SECOND: Final = 20
MAX_ASKERS: Final = 4096
"""Peers and addresses of which it is remembered how much they asked, the latest."""

MAX_INTRODUCED: Final = 16
"""Askers that say that they serve, and wait to be tried; each costs one dial, to their own
address."""

PROBE_MS: Final = 10_000
"""Time between two of them: strangers cause no more dials than that."""

PROBES: Final = 3
"""How often one that did not answer is tried again, while there are fewer than `FEW_CONTACTS`."""

# --- upkeep ---------------------------------------------------------------------------

OWN_LOOKUP_MS: Final = HOUR_MS
"""How often the own neighbourhood is looked up where many come and go: whoever came to live there
has to be known."""

QUIET_LOOKUP_MS: Final = 8 * HOUR_MS
"""The same where hardly anybody does: each lookup costs some forty requests."""

MANY_NEW: Final = 8
"""Of the twenty nearest, so many that were not there at the last lookup halve the pause."""

SOME_NEW: Final = 4
"""Fewer double it."""

FEW_LOOKUP_MS: Final = 30 * 1000
"""The same while there are fewer than `FEW_CONTACTS` in the table: it costs as many requests. Each
that brings nobody doubles it, up to `OWN_LOOKUP_MS`."""

FEW_CONTACTS: Final = 8

IDLE_BUCKET_MS: Final = 24 * HOUR_MS
"""After which a bucket that no lookup went through gets one."""

REFRESHED_BITS: Final = 12
"""Buckets that are refreshed: further ones are the own neighbourhood. A key for the last of them is
found in 6 ms (measured)."""
