"""Accounts as blocks: whom the owner follows, mutes and blocks. These wait for the disk, as the
library does."""

from __future__ import annotations

from typing import NamedTuple

from .block_list import Block
from .library import Blocks, Library
from .rows import AnyRow, Rows


class Person(NamedTuple):
    """An account as its menu shows it; `hidden` is "mute", "block" or None."""

    key: str
    title: str
    petname: str | None
    is_own: bool
    is_followed: bool
    hidden: str | None
    rows: tuple[AnyRow, ...]


def people(library: Library) -> Blocks:
    """The accounts that are followed, and those that are muted or blocked."""
    from sayso_node.accounts.follows import following
    from sayso_node.accounts.holdings import holdings
    from sayso_node.clock import now_ms
    from sayso_node.filters.edit import mutes_and_blocks
    from sayso_protocol.crypto.keys import key_text

    from ..render.people.account import show_holdings

    names, now = library.names(), now_ms()
    hidden = mutes_and_blocks(library.home, now)
    found = following(library.store, names)
    followed = {key_text(one.account) for one in found}
    keys = [key for key in map(_key, hidden) if key and key_text(key) not in followed]
    others = [holdings(library.store, key, names) for key in keys]
    for one in (*found, *others):
        out, key = Rows(), key_text(one.account)
        show_holdings(out, one, names, hidden.get(key))
        if one.name.bio:
            out.indented(one.name.bio)
        yield Block(key, out.rows, one.account)


def person_of(library: Library, account: bytes) -> Person:
    """An account, and what the owner has done about it."""
    from sayso_node.accounts.holdings import holdings
    from sayso_node.clock import now_ms
    from sayso_node.filters.edit import mutes_and_blocks
    from sayso_protocol.crypto.keys import key_text

    from ..render.people.account import show_holdings
    from ..render.people.name import name_text

    names, key, out = library.names(), key_text(account), Rows()
    held = holdings(library.store, account, names)
    hidden = mutes_and_blocks(library.home, now_ms()).get(key)
    show_holdings(out, held, names, hidden)
    if held.name.bio:
        out.paragraph(held.name.bio)
    out.indented(key)
    followed = any(one.followed and one.account == account for one in library.store.subscriptions())
    name = held.name
    return Person(
        key, name_text(name), name.petname, name.is_own, followed, hidden, tuple(out.rows)
    )


def _key(text: str) -> bytes | None:
    """A key in text form; None where it is none: a rule may have any name."""
    from sayso_protocol.crypto.keys import parse_key
    from sayso_protocol.errors import Refused

    try:
        return parse_key(text)
    except Refused:
        return None
