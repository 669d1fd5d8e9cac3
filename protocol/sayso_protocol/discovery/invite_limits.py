"""Limits of invites, each with its reason. Sizes are bytes."""

from __future__ import annotations

from typing import Final

MAX_INVITE: Final = 1024
"""Longest invite: with each field as often and as long as it may be it has 900 at most; the rest is
room for fields to come."""

MAX_INVITE_TEXT: Final = 8 * 1024
"""Longest text that is looked at, in characters: the longest invite has 1,650, and spaces, line
breaks and hyphens may have got in on its way."""

MAX_INVITE_ADDRESSES: Final = 8
"""Addresses of one invite. Each is dialled at an owner's word, so they must not be a list of
strangers' machines."""

MAX_INVITE_ADDRESS: Final = 128
"""Longest address in its general form: an onion service has 39, a host name of 60 letters before a
relay 105."""

MAX_INVITE_HEADS: Final = 8
"""Heads of feeds in one invite: a person has a few devices."""

MIN_INVITE_PROMISE: Final = 16
"""Shortest beginning of a promise: to find a key with these 128 bits takes too long for anybody."""

MIN_INVITE_TOKEN: Final = 6
"""Shortest token. Nobody can try tokens but by asking the inviter's node, which bounds that: at 10
a second somebody who guesses at 1,000 open invites takes 900 years for one. Two bytes more, and the
code with two addresses no longer fits into a terminal of 80 by 24."""

MAX_INVITE_TOKEN: Final = 32
"""Longest token: room for later."""

MAX_LIST_NAME: Final = 64
"""Longest name of a list: that of a label."""

MAX_INTRODUCTION: Final = 1024
"""Longest introduction or answer: an introduction has 362 bytes with the longest token; the rest is
room."""

INTRODUCTION_SECONDS: Final = 10.0
"""Seconds in which an introduction and its answer must have passed."""

GUESSES: Final = 10.0
GUESSES_A_SECOND: Final = 1 / 30
"""Wrong tokens that one address may present, at once and in the long run: who was invited presents
a right one, once. A household that mixes links up has ten tries."""

ALL_GUESSES: Final = 100.0
ALL_GUESSES_A_SECOND: Final = 10.0
"""The same of all addresses together: see `MIN_INVITE_TOKEN`. Each costs a look into a table."""

GUESSERS: Final = 4096
"""Addresses whose guesses are remembered: 400 kB. Of more the one that was quiet for longest is
forgotten, and what bounds all together remains."""
