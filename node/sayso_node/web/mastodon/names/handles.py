"""Handles: accounts as apps write them, ``name@host``.

The name is the owner's word for the account, or else the beginning of its key: never what a
stranger calls himself. The host, below ``.p2p``, is the first 40 bits of the key, so a handle finds
its account again, and two accounts of one name differ. The own account has no host.
"""

from __future__ import annotations

import base64
import re
from typing import Final

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.text.fold import fold
from sayso_storage.interface.store import Store

from ....accounts.lineage import own_account
from ....accounts.lookup import find_petname
from ....accounts.names import SHORT_KEYS, Name, Names
from ....text.sanitize import foreign_line
from .ids import known_between

OWN: Final = "me"
"""The handle of the own account. Apps take a handle for something that stays, which a name in a
profile does not."""

_HOST_BYTES: Final = 5
_MOST: Final = 40
"""Characters of a name in a handle."""

_HANDLE: Final = re.compile(r"@?([^@\s]{1,80})@([a-z2-7]{8})\.p2p", re.IGNORECASE)
_IN_TEXT: Final = re.compile(r"(?<![\w/@])@([\w.\-]{1,80})@([a-z2-7]{8})\.p2p(?![\w-])", re.I)


def username(names: Names, account: bytes) -> str:
    """The name in a handle."""
    name = names.of(account)
    if name.petname:
        return _as_word(name.petname) or _short(account)
    if name.is_own:
        return OWN
    return _short(account)


def acct(names: Names, account: bytes) -> str:
    """The whole handle, without an ``@`` before it."""
    word = username(names, account)
    return word if names.of(account).is_own else f"{word}@{_host(account)}.p2p"


def display_name(names: Names, account: bytes) -> str:
    """The name to show: the owner's word as it is, and what others call themselves in quotation
    marks that nothing in it can end."""
    from ....accounts.name_text import own_words

    name: Name = names.of(account)
    if name.petname:
        return foreign_line(name.petname, 60)
    if name.is_own:
        return foreign_line(name.profile or "me", 60)
    if name.profile:
        return own_words(foreign_line(name.profile, 60))
    return _short(account)


def account_of_handle(store: Store, names: Names, typed: str) -> bytes | None:
    """The account that a handle means, as far as it is known here."""
    typed = typed.strip()
    found = _HANDLE.fullmatch(typed)
    if found is None:
        own = own_account(store)
        return own if typed.removeprefix("@") == acct(names, own) else None
    known = _known_at(store, found[2])
    for one in known:
        if acct(names, one) == f"{found[1]}@{found[2].lower()}.p2p":
            return one
    alike = [one for one in known if fold(username(names, one)) == fold(found[1])]
    return alike[0] if len(alike) == 1 else None


def with_own_words(store: Store, names: Names, text: str) -> str:
    """A text that an app sent, with what this node understands in place of handles: the petname of
    the account, or its key."""

    def replaced(found: re.Match[str]) -> str:
        account = account_of_handle(store, names, found[0])
        if account is None:
            return found[0]
        petname = names.of(account).petname
        is_clear = petname is not None and find_petname(store, petname) == [account]
        return f"@{petname if is_clear else key_text(account)}"

    return _IN_TEXT.sub(replaced, text) if "@" in text else text


def with_keys(store: Store, names: Names, text: str) -> tuple[str, list[str]]:
    """A text that an app sent, with keys in place of handles, so that nobody learns what the owner
    calls an account; and the handles that mean nobody here."""
    unknown = list[str]()

    def replaced(found: re.Match[str]) -> str:
        account = account_of_handle(store, names, found[0])
        if account is None:
            unknown.append(found[0])
            return found[0]
        return f"@{key_text(account)}"

    return _IN_TEXT.sub(replaced, text), unknown


def _known_at(store: Store, host: str) -> list[bytes]:
    first = base64.b32decode(host.upper())
    return known_between(store, first, first)


def _host(account: bytes) -> str:
    return base64.b32encode(account[:_HOST_BYTES]).decode().lower()


def _short(account: bytes) -> str:
    return key_text(account)[: SHORT_KEYS[0]]


def _as_word(name: str) -> str:
    shown = foreign_line(name, _MOST).strip()
    return "".join(sign if sign.isalnum() or sign in "_-." else "_" for sign in shown).strip("_.-")
