"""Filters of apps are the owner's own rules, and his file stays his."""

from __future__ import annotations

from tests.node.web.apps import App, Friend, app_of

from sayso_node.home.directory import Home
from sayso_protocol.content.body import Post
from sayso_storage.interface.store import Store

FILE = """\
# My rules, by hand.

# too much of it
[[rule]]
name = "games"
action = "hide"   # not today
words = ["chess", "go"]

# stays as it is
[[rule]]
action = "fold"
words = ["a"]
account_younger = "3d"
"""


async def _filters(app: App) -> list[dict[str, object]]:
    return await app.get("/api/v2/filters")


async def test_rules_about_words_are_filters(home: Home, store: Store) -> None:
    home.filters.write_text(FILE)
    home.filters.chmod(0o600)
    async with app_of(home, store) as app:
        [games] = await _filters(app)
        assert (games["title"], games["filter_action"]) == ("games", "hide")
        assert [one["keyword"] for one in games["keywords"]] == ["chess", "go"]
        path = f"/api/v2/filters/{games['id']}"
        form = [
            ("filter_action", "warn"),
            ("expires_in", "3600"),
            ("keywords_attributes[][keyword]", "poker"),
        ]
        changed = await app.post(path, form, "PUT")
        assert changed["id"] == games["id"]
        assert changed["expires_at"]
        text = home.filters.read_text()
        for line in (
            "# My rules, by hand.",
            "# too much of it",
            "# stays as it is",
            "account_younger",
        ):
            assert line in text
        assert text.index("poker") < text.index("# stays as it is")
        words = await app.get(f"{path}/keywords")
        assert [one["keyword"] for one in words] == ["chess", "go", "poker"]
        one = f"/api/v2/filters/keywords/{words[0]['id']}"
        assert (await app.post(one, {"keyword": "dice"}, "PUT"))["keyword"] == "dice"
        assert await app.refused("GET", one) == 404
        assert len(await app.get("/api/v1/filters")) == 3


async def test_a_new_filter_works_at_once_and_goes(home: Home, store: Store) -> None:
    Friend(store, "anna").says(Post("a lottery"), Post("a walk"))
    async with app_of(home, store) as app:
        form = [
            ("title", "money"),
            ("filter_action", "hide"),
            ("context[]", "home"),
            ("keywords_attributes[0][keyword]", "lottery"),
            ("keywords_attributes[0][whole_word]", "true"),
        ]
        made = await app.post("/api/v2/filters", form)
        assert len(await app.get("/api/v1/timelines/home")) == 1
        assert await app.refused("POST", "/api/v2/filters", form) == 422  # the title is taken
        await app.post(f"/api/v2/filters/{made['id']}", method="DELETE")
        assert len(await app.get("/api/v1/timelines/home")) == 2
        for bad in ({}, {"title": "x"}, {"title": "x", "filter_action": "blur"}):
            assert await app.refused("POST", "/api/v2/filters", bad) == 422
        assert await _filters(app) == []
