"""Every bound of peer exchange, with its reason. Times are milliseconds, sizes bytes."""

from __future__ import annotations

from typing import Final

from ..address_book.book_limits import MINUTE
from ..signed_record import MAX_ENVELOPE

PROTOCOL: Final = "/sayso/peers/1"

TOLD: Final = 16
"""Peers in one answer: enough to begin with, too few to draw a map by (Bitcoin: 1,000)."""
MAX_REQUEST: Final = MAX_ENVELOPE + 64
MAX_ANSWER: Final = TOLD * (MAX_ENVELOPE + 8)
ANSWER_EVERY: Final = 10 * MINUTE
"""Between answers to one peer: they are the same all day long, so asking again brings nothing."""
REQUESTS: Final = 8
REQUESTS_A_SECOND: Final = 1 / 60
"""Requests of one peer: it has changed its addresses, as a phone on the way does. Each costs the
check of a signature."""
MAX_ASKERS: Final = 1024
"""Peers whose requests are counted."""
AHEAD: Final = 10 * MINUTE
"""Numbers of records are times; one that lies further ahead would bar all that follow."""
