"""End an invite: nobody gets in by it any more. Whoever has its line still knows your key and the
addresses that stood in it, and can read what you post."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import replace

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...render.people.invite import invite_record


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID", help=_("as `sayso invite list` shows it"))


def run(context: Context) -> int:
    """End it, and say so."""
    from sayso_node.accounts.invites import find_invite, invite_id
    from sayso_node.clock import now_ms

    with context.store() as store:
        found, now = find_invite(store, context.args.id), now_ms()
        is_new = store.revoke_invite(found.token, now)
    ended = replace(found, revoked_ms=now) if is_new else found
    context.out.record(invite_record(ended, None))
    context.out.line(_("ended:") if is_new else _("had ended before:"), invite_id(found.token))
    return DONE
