"""Bounds for what strangers may cause by asking who holds an entry, each with its reason."""

from __future__ import annotations

from typing import Final

MAX_REACH_MESSAGE: Final = 128
"""Bytes of a question or an answer: an id, a time, a signature."""

REACH_SECONDS: Final = 5.0
"""How long a peer may take: one look-up and one signature, on the worst line."""

QUESTION_BURST: Final = 20
"""Questions at once of one network: a person looks at one post after another."""

QUESTIONS_A_SECOND: Final = 0.2
"""Questions after that. Each costs a look-up and a signature, 0.1 ms."""

TRACKED_NETWORKS: Final = 4096
"""Networks whose rate is remembered: 1 MB."""

MAX_CLOCK_ERROR_MS: Final = 600_000
"""How far the time of an acknowledgement may be off the asker's clock: it is an answer to a
question of this moment."""

MAX_PEERS_ASKED: Final = 256
"""Peers that one question goes to: more than a node has sessions, as a rule."""
