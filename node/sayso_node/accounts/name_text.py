"""Names of accounts in words: whose word a name is can be seen, on every face.

What the owner calls an account stands behind ``@``. What an account calls itself stands in
quotation marks, whatever it is: so no name that a stranger chose looks like one that the owner
gave.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from sayso_protocol.translation import _, ngettext

if TYPE_CHECKING:
    from .names import Name, Names
    from .recognition import Recognition

SHORT_KEY: Final = 12
"""Characters of a key beside a name."""

NAMELESS: Final = "(no name)"

EXCERPT: Final = 60
"""Characters of a text that stand in a line beside other things."""

_KEY: Final = (
    r"(?P<at>@?)(?P<key>(?:did:key:)?z6Mk[1-9A-HJ-NP-Za-km-z]{44})(?![1-9A-HJ-NP-Za-km-z])"
)
"""The text form of a key (docs/protocol.md, section 2)."""

_LIKE_QUOTES: Final = frozenset("„‚⹂\"'`´ʺ˝״‟″‴‶‷❝❞❠〃〝〞〟＂🙶🙷🙸")
"""Signs that look like quotation marks, beside those that Unicode calls so (categories Pi, Pf)."""


def name_text(name: Name) -> str:
    """The name to call an account by. Names can be made alike: print the key beside it."""
    if name.petname:
        return f"@{name.petname}"
    if name.is_own:
        return f"{name.profile or NAMELESS} (you)"
    return own_words(name.profile) if name.profile else NAMELESS


def account_parts(names: Names, account: bytes) -> tuple[str, ...]:
    """An account, as parts of a line: its petname; or else what it calls itself, and what can be
    typed for it."""
    name = names.of(account)
    if name.petname or name.is_own:
        return (name_text(name),)
    if not name.profile:
        return (names.key(account),)
    like = alike_text(name)
    return (own_words(name.profile), names.key(account), *([f"({like})"] if like else []))


def account_text(names: Names, account: bytes) -> str:
    """An account within a sentence: its petname, or else what can be typed for it. Nothing in it
    is a stranger's word."""
    name = names.of(account)
    return name_text(name) if name.petname or name.is_own else names.key(account)


def recognition_parts(name: Name) -> tuple[str, ...]:
    """What is to be said beside a name that an account gave itself, as parts of its line: a warning
    first where it looks like another's, then who vouches for it. Nothing in it is a stranger's
    word."""
    return tuple(part for part in (alike_text(name), vouched_text(name.recognition)) if part)


def alike_text(name: Name) -> str:
    """Whose name it looks like; empty where it looks like nobody's."""
    like = name.recognition.looks_like
    return "" if like is None else _("looks like {name}").format(name=like.words)


def vouched_text(recognition: Recognition) -> str:
    """Who vouches: the first by name, and how many more; empty where nobody does."""
    first, more = recognition.voucher, len(recognition.vouched_by) - 1
    if more < 0:
        return ""
    if not more:
        return _("vouched for by {name}").format(name=first)
    return ngettext(
        "vouched for by {name} and {more} more", "vouched for by {name} and {more} more", more
    ).format(name=first, more=more)


def with_names(text: str, names: Names) -> str:
    """A text of ours, with `account_text` in place of each account's full key in it, and in place
    of a feed's the beginning, and whose it is. An ``@`` before a key is not doubled."""
    if "z6Mk" not in text:
        return text
    from sayso_protocol.crypto.keys import parse_key
    from sayso_protocol.errors import Refused

    def named(found: re.Match[str]) -> str:
        try:
            key = parse_key(found["key"])
        except Refused:
            return found[0]
        if text.count("`", 0, found.start()) % 2:  # within a command, which is to be typed
            return found["at"] + _typable(found["key"], key, names)
        return found["at"] + _named(found["key"], key, names).removeprefix(found["at"])

    return re.sub(_KEY, named, text)


def own_words(name: str) -> str:
    """A name that an account chose for itself, in quotation marks that nothing in it can end."""
    return f"“{''.join(_plain(sign) for sign in name)}”"


def excerpt(text: str, most: int = EXCERPT) -> str:
    """The beginning of a foreign text for a line that holds more, at most so many characters: in
    quotation marks, as names."""
    words = " ".join(text.split())
    return own_words(words if len(words) <= most else f"{words[: most - 1].rstrip(' ,;')}…")


def is_known(name: Name) -> bool:
    """Whether the owner gave it, or has it: nobody else can bear it."""
    return bool(name.petname) or name.is_own


def _plain(sign: str) -> str:
    if sign in _LIKE_QUOTES or unicodedata.category(sign) in ("Pi", "Pf"):
        return "'"
    return sign


def _typable(text: str, key: bytes, names: Names) -> str:
    """As much of a key as a command takes for it: the whole of one that nobody here knows."""
    return names.key(key) if names.account_of_feed(key) is None else text[:SHORT_KEY]


def _named(text: str, key: bytes, names: Names) -> str:
    owner = names.account_of_feed(key)
    if owner is None or names.of(key).petname:
        return account_text(names, key)
    return f"{text[:SHORT_KEY]} of {account_text(names, owner)}"
