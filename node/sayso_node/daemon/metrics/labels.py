"""The values that labels of metrics have: closed sets, of which strangers choose none.

Each is there from the first scrape on, so that nothing anybody does adds a series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sayso_protocol import errors
from sayso_protocol.discovery.hub import carry_messages as carry
from sayso_protocol.letters.letter_frames import LetterState

OTHER: Final = "other"
"""Where a version counts something that is not named here."""

CODES: Final = tuple(
    sorted(
        one.code
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, errors.Refused)
    )
)
"""Of broken rules."""

HUB_ANSWERS: Final[Mapping[int, str]] = {
    carry.CARRIED: "carried",
    carry.FULL: "account-full",
    carry.NOT_CARRIED: "not-carried",
    carry.ENDED: "ended",
    carry.NOT_LISTED: "not-listed",
    carry.NOT_OWN: "not-own",
    carry.REFUSED_BY_OWNER: "refused-by-owner",
    carry.HUB_FULL: "hub-full",
    carry.PEER_FULL: "peer-full",
    carry.NETWORK_FULL: "network-full",
    carry.BAD_PROOF: "bad-proof",
    carry.FEED_ENDED: "feed-ended",
    carry.BUSY: "busy",
    carry.OWNER_LISTS: "owner-lists",
}
"""What a hub answers to who asks to be carried, by its code."""

HUB_ENDS: Final = ("account", "owner", "unread")
"""Why a hub lets go of an account."""

LETTER_STATES: Final = tuple(sorted(state.name.lower() for state in LetterState))
LETTER_ERRORS: Final = ("lost", *CODES)
DOWNLOADS: Final = ("complete", "failed")

RELAYED: Final[Mapping[str, str]] = {
    "reserved": "reserved",
    "connected": "connected",
    "over its bytes": "over-bytes",
    "over its time": "over-time",
    "not reached": "not-reached",
}
"""What a relay did for others; every other count of its is a refusal."""
