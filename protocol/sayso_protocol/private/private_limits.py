"""Every bound of private messages, with its reason."""

from __future__ import annotations

from typing import Final

DAY_MS: Final = 86_400_000

MAX_SKIP: Final = 512
"""Keys derived for one letter at most: 0.8 ms."""

MAX_KEPT: Final = 1_024
"""Skipped keys kept for one session, the eldest go: 75 kB."""

KEPT_MS: Final = 37 * DAY_MS
"""How long a skipped key is kept: longer than any carrier keeps a letter, and a week of clocks."""

MAX_DEVICES: Final = 16
"""Devices that one knock calls: 64 bytes each."""

KNOCK_SIZES: Final = (2_048, 8_192)
"""Bytes of a knock."""

MAX_WORDS: Final = 8
"""First words laid at one reader's door on a day, and lying there: his shelf has four places for
one sender, and each has to be paid."""

MAX_SESSIONS: Final = 4
"""Sessions with one device, of calls that crossed: the newest agreements stay."""

MAX_CONTENT: Final = 32_000
"""Longest content of a letter; the longest letter holds that, its envelope and its seal."""

MAX_CALL_CONTENT: Final = 6_000
"""Longest content of a knock: with sixteen devices it still goes into 8 KiB."""

ID_SIZE: Final = 16
"""Bytes of a message's id, drawn at random."""

PREKEY_MS: Final = 7 * DAY_MS
"""How long one week's key is published as the newest."""

PREKEY_FRESH_MS: Final = 14 * DAY_MS
"""The age of a prekey entry above which nobody is called by it."""

PREKEY_EMPTIED_MS: Final = 15 * DAY_MS
"""The age at which a week's secret is erased, once all carriers were emptied after it was last
used by anybody who keeps to the rules."""

PREKEY_KEPT_MS: Final = 45 * DAY_MS
"""The age at which it is erased in any case: 14 days of use and 30 at a carrier."""

MAX_WEEKS: Final = 8
"""Weeks' secrets kept: 45 days, and one that is made anew."""

MAX_FIRST_KEYS: Final = 4_096
"""First keys remembered of one week: above it nobody new gets through until the next."""

TICKET_MS: Final = 21 * DAY_MS
"""How long letters are laid into the boxes of one pair secret."""

TICKET_RENEWAL_MS: Final = 14 * DAY_MS
"""The time left at which a new one is given."""

MAX_TICKETS: Final = 4
"""Pair secrets kept for one device: two that run, and two whose boxes may still hold something."""

PEEK_DAYS: Final = 31
"""Days back whose boxes are looked into: as long as a carrier keeps letters, and one of clocks."""

RESEND_MS: Final = 2 * DAY_MS
"""A letter that was collected and has no receipt for that long is sealed again; then after twice as
long, and then anew under another session."""

MAX_TRIES: Final = 2
"""Seals under one session; after that the device is called anew."""

UNREPORTED_MS: Final = 10 * DAY_MS
"""A letter of which no carrier says anything for that long is sealed again."""

RETURNED_MS: Final = 30 * DAY_MS
"""Without a receipt for that long a message has come back."""

MAX_PEERS: Final = 4_096
"""Devices of others for which sessions are kept; of strangers at most `MAX_STRANGERS`."""

MAX_STRANGERS: Final = 256
"""Devices of people who called and were not answered: the shelf holds 200."""

MAX_OUTGOING: Final = 4_096
"""Messages that wait for receipts."""

MAX_TAKEN: Final = 16_384
"""Ids of what was taken, so that nothing is shown twice: the eldest go."""

TAKEN_MS: Final = 100 * DAY_MS
"""How long such an id is kept: what is sealed again and again for 30 days may lie 30 more."""
