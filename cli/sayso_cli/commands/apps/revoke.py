"""End the access of an app at once, on all its devices. It can ask for it again."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("app", metavar="APP", help=_("as `sayso apps list` shows it"))


def run(context: Context) -> int:
    """End it, and say so."""
    from sayso_node.errors import NotFound
    from sayso_node.web.access.grants import Grants, app_id

    grants, typed = Grants(context.home), context.args.app.strip().lower()
    found = next((one for one in grants.apps() if app_id(one.client_id) == typed), None)
    if found is None:
        raise NotFound(
            _("there is no app {app}: `sayso apps list` shows those there are").format(
                app=context.args.app
            )
        )
    grants.revoke_app(found.client_id)
    context.out.record({"app": typed, "name": found.name})
    context.out.line(_("ended:"), typed, f"“{found.name}”")
    return DONE
