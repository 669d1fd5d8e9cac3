"""Addresses on the page of what apps show, for whoever opens it in a browser."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.feed.entry import id_text

from ...site import Site

_ENTRY: Final = re.compile(r"https?://[^/\s]+/entries/([0-9a-f]{64})/?")
_ACCOUNT: Final = re.compile(r"https?://[^/\s]+/people/(z6Mk[1-9A-HJ-NP-Za-km-z]{44})/?")


def entry_address(site: Site, entry_id: bytes) -> str:
    """The address of an entry."""
    return f"{site.page_address}entries/{id_text(entry_id)}"


def account_address(site: Site, account: bytes) -> str:
    """The address of an account."""
    return f"{site.page_address}people/{key_text(account)}"


def tag_address(site: Site, tag: str) -> str:
    """The address of the posts with a tag."""
    return f"{site.page_address}tags/{quote(tag, safe='')}"


def entry_in(address: str) -> str | None:
    """The id in the address of an entry."""
    found = _ENTRY.fullmatch(address.strip())
    return None if found is None else found[1]


def account_in(address: str) -> str | None:
    """The key in the address of an account."""
    found = _ACCOUNT.fullmatch(address.strip())
    return None if found is None else found[1]
