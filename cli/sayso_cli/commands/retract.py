"""Take back entries of your own: posts, polls, reposts, reactions, edits. It cannot be undone."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, Failure
from ..options import add_signing, add_yes
from ..terminal.prompt import confirm, is_terminal

if TYPE_CHECKING:
    from sayso_node.compose.retraction import RetractionPlan


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "ids", metavar="ID", nargs="+", help=_("ids, or at least 8 of the first digits of each")
    )
    add_yes(parser)
    add_signing(parser)


def run(context: Context) -> int:
    """Show what goes, ask, publish the retraction and erase what it names."""
    from sayso_node.compose.retraction import plan_retraction, retract

    from ..render.entry.retraction import show_already, show_plan, show_retracted

    with context.store() as store:
        plan = plan_retraction(store, context.args.ids)
        if not plan.references:
            show_already(context.out, plan)
            return DONE
        show_plan(context.out, plan)
        _confirm(context, plan)
        made = retract(store, context.author(store), plan)
        context.notify("entries", made)
        show_retracted(context.out, plan, made, erased=context.erase(store))
    return DONE


def _confirm(context: Context, plan: RetractionPlan) -> None:
    args = context.args
    if not args.yes and not is_terminal():
        raise Failure(
            _(
                "nothing was done: this cannot be undone, and there is no terminal to ask at. Run "
                "it "
                "again with --yes"
            ),
            "declined",
        )
    what = "it" if len(plan.references) == 1 else "them"
    confirm(_("This cannot be undone. Take {what} back?").format(what=what), yes=args.yes)
