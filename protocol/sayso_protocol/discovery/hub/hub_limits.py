"""Bounds for what strangers may cause a hub, each with its reason."""

from __future__ import annotations

from typing import Final

DAY_MS: Final = 86_400_000

MAX_HUB_FILE: Final = 1 << 20
"""Bytes of a `hub.toml`: some ten thousand accounts by name."""

MAX_LISTED_ACCOUNTS: Final = 10_000
"""Accounts that a file names. Whoever carries more opens the hub within quotas."""

MAX_CARRY_REQUEST: Final = 1536
"""Bytes of a request: a grant takes 300, the proof 400."""

MAX_CARRY_ANSWER: Final = 64
"""Bytes of an answer: five numbers."""

CARRY_SECONDS: Final = 10.0
"""How long one exchange may take: two messages of a few hundred bytes, on the worst line."""

ASK_BURST: Final = 16
"""Requests at once of one network: as many devices and accounts as a household has."""

ASKS_A_SECOND: Final = 1 / 30
"""Requests after that. Each costs a look-up and up to three signature checks, 0.2 ms; an own node
asks once a session."""

TRACKED_NETWORKS: Final = 4096
"""Networks whose rate is remembered: 1 MB."""

MAX_EVICTED_AT_ONCE: Final = 16
"""Accounts that one request may push out, where the owner's rule allows any."""

PROOF_VALID_MS: Final = 400 * DAY_MS
"""How long a proof that an own node asks is good: it is signed when the owner names the hub, since
a node that runs has no key of the feed; after a year the owner names it again."""

PROOF_AHEAD_MS: Final = DAY_MS
"""How far the clock that dated a proof may be ahead."""

GROWS_AGAIN: Final = 0.95
"""Part of a quota below which more is taken again: at its edge nobody goes on and off."""

MAX_CARRIERS: Final = 8
"""Carriers that a home asks and a profile names: with two a hub may go away unnoticed."""
