"""Ids for apps: decimal numbers below 2^63, the same after every start.

The id of a status is its place in the order of arrival, which the store never gives twice: what
comes late has a higher id, so that an app which asks for everything since an id misses nothing.
The id of an account is the first 63 bits of its key. Those of private messages, which have no place
there, are above all others: by the time that their writer names, then by bits that only this node
can tell beforehand.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final

from sayso_protocol.crypto.keys import KEY_SIZE, key_text
from sayso_protocol.private.contents.message import Message
from sayso_storage.interface.store import Store

_ID: Final = re.compile("[0-9]{1,19}")
_MOST: Final = 2**63 - 1
_ACCOUNT_BYTES: Final = 8
_DIRECT: Final = 1 << 58
"""Above every place in the order of arrival."""
_TIME_BITS: Final = 43
_LOW_BITS: Final = 15
_BASE: Final = 58
_CANDIDATES: Final = 10


def parse_id(text: str) -> int | None:
    """The number of an id; None for what is none."""
    if not _ID.fullmatch(text):
        return None
    number = int(text)
    return number if number <= _MOST else None


def direct_id(message: Message, secret: bytes) -> int:
    """The id of a private message: it has 18 digits at most."""
    time = min(max(message.sent_ms, 0), (1 << _TIME_BITS) - 1)
    bits = blake2b(message.id, key=secret, digest_size=2).digest()
    low = int.from_bytes(bits, "big") & ((1 << _LOW_BITS) - 1)
    return _DIRECT | time << _LOW_BITS | low


def is_direct_id(text: str) -> bool:
    """Whether an id can only be one of a private message."""
    number = parse_id(text)
    return number is not None and _DIRECT <= number < 2 * _DIRECT


def account_id(account: bytes) -> str:
    """The id of an account."""
    return str(int.from_bytes(account[:_ACCOUNT_BYTES], "big") >> 1)


def account_of_id(store: Store, text: str) -> bytes | None:
    """The account with an id, where it is known here."""
    number = parse_id(text)
    if number is None:
        return None
    first, last = number << 1, number << 1 | 1
    found = known_between(
        store, first.to_bytes(_ACCOUNT_BYTES, "big"), last.to_bytes(_ACCOUNT_BYTES, "big")
    )
    return found[0] if found else None


def known_between(store: Store, first: bytes, last: bytes) -> list[bytes]:
    """Accounts that are known here and whose keys begin with bytes from `first` to `last`; few."""
    low = first + bytes(KEY_SIZE - len(first))
    high = last + b"\xff" * (KEY_SIZE - len(last))
    low_text, high_text = key_text(low), key_text(high)
    span = int.from_bytes(high, "big") - int.from_bytes(low, "big")
    size = len(low_text)
    while _BASE ** (len(low_text) - size) <= span:
        size -= 1
    # Between two keys as near as this the text begins in one of at most two ways.
    prefixes = dict.fromkeys((low_text[:size], high_text[:size]))
    found = [one for prefix in prefixes for one in store.find_accounts(prefix, _CANDIDATES)]
    return [one for one in dict.fromkeys(found) if low <= one <= high]
