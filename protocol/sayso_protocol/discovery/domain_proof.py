"""Domains that name accounts: a profile names the domain, a file on its site names the account.

docs/protocol.md, section 21. Only both together say that one owner has both; what the file says is
as good as the certificate of the site, on the day on which it was fetched.
"""

from __future__ import annotations

import json
import re
from typing import Final

from ..content.profile import MAX_DOMAIN
from ..crypto.keys import parse_key
from ..errors import BadShape, Refused

SITE_PATH: Final = "/.well-known/sayso.json"
"""Where a site names accounts (RFC 8615)."""

MAX_SITE_FILE: Final = 64 * 1024
"""Bytes of that file: room for a thousand accounts."""

MAX_SITE_ACCOUNTS: Final = 1000
"""Accounts of one file that are looked at; a domain of more people has other means."""

MAX_KEY_TEXT: Final = 64
"""Characters of a key, with ``did:key:`` before it."""

_DOMAIN: Final = re.compile(
    r"(?=.{3,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
"""At least two labels of letters, digits and hyphens (RFC 1123, section 2.1); the last begins with
a letter, so that it is no IP address."""


def ascii_domain(text: str) -> str:
    """A domain as it is asked: in small letters, those beyond ASCII in Punycode. Raises `BadShape`
    for what is none, as an IP address, a URL or one label alone."""
    text = text.strip().rstrip(".")
    if len(text) > MAX_DOMAIN:
        raise BadShape("longer than any domain")
    try:
        found = text.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise BadShape("no domain") from error
    if _DOMAIN.fullmatch(found) is None:
        raise BadShape("no domain")
    return found


def accounts_named(data: bytes) -> frozenset[bytes]:
    """The accounts that a site's file names, of its first `MAX_SITE_ACCOUNTS`; what is no key is
    passed over. Raises `BadShape` for what is no such file."""
    if len(data) > MAX_SITE_FILE:
        raise BadShape("longer than such a file may be")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadShape("no JSON") from error
    accounts = found.get("accounts") if isinstance(found, dict) else None
    if not isinstance(accounts, list):
        raise BadShape('no object with a list "accounts"')
    keys = (_key(one) for one in accounts[:MAX_SITE_ACCOUNTS])
    return frozenset(key for key in keys if key is not None)


def _key(text: object) -> bytes | None:
    if not isinstance(text, str) or len(text) > MAX_KEY_TEXT:
        return None
    try:
        return parse_key(text)
    except Refused:
        return None
