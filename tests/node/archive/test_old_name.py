"""Old names that origins say, and nothing that an author makes up beside them."""

from __future__ import annotations

import pytest

from sayso_node.archive.old_name import old_name, profile_address


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ("mastodon:https://elm.example/users/Bo/statuses/7", "bo@elm.example"),
        ("mastodon:https://elm.example/@bo/7", "bo@elm.example"),
        ("mastodon:https://elm.example:8443/users/b.o-x/statuses/7#2", "b.o-x@elm.example:8443"),
        ("mastodon:https://elm.example/notes/7", None),
        ("mastodon:http://elm.example/users/bo/statuses/7", None),
        ("mastodon:https://elm.example@evil.example/users/bo/statuses/7", None),
        ("twitter:7", None),
        ("x mastodon:https://elm.example/users/bo/statuses/7", None),
        ("", None),
    ],
)
def test_a_name_is_read_from_an_origin(origin: str, name: str | None) -> None:
    assert old_name(origin) == name


def test_a_profile_stands_where_its_server_shows_it() -> None:
    assert profile_address("bo@elm.example") == "https://elm.example/@bo"
