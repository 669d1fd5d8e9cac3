"""Everything that goes wrong, in one place: text, exit code and JSON form of every failure.

Every failure becomes one line on stderr that says what happened and what to do next, or
with ``--json`` one object: ``{"error": text, "code": name, "candidates": [...]}``. The
codes are stable. ``SAYSO_DEBUG=1`` shows the traceback as well.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field, replace
from typing import Final

from sayso_protocol.translation import _, mark

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130

DEBUG: Final = "SAYSO_DEBUG"


class Failure(Exception):
    """A command that could not be done; the text says why, for a person."""

    def __init__(self, message: str, code: str = "failed") -> None:
        super().__init__(message)
        self.code = code


class UsageError(Exception):
    """The command line itself is wrong; the text says how."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A failure, ready to be printed."""

    code: str
    message: str
    exit_code: int = FAILED
    candidates: list[str] = field(default_factory=list)
    guessed: bool = False
    """Whether the message says which candidate may have been meant."""

    @property
    def line(self) -> str:
        """All of it, for one line; of one that says what may have been meant, that is enough."""
        if not self.candidates or self.guessed:
            return self.message
        return f"{self.message}; known: {', '.join(self.candidates)}"

    @property
    def record(self) -> dict[str, object]:
        """All of it, for JSON."""
        return {"error": self.message, "code": self.code, "candidates": self.candidates}


_CODES: Final = {
    "HomeError": "home",
    "KeystoreError": "keys",
    "KeystoreLocked": "keys",
    "AccountMoved": "account-moved",
    "HomeCloned": "home-copied",
    "StoreBehind": "store-behind",
    "NotFound": "not-found",
    "NotAllowed": "not-allowed",
    "Ambiguous": "ambiguous",
    "ControlError": "node",
    "NodeStopped": "node",
    "BundleError": "bundle",
    "FolderError": "folder",
    "ServiceError": "service",
    "BackupError": "backup",
    "PeerError": "peer",
    "PostError": "post",
    "QueryError": "usage",
    "FiltersError": "filters",
    "ViewsError": "views",
    "HubFileError": "hub",
    "RosterError": "roster",
    "LibraryMissing": "library-missing",
    "NodeError": "failed",
    "StoreTooNew": "store-too-new",
    "StoreFull": "disk-full",
    "StoreDamaged": "store-damaged",
    "StoreInterrupted": "stopped",
    "NotSubscribed": "not-followed",
    "StoreError": "store",
    "ArchiveError": "archive",
    "ListenError": "listen",
    "DialError": "peer",
    "UnsupportedProtocolError": "peer",
    "Refused": "refused",
}
"""Code of each exception whose text is written for people, by class name: importing the
classes, or what they come from, would slow down every command."""


_NEXT: Final = {
    os.strerror(errno.ENOENT): mark("check the path"),
    os.strerror(errno.ENOTDIR): mark("check the path"),
    os.strerror(errno.EISDIR): mark("name a file"),
    os.strerror(errno.EACCES): mark("check owner and permissions"),
    os.strerror(errno.EPERM): mark("check owner and permissions"),
    os.strerror(errno.ENOSPC): mark("make room and try again"),
    os.strerror(errno.EDQUOT): mark("make room, or have the quota raised"),
    os.strerror(errno.EFBIG): mark("have the limit on the size of files raised (ulimit -f)"),
    os.strerror(errno.EROFS): mark("mount that disk for writing, or name another place"),
    os.strerror(errno.EMFILE): mark("close some programs, or have the limit raised (ulimit -n)"),
    os.strerror(errno.ENFILE): mark("close some programs"),
    os.strerror(errno.EIO): mark("check the disk"),
}
"""What to do where a text ends in the system's own words for why a file could not be used."""


def problem_of(error: BaseException) -> Problem:
    """The problem that an exception is."""
    problem = _problem_of(error)
    for end, more in _NEXT.items():
        if problem.message.endswith(end):
            return replace(problem, message=f"{problem.message}; {_(more)}")
    return problem


def _problem_of(error: BaseException) -> Problem:
    error = _innermost(error)
    if isinstance(error, KeyboardInterrupt):
        return Problem("interrupted", str(error) or _("interrupted"), INTERRUPTED)
    if isinstance(error, UsageError):
        return Problem("usage", str(error), USAGE)
    if isinstance(error, Failure):
        return Problem(error.code, str(error))
    for kind in type(error).__mro__:
        if kind.__name__ in _CODES and kind.__module__.startswith("sayso_"):
            candidates = list(getattr(error, "candidates", ()))
            guessed = bool(getattr(error, "guessed", False))
            return Problem(_CODES[kind.__name__], str(error), FAILED, candidates, guessed)
    if type(error).__name__ == "OutputError":
        why = getattr(error, "strerror", "") or _("it is closed")
        lost_nothing = _("the output cannot be written ({reason}): nothing was lost")
        return Problem("not-written", lost_nothing.format(reason=why))
    if isinstance(error, OSError):
        return _problem_of_system(error)
    if isinstance(error, MemoryError):
        return Problem("memory", _("there is not enough memory: close other programs"))
    return Problem(
        "internal",
        _(
            "unexpected {kind}: this is a mistake in sayso; run the command again with {debug}=1 "
            "for the details, and report them"
        ).format(kind=type(error).__name__, debug=DEBUG),
    )


def _innermost(error: BaseException) -> BaseException:
    """The one exception that groups of one are wrapped around."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return error


def _problem_of_system(error: OSError) -> Problem:
    place = f" {error.filename}" if error.filename is not None else ""
    what = error.strerror or str(error) or type(error).__name__
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Problem(
            "disk-full", _("no space left{place}: make room and try again").format(place=place)
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        refused = _("cannot use{place}: {reason}; check owner and permissions")
        return Problem("permission", refused.format(place=place, reason=what))
    refused = _("the system refused{place}: {reason}")
    return Problem("system", refused.format(place=place, reason=what))
