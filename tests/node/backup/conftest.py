"""A home that was used for some time."""

from __future__ import annotations

import pytest

from sayso_node.accounts.author import Author
from sayso_node.home.directory import Home
from sayso_protocol.content.body import Post, Profile
from sayso_storage.interface.store import Store

from .support import FRIENDS


@pytest.fixture
def full(home: Home, store: Store, author: Author) -> Home:
    """Robin's home after some use."""
    for n in range(3):
        author.publish([Post(f"number {n}")])
    author.publish([Profile("Robin", "Grows beans.")])
    for friend, petname in zip(FRIENDS, ("anna", None, "Ännchen von T."), strict=True):
        store.follow(friend, petname, 1_600_000_000_000)
    return home
