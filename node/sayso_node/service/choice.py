"""The program of this system that runs services."""

from __future__ import annotations

import sys

from ..home.directory import Home, usual_home
from .launchd import LaunchdService
from .node_service import NodeService
from .systemd import SystemdService


def service_of(home: Home) -> NodeService:
    """The service of a home: of launchd on a Mac, of systemd elsewhere."""
    kind = LaunchdService if sys.platform == "darwin" else SystemdService
    return kind(home, usual_home())
