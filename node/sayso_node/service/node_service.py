"""What a service is, whichever program of the system runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Final, Literal

from sayso_protocol.translation import _

from ..errors import ServiceError
from ..home.directory import Home

State = Literal["running", "starting", "stopped", "failed", "absent"]
"""`absent` where none is installed."""

PATIENCE: Final = 30.0
"""Seconds that a command of the system may take; a start waits for the node to be ready."""


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """A service as it is now."""

    unit: str
    """Its name, as the system's own commands take it."""
    state: State
    detail: str = ""
    """What the system, or the node itself, says of it."""
    starts_at_boot: bool | None = None
    """Whether it starts with the machine, before anybody logs in; None where that is not known."""
    path: Path | None = None
    """The file that describes it."""


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """What is to run: the node of a home, with options of `sayso run`."""

    home: Path
    program: Sequence[str]
    """The words that start sayso."""
    options: Sequence[str] = field(default=())

    @property
    def words(self) -> list[str]:
        """The whole command line."""
        return [*self.program, "--home", str(self.home), "run", *self.options]


class NodeService(ABC):
    """The service of one home. All methods raise `ServiceError`."""

    @property
    @abstractmethod
    def unit(self) -> str:
        """Its name, as the system's own commands take it."""

    @property
    @abstractmethod
    def path(self) -> Path:
        """The file that describes it."""

    @abstractmethod
    def text(self, plan: ServicePlan) -> str:
        """What that file is to say."""

    @abstractmethod
    def check(self) -> None:
        """Raise where the system has nothing that could run it; the error says what else to do."""

    @abstractmethod
    def install(self, plan: ServicePlan) -> None:
        """Describe it to the system, start it now and each time from now on."""

    @abstractmethod
    def remove(self) -> None:
        """Stop it and forget it. The home stays as it is."""

    @abstractmethod
    def status(self) -> ServiceStatus:
        """What it is now."""

    @property
    def boot_command(self) -> Sequence[str]:
        """The command that makes it start with the machine, without a login; none where the system
        has none."""
        return ()


def unit_mark(home: Home, usual: Path) -> str:
    """What tells the service of a home from those of others; nothing for the usual home."""
    if home.path == usual:
        return ""
    return f"-{blake2b(os.fsencode(home.path), digest_size=4).hexdigest()}"


def this_program() -> list[str]:
    """The words that start this program again: the script or single file that was called, or else
    the module. What is not a file now is not named: it would not be one at the next start."""
    called = Path(sys.argv[0]).absolute()
    if called.is_file() and called.suffix == ".pyz":
        return [sys.executable, str(called)]
    if called.is_file() and called.name == "sayso" and os.access(called, os.X_OK):
        return [str(called)]
    return [sys.executable, "-m", "sayso_cli.main"]


def ask_system(words: Sequence[str], *, may_fail: bool = False) -> str:
    """Run a command of the system and give what it prints. Raises `ServiceError`, with its first
    line, where it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words and our own names, without a shell
            list(words), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except FileNotFoundError as error:
        raise ServiceError(
            _("there is no `{words}` on this machine").format(words=words[0])
        ) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ServiceError(_("`{names}` does not answer").format(names=" ".join(words))) from error
    if done.returncode and not may_fail:
        said = next(
            iter((done.stderr or done.stdout).strip().splitlines()), _("it did not say why")
        )
        raise ServiceError(_("`{names}` failed: {said}").format(names=" ".join(words), said=said))
    return done.stdout
