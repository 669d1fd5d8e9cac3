"""Reposts of own posts, as an archive has them."""

from __future__ import annotations

from collections.abc import Iterable

from sayso_protocol.content.body import Reference, Repost
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
    gives how many. Raises `NodeError`, `StoreError`."""
    known = known_origins(store)
    found = dict.fromkeys(known[one.of] for one in reposts if one.of in known)
    wanted = [reference for reference in found if not is_reposted(store, reference)]
    for at in range(0, len(wanted), MAX_RUN_ENTRIES):
        author.publish([Repost(reference) for reference in wanted[at : at + MAX_RUN_ENTRIES]])
    return len(wanted)
