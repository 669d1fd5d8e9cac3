"""What domains said of accounts when they were asked, in a file of the home.

Kept with its date, and never asked again by itself: who is asked learns that somebody wonders, and
when. Of an account only the last word stays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sayso_protocol.content.profile import MAX_DOMAIN
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.translation import _

from ..errors import HomeError
from ..home.atomic_file import new_file
from ..home.directory import FILE_MODE, Home
from ..home.owner_file import OwnerFileError, read_owner_file
from ..timestamps import time_text

MAX_KEPT: Final = 1000
"""Accounts of which is kept what their domains said; the oldest words go first."""

_MOST: Final = 1 << 20
"""Bytes of the file."""


@dataclass(frozen=True, slots=True)
class DomainCheck:
    """What a domain said of an account: whether it `names` it, at `time_ms`."""

    domain: str
    names: bool
    time_ms: int

    def as_json(self) -> dict[str, object]:
        """The check for programs."""
        return {"domain": self.domain, "names": self.names, "time": time_text(self.time_ms)}


def domain_check(home: Home, account: bytes, domain: str | None) -> DomainCheck | None:
    """What this domain said of an account when it was last asked. None where it was not, and where
    the account names another domain by now."""
    if not domain or not home.domain_checks.exists():
        return None
    found = _read(home).get(key_text(account))
    return found if found is not None and found.domain == domain else None


def keep_domain_check(home: Home, account: bytes, check: DomainCheck) -> None:
    """Keep what a domain said, in place of what was kept of the account. Raises `HomeError`."""
    kept = {**_read(home), key_text(account): check}
    newest = sorted(kept.items(), key=lambda one: one[1].time_ms)[-MAX_KEPT:]
    rows = {
        key: {"domain": one.domain, "names": one.names, "time_ms": one.time_ms}
        for key, one in newest
    }
    try:
        with new_file(home.domain_checks, mode=FILE_MODE, replace=True) as file:
            file.write(json.dumps({"checks": rows}).encode())
    except OSError as error:
        raise HomeError(
            _("cannot write {path}: {reason}").format(
                path=home.domain_checks, reason=error.strerror
            )
        ) from error


def _read(home: Home) -> Mapping[str, DomainCheck]:
    """All that are kept; none where the file cannot be read: it can be asked for again."""
    try:
        rows = json.loads(read_owner_file(home.domain_checks, _MOST) or b"{}")["checks"]
        return {str(key): _check(row) for key, row in list(rows.items())[:MAX_KEPT]}
    except (OwnerFileError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _check(row: Mapping[str, object]) -> DomainCheck:
    domain, names, time_ms = row["domain"], row["names"], row["time_ms"]
    if not isinstance(domain, str) or len(domain) > MAX_DOMAIN or not isinstance(time_ms, int):
        raise ValueError(row)
    time_text(time_ms)
    return DomainCheck(domain, names is True, time_ms)
