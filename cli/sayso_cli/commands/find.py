"""Look for the nodes of an account, and say who says where they are.

The running node asks others who keep such announcements, and shows what it knows besides. An
account's own word is signed; it may be some days old while that node is off.
"""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _, ngettext

from ..context import Context
from ..errors import DONE, Failure
from ..render.network.location import show_location
from ..terminal.wait_notice import waiting

PATIENCE = 90
"""Seconds. A search asks some dozen nodes, a few of which may be gone and time out."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "key", metavar="KEY", help=_("an account: z6Mk…, @petname, or a sayso: link")
    )


def run(context: Context) -> int:
    """Print each node that is named, the newest word first."""
    from sayso_node.accounts.lineage import line_of
    from sayso_node.accounts.lookup import find_account
    from sayso_node.control.client import request

    with context.store() as store:
        account = line_of(store, find_account(store, context.args.key))[-1]
    with waiting(_("asking nodes")):
        answer = request(context.home, "find", patience=PATIENCE, account=account.hex())
    for location in answer["found"]:
        context.out.record(location)
        show_location(context.out, location)
    if not answer["found"]:
        raise Failure(_nobody(answer), "not-found")
    return DONE


def _nobody(answer: dict[str, object]) -> str:
    """Why nothing was found, and what to do."""
    if not answer["known"]:
        return _(
            "this node knows no other that keeps announcements: connect it to somebody first, "
            "`sayso connect MADDR`, and try again in a minute"
        )
    if not answer["answered"]:
        asked = int(str(answer["asked"]))
        return ngettext(
            "the one node that was asked did not answer: is this computer online? try again",
            "none of {count} nodes answered: is this computer online? try again",
            asked,
        ).format(count=asked)
    told = int(str(answer["answered"]))
    return ngettext(
        "the one node that was asked does not know where this account is: ask its owner for an "
        "address, `sayso connect MADDR`",
        "of {count} nodes that were asked none knows where this account is: ask its owner for an "
        "address, `sayso connect MADDR`",
        told,
    ).format(count=told)
