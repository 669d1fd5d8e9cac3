"""Every bound of the letterbox, with its reason."""

from __future__ import annotations

from typing import Final

LETTER_PROTOCOL: Final = "/sayso/letter/1"

BOX_SIZE: Final = 16
"""Bytes of a box's name and of a letter's id: nobody gains by two that are equal."""

CHALLENGE_SIZE: Final = 32

KEEP_DAYS: Final = 30
"""How long a carrier keeps a letter that nobody collects."""

TOMBSTONE_DAYS: Final = 32
"""How long it remembers one that was erased: until no box is open any more that it was for."""

DAYS_ROUND: Final = 1
"""Days before and after today whose boxes take letters: clocks and time zones differ."""

MAX_BOX_LETTERS: Final = 64
"""Letters in a secret box: one day of one pair of devices."""

MAX_PEER_LETTERS: Final = 2_048
"""Letters that one peer lays down in a day: two new keys for a group of 500 with two devices."""

MAX_NETWORK_LETTERS: Final = 8_192
"""Letters from one network in a day: four such peers behind one address."""

MAX_ROOM: Final = 1 << 30
"""Bytes of all letters at a carrier."""

SECRET_SHARE: Final = 2
"""Secret boxes take at most this part (half) of the room, so that doors stay open."""

MAX_PEEKED: Final = 4_096
"""Boxes in one question: 64 kB."""

MAX_PROOFS: Final = 64
"""Boxes proven in one frame; each costs a verification, some 60 microseconds."""

MAX_DOOR_DAYS: Final = KEEP_DAYS + 2 * DAYS_ROUND
"""Days of a door in one frame."""

MAX_SESSION_PROOFS: Final = 1_024
"""Verifications in one session: 60 milliseconds of a core."""

MAX_LETTERS_FRAME: Final = 16
"""Letters in one frame: half a MiB of the longest."""

MAX_IDS: Final = 64
"""Letters erased, or asked for, in one frame."""

MAX_HANDED_OUT: Final = 4_096
"""Letters handed out in one session: their ids are remembered until it ends."""

MAX_ASKED: Final = 4_096
"""Letters asked for in one session."""

COLLECTOR_DAYS: Final = 30
"""How long the letters at an account's doors wait for a device that collected there: for others
they do not, so that nobody keeps letters there by naming devices that never come."""

LEFT_DAYS: Final = 7
"""How long a letter at a door stays for the other devices once one has it."""

MAX_COLLECTORS: Final = 16
"""Devices of an account for which letters at its doors wait, those that came last: a knock is
sealed for no more."""

COUNT_DAYS: Final = 3
"""How long it is counted who brought what: a door takes letters on three days."""
