"""docs/views.md says what the views are that come with sayso, and which facts there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.protocol.filters.support import ANNA, Made
from tests.protocol.views.support import fact  # noqa: F401 - skips where there is no engine

from sayso_node.views.file import shipped_views
from sayso_protocol.content.view import MAX_EXPRESSION
from sayso_protocol.facts import FACTS, Kind
from sayso_protocol.limits import MAX_RANKED, MAX_TERMS, MAX_VIEWS, RANKED_MS
from sayso_protocol.views.language import VIEW_FACTS
from sayso_protocol.views.parser import read_views
from sayso_protocol.views.ranking import Ranking, order

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "views.md").read_text(encoding="utf-8")
SHIPPED = shipped_views()
HOUR, DAY = 3600, 86_400


def section(title: str) -> str:
    [found] = [one for one in re.split(r"^##+ ", PAGE, flags=re.MULTILINE) if one.startswith(title)]
    return found


@pytest.mark.parametrize("name", SHIPPED)
def test_the_page_has_each_view_as_it_is(name: str) -> None:
    [expression] = re.findall(
        r"^```cel\n(.*?)^```$", section(name + "\n"), re.MULTILINE | re.DOTALL
    )
    assert expression.strip() == SHIPPED[name].expression.strip()
    assert SHIPPED[name].about


def test_the_page_has_all_views_and_facts() -> None:
    assert PAGE.count("```cel\n") == len(SHIPPED) == 4
    tables = section("The facts").split("| fact |")[1:]
    for table, kind in zip(tables, (Kind.INTEGER, Kind.TEXT, Kind.TEXTS), strict=True):
        named = [name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
                 for name in re.findall(r"`(\w+)`", row)]  # fmt: skip
        assert sorted(named) == sorted(n for n in VIEW_FACTS if FACTS[n].kind is kind)


def test_the_example_can_be_used() -> None:
    [text] = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    view = read_views(text.encode())["long-reads"]
    assert Ranking(view.expression).score(Made(length=1000, posts_week=3)) == 17


def test_the_limits_are_those_in_force() -> None:
    assert f"{MAX_EXPRESSION} bytes and {MAX_TERMS} terms" in PAGE
    assert f"most {MAX_VIEWS} views" in PAGE
    assert f"newest {MAX_RANKED:,} posts of the last seven days" in PAGE
    assert RANKED_MS == 7 * DAY * 1000


def best_first(name: str, *entries: Made) -> list[int]:
    """The numbers of the entries, which get older, as a view orders them."""
    ranking = Ranking(SHIPPED[name].expression)
    keys = [
        (order(ranking.score(one), 1000 - number, 1, b""), number)
        for number, one in enumerate(entries)
    ]
    return [number for _, number in sorted(keys, reverse=True)]


def test_newest_is_newest_first() -> None:
    assert best_first("newest", Made(), Made(replies=9), Made(age=DAY)) == [0, 1, 2]


def test_catch_up_shows_the_best_first() -> None:
    plain, own = Made(), Made(distance=0, replies_followed=50)
    answered, old = Made(replies_followed=2), Made(replies_followed=2, age=3 * DAY)
    friend, strangers = Made(my_replies=90), Made(replies=500, reposts=500)
    assert best_first("catch-up", plain, own, old, friend, answered, strangers) == [
        4, 3, 2, 0, 5, 1,
    ]  # fmt: skip


def test_quiet_shows_rare_writers_first() -> None:
    much, rare, own = Made(posts_week=300), Made(posts_week=2), Made(distance=0)
    assert best_first("quiet", own, much, rare) == [2, 1, 0]


def test_civil_lets_noise_sink() -> None:
    talk = Made(replies=3, distance=2)
    noise = [
        Made(copies=3, distance=2),
        Made(coordinated=900, distance=2),
        Made(labels=(f"abuse@{ANNA}",), replies=20),
        Made(reposts=60, replies=2, distance=2),
        Made(posts_week=300, distance=2),
    ]
    for one in noise:
        assert best_first("civil", one, Made(distance=2), talk) == [2, 1, 0]
