"""The own device's keys for private messages: its identity, and one key a week.

A lost or restored store makes new ones; they are in no backup.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ..codec import Value
from .agreement import Device
from .packing import array, binary, binary_or_none, binary_up_to, fields, number, only_form, record
from .private_limits import (
    DAY_MS,
    MAX_CALL_CONTENT,
    MAX_FIRST_KEYS,
    MAX_WEEKS,
    PREKEY_EMPTIED_MS,
    PREKEY_KEPT_MS,
    PREKEY_MS,
)
from .ratchet import KEY_SIZE, Random, Undecryptable, public_key
from .sealed_knock import OpenedKnock, first_key_of, read_knock

VERSION: Final = 1


@dataclass(slots=True)
class Week:
    """One week's key and the first keys of those who called by it, so that no call counts twice."""

    secret: bytes = field(repr=False)
    since_ms: int
    public: bytes
    first_keys: set[bytes] = field(default_factory=set, repr=False)


@dataclass(slots=True)
class OwnPrekeys:
    """See the module."""

    identity: bytes = field(repr=False)
    weeks: list[Week] = field(default_factory=list)
    """The oldest first."""
    published: bytes | None = None
    """The newest week's key that stands in the feed."""
    introduction: bytes = b""
    """Its entry with its grant, as `contents.introduction` has it; empty before the first."""
    emptied_ms: int = 0
    """When all carriers were emptied last."""

    @classmethod
    def begin(cls, random: Random) -> OwnPrekeys:
        """A new identity."""
        return cls(random(KEY_SIZE))

    @property
    def public(self) -> bytes:
        """The public key of the identity."""
        return public_key(self.identity)

    def renew(self, now_ms: int, random: Random) -> bool:
        """Make a new week's key where the newest is a week old; whether there is one that is to be
        published."""
        if not self.weeks or now_ms - self.weeks[-1].since_ms >= PREKEY_MS:
            secret = random(KEY_SIZE)
            self.weeks.append(Week(secret, now_ms, public_key(secret)))
            del self.weeks[:-MAX_WEEKS]
        return self.published != self.weeks[-1].public

    def erase_old(self, now_ms: int) -> bool:
        """Erase the secrets whose time is over; whether there were any."""
        kept = [one for one in self.weeks if not self._is_over(one, now_ms)]
        is_changed = len(kept) != len(self.weeks)
        self.weeks = kept
        return is_changed

    def open(self, account: bytes, feed: bytes, letter: bytes) -> tuple[OpenedKnock, Week]:
        """Open a knock, and remember its first key. Raises `Undecryptable` for one that is not for
        this device, came before, or comes by a key of which too many came."""
        first_key = first_key_of(letter)
        for week in reversed(self.weeks):
            device = Device(account, feed, self.public, week.public)
            try:
                opened = read_knock(device, self.identity, week.secret, letter)
            except Undecryptable:
                continue
            if first_key in week.first_keys:
                raise Undecryptable("came before")
            if len(week.first_keys) >= MAX_FIRST_KEYS:
                raise Undecryptable("too many called this week")
            week.first_keys.add(first_key)
            return opened, week
        raise Undecryptable("for none of the own keys")

    def pack(self) -> Value:
        """As a canonical array."""
        # In pieces: an array of the codec has at most 1,024 items.
        weeks: list[Value] = [
            [one.secret, one.since_ms, b"".join(sorted(one.first_keys))] for one in self.weeks
        ]
        return [
            VERSION, self.identity, weeks, self.published, self.introduction, self.emptied_ms
        ]  # fmt: skip

    @classmethod
    def unpack(cls, value: Value) -> OwnPrekeys:
        """Read what `pack` gave. Raises `Refused`."""
        identity, weeks, published, introduction, emptied_ms = record(value, VERSION, 5)
        return only_form(
            cls(
                binary(identity, KEY_SIZE),
                [_read_week(one) for one in array(weeks, MAX_WEEKS)],
                binary_or_none(published, KEY_SIZE),
                binary_up_to(introduction, MAX_CALL_CONTENT),
                number(emptied_ms),
            ),
            value,
        )

    def _is_over(self, week: Week, now_ms: int) -> bool:
        age_ms = now_ms - week.since_ms
        is_emptied = self.emptied_ms - week.since_ms >= PREKEY_EMPTIED_MS
        return age_ms >= PREKEY_KEPT_MS or (age_ms >= PREKEY_EMPTIED_MS and is_emptied)


def week_number(now_ms: int) -> int:
    """Weeks since the Unix epoch."""
    return now_ms // (7 * DAY_MS)


def _read_week(value: Value) -> Week:
    secret, since_ms, keys = fields(value, 3)
    known = binary_up_to(keys, MAX_FIRST_KEYS * KEY_SIZE)
    binary(known, len(known) // KEY_SIZE * KEY_SIZE)
    key = binary(secret, KEY_SIZE)
    firsts = {known[at : at + KEY_SIZE] for at in range(0, len(known), KEY_SIZE)}
    return Week(key, number(since_ms), public_key(key), firsts)
