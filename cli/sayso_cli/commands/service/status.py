"""Say whether the node of this home is installed as a service, and runs."""

from __future__ import annotations

from argparse import ArgumentParser

from ...context import Context
from ...errors import DONE
from ...render.service import service_record, show_service


def add_arguments(_: ArgumentParser) -> None:
    """This command has no options."""


def run(context: Context) -> int:
    """Print what the service is now."""
    from sayso_node.service.choice import service_of

    service = service_of(context.home)
    status = service.status()
    context.out.record(service_record(status))
    show_service(context.out, status, service)
    return DONE
