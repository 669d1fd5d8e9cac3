"""Run the node of this home as a service from now on, and start it.

What stands behind -- are options of `sayso run`. Asks first at a terminal; again changes what is
installed. --print shows what would be written, and changes nothing.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import TYPE_CHECKING, Final

from sayso_protocol.translation import _

from ...context import Context
from ...errors import DONE, Failure
from ...options import add_yes
from ...render.service import service_record, show_service
from ...terminal.prompt import confirm, is_terminal

if TYPE_CHECKING:
    from sayso_node.service.node_service import NodeService, ServiceStatus

START_SECONDS: Final = 20.0
"""How long it is waited for the node to be ready. A large store may take longer to open."""
LOOK_SECONDS: Final = 0.2


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "options", metavar="OPTION", nargs="*", help=_("options of `sayso run`, behind --")
    )
    parser.add_argument(
        "--linger",
        action="store_true",
        help=_("let your services run while you are logged out, too (loginctl enable-linger)"),
    )
    parser.add_argument("--print", action="store_true", help=_("show what would be written, only"))
    add_yes(parser)


def run(context: Context) -> int:
    """Install the service and print what it is then."""
    from sayso_node.service.choice import service_of
    from sayso_node.service.node_service import ServicePlan, this_program

    args, out = context.args, context.out
    service = service_of(context.home)
    plan = ServicePlan(context.home.path, this_program(), args.options)
    if args.print:
        out.record({"unit": service.unit, "path": str(service.path), "text": service.text(plan)})
        for line in service.text(plan).splitlines():
            out.line(line)
        return DONE
    service.check()
    _check_home(context, service)
    out.note(
        _("{path} will start `sayso {names}`").format(
            path=service.path, names=" ".join(plan.words[len(plan.program) :])
        )
    )
    confirm(_("Write it, and start the node now and with each login?"), yes=args.yes)
    service.install(plan)
    _linger(context, service)
    status = _started(service)
    out.record(service_record(status))
    show_service(out, status, service)
    if status.state == "failed":
        raise Failure(
            _(
                "the node did not start ({value}): try `sayso run` "
                "with the same options, which says why"
            ).format(value=status.detail or "no reason was given"),
            "service",
        )
    return DONE


def _check_home(context: Context, service: NodeService) -> None:
    from sayso_node.control.client import is_running
    from sayso_node.errors import HomeError

    if not context.home.exists:
        raise HomeError(
            _("no account in {path}: make one with `sayso init` first").format(
                path=context.home.path
            )
        )
    if is_running(context.home) and service.status().state not in ("running", "starting"):
        raise Failure(_("a node runs in this home already: stop it first"), "service")


def _linger(context: Context, service: NodeService) -> None:
    """Let it start with the machine, where the owner says so."""
    from sayso_node.service.node_service import ask_system

    words = service.boot_command
    if not words or service.status().starts_at_boot:
        return
    wanted = context.args.linger
    if not wanted and is_terminal() and not context.args.yes:
        context.out.note(_("It ends when you log out, since your services do not linger."))
        try:
            confirm(_("Let your services run from the start of the machine, logged in or not?"))
            wanted = True
        except Failure:
            wanted = False
    if wanted:
        ask_system(words)


def _started(service: NodeService) -> ServiceStatus:
    """What it is once it has started, or has failed, or takes its time."""
    end = time.monotonic() + START_SECONDS
    while (status := service.status()).state == "starting" and time.monotonic() < end:
        time.sleep(LOOK_SECONDS)
    return status
