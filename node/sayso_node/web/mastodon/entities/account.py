"""Accounts as apps see them."""

from __future__ import annotations

from typing import Final

from sayso_protocol.crypto.keys import DID, key_text
from sayso_protocol.text.hosts import shown_host

from ....accounts.domain_checks import domain_check
from ....accounts.lineage import own_account
from ....accounts.name_text import recognition_parts
from ....accounts.names import Names
from ....accounts.profile import profile_of
from ....text.sanitize import foreign_line
from ....timestamps import time_text
from ...blobs.blob_address import blob_path
from ...context import WebContext
from ..names.addresses import account_address
from ..names.handles import acct, display_name, username
from ..names.html_text import html_of
from ..names.ids import account_id

Entity = dict[str, object]

FIELD_STANDING: Final = "Name"
"""The name of the field that says whose name it looks like, and who vouches for it."""

FIELD_DOMAIN: Final = "Domain"
"""The name of the field with the domain of the profile."""

FIELD_KEY: Final = "Key"
"""The name of the field that shows the whole key, which alone says who somebody is."""


class AccountEntities:
    """Makes accounts, each once."""

    def __init__(self, context: WebContext, names: Names) -> None:
        self._context = context
        self._names = names
        self._made: dict[bytes, Entity] = {}

    def of(self, account: bytes) -> Entity:
        """An account. Blocks."""
        made = self._made.get(account)
        if made is None:
            made = self._made[account] = self._make(account)
        return made

    def own(self) -> Entity:
        """The own account, with what only its owner sees."""
        account = own_account(self._context.store)
        profile = profile_of(self._context.store, account)
        source = {
            "privacy": "public",
            "sensitive": False,
            "language": "",
            "note": profile.bio or "",
            "fields": [],
            "follow_requests_count": 0,
        }
        role = {"id": "0", "name": "", "color": "", "permissions": "0", "highlighted": False}
        return self.of(account) | {"source": source, "role": role}

    def _make(self, account: bytes) -> Entity:
        store, site, names = self._context.store, self._context.site, self._names
        profile = profile_of(store, account)
        feeds = store.feeds_of(account)
        first_ms = min((one.held[0].first_ms for one in feeds if one.held), default=0)
        last_ms = max((one.held[-1].last_ms for one in feeds if one.held), default=None)
        number = account_id(account)
        picture = f"{site.api_address}avatars/{number}.png"
        if profile.picture is not None:
            path = blob_path(self._context, profile.picture.cid, keyed=True)
            picture = site.api_address.rstrip("/") + path
        header = f"{site.api_address}avatars/header.png"
        key = key_text(account)
        return {
            "id": number,
            "username": username(names, account),
            "acct": acct(names, account),
            "display_name": display_name(names, account),
            "locked": False,
            "bot": False,
            "group": False,
            "discoverable": False,
            "indexable": False,
            "noindex": True,
            "created_at": _day(first_ms) + "T00:00:00.000Z",
            "note": html_of(site, names, profile.bio or ""),
            "url": account_address(site, account),
            "uri": f"{DID}{key}",
            "avatar": picture,
            "avatar_static": picture,
            "header": header,
            "header_static": header,
            "followers_count": store.follower_counts([account]).get(account, 0),
            "following_count": store.followee_count(account),
            "statuses_count": sum(one.count for one in feeds),
            "last_status_at": None if last_ms is None else _day(last_ms),
            "emojis": [],
            "roles": [],
            "fields": self._fields(account, key, profile.name)
            + self._proofs(account, profile.domain),
        }

    def _proofs(self, account: bytes, domain: str | None) -> list[Entity]:
        """What is known of a claimed name: whose it looks like, who vouches for it; and the domain
        of the profile, with the time at which it named the account, where it was asked."""
        from html import escape

        beside = ", ".join(recognition_parts(self._names.of(account)))
        fields: list[Entity] = []
        if beside:
            value = escape(foreign_line(beside))
            fields.append({"name": FIELD_STANDING, "value": value, "verified_at": None})
        if domain:
            check = domain_check(self._context.home, account, domain)
            named_ms = check.time_ms if check is not None and check.names else None
            verified = None if named_ms is None else time_text(named_ms)
            value = escape(foreign_line(shown_host(domain), 80))
            fields.append({"name": FIELD_DOMAIN, "value": value, "verified_at": verified})
        return fields

    def _fields(self, account: bytes, key: str, called: str | None) -> list[Entity]:
        """The key; and where the owner has a name for the account, how it calls itself."""
        fields: list[Entity] = [{"name": FIELD_KEY, "value": key, "verified_at": None}]
        if called and self._names.of(account).petname:
            from html import escape

            said = escape(foreign_line(called, 60))
            fields.append({"name": "Calls itself", "value": said, "verified_at": None})
        return fields


def _day(time_ms: int) -> str:
    return time_text(time_ms).partition("T")[0]
