"""The profiles of accounts, and which names one may have."""

from __future__ import annotations

from sayso_protocol.content.body import Profile, read_body
from sayso_protocol.content.profile import MAX_NAME
from sayso_protocol.text.fold import fold
from sayso_protocol.text.line import is_line
from sayso_protocol.text.normal_form import keep
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store, StoredEntry

from ..errors import NodeError


def newest_profile(store: Store, line: list[bytes]) -> Profile:
    """The profile of the last key of a row that has one."""
    profiles = (held_profile(store, account) for account in reversed(line))
    return next((one for one in profiles if one is not None), Profile())


def check_name(name: str) -> str:
    """Return a name for a profile or an account, as it is kept. Raises `NodeError`."""
    name = keep(name)
    if not fold(name).strip() or not is_line(name):
        raise NodeError(_("a name has letters, and no line ends or control characters"))
    if len(name.encode()) > MAX_NAME:
        raise NodeError(_("a name has at most {max_name} bytes").format(max_name=MAX_NAME))
    return name


def profile_of(store: Store, account: bytes) -> Profile:
    """The account's newest profile; an empty one where none is held."""
    return held_profile(store, account) or Profile()


def held_profile(store: Store, account: bytes) -> Profile | None:
    """The account's newest profile, where one is held."""
    return profile_in(store.latest(account, Profile.KIND))


def profile_in(entry: StoredEntry | None) -> Profile | None:
    """The profile that an entry holds, if it does."""
    body = read_body(entry.body) if entry is not None and entry.body is not None else None
    return body if isinstance(body, Profile) else None
