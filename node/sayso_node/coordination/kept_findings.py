"""The findings that the keeper of a running node has written last, for whoever asks for them."""

from __future__ import annotations

from typing import Final

from sayso_protocol.coordination.findings import Finding
from sayso_protocol.coordination.findings_codec import pack_findings, unpack_findings
from sayso_protocol.errors import BadShape
from sayso_storage.interface.store import Store

from ..home.cache import digest_of, read_cached, write_cached
from ..home.directory import Home
from .version import VERSION

FILE: Final = "findings.cache"


def keep_findings(store: Store, home: Home, findings: list[Finding]) -> None:
    """Write them into the home; where nothing can be written, nothing is kept."""
    write_cached(home.path / FILE, _digest(store), pack_findings(findings))


def kept_findings(store: Store, home: Home) -> list[Finding] | None:
    """Those that were written last; None where there are none of this store and version."""
    packed = read_cached(home.path / FILE, _digest(store))
    try:
        return None if packed is None else unpack_findings(packed)
    except BadShape:
        return None


def _digest(store: Store) -> bytes:
    return digest_of(store.epoch, f"findings 1, {VERSION}")
