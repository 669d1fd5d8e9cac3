"""The reader: rules, views and hints for every front end alike."""

from __future__ import annotations

import pytest

from sayso_node.accounts.author import Author
from sayso_node.compose.post import Draft, publish_post
from sayso_node.compose.reaction import react
from sayso_node.coordination import hints
from sayso_node.entries.item import UNASKED, Hint
from sayso_node.errors import NotFound
from sayso_node.filters.file import FiltersError
from sayso_node.home.directory import Home
from sayso_node.timeline.reader import TimelineReader, TimelineRequest
from sayso_node.timeline.search_syntax import read_query
from sayso_protocol.coordination.findings import Finding, Signal
from sayso_protocol.coordination.observation import Act, Channel
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.feed.entry import id_text
from sayso_storage.interface.store import Store

HIDE = '[[rule]]\nname = "no ads"\naction = "hide"\naccount = "{}"\n'


@pytest.fixture
def posts(store: Store, author: Author) -> list[str]:
    texts = [("one bread", []), ("two", ["t"]), ("three bread", ["t"])]
    return [id_text(publish_post(store, author, Draft(text, tags=tags)).id) for text, tags in texts]


def texts(found: object) -> list[str | None]:
    return [item.text for item in found]


def write_rules(home: Home, text: str) -> None:
    home.filters.write_text(text, encoding="utf-8")
    home.filters.chmod(0o600)


def test_a_request_narrows_what_is_read(store: Store, home: Home, posts: list[str]) -> None:
    reader, own = TimelineReader(store, home), store.own_feed()
    assert own is not None
    assert texts(reader.timeline(TimelineRequest(50))) == ["three bread", "two", "one bread"]
    assert texts(reader.timeline(TimelineRequest(1))) == ["three bread"]
    for tag in ("t", "#t"):
        assert texts(reader.timeline(TimelineRequest(50, tag=tag))) == ["three bread", "two"]
    request = TimelineRequest(50, author=key_text(own.account), since_ms=2**42)
    assert texts(reader.timeline(request)) == []
    with pytest.raises(NotFound):
        reader.timeline(TimelineRequest(50, author="nobody"))


def test_views_rank_and_hints_are_asked_for(store: Store, home: Home, posts: list[str]) -> None:
    reader = TimelineReader(store, home)
    for view in (None, "newest"):
        [item, *_] = reader.timeline(TimelineRequest(50), view)
        assert (item.score, item.in_step, item.depth) == (UNASKED, None, None)
    with pytest.raises(NotFound):
        reader.timeline(TimelineRequest(50), "nonesuch")


def test_beside_a_node_hints_are_those_that_it_wrote(
    store: Store, home: Home, posts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "hints", None)  # nothing is worked out
    reader = TimelineReader(store, home, has_node=lambda: True)
    items = list(reader.timeline(TimelineRequest(50)))
    assert [item.in_step for item in items] == [None] * 3
    entry = items[0].entry
    assert entry is not None
    act = Act(entry.account, entry.id, entry.time_ms, entry.arrived_ms)
    signal = Signal(Channel.COPY, 1, 7, 7, 60_000, burst=True)
    hints.keep_hints(
        store, home, [Finding(450, ((entry.account, 450),), (), (act,), 0, 1, (signal,))]
    )
    found = [item.in_step for item in reader.timeline(TimelineRequest(50))]
    assert found == [Hint(1, 450, True, 60_000), None, None]


def test_a_search_is_a_request_for_words(store: Store, home: Home, posts: list[str]) -> None:
    reader, terms = TimelineReader(store, home), read_query("bread").terms
    found = reader.search(terms, TimelineRequest(50))
    assert texts(found) == ["three bread", "one bread"]
    found = reader.search(terms, TimelineRequest(50, tag="#t"))
    assert texts(found) == ["three bread"]


def test_one_entry_has_its_depth_and_reactions(
    store: Store, home: Home, author: Author, posts: list[str]
) -> None:
    react(store, author, posts[0], "👍")
    item = TimelineReader(store, home).entry(posts[0])
    assert (item.id, item.depth, item.in_step) == (posts[0], 0, None)
    assert [one.emoji for one in item.reacted or ()] == ["👍"]
    assert item.as_json()["missing"] is False


def test_rules_with_mistakes_are_passed_over_where_they_are_not_asked_for(
    store: Store, home: Home, posts: list[str]
) -> None:
    write_rules(home, "nonsense")
    told: list[str] = []
    reader = TimelineReader(store, home, warn=told.append)
    for read in (
        lambda: reader.timeline(TimelineRequest(50)),
        lambda: reader.thread(posts[0]),
        lambda: reader.notifications(50),
    ):
        with pytest.raises(FiltersError):
            read()
    assert told == []
    unfiltered = TimelineReader(store, home, unfiltered=True, warn=told.append)
    assert len(list(unfiltered.timeline(TimelineRequest(50)))) == 3
    assert len(told) == 1
