"""The node as a unit of systemd's user manager (systemd.unit(5), systemd.service(5))."""

from __future__ import annotations

import getpass
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from sayso_protocol.translation import _, mark

from ..errors import ServiceError
from ..home.atomic_file import new_file
from ..home.directory import Home
from .node_service import NodeService, ServicePlan, ServiceStatus, State, ask_system, unit_mark

_STATES: Final[dict[str, State]] = {
    "active": "running",
    "reloading": "running",
    "activating": "starting",
    "deactivating": "stopped",
    "inactive": "stopped",
    "failed": "failed",
}
"""`ActiveState` of systemctl(1)."""

_UNIT: Final = """\
# Written by `sayso service install`, which writes it anew; `sayso service remove` takes it away.
[Unit]
Description=sayso: the node of {described}
# Ten failures in ten minutes are no hiccup: then it stays failed; `sayso service status` says so.
StartLimitIntervalSec=600
StartLimitBurst=10

[Service]
Type=notify
NotifyAccess=main
ExecStart={command}
Restart=on-failure
RestartSec=5
# Wrong options do not get right by trying again.
RestartPreventExitStatus=2
# The node says every minute that it is alive; a large store may take its time to open and to close.
WatchdogSec=120
TimeoutStartSec=300
TimeoutStopSec=30
UMask=0077
# Restrictions that need no rights: a user's manager cannot hide directories everywhere.
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=default.target
"""

NOT_THERE: Final = mark(
    "systemd does not run services for you here ({why}): keep `sayso run` running another way, or "
    "see with `sayso service install --print` what it would be"
)


class SystemdService(NodeService):
    """A unit in the user's own configuration."""

    def __init__(self, home: Home, usual: Path) -> None:
        """`usual` is the home that is used where none is named."""
        self._home = home
        self._unit = f"sayso{unit_mark(home, usual)}.service"

    @property
    def unit(self) -> str:
        """Its name, as systemctl takes it."""
        return self._unit

    @property
    def path(self) -> Path:
        """The file of the unit."""
        named = os.environ.get("XDG_CONFIG_HOME")
        base = Path(named) if named and Path(named).is_absolute() else Path.home() / ".config"
        return base / "systemd" / "user" / self._unit

    def text(self, plan: ServicePlan) -> str:
        """The unit. Raises `ServiceError` for a line break in a name."""
        return _UNIT.format(
            described=_unspecial(str(plan.home)), command=" ".join(map(_quoted, plan.words))
        )

    def check(self) -> None:
        """Raise `ServiceError` where no user manager answers."""
        try:
            _systemctl("show-environment")
        except ServiceError as error:
            raise ServiceError(NOT_THERE.format(why=error)) from error

    def install(self, plan: ServicePlan) -> None:
        """Write the unit, enable and start it; waits until the node is ready."""
        self.check()
        text = self.text(plan)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with new_file(self.path, mode=0o644, replace=True) as file:
                file.write(text.encode())
        except OSError as error:
            raise ServiceError(
                _("cannot write {path}: {reason}").format(
                    path=self.path, reason=error.strerror or error
                )
            ) from error
        _systemctl("daemon-reload")
        _systemctl("enable", "--quiet", self._unit)
        with suppress(ServiceError):  # what was wrong before is not counted any more
            _systemctl("reset-failed", self._unit)
        try:
            # The node may take longer to open its store than anybody waits here.
            _systemctl("restart", "--no-block", self._unit)
        except ServiceError as error:
            raise ServiceError(
                _("{error}; `journalctl --user -u {unit}` says more").format(
                    error=error, unit=self._unit
                )
            ) from error

    def remove(self) -> None:
        """Stop and disable the unit, and remove it. Without one nothing is done."""
        if not self.path.exists():
            return
        self.check()
        _systemctl("disable", "--quiet", "--now", self._unit)
        try:
            self.path.unlink()
        except OSError as error:
            raise ServiceError(
                _("cannot remove {path}: {reason}").format(
                    path=self.path, reason=error.strerror or error
                )
            ) from error
        _systemctl("daemon-reload")
        with suppress(ServiceError):
            _systemctl("reset-failed", self._unit)

    def status(self) -> ServiceStatus:
        """What systemd says of the unit."""
        if not self.path.exists():
            return ServiceStatus(self._unit, "absent")
        self.check()
        shown = _systemctl("show", "--property=ActiveState,Result,StatusText,NRestarts", self._unit)
        found = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
        state = _STATES.get(found.get("ActiveState", ""), "failed")
        detail = found.get("StatusText", "") if state != "failed" else found.get("Result", "")
        return ServiceStatus(self._unit, state, detail, _lingers(), self.path)

    @property
    def boot_command(self) -> Sequence[str]:
        """Lingering: the user's manager runs from the start of the machine, not from the login."""
        return ("loginctl", "enable-linger")


def _systemctl(*words: str) -> str:
    return ask_system(["systemctl", "--user", *words])


def _lingers() -> bool | None:
    try:
        said = ask_system(["loginctl", "show-user", "--property=Linger", getpass.getuser()])
    except (ServiceError, KeyError, OSError):
        return None
    return {"Linger=yes": True, "Linger=no": False}.get(said.strip())


def _quoted(word: str) -> str:
    """A word of a command line in a unit (systemd.service(5), "Command lines"). Raises
    `ServiceError`."""
    plain = _unspecial(word).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{plain}"'


def _unspecial(text: str) -> str:
    """A text without specifiers (systemd.unit(5)). Raises `ServiceError` for control characters."""
    if not text.isprintable():
        raise ServiceError(
            _(
                "{text!r} cannot stand in a unit of systemd: use a path of printable characters"
            ).format(text=text)
        )
    return text.replace("%", "%%")
