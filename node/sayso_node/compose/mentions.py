"""Mentions in the text of a post: ``@`` and what the owner calls an account, or its key.

A mention is what resolves to one account here: a petname, a full key (``@z6Mk…``, whether it is
known or not), or at least eight characters that begin one known key. What does not is text. Where
the sign begins a mention, and what ends one, is as in twitter-text: not inside a word, an address
or a path, so that mail addresses are none. Petnames are compared folded; one ends where a word may
end, which in scripts without spaces is anywhere. One walk over the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sayso_protocol.content.post import MAX_MENTIONS
from sayso_protocol.crypto.keys import key_text, parse_key
from sayso_protocol.errors import Refused
from sayso_protocol.text.fold import fold
from sayso_protocol.text.scripts import is_unspaced, script_of
from sayso_storage.interface.store import Store

from ..accounts.lookup import MIN_PREFIX

_SIGN = re.compile(
    r"(?:(?<![A-Za-z0-9_@＠/#&!$%*])(?<![A-Za-z0-9_][+\-=])|(?<=(?<![A-Za-z0-9_+~.-])[Rr][Tt]))[@＠]"
)
"""As in twitter-text: neither within a word nor behind signs that stand for letters, as in
``f*@k``; but behind ``RT``."""
_KEY = re.compile(r"(?:did:key:)?(z[1-9A-HJ-NP-Za-km-z]+)")
_KEY_LENGTH = 48

_WIDEST = 8
"""Characters of a text for one of a folded petname: decomposed, and with some that are not seen."""


def mentions(store: Store, text: str) -> tuple[bytes, ...]:
    """The accounts that a text mentions, in order, each once; at most `MAX_MENTIONS`."""
    if _SIGN.search(text) is None:
        return ()  # most posts: no need to know whom the owner follows
    found: dict[bytes, None] = {}
    petnames = _Petnames(store)
    for sign in _SIGN.finditer(text):
        if not _may_begin(text, sign.start()):
            continue
        account = petnames.at(text, sign.end()) or _key_at(store, text, sign.end())
        if account is not None:
            found[account] = None
        if len(found) == MAX_MENTIONS:
            break
    return tuple(found)


class _Petnames:
    """Petnames, folded, by their first character, longest first."""

    def __init__(self, store: Store) -> None:
        accounts: dict[str, set[bytes]] = {}
        for one in store.subscriptions():
            if one.petname and (name := fold(one.petname)):
                accounts.setdefault(name, set()).add(one.account)
        self._by_first: dict[str, list[tuple[str, bytes]]] = {}
        self._span = _WIDEST * max(map(len, accounts), default=0)
        for name in sorted(accounts, key=len, reverse=True):
            if len(accounts[name]) == 1:
                (account,) = accounts[name]
                self._by_first.setdefault(name[0], []).append((name, account))

    def at(self, text: str, start: int) -> bytes | None:
        """The account whose petname stands there, to the end of a word."""
        folded = fold(text[start : start + self._span])
        for name, account in self._by_first.get(folded[:1], ()):
            if folded.startswith(name) and _ends(folded, len(name)):
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


def _may_begin(text: str, at: int) -> bool:
    """False within a word of a script with spaces: ``é@…``. Of ASCII the pattern has seen to it."""
    before = text[at - 1 : at]
    return before.isascii() or not before.isalnum() or is_unspaced(before)


def _ends(text: str, at: int) -> bool:
    """True where a word may end, or goes on in another script: ``@annaさん``, ``@annaи``."""
    from sayso_protocol.text.words import is_within_word  # it compiles patterns; few posts mention

    if text.startswith(("@", "＠", "://"), at):
        return False
    if not is_within_word(text, at):
        return True
    before, after = text[at - 1], text[at]
    return before.isalpha() and after.isalpha() and script_of(before) != script_of(after)
