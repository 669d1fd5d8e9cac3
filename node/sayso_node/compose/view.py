"""Views offered to others: from a view of this home to a durable entry."""

from __future__ import annotations

from sayso_protocol.content.body import ViewOffer
from sayso_protocol.errors import Refused
from sayso_protocol.views.ranking import View
from sayso_storage.interface.store import Store

from ..accounts.author import Author, Published, published
from ..errors import NodeError


def offer_view(store: Store, author: Author, view: View) -> Published:
    """Append a view to the own feed, for others to adopt. Raises `NodeError` or `StoreError`."""
    try:
        body = ViewOffer(view.name, view.expression, view.about or None)
        return published(store, author.publish([body]))
    except Refused as error:
        raise NodeError(f"the view {view.name} cannot be published: {error}") from error
