"""The own profile, as a person sets it."""

from __future__ import annotations

from sayso_protocol.content.body import KnownBody, Profile
from sayso_protocol.content.profile import MAX_BIO, MAX_NAME
from sayso_protocol.errors import Refused
from sayso_storage.interface.store import Store

from ..accounts.author import Author
from ..accounts.lineage import own_account
from ..accounts.profile import profile_of
from ..errors import NodeError
from ..text_encoding import with_line_feeds


def set_profile(store: Store, author: Author, name: str | None, bio: str | None) -> None:
    """Publish a new own profile; None keeps what was, empty text takes it away."""
    account, bio = own_account(store), None if bio is None else with_line_feeds(bio)
    old = profile_of(store, account)
    new = Profile(old.name if name is None else name, old.bio if bio is None else bio)
    new = Profile(new.name or None, new.bio or None)
    if new != old:
        _publish(author, new)


def _publish(author: Author, body: KnownBody) -> None:
    try:
        author.publish([body])
    except Refused as error:
        raise NodeError(
            f"this cannot be published: {error}; a name has at most {MAX_NAME} bytes, "
            f"a biography {MAX_BIO}"
        ) from error
