"""Reposts of own posts, as an archive has them."""

from __future__ import annotations

from collections.abc import Iterable

from sayso_protocol.content.body import KnownBody, Reference, Repost
from sayso_protocol.limits import MAX_RUN_ENTRIES
from sayso_storage.interface.store import Store

from ..accounts.author import Author
from ..compose.standing import own_stance
from .importer import known_origins
from .model import ArchivedRepost


def is_reposted(store: Store, of: Reference) -> bool:
    """Whether the own account shows this entry already."""
    return own_stance(store, store.reposts([of.id]).get(of.id, ())) is not None


def publish_reposts(store: Store, author: Author, reposts: Iterable[ArchivedRepost]) -> int:
    """Repost the entries that the own posts became, those that are reposted already left out;
    gives how many. Each says when it was made. Raises `NodeError`, `StoreError`."""
    known = known_origins(store)
    found = dict[Reference, ArchivedRepost]()
    for one in reposts:
        if one.of in known:
            found.setdefault(known[one.of], one)
    wanted: list[KnownBody] = [
        Repost(reference, written=one.written_ms)
        for reference, one in found.items()
        if not is_reposted(store, reference)
    ]
    for at in range(0, len(wanted), MAX_RUN_ENTRIES):
        author.publish(wanted[at : at + MAX_RUN_ENTRIES])
    return len(wanted)
