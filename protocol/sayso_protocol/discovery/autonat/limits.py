"""Limits of AutoNAT: on what this node does for those who ask, and on what it asks itself."""

from __future__ import annotations

from typing import Final

MAX_MESSAGE: Final = 8192
"""Bytes of one message: eight addresses, or 4 kB of what is paid."""

MAX_ADDRESSES: Final = 8
"""Addresses of a request that are looked at."""

PRICE: Final = (30_000, 100_000)
"""Bytes that who names another machine than itself has to send before it is dialled, at least and
at most: more than a dial costs that machine, so that nobody's traffic grows through this node. The
specification's numbers."""

CHUNK: Final = 4096
"""Bytes of it in one message."""

SMALLEST_CHUNK: Final = 100
"""Bytes that a message but the last pays at least: the specification's number. Each costs work."""

DIALS_A_MINUTE: Final = 60
"""For all who ask together: go-libp2p's number, some 0.5 s of processor."""

DIALS_A_PEER: Final = 12
"""Of one peer, and of one network, in a minute: go-libp2p's number. Identities cost nothing."""

MAX_ASKERS: Final = 1024
"""Peers and networks whose requests are counted apart; a minute in which more ask is refused."""

REQUEST_SECONDS: Final = 30.0
"""For a whole request, payment and dial included: a slow line sends 100 kB in 10 s."""

DIAL_SECONDS: Final = 10.0
"""For the dial, its handshake and the nonce."""

SERVERS: Final = 3
"""Networks from which an address is judged: one liar is outvoted."""

MAX_SUBJECTS: Final = 6
"""Addresses that are asked about: of each family its own, a mapped and an observed one."""

FRESH_MS: Final = 3_600_000
"""How long a verdict counts: routers and providers change their minds."""

AGAIN_MS: Final = 1_200_000
"""After what time another one is asked for, so that there are always some."""

AVOID_MS: Final = 3_600_000
"""How long a peer is left alone that does not speak this, or refused."""

PAUSE_MS: Final = 5_000
"""Between two requests, to anybody."""

MAX_AVOIDED: Final = 512
"""Peers that are remembered as of no use: more than a node has seats."""
