"""The node as an agent of launchd on a Mac (launchd.plist(5), launchctl(1))."""

from __future__ import annotations

import os
import plistlib
from pathlib import Path
from typing import Final

from sayso_protocol.translation import _

from ..errors import ServiceError
from ..home.atomic_file import new_file
from ..home.directory import Home
from .node_service import NodeService, ServicePlan, ServiceStatus, State, ask_system, unit_mark

_LABEL: Final = "sayso.node"
_OWNER_ONLY: Final = 0o077


class LaunchdService(NodeService):
    """An agent of the user: it runs from the login on."""

    def __init__(self, home: Home, usual: Path) -> None:
        """`usual` is the home that is used where none is named."""
        self._home = home
        self._label = f"{_LABEL}{unit_mark(home, usual)}"

    @property
    def unit(self) -> str:
        """Its label."""
        return self._label

    @property
    def path(self) -> Path:
        """The property list."""
        return Path.home() / "Library" / "LaunchAgents" / f"{self._label}.plist"

    @property
    def _domain(self) -> str:
        return f"gui/{os.getuid()}"

    def text(self, plan: ServicePlan) -> str:
        """The property list: started at the login, and again where it fails."""
        described = {
            "Label": self._label,
            "ProgramArguments": plan.words,
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ThrottleInterval": 10,
            "ProcessType": "Background",
            "Umask": _OWNER_ONLY,
            "StandardOutPath": os.devnull,
            "StandardErrorPath": str(plan.home / "service.log"),
        }
        return plistlib.dumps(described).decode()

    def check(self) -> None:
        """Raise `ServiceError` where launchd does not answer."""
        ask_system(["launchctl", "print", self._domain])

    def install(self, plan: ServicePlan) -> None:
        """Write the property list and load it."""
        self.check()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with new_file(self.path, mode=0o644, replace=True) as file:
                file.write(self.text(plan).encode())
        except OSError as error:
            raise ServiceError(
                _("cannot write {path}: {reason}").format(
                    path=self.path, reason=error.strerror or error
                )
            ) from error
        self._unload()
        ask_system(["launchctl", "bootstrap", self._domain, str(self.path)])

    def remove(self) -> None:
        """Unload the agent, and remove it. Without one nothing is done."""
        if not self.path.exists():
            return
        self._unload()
        try:
            self.path.unlink()
        except OSError as error:
            raise ServiceError(
                _("cannot remove {path}: {reason}").format(
                    path=self.path, reason=error.strerror or error
                )
            ) from error

    def status(self) -> ServiceStatus:
        """What launchd says of it."""
        if not self.path.exists():
            return ServiceStatus(self._label, "absent")
        said = ask_system(["launchctl", "print", f"{self._domain}/{self._label}"], may_fail=True)
        state: State = "running" if "state = running" in said else "stopped"
        return ServiceStatus(self._label, state, "", starts_at_boot=False, path=self.path)

    def _unload(self) -> None:
        ask_system(["launchctl", "bootout", f"{self._domain}/{self._label}"], may_fail=True)
