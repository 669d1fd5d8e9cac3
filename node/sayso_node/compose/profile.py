"""The own profile, as a person sets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from sayso_protocol.content.attachment import Attachment
from sayso_protocol.content.body import KnownBody, Profile
from sayso_protocol.content.profile import MAX_BIO, MAX_NAME, MAX_PROFILE_CARRIERS
from sayso_protocol.discovery.domain_proof import ascii_domain
from sayso_protocol.errors import BadShape, Refused
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store

from ..accounts.author import Author
from ..accounts.lineage import own_account
from ..accounts.profile import profile_of
from ..errors import NodeError
from ..text_encoding import with_line_feeds


def set_profile(
    store: Store,
    author: Author,
    name: str | None,
    bio: str | None,
    carriers: Sequence[str] | None = None,
    picture: Attachment | Literal[""] | None = None,
    knock: tuple[int | None, ...] | None = None,
    domain: str | None = None,
) -> None:
    """Publish a new own profile; None keeps what was, an empty text or list takes it away; `knock`
    is what strangers pay. Raises `NodeError`."""
    account, bio = own_account(store), None if bio is None else with_line_feeds(bio)
    old = profile_of(store, account)
    new = Profile(old.name if name is None else name, old.bio if bio is None else bio)
    kept = old.carriers if carriers is None else tuple(dict.fromkeys(carriers))
    shown = old.picture if picture is None else picture or None
    new = replace(new, name=new.name or None, bio=new.bio or None, carriers=kept, picture=shown)
    new = replace(new, knock=old.knock if knock is None else knock)
    new = replace(new, domain=old.domain if domain is None else _checked_domain(domain))
    if len(new.carriers) > MAX_PROFILE_CARRIERS:
        raise NodeError(
            _("a profile names at most {max_profile_carriers} carriers").format(
                max_profile_carriers=MAX_PROFILE_CARRIERS
            )
        )
    if new != old:
        _publish(author, new)


def _checked_domain(domain: str) -> str | None:
    if not domain:
        return None
    try:
        return ascii_domain(domain)
    except BadShape as error:
        raise NodeError(
            _("{domain} is no domain: write it as example.org").format(domain=domain)
        ) from error


def _publish(author: Author, body: KnownBody) -> None:
    try:
        author.publish([body])
    except Refused as error:
        raise NodeError(
            _(
                "this cannot be published: {error}; a name has at most {max_name} bytes, "
                "a biography {max_bio}"
            ).format(error=error, max_name=MAX_NAME, max_bio=MAX_BIO)
        ) from error
