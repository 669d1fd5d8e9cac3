"""The contract of bookmarks."""

from __future__ import annotations

import pytest

from sayso_storage.interface.bookmarks import Bookmark
from sayso_storage.interface.errors import StoreError
from sayso_storage.interface.store import Store

from .makers import author, posts, reference, room_of

BERT = author(2)
POSTS = posts(BERT, 3)
FIRST, SECOND, THIRD = (reference(BERT, POSTS, seq) for seq in (1, 2, 3))


def test_bookmarks_are_kept_the_newest_first(store: Store) -> None:
    """What they name need not be held."""
    assert [store.add_bookmark(one, at) for at, one in enumerate((FIRST, SECOND, FIRST))] == [
        *(True, True, False)
    ]
    assert store.bookmarks() == [Bookmark(SECOND, 1), Bookmark(FIRST, 0)]
    assert store.remove_bookmark(SECOND.id)
    assert not store.remove_bookmark(SECOND.id)
    assert store.bookmarks() == [Bookmark(FIRST, 0)]
    assert store.check(None, lambda _: None).errors == ()


def test_there_is_an_end_to_bookmarks(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{room_of(store)}.bookmarks.MAX_BOOKMARKS", 2)
    store.add_bookmark(FIRST, 0)
    store.add_bookmark(SECOND, 0)
    with pytest.raises(StoreError, match="take one off"):
        store.add_bookmark(THIRD, 0)
