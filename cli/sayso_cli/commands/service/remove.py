"""Stop the service of this home and forget it. The home stays as it is."""

from __future__ import annotations

from argparse import ArgumentParser

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE
from ...options import add_yes
from ...render.service import service_record, show_service
from ...terminal.prompt import confirm


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    add_yes(parser)


def run(context: Context) -> int:
    """Remove the service and print what it is then."""
    from sayso_node.service.choice import service_of

    service = service_of(context.home)
    if service.path.exists():
        confirm(
            _("Stop {unit} and remove {path}?").format(unit=service.unit, path=service.path),
            yes=context.args.yes,
        )
        service.remove()
    status = service.status()
    context.out.record(service_record(status))
    show_service(context.out, status, service)
    return DONE
