"""Old names: whom accounts that are held say to have been elsewhere.

Whoever imports an archive says with each post where it stood, and so under which name. That is an
author's word, and anybody can say it. No server of the old network is asked. The owner of the name
proves it there: with the key on the old profile, where whoever waits for them looks.
"""

from __future__ import annotations

import re
from typing import Final

from sayso_protocol.content.body import Post, read_body
from sayso_protocol.errors import Refused
from sayso_storage.interface.store import Store

MAX_IMPORTS: Final = 10_000
"""Imports that are looked at, the newest first."""

_ADDRESS: Final = re.compile(
    r"mastodon:https://(?P<host>[a-z0-9.-]+(?::\d+)?)/(?:users/|@)(?P<name>[\w.-]+)/", re.IGNORECASE
)
"""The address of a post, as Mastodon and its kin make them."""


def old_name(origin: str) -> str | None:
    """The name of an origin's author, as ``bo@elm.example``; None where the origin has none."""
    found = _ADDRESS.match(origin)
    return None if found is None else f"{found['name']}@{found['host']}".lower()


def claims(store: Store) -> dict[str, list[bytes]]:
    """The accounts that say of each old name that it was theirs, who said it last first. Raises
    `StoreError`."""
    found: dict[str, dict[bytes, None]] = {}
    for one in store.every_import(MAX_IMPORTS):
        name = None if one.entry.body is None else _name_in(one.entry.body)
        if name is not None:
            found.setdefault(name, {})[one.entry.account] = None
    return {name: [*accounts] for name, accounts in found.items()}


def profile_address(name: str) -> str:
    """Where the profile of an old name stands: ``https://elm.example/@bo``."""
    user, _, host = name.rpartition("@")
    return f"https://{host}/@{user}"


def _name_in(body: bytes) -> str | None:
    try:
        content = read_body(body)
    except Refused:
        return None
    if not isinstance(content, Post) or content.origin is None:
        return None
    return old_name(content.origin)
