"""A domain, asked once whether it names an account, on behalf of a command."""

from __future__ import annotations

from typing import Final

from sayso_protocol.discovery.domain_proof import (
    MAX_SITE_FILE,
    SITE_PATH,
    accounts_named,
    ascii_domain,
)
from sayso_protocol.errors import BadShape
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store

from ...accounts.domain_checks import DomainCheck, keep_domain_check
from ...accounts.lineage import line_of
from ...accounts.profile import newest_profile
from ...clock import now_ms
from ...errors import NodeError, NotFound
from ...home.directory import Home
from ...text.sanitize import foreign_line

SHOWN: Final = 80
"""Characters of what an account calls its domain, where that is none."""


def ask_domain(home: Home, store: Store, account: bytes) -> DomainCheck:
    """Ask the domain in an account's profile, and keep the answer. Raises `NotFound` where the
    profile names none, `NodeError` where the domain cannot be asked: then what was kept stays."""
    line = line_of(store, account)
    claimed = newest_profile(store, line).domain
    if not claimed:
        raise NotFound(
            _("the profile of this account names no domain: there is nothing to ask about its name")
        )
    shown = foreign_line(claimed, SHOWN)
    try:
        domain = ascii_domain(claimed)
    except BadShape as error:
        raise NodeError(
            _("the profile names {domain}, which is no domain").format(domain=shown)
        ) from error
    named = _accounts_named(home, domain)
    check = DomainCheck(claimed, any(key in named for key in line), now_ms())
    keep_domain_check(home, account, check)
    return check


def _accounts_named(home: Home, domain: str) -> frozenset[bytes]:
    import trio  # which no other part of the command needs

    from ...network.site_file import SiteError, fetch_file
    from ..reachability.home_privacy import privacy_of

    privacy = privacy_of(home)

    async def fetched() -> bytes:
        return await fetch_file(domain, SITE_PATH, MAX_SITE_FILE, privacy)

    try:
        return accounts_named(trio.run(fetched))
    except SiteError as error:
        raise NodeError(
            _("{domain} was asked for {path}: {reason}; nothing is known by that").format(
                domain=domain, path=SITE_PATH, reason=error
            )
        ) from error
    except BadShape as error:
        raise NodeError(
            _("{domain} has a file at {path} that names no accounts: {reason}").format(
                domain=domain, path=SITE_PATH, reason=error
            )
        ) from error
