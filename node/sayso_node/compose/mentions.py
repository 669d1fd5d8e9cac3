"""Mentions in the text of a post: ``@`` and what the owner calls an account, or its key.

A mention is what resolves to one account here: a petname, a full key (``@z6Mk…``, whether it is
known or not), or at least eight characters that begin one known key. What does not is text. The
sign begins a mention unless it stands inside a word, an address or a path, so that mail
addresses are none. One walk over the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sayso_protocol.content.post import MAX_MENTIONS
from sayso_protocol.crypto.keys import key_text, parse_key
from sayso_protocol.errors import Refused
from sayso_storage.interface.store import Store

from ..accounts.lookup import MIN_PREFIX

_SIGN = re.compile(r"(?<![A-Za-z0-9_.+\-@/#&=%])[@＠]")
_KEY = re.compile(r"(?:did:key:)?(z[1-9A-HJ-NP-Za-km-z]+)")
_KEY_LENGTH = 48


def mentions(store: Store, text: str) -> tuple[bytes, ...]:
    """The accounts that a text mentions, in order, each once; at most `MAX_MENTIONS`."""
    if _SIGN.search(text) is None:
        return ()  # most posts: no need to know whom the owner follows
    found: dict[bytes, None] = {}
    petnames = _Petnames(store)
    for sign in _SIGN.finditer(text):
        account = petnames.at(text, sign.end()) or _key_at(store, text, sign.end())
        if account is not None:
            found[account] = None
        if len(found) == MAX_MENTIONS:
            break
    return tuple(found)


class _Petnames:
    """Petnames by their first character, longest first."""

    def __init__(self, store: Store) -> None:
        accounts: dict[str, set[bytes]] = {}
        for one in store.subscriptions():
            if one.petname:
                accounts.setdefault(one.petname, set()).add(one.account)
        self._by_first: dict[str, list[tuple[str, bytes]]] = {}
        for name in sorted(accounts, key=len, reverse=True):
            if len(accounts[name]) == 1:
                (account,) = accounts[name]
                self._by_first.setdefault(name[0], []).append((name, account))

    def at(self, text: str, start: int) -> bytes | None:
        """The account whose petname stands there, to the end of a word."""
        for name, account in self._by_first.get(text[start : start + 1], ()):
            if text.startswith(name, start) and _ends(text, start + len(name)):
                return account
        return None


def _key_at(store: Store, text: str, start: int) -> bytes | None:
    match = _KEY.match(text, start)
    if match is None or not _ends(text, match.end()):
        return None
    key = match[1]
    if len(key) == _KEY_LENGTH:
        try:
            return parse_key(key)
        except Refused:
            return None
    known = list(_beginning(store, key)) if MIN_PREFIX <= len(key) < _KEY_LENGTH else []
    return known[0] if len(known) == 1 else None


def _beginning(store: Store, prefix: str) -> Iterator[bytes]:
    return (one for one in store.find_accounts(prefix, 2) if key_text(one).startswith(prefix))


def _ends(text: str, at: int) -> bool:
    """True where a word may end: scripts without spaces go on after a Latin name."""
    before, after = text[at - 1 : at], text[at : at + 1]
    inside = after.isalnum() or after == "_"
    return not inside or before.isascii() != after.isascii()
