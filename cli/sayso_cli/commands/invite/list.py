"""List the invites that you made, with their links as they are now, and who took them."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import defaultdict
from typing import TYPE_CHECKING

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...own_node import OwnNode
from ...render.people.invite import OPEN, invite_record, state_of, terms
from ...render.people.name import account_parts
from ...terminal.own_text import Whole

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_storage.interface.network.invite_records import OwnInvite
    from sayso_storage.interface.store import Store


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("--all", action="store_true", help=_("those that have ended, too"))


def run(context: Context) -> int:
    """Print an invite after the other."""
    from sayso_node.accounts.invites import invite_to
    from sayso_node.clock import now_ms
    from sayso_protocol.discovery.invite import invite_text

    with context.store() as store:
        every, taken, now = store.invites(), _taken(store), now_ms()
        states = {one.token: state_of(one, len(taken[one.token]), now) for one in every}
        shown = [one for one in every if context.args.all or states[one.token] == OPEN]
        node = OwnNode.of(context.home) if OPEN in states.values() else None
        names = context.names(store)
        for one in shown:
            link, state = None, states[one.token]
            if node is not None and state == OPEN:
                link = invite_text(invite_to(store, node.key, node.addresses, one))
            _show(context, one, link, state, taken[one.token], names)
    for line in node.notes if node is not None else ():
        context.out.note(line)
    if not shown:
        context.out.note(
            _("No invite is open: `sayso invite` makes one.")
            if every
            else _("No invite was made yet: `sayso invite` makes one.")
        )
    return DONE


def _taken(store: Store) -> dict[bytes, list[bytes]]:
    """Who took each invite, by its token."""
    from sayso_storage.interface.network.invite_records import MAX_GUESTS, MAX_INVITES

    found = defaultdict[bytes, list[bytes]](list)
    for guest in store.guests(MAX_INVITES * MAX_GUESTS):
        found[guest.invite.token].append(guest.account)
    return found


def _show(
    context: Context,
    one: OwnInvite,
    link: str | None,
    state: str,
    taken: list[bytes],
    names: Names,
) -> None:
    from sayso_node.accounts.invites import invite_id
    from sayso_protocol.crypto.keys import key_text

    out = context.out
    by = [key_text(account) for account in taken]
    out.record(invite_record(one, link) | {"state": state, "taken": by})
    out.heading(invite_id(one.token), f"@{one.name}" if one.name else "", state, terms(one))
    for account in taken:
        out.indented(_("taken by"), *account_parts(names, account))
    if link is not None:
        out.indented(Whole(link))
