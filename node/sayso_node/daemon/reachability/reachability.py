"""What a running node tells of its reachability: to the control socket, and as events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sayso_protocol.discovery.reachability import Assessment, ReachabilityStatus
from sayso_protocol.discovery.reachability.words import findings_of
from sayso_protocol.translation import speaking

from ...network.nat.reachability import ReachabilityService
from ..node import Listener


class ReachabilityAnswer:
    """Answers `doctor`."""

    def __init__(self, service: ReachabilityService) -> None:
        self._service = service

    async def answer(self, _: dict[str, Any]) -> Mapping[str, object]:
        """All that is known."""
        return self._service.as_json()


def tell_reachability(status: ReachabilityStatus, tell: Listener) -> None:
    """Tell an event whenever something else is known than now of how others reach this node."""
    told = [findings_of(status.assessment)]

    def hear(found: Assessment) -> None:
        findings = findings_of(found)
        if findings != told[0]:
            told[0] = findings
            with speaking(None):  # as whoever started the node
                detail = " ".join(findings_of(found))
            tell({"event": "reachability", "state": found.state, "detail": detail})

    status.on_change(hear)
