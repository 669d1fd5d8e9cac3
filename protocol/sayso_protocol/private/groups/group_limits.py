"""Bounds of closed groups, each with its reason."""

from __future__ import annotations

from typing import Final

ID_SIZE: Final = 16
"""Bytes of the id of an operation, an epoch, a post; the first operation's names the group."""

MAX_MEMBERS: Final = 500
"""Accounts in a group: an epoch goes to each of their devices by letter."""
MAX_OPERATIONS: Final = 4096
"""Operations that a group has: their ancestors are bit sets of as many bits, 2 MiB in all."""
MAX_WAITING: Final = 256
"""Operations whose parents are not known yet, and posts whose epoch is not."""
MAX_PARENTS: Final = 32
"""Parents of an operation or a post, and heads of an epoch: as many as write at once, a guess."""
MAX_EPOCHS: Final = 8192
"""Epochs of a group: 20 years of a weekly key for 8 who make one at once, some 2 MB."""
MAX_EPOCHS_FROM: Final = 1024
"""Epochs that one account may give, so that nobody alone fills the room of all."""
MAX_POSTS: Final = 65536
"""Posts of a group whose ids are kept, to refuse replays: some 10 MB; the oldest are dropped."""

MAX_NAME: Final = 64
"""Bytes of a group's name in UTF-8."""
MAX_OPERATION: Final = 1024
"""Bytes of an operation as it travels: with most parents 770."""
MAX_BODY: Final = 28 * 1024
"""Bytes of a post's body: with its seal and its grant it fits the largest letter."""
MAX_POST: Final = 31 * 1024
"""Bytes of a signed post."""
MAX_CONTENT: Final = 31 * 1024
"""Bytes of what one letter says."""

MAX_IDS: Final = 64
"""Ids asked for in one request."""
MAX_ANSWERS: Final = 64
"""Letters that answer one request: 4,096 operations."""
OPERATIONS_A_LETTER: Final = 64
GRANTS_A_LETTER: Final = 32
EPOCHS_A_LETTER: Final = 32

DAY_MS: Final = 86_400_000
WRITE_MS: Final = 7 * DAY_MS
"""How long a forgetting group writes under one key."""
ERASE_MS: Final = WRITE_MS + 30 * DAY_MS
"""Age at which it erases one: letters lie for thirty days after the last was written."""
AHEAD_MS: Final = DAY_MS
"""How far ahead of the own clock an epoch may be dated, else it would never be erased."""
ASK_MS: Final = 6 * 3_600_000
"""How often a device asks others for what it may have missed."""
ASKED_AT_ONCE: Final = 3
"""Members who are asked then: one of them is likely to be there."""
ANSWER_MS: Final = 60_000
"""How often one account is answered: an answer may be 4,096 operations."""
