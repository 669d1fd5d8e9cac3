"""The contract: what a retraction does to votes, reactions, reposts, edits, polls, and all that a
post leaves behind, in every order of arrival."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest

from sayso_protocol.content.body import Edit, Poll, Post, React, Repost, Retract, Vote
from sayso_protocol.feed.run import Run
from sayso_storage.interface.content.polls import Ballot, Tally
from sayso_storage.interface.store import Store, TimelineQuery
from sayso_storage.search.query import SearchQuery, phrase_of

from .makers import NOW_MS, START_MS, author, part, reference, run_of

ANNA, BERT, CARA = author(1), author(2), author(3)
PHONE = author(2, device=1)
OWN = run_of(ANNA, [Post("mine"), Post("mine, too"), Poll("which?", ("tea", "milk"))])
MINE, OTHER, ASKED = (reference(ANNA, OWN, seq) for seq in (1, 2, 3))

_POST = run_of(BERT, [Post("as it was")])
CHANGED = reference(BERT, _POST, 1)
SAID = run_of(
    BERT,
    [
        Post("as it was"),
        Vote(ASKED, (0,)),
        React(MINE, "👍"),
        Repost(MINE),
        Edit(CHANGED, CHANGED, "the first edit"),
        # From here on all is taken back.
        Vote(ASKED, (1,)),
        React(MINE, "🎉"),
        Repost(MINE),
        Edit(CHANGED, CHANGED, "the second edit"),
        Repost(OTHER),
        React(OTHER, "👍"),
        Post(
            "a secretword",
            reply=OTHER,
            quote=OTHER,
            mentions=(ANNA.account.public,),
            tags=("one",),
        ),
        Poll("whose?", ("yours", "mine"), tags=("one",)),
        Post("from elsewhere", written=START_MS - 10**9),
    ],
)
FROM = 6
GONE = [reference(BERT, SAID, seq) for seq in range(FROM, 15)]
POST, POLL = GONE[6], GONE[7]
BACK = run_of(PHONE, [Retract(tuple(GONE))], start_ms=START_MS + 90_000)
VOTED = run_of(CARA, [Vote(POLL, (0,)), React(POST, "👍"), Post("so?", reply=POST, root=OTHER)])
PIECES = {"lasting": part(SAID, 1, 5), "gone": part(SAID, 6, 14), "back": BACK, "others": VOTED}


def home(store: Store) -> Store:
    store.add_own(ANNA.grant, NOW_MS)
    for who in (BERT, CARA):
        store.follow(who.account.public, None, NOW_MS)
    for who in (BERT, CARA, PHONE):
        store.add_grant(who.grant)
    store.append([OWN], NOW_MS)
    return store


def work(store: Store) -> None:
    """What a running node does behind the writers."""
    while store.count_votes() or store.index_words():
        pass
    while store.extend_line():
        pass


@pytest.fixture(params=list(permutations(PIECES)), ids="-".join)
def store_after(request: pytest.FixtureRequest, store_factory: Callable[[], Store]) -> Store:
    """All of it together, with what a node does behind it between the pieces and at the end."""
    store = home(store_factory())
    for name in request.param:
        piece: Run = PIECES[name]
        store.append([piece], NOW_MS)
        work(store)
    return store


def test_it_is_as_if_it_had_not_been_said(store_after: Store) -> None:
    check_what_is_left(store_after)
    check_what_others_said(store_after)
    assert store_after.check(None, lambda _: None).errors == ()


def check_what_is_left(store: Store) -> None:
    bert, anna = BERT.account.public, ANNA.account.public
    # The vote, the reaction and the repost before count again, and the version before is shown.
    assert store.tally(ASKED.id) == Tally((1, 0), 1, held=1)
    assert store.ballots(ASKED.id, [bert]) == {bert: Ballot(bert, (0,))}
    assert [one.value for one in store.reactions([MINE.id])[MINE.id]] == ["👍"]
    assert [one.account for one in store.reposts([MINE.id])[MINE.id]] == [bert]
    assert store.shown_edits([CHANGED.id])[CHANGED.id].seq == 5
    assert [one.seq for one in store.edits(CHANGED.id)] == [5]
    # What stood alone has left nothing.
    assert store.reactions([OTHER.id]) == store.reposts([OTHER.id]) == {}
    assert OTHER.id not in store.interactions([OTHER.id])
    assert store.reply_counts([OTHER.id]) == {}
    assert store.quotes(OTHER.id) == store.mentions(anna) == []
    assert store.tally(POLL.id) is None
    assert store.ballots(POLL.id, [CARA.account.public]) == {}
    told = {(one.kind, one.entry.seq) for one in store.notifications() if one.entry.account == bert}
    assert told == {("react", 3), ("repost", 4)}
    shown = store.timeline(TimelineQuery(account=bert))
    assert {one.seq for one in shown} == {1, 4}
    assert store.timeline(TimelineQuery(tag="one")) == []
    assert store.imports(TimelineQuery()) == []
    wanted = SearchQuery(((phrase_of("secretword"),),))
    assert store.search(wanted, TimelineQuery()) == []
    assert [
        len(store.search(SearchQuery(((phrase_of(word),),)), TimelineQuery()))
        for word in ("first", "second")
    ] == [1, 0]


def check_what_others_said(store: Store) -> None:
    assert store.taken_back([one.id for one in GONE]) == {one.id for one in GONE}
    assert [one.seq for one in store.replies(POST.id)] == [3]
    assert store.add_bookmark(POST, NOW_MS)
    assert [one.of for one in store.bookmarks()] == [POST]
    assert [one.parent for one in store.thread(OTHER.id)] == [None, POST.id]
