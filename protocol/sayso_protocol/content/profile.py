"""Profiles of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from .attachment import Attachment, attachment
from .fields import Fields, array, text

MAX_NAME: Final = 256
"""Longest name in a profile, UTF-8: 64 code points of the widest script."""

MAX_BIO: Final = 4096
"""Longest biography in a profile, UTF-8."""


MAX_PROFILE_CARRIERS: Final = 4
"""Most carriers in a profile: with two a hub may go away unnoticed, more are a list of victims."""

MAX_CARRIER: Final = 320
"""Longest address of a carrier, UTF-8: a multiaddr with the longest host name and a peer id."""

MAX_DOMAIN: Final = 253
"""Longest domain in a profile, UTF-8: the longest name in DNS (RFC 1035, section 2.3.4)."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile, by which the account presents itself; the newest one counts.

    `carriers` are the addresses of hubs that carry the account, as multiaddrs that name a peer. A
    reader takes those that it can use. Never of a home: whoever reads the account sees them, for
    ever. `domain` is one that names the account in turn (protocol.md, section 19): until a reader
    has asked it, it is a claim.
    """

    name: str | None = None
    bio: str | None = None
    carriers: tuple[str, ...] = ()
    picture: Attachment | None = None
    domain: str | None = None
    KIND = "profile"


FIELDS: Fields = {
    "name": partial(text, MAX_NAME),
    "bio": partial(text, MAX_BIO),
    "carriers": partial(array, partial(text, MAX_CARRIER), MAX_PROFILE_CARRIERS),
    "picture": attachment,
    "domain": partial(text, MAX_DOMAIN),
}
