"""Timelines as views rank them, on both kinds of store."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from tests.budget import long
from tests.node.village import Village
from tests.protocol.filters.support import ANNA
from tests.protocol.views.support import fact  # noqa: F401 - skips where there is no engine

from sayso_node.clock import now_ms
from sayso_node.entries.item import Item
from sayso_node.errors import NotFound
from sayso_node.filters.judge import Judge
from sayso_node.timeline.filtered import filtered_timeline
from sayso_node.timeline.ranked import preview, ranked_timeline
from sayso_node.views import ranking
from sayso_node.views.file import ViewsError
from sayso_node.views.offers import find_offer, offered
from sayso_protocol.content.body import Post, React, Repost, ViewOffer
from sayso_protocol.content.view import MAX_EXPRESSION
from sayso_protocol.filters.syntax.parser import read_rules
from sayso_protocol.limits import RANKED_MS
from sayso_protocol.views.ranking import View, order, score_terms, total
from sayso_storage.interface.store import TimelineQuery

TALK = View("talk", "replies_followed * 3 + reactions_followed * 2 + length / 100")


def ranked(village: Village, view: View, rules: str = "", limit: int = 50, **more) -> list[Item]:
    query, options = TimelineQuery(limit), {}
    if "unfiltered" in more:
        options["unfiltered"] = more.pop("unfiltered")
    query = replace(query, **more)
    return ranked_timeline(village.store, query, village.choice(rules), view, **options)


def texts(items: list[Item]) -> list[str]:
    return [item.text for item in items]


def busy(village: Village, seed: int) -> None:
    """A week of some people who talk with each other."""
    chance, said = random.Random(seed), []
    for number in range(40):
        name = chance.choice(["ann", "ben", "cleo"])
        of = chance.choice(said).reference if said else None
        bodies = [
            Post(f"{number} " + "x" * chance.randrange(300), tags=chance.choice([(), ("t",)])),
            *([Post(f"{number} re", reply=of), React(of, "👍"), Repost(of)] if of else []),
        ]
        said += village.says(name, chance.choice(bodies))
        said = [one for one in said if one.body is not None and b"react" not in one.body]


@long
@pytest.mark.parametrize("seed", range(3))
def test_the_order_is_that_of_the_plain_definition(seed: int, village: Village) -> None:
    busy(village, seed)
    now = now_ms()
    entries = village.store.timeline(TimelineQuery(1000))
    scores = {one.id: total(score_terms(TALK, village.facts(one, now))) for one in entries}
    best = sorted(
        entries, key=lambda one: order(scores[one.id], one.sort_ms, one.seq, one.id), reverse=True
    )
    items = ranked(village, TALK)
    assert [item.id for item in items] == [one.id.hex() for one in best]
    assert [item.score for item in items] == [scores[one.id] for one in best]
    assert len({item.score for item in items}) > 3
    assert [item.id for item in ranked(village, TALK, limit=7)] == [
        one.id.hex() for one in best[:7]
    ]


def test_equal_scores_stand_newest_first_whatever_came_first(village: Village) -> None:
    busy(village, 9)
    flat = ranked(village, View("flat", "0"))
    newest = sorted(
        village.store.timeline(TimelineQuery(1000)),
        key=lambda one: (one.sort_ms, one.seq, one.id),
        reverse=True,
    )
    assert [item.id for item in flat] == [one.id.hex() for one in newest]


def test_what_has_no_score_stands_last(village: Village) -> None:
    village.says("ben", Post("aa"), Post("", tags=("t",)), Post("bbbb"))
    view = View("odd", "100 / length")
    items = ranked(village, view)
    assert [(item.text, item.score) for item in items] == [
        ("aa", 50),
        ("bbbb", 25),
        ("", None),
    ]


def test_rules_come_first(village: Village) -> None:
    village.says("ben", Post("plain"), Post("ad", tags=("ads",)), Post("beans", tags=("beans",)))
    rules = """
        [[rule]]
        action = 'hide'
        tag = 'ads'
        [[rule]]
        action = 'boost'
        points = 50
        tag = 'beans'
    """
    view = View("long", "length")
    items = ranked(village, view, rules)
    assert [(one.text, one.score, one.rules.points) for one in items] == [
        ("beans", 55, 50), ("plain", 5, 0),
    ]  # fmt: skip
    everything = ranked(village, view, rules, unfiltered=True)
    assert [(one.text, one.rules.hidden) for one in everything][-1] == ("ad", "rule 1")
    lists = f"[lists.pals]\naccounts = ['{village.key('ben')}']\n"
    assert ranked(village, View("pals", "'pals' in lists ? 1 : 0"), lists)[0].score == 1


def test_a_query_keeps_its_meaning(village: Village) -> None:
    [old] = village.says("ben", Post("tagged", tags=("t",)))
    village.says("cleo", Post("other"))
    assert texts(ranked(village, TALK, tag="t")) == ["tagged"]
    assert texts(ranked(village, TALK, account=village["cleo"].account)) == ["other"]
    assert ranked(village, TALK, since_ms=old.sort_ms + 10**8) == []


def test_what_is_ranked_is_bounded(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    village.says("ben", *[Post("x" * (20 - n)) for n in range(10)])
    monkeypatch.setattr(ranking, "MAX_RANKED", 4)
    assert [len(text) for text in texts(ranked(village, View("long", "length")))] == [
        14,
        13,
        12,
        11,
    ]


def test_a_week_is_ranked_unless_since_says_more(village: Village) -> None:
    [entry] = village.says("ben", Post("long ago"))
    for later, found in ((RANKED_MS, 1), (RANKED_MS + 1, 0)):
        choice = Judge(village.store, read_rules(b""), entry.sort_ms + later)
        got = [
            ranked_timeline(village.store, TimelineQuery(since_ms=since), choice, TALK)
            for since in (None, 0)
        ]
        assert list(map(len, got)) == [found, 1]


def test_an_expression_that_cannot_be_used_is_named(village: Village) -> None:
    with pytest.raises(ViewsError, match=r"the view bad cannot be used: 1\.5 is a fraction"):
        ranked(village, View("bad", "1.5"))


def test_a_preview_shows_both_orders(village: Village) -> None:
    village.says("ben", *[Post("x" * n) for n in (5, 40, 3, 30, 4)])
    choice = village.choice("")
    rows = list(preview(village.store, TimelineQuery(2), choice, View("long", "length")))
    assert [(row.rank, row.newest, row.item.score) for row in rows] == [
        (1, 4, 40), (2, 2, 30), (4, 1, 4),
    ]  # fmt: skip
    newest = [item.id for item in filtered_timeline(village.store, TimelineQuery(2), choice)]
    assert [row.item.id for row in sorted(rows, key=lambda row: row.newest)][:2] == newest


def test_the_week_of_an_author(village: Village) -> None:
    week = 7 * 86_400_000
    [first, *_, last] = village.says("ben", *[Post(str(n)) for n in range(5)])
    village.says("cleo", Post("else"))
    facts = [village.facts(last, last.sort_ms + later) for later in (0, week, week + 1)]
    assert [one.posts_week for one in facts] == [5, 5, 0]
    assert village.facts(first, last.sort_ms).posts_week == 5


# --- what others offer ---------------------------------------------------------------------


def test_of_one_name_the_newest_offer_counts(village: Village) -> None:
    village.says(
        "ben", ViewOffer("a", "1", "old"), Post("x"), ViewOffer("b", "2"), ViewOffer("a", "3")
    )
    key, account = village.key("ben"), village["ben"].account
    assert {name: one.view for name, one in offered(village.store, account).items()} == {
        "a": View("a", "3", "", key),
        "b": View("b", "2", "", key),
    }
    assert find_offer(village.store, account, "b").expression == "2"
    with pytest.raises(NotFound) as caught:
        find_offer(village.store, account, "c")
    assert caught.value.candidates == ["a", "b"]
    assert offered(village.store, village["cleo"].account) == {}


HOSTILE = [
    "size(" * 800 + "tags" + ")" * 16,
    "[1,2,3].map(a, [1,2,3].map(b, a * b)) == [] ? 1 : 0",
    "(" * 2000 + "1" + ")" * 2000,
    "tags.all(a, tags.all(b, a == b)) ? 1 : 0",
    "text.matches('(a*)*b') ? 1 : 0",
    "-" * MAX_EXPRESSION,
    "'" + "\\" * 1000,
    f"'{ANNA}' + '{ANNA}' == id ? 1 : 0",
]


@pytest.mark.parametrize("expression", HOSTILE)
def test_a_hostile_offer_is_refused_when_it_is_looked_at(expression: str, village: Village) -> None:
    village.says("ben", ViewOffer("trap", expression[:MAX_EXPRESSION]), Post("hi"))
    trap = find_offer(village.store, village["ben"].account, "trap")
    with pytest.raises(ViewsError, match="the view trap cannot be used"):
        ranked(village, trap)
