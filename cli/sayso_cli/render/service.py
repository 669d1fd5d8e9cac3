"""How the node's service looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_protocol.translation import _, mark

from ..terminal.output import Output

if TYPE_CHECKING:
    from sayso_node.service.node_service import NodeService, ServiceStatus

_STATES = {
    "running": mark("runs"),
    "starting": mark("is starting"),
    "stopped": mark("is installed, and does not run"),
    "failed": mark("has failed"),
    "absent": mark("is not installed: `sayso service install` does that"),
}


def service_record(status: ServiceStatus) -> dict[str, object]:
    """A service for programs."""
    return {
        "unit": status.unit,
        "state": status.state,
        "detail": status.detail,
        "starts_at_boot": status.starts_at_boot,
        "path": None if status.path is None else str(status.path),
    }


def show_service(out: Output, status: ServiceStatus, service: NodeService) -> None:
    """A service for people, and what else they can do."""
    out.line(f"{status.unit} {_(_STATES[status.state])}", status.detail)
    if status.state == "absent":
        return
    if status.starts_at_boot is False:
        words = " ".join(service.boot_command)
        out.indented(
            _("It runs while you are logged in.")
            + (
                " " + _("`{words}` lets it start with the machine instead.").format(words=words)
                if words
                else ""
            )
        )
