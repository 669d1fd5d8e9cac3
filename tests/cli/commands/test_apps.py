"""`sayso apps`: who has access, and its end."""

from __future__ import annotations

from pathlib import Path

from sayso_node.home.directory import Home
from sayso_node.web.access.grants import Grants

from ..conftest import Sayso

OOB = "urn:ietf:wg:oauth:2.0:oob"


def test_access_is_listed_and_ended(sayso: Sayso, home: Path) -> None:
    done = sayso("apps", "list", "--home", str(home))
    assert (done.code, done.out) == (0, "")
    assert "No app has access" in done.err
    grants = Grants(Home(home))
    idle, _ = grants.register("never let in", None, [OOB], ["read"])
    first, _ = grants.register("Tea\x1b[31m time", None, [OOB], ["read", "write"])
    token = grants.give(first.client_id, ["read"])
    grants.give(first.client_id, ["read", "write"])
    done = sayso("apps", "list", "--home", str(home))
    assert "\x1b[31m" not in done.out
    assert token not in done.out
    new, old = sayso("apps", "list", "--home", str(home), "--json").records
    assert (new["scopes"], old["scopes"]) == (["read", "write"], ["read"])
    assert new["app"] == old["app"]
    ended = sayso("apps", "revoke", new["app"], "--home", str(home))
    assert ended.code == 0
    assert grants.token(token) is None
    assert [one.client_id for one in grants.apps()] == [idle.client_id]
    again = sayso("apps", "revoke", new["app"], "--home", str(home))
    assert again.code == 1
    assert "sayso apps list" in again.err
