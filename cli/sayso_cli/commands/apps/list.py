"""List the apps that you let in, the last one first, and what each may do."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""


def run(context: Context) -> int:
    """Print an app after the other."""
    from sayso_node.timestamps import time_text
    from sayso_node.web.access.grants import Grants, app_id

    grants, out = Grants(context.home), context.out
    apps = {one.client_id: one for one in grants.apps()}
    shown = 0
    for token in reversed(grants.tokens()):
        app = apps.get(token.client_id)
        name, scopes = app.name if app else "", " ".join(token.scopes)
        out.record(
            {
                "app": app_id(token.client_id),
                "name": name,
                "scopes": list(token.scopes),
                "since": time_text(token.created_ms),
            }
        )
        out.line(app_id(token.client_id), f"“{name}”", scopes, time_text(token.created_ms))
        shown += 1
    if not shown:
        out.note(_("No app has access: docs/clients.md says how to connect one."))
    return DONE
