"""How near voters are is looked up again where it may have changed, and only there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.storage.makers import NOW_MS, Author, after, author, posts, reference, run_of

from sayso_node.home.directory import Home
from sayso_node.timeline import tally as module
from sayso_node.timeline.tally import PollTally, tally
from sayso_protocol.content.body import Follow, Poll, Post, Retract, Unfollow, Vote
from sayso_protocol.feed.entry import id_text
from sayso_protocol.feed.run import Run
from sayso_storage.interface.store import Store
from sayso_storage.sqlite import open_store

ANNA, BERT, CARA, DORA = (author(n) for n in range(1, 5))
ASKED = run_of(ANNA, [Poll("which?", ("tea", "milk"))])
ON = reference(ANNA, ASKED, 1)
CARAS = run_of(CARA, [Post("x"), Vote(ON, (0,))])
DORAS = run_of(DORA, [Vote(ON, (1,))])
BERTS = posts(BERT, 1)


class House:
    """Anna's home; she follows Bert."""

    def __init__(self, home: Home, store: Store) -> None:
        self._home, self.store = home, store
        self._bert = BERTS

    def ask(self) -> PollTally:
        return tally(self._home, self.store, id_text(ON.id))

    def take_in(self, *runs: Run) -> None:
        self.store.append(runs, NOW_MS)

    def by_bert(self, *bodies: Follow | Unfollow | Retract | Post) -> Run:
        self._bert = after(BERT, self._bert, list(bodies))
        self.take_in(self._bert)
        return self._bert

    @property
    def cached(self) -> bytes:
        return (self._home.path / module.FILE).read_bytes()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_store(tmp_path / "store.sqlite") as store:
        store.add_own(ANNA.grant, NOW_MS)
        store.follow(BERT.account.public, None, NOW_MS)
        for who in (CARA, DORA):
            store.carry(by(who), "reader", "peer", "192.0.2.0/24", NOW_MS)
        for who in (BERT, CARA, DORA):
            store.add_grant(who.grant)
        store.append([ASKED, BERTS, CARAS, DORAS], NOW_MS)
        yield House(Home(tmp_path), store)


def by(who: Author) -> bytes:
    return who.account.public


def test_posts_change_nothing(house: House) -> None:
    before, cached = house.ask(), house.cached
    house.by_bert(Post("follow"), Post("vote, retract"))
    assert (house.ask(), house.cached) == (before, cached)


def test_follows_and_their_ends_do(house: House) -> None:
    assert house.ask().by_distance == {"0": (0, 0), "1": (0, 0), "2": (0, 0), "far": (1, 1)}
    house.by_bert(Follow(by(CARA)))
    assert house.ask().by_distance == {"0": (0, 0), "1": (0, 0), "2": (1, 0), "far": (0, 1)}
    second = house.by_bert(Follow(by(DORA)))
    assert house.ask().by_distance["2"] == (1, 1)
    house.by_bert(Unfollow(by(CARA)))
    assert house.ask().by_distance["2"] == (0, 1)
    house.by_bert(Retract((reference(BERT, second, second.first),)))
    assert house.ask().by_distance["2"] == (0, 0)


def test_votes_do_where_the_totals_stay_the_same(house: House) -> None:
    house.by_bert(Follow(by(CARA)))
    assert house.ask().by_distance["2"] == (1, 0)
    house.take_in(after(CARA, CARAS, [Vote(ON, (1,))]), after(DORA, DORAS, [Vote(ON, (0,))]))
    assert house.ask().tally.counts == (1, 1)
    assert house.ask().by_distance["2"] == (0, 1)


def test_who_is_near_and_unheld_is_known_and_not_held(house: House) -> None:
    eve = author(5)
    house.by_bert(Follow(by(eve)))
    found = house.ask()  # Anna, Bert, Eve and two voters
    assert (found.known, found.held) == (5, 4)
    house.store.carry(by(eve), "reader", "peer", "192.0.2.0/24", NOW_MS)
    house.store.add_grant(eve.grant)
    house.take_in(posts(eve, 1))
    assert (house.ask().known, house.ask().held) == (5, 5)


def test_after_many_entries_all_is_looked_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.ask()
    cached = house.cached
    monkeypatch.setattr(module, "MOST_NEW", 2)
    house.by_bert(Post("one"), Post("two"))
    assert house.ask() and house.cached == cached
    house.by_bert(Post("three"))
    assert house.ask() and house.cached != cached
