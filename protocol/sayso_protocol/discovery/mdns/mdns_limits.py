"""Limits of local discovery, each with its reason. All are *manners*: they may change."""

from __future__ import annotations

from typing import Final

MAX_PACKET: Final = 9000
"""Bytes of one datagram (RFC 6762, section 17)."""

MAX_RECORDS: Final = 64
"""Questions and records that are read of one datagram. An answer of ours has 4, a busy printer's
30; what comes behind is not looked at."""

MAX_NAME: Final = 255
"""Bytes of a name as it travels, length bytes included (RFC 1035, section 2.3.4)."""

MAX_LABEL: Final = 63
"""Bytes of one label of a name (the same)."""

MAX_POINTERS: Final = 16
"""Pointers that one name may follow, each further to the front than the one before: a name of 127
labels, each compressed by itself, is nobody's."""

MAX_ADDRESSES: Final = 8
"""Addresses that are taken from one datagram, and that one of ours holds. Of a sender only those
count that are its own: a machine has one or two on a link."""

MAX_NEIGHBOURS: Final = 64
"""Peers of one link that are remembered. A room has a dozen; whoever makes up more of them takes
the place of the one heard longest ago, and none of those that a connection is open to."""

MAX_PEERS_A_HOST: Final = 4
"""Peers of one address that are told on: a family shares a machine. One machine that names more
makes them up."""

TTL_SECONDS: Final = 120
"""How long others may remember what we say (RFC 6762, section 10: records with a host's name)."""

ANSWER_PAUSE_MS: Final = 1000
"""Between two answers on one link (RFC 6762, section 6): whoever asks more often is answered with
the same words anyhow."""

ANSWER_DELAY_MS: Final = (20, 120)
"""An answer waits for a time between these two, so that a room does not answer all at once (RFC
6762, section 6)."""

ASK_AFTER_MS: Final = (100, 1000, 3000)
"""After its start, or that of a link, a node asks and tells at these times: a wireless network may
lose the first. The first waits up to `START_SPREAD_MS` longer."""

START_SPREAD_MS: Final = 100
"""After a power cut a house does not start all at once (RFC 6762, section 5.2)."""

ASK_EVERY_MS: Final = 300_000
"""Then it asks again, a fifth sooner or later. Who comes tells of himself; this is for who was
not heard."""

TELL_AGAIN_MS: Final = 10_000
"""The same address of the same peer is not told on again within this time."""

SOURCE_DATAGRAMS: Final = 30
"""Datagrams of one address that are read at once on one link ..."""

SOURCE_DATAGRAMS_A_SECOND: Final = 3
"""... and a second after that. A node that starts sends six in three seconds, a printer ten."""

MAX_SOURCES: Final = 256
"""Addresses that are told apart: a network of a home has as many."""

DATAGRAMS: Final = 300
"""Datagrams of all addresses that are read at once on one link ..."""

DATAGRAMS_A_SECOND: Final = 100
"""... and a second after that: at 0.3 ms each, three percent of a processor."""
