"""Followed accounts whose names look like that of one that a command is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .render.people.name import account_parts

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names

    from .context import Context

SHOWN = 5
"""Accounts that are listed."""


def note_look_alikes(context: Context, names: Names, account: bytes, said: str) -> None:
    """List the accounts that could have been meant in place of one, or could be taken for it;
    `said` is the line before them."""
    name = names.of(account)
    called = [one for one in (name.petname, name.profile) if one]
    found = {one.account for text in called for one in names.all_alike(account, text)}
    if not found or context.out.json:
        return
    context.out.note(said)
    for one in sorted(found)[:SHOWN]:
        context.out.note(*account_parts(names, one))
