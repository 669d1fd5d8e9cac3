"""A store says of which feeds it removed entries for others."""

from __future__ import annotations

from sayso_protocol.run import sign_run
from sayso_storage.interface import Store

from .makers import NOW_MS, author, part, posts

ANN, BEN = author(1), author(2)


def test_feeds_that_gave_way_are_named_once(store: Store) -> None:
    for who in (ANN, BEN):
        store.follow(who.account.public, None, NOW_MS)
        store.add_grant(who.grant)
    upper = posts(ANN, 20)
    store.append([part(upper, 10, 20), posts(BEN, 3)], NOW_MS)
    assert store.gave_way() == []
    late = sign_run(ANN.feed, 1, None, [upper.times[-1]], [b"\x80"])
    assert store.append([late], NOW_MS) == [late]
    assert store.gave_way() == [ANN.feed.public]
    assert store.gave_way() == []
