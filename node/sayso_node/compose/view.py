"""Views offered to others: from a view of this home to a durable entry."""

from __future__ import annotations

from sayso_protocol.content.body import ViewOffer
from sayso_protocol.errors import Refused
from sayso_protocol.translation import _
from sayso_protocol.views.ranking import View
from sayso_storage.interface.store import Store, StoredEntry

from ..accounts.author import Author, Published, published
from ..accounts.lineage import own_account
from ..entries.body import body_of
from ..errors import NodeError
from .standing import already


def offer_view(store: Store, author: Author, view: View) -> Published:
    """Append a view to the own feed, for others to adopt, unless it offers just that already.
    Raises `NodeError` or `StoreError`."""
    body = ViewOffer(view.name, view.expression, view.about or None)
    before = _offered(store, view.name)
    if before is not None and body_of(before) == body:
        return already(before)
    try:
        return published(store, author.publish([body]))
    except Refused as error:
        raise NodeError(
            _("the view {name} cannot be published: {error}").format(name=view.name, error=error)
        ) from error


def _offered(store: Store, name: str) -> StoredEntry | None:
    """The newest own offer of a view of this name."""
    found = store.of_kind(own_account(store), ViewOffer.KIND)
    return next((one for one in found if _name_of(one) == name), None)


def _name_of(entry: StoredEntry) -> str | None:
    body = body_of(entry)
    return body.name if isinstance(body, ViewOffer) else None
