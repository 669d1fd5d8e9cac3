"""The page about apps names every route, with its scope."""

from __future__ import annotations

import re
from pathlib import Path

from sayso_node.web.access.scopes import SCOPES
from sayso_node.web.mastodon.routes import ROUTES

PAGE = Path(__file__).parents[4] / "docs" / "clients.md"


def test_the_table_is_the_routes() -> None:
    rows = re.findall(r"^\| ([A-Z]+) \| `(/[^`]+)` \| `?([^`|]+?)`? \|$", PAGE.read_text(), re.M)
    listed = [row for row in rows if row[1] != "/api/v1/apps"]
    assert listed == [(one.method, one.path, one.scope) for one in ROUTES]


def test_each_route_is_there_once_with_a_scope_that_there_is() -> None:
    assert len({(one.method, one.path) for one in ROUTES}) == len(ROUTES)
    assert {one.scope for one in ROUTES} <= SCOPES | {"-", "any", "app"}
