"""The account, feed or entry that is meant by what a person types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from sayso_protocol.crypto.keys import DID, key_text, parse_key
from sayso_protocol.errors import Refused
from sayso_protocol.feed.entry import id_text, parse_id
from sayso_protocol.text.fold import bare, fold
from sayso_protocol.text.skeleton import look_keys
from sayso_protocol.translation import _
from sayso_storage.interface.store import FeedState, Store, StoredEntry

from ..errors import Ambiguous, NotFound

if TYPE_CHECKING:
    from sayso_protocol.discovery.invite import Invite

MIN_PREFIX = 8
"""Characters that an abbreviation has at least."""

CANDIDATES = 10
"""Full names that are offered at the most where an abbreviation is not enough."""

HINTED = 1000
"""Accounts whose profiles are looked at for a name that nothing was found for: a moment's work."""

INVITE = "sayso:"
_OTHER_BEGINS = ("z6Mk", DID)
"""What may stand behind `INVITE` in place of an invite: a key alone."""
_KEY_LENGTH = 48
_KEY_BEGINS = "z6Mk"

_AROUND = " \t\r\n\v\f\u00a0\u200b\u2060\ufeff<>()[]{}\"'`“”‘’«»,;.!?"
"""What may come along where a key or an id is copied out of a text."""

_MENTIONED_KEY = re.compile(f"@(?:{re.escape(DID)})?z6Mk[1-9A-HJ-NP-Za-km-z]{{44}}")
_SHOWN = 24
"""Characters of a link that a failure repeats."""
_PART_OF_DID = re.compile("[#?/;]")
_ID_LENGTH = 64


def find_account(store: Store, text: str) -> bytes:
    """The account that a KEY argument names.

    A full key (``z6Mk…``, ``did:key:…``), an invite link (``sayso:…``), ``@petname``, or at least
    eight characters that begin one known account; with what comes along where it is copied (spaces,
    brackets, the ``@`` of a mention, the parts of a DID URL). A full key need not be known here.
    Raises `NotFound` or `Ambiguous`.
    """
    text = text.strip()
    invite = invite_of(text)
    if invite is not None:
        return invite.account
    if text.startswith("@"):
        named = find_petname(store, text[1:]) or find_petname(store, text.strip(_AROUND)[1:])
        if named or not _MENTIONED_KEY.match(text):
            return _only(store, text, named, _petnames(store))
    text = text.strip(_AROUND).removeprefix("@")  # as a mention has it
    key = _plain_key(text)
    full = _full_key(key, text)
    if full is not None:
        return full
    _check_prefix(key, text, lambda: _meant(store, text))
    found = store.find_accounts(key, CANDIDATES)
    return _only(store, text, found, store.find_accounts(key[:MIN_PREFIX], CANDIDATES))


def invite_of(text: str) -> Invite | None:
    """The invite that a KEY argument is, if it is one. Raises `NotFound` where it would be one, had
    it been copied letter for letter."""
    text = text.strip(_AROUND).removeprefix("@")
    if not text[: len(INVITE)].lower().startswith(INVITE):
        return None
    if text[len(INVITE) :].strip().startswith(_OTHER_BEGINS):
        return None
    from sayso_protocol.discovery.invite import read_invite

    try:
        return read_invite(text)
    except Refused as error:
        shown = f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text
        raise NotFound(
            _("{shown} cannot be used: {error}").format(shown=shown, error=error)
        ) from error


def known_account(store: Store, text: str) -> bytes:
    """As `find_account`, but a full key has to be known here, too."""
    account = find_account(store, text)
    if not store.find_accounts(key_text(account), 1):
        key = key_text(account)
        raise NotFound(
            _("nothing is known here of {key}: follow it first, `sayso follow {key}`").format(
                key=key
            )
        )
    return account


def find_petname(store: Store, petname: str) -> list[bytes]:
    """Accounts that the owner calls just so, or, where there are none, so when folded."""
    found = store.find_accounts("@" + petname, CANDIDATES)
    if found:
        return found
    folded = fold(petname)
    named = ((one.account, one.petname) for one in store.subscriptions() if one.petname)
    return [account for account, name in named if fold(name) == folded][:CANDIDATES]


def find_feeds(store: Store, text: str) -> list[FeedState]:
    """The feeds that a KEY of an account or of one feed names. Raises as `find_account`."""
    text = text.strip()
    invite = invite_of(text)
    if invite is not None:
        return _feeds_of(store, invite.account)
    key = _plain_key(text)
    full = None if text.startswith("@") else _full_key(key, text)
    if full is not None:
        state = store.feed(full)
        return [state] if state is not None else _feeds_of(store, full)
    named = [] if text.startswith("@") else _feeds_by_prefix(store, key)
    if len(named) == 1 and not store.find_accounts(key, 1):
        return named
    return _feeds_of(store, find_account(store, text))


def find_entry(store: Store, text: str) -> StoredEntry:
    """The entry that an ID argument names. Raises `NotFound` or `Ambiguous`."""
    prefix = text.strip(_AROUND).lower()
    if len(prefix) == _ID_LENGTH:
        entry = _entry_of_full_id(store, prefix)
        if entry is not None:
            return entry
    _check_prefix(prefix, text)
    found = store.find_entries(prefix, CANDIDATES)
    if len(found) == 1:
        return found[0]
    if found:
        raise Ambiguous(
            _("{text} begins several entries").format(text=text), [id_text(one.id) for one in found]
        )
    near = store.find_entries(prefix[:MIN_PREFIX], CANDIDATES)
    raise NotFound(
        _("no entry {text} is known here: `sayso read` shows ids").format(text=text),
        [id_text(one.id) for one in near],
    )


def entry_prefix(text: str) -> str | None:
    """What is typed as the beginning of an entry's id, as `find_entry` takes it; None where it is
    none."""
    prefix = text.strip(_AROUND).lower()
    is_hex = all(one in "0123456789abcdef" for one in prefix)
    return prefix if is_hex and MIN_PREFIX <= len(prefix) <= _ID_LENGTH else None


def _plain_key(text: str) -> str:
    if text.startswith(INVITE):
        text = text.removeprefix(INVITE).partition("?")[0].strip("/")
    if text.startswith(DID):  # a DID URL names a part of what the key says of itself
        text = _PART_OF_DID.split(text.removeprefix(DID), maxsplit=1)[0]
    return text


def _full_key(key: str, text: str) -> bytes | None:
    if len(key) < _KEY_LENGTH:
        return None
    try:
        return parse_key(DID + key)  # which takes it away again: a second one is no key
    except Refused as error:
        raise NotFound(_("{text} is not a key: {error}").format(text=text, error=error)) from error


def _check_prefix(prefix: str, text: str, hint: Callable[[], str] = lambda: "") -> None:
    if not prefix:
        raise NotFound(
            _("nothing is named: give at least {min_prefix} characters").format(
                min_prefix=MIN_PREFIX
            )
        )
    if len(prefix) < MIN_PREFIX:
        raise NotFound(
            _("{text} is too short: give at least {min_prefix} characters{hint}").format(
                text=text, min_prefix=MIN_PREFIX, hint=hint()
            )
        )


def _only(store: Store, text: str, found: list[bytes], near: list[bytes]) -> bytes:
    if len(found) == 1:
        return found[0]
    if found:
        raise Ambiguous(_("{text} stands for several accounts").format(text=text), _texts(found))
    more = _("; a whole key has 48 characters") if text.startswith(_KEY_BEGINS) else ""
    meant = _meant(store, text)
    hint = meant or _("{more}; `sayso following` lists whom you follow").format(more=more)
    raise NotFound(
        _("no account {text} is known here{hint}").format(text=text, hint=hint),
        _texts(near),
        guessed=bool(meant),
    )


def _meant(store: Store, text: str) -> str:
    """A hint for a word that is the name of somebody here: by the owner, or else by
    themselves, which anybody may do, so that what can be typed for them is named. Empty where
    nobody is."""
    from .profile import profile_of

    name = bare(text.removeprefix("@"))
    looks = look_keys(text.removeprefix("@"))

    def is_meant(other: str) -> bool:
        return bare(other) == name or not looks.isdisjoint(look_keys(other))

    petnames = {one.account: one.petname for one in store.subscriptions() if one.petname}
    meant = [f"@{petname}" for petname in petnames.values() if is_meant(petname)]
    how = ""
    if not meant:
        profiles = ((one, profile_of(store, one).name) for one in store.carried_accounts()[:HINTED])
        called = [one for one, named in profiles if named and is_meant(named)]
        meant = [f"@{petnames[o]}" if o in petnames else f"`{key_text(o)}`" for o in called]
        how = _(", by the name in the profile")
    if not meant:
        meant, how = [f"@{one}" for one in _near_petnames(store, name)], ""
    if not meant:
        return ""
    names = _(" or ").join(meant[:CANDIDATES])
    return _("; did you mean {names}{how}?").format(names=names, how=how)


def _near_petnames(store: Store, name: str) -> list[str]:
    from sayso_protocol.suggestion import closest

    return closest(name, [one.petname for one in store.subscriptions() if one.petname])


def _petnames(store: Store) -> list[bytes]:
    named = [one.account for one in store.subscriptions() if one.petname]
    return named[:CANDIDATES]


def _texts(accounts: Iterable[bytes]) -> list[str]:
    return [key_text(account) for account in accounts]


def _feeds_by_prefix(store: Store, prefix: str) -> list[FeedState]:
    if len(prefix) < MIN_PREFIX:
        return []
    states = [s for one in store.subscriptions() for s in store.feeds_of(one.account)]
    return [state for state in states if key_text(state.feed).startswith(prefix)]


def _feeds_of(store: Store, account: bytes) -> list[FeedState]:
    states = store.feeds_of(account)
    if not states:
        raise NotFound(
            _(
                "nothing of {account} is held here yet: what is followed comes from a peer "
                "that has it, `sayso sync MADDR`"
            ).format(account=key_text(account))
        )
    return states


def _entry_of_full_id(store: Store, text: str) -> StoredEntry | None:
    try:
        return store.entry(parse_id(text))
    except Refused:
        return None
