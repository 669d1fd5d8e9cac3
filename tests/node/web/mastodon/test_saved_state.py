"""What apps keep here can be read again, however much they bring."""

from __future__ import annotations

import json

import pytest

from sayso_node.errors import HomeError, NodeError
from sayso_node.filters.lists import load_lists, make_list
from sayso_node.home.directory import Home
from sayso_node.home.secret_file import write_secret
from sayso_node.web.access import grants
from sayso_node.web.access.grants import Grants
from sayso_node.web.mastodon import saved_state
from sayso_node.web.mastodon.names.ids import parse_id
from sayso_node.web.mastodon.owner_lists import OwnerLists
from sayso_node.web.mastodon.saved_state import SavedState
from sayso_protocol.crypto.keys import KeyPair, key_text


def test_more_than_can_be_read_again_is_not_kept(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_state, "MAX_FILE", 4000)
    state = SavedState(home)
    kept = state.set_markers({"home": "7"}, 1)
    with pytest.raises(NodeError, match="too much"):
        state.set_note("somebody", "é" * 2000)
    assert state.markers() == kept
    state.set_note("somebody", "short")
    assert state.notes() == {"somebody": "short"}


def test_lists_that_apps_kept_alone_become_the_owners(home: Home) -> None:
    anna, ben = (key_text(KeyPair.from_seed(bytes([n]) * 32).public) for n in (1, 2))
    old = [
        {"id": "1", "title": "friends", "accounts": [anna, ben], "replies_policy": "none"},
        {"id": "2", "title": "friends", "accounts": [anna], "replies_policy": "list"},
        {"id": "5", "title": "a@b\u202e " + "x" * 200, "accounts": [], "replies_policy": "list"},
    ]
    kept: dict[str, object] = {
        "next_list": 6, "lists": [one | {"exclusive": one["id"] == "2"} for one in old],
        "notes": {anna: "met"}, "markers": {}, "cleared": 0, "dismissed": [], "quiet": [],
    }  # fmt: skip
    write_secret(home.app_state, json.dumps(kept).encode())
    SavedState(home).set_note(ben, "kept meanwhile")
    every = OwnerLists(home).every()
    assert [(one.id, one.replies_policy, one.exclusive, len(one.accounts)) for one in every] == [
        ("1", "none", False, 2),
        ("2", "list", True, 1),
        ("5", "list", False, 0),
    ]
    assert [one.title for one in every][:2] == ["friends", "friends 2"]
    assert load_lists(home)["friends"] == {anna, ben}
    assert json.loads(home.app_state.read_bytes())["lists"].keys() == {one.title for one in every}
    assert OwnerLists(home).every() == every
    assert SavedState(home).notes() == {anna: "met", ben: "kept meanwhile"}
    assert OwnerLists(home).make("next", "list", exclusive=False).id == "6"


def test_what_was_taken_over_when_the_power_went_is_not_there_twice(home: Home) -> None:
    anna = key_text(KeyPair.from_seed(bytes(32)).public)
    one = {"id": "3", "title": "friends", "accounts": [anna], "replies_policy": "list"}
    kept: dict[str, object] = {
        "next_list": 4, "lists": [one | {"exclusive": False}],
        "notes": {}, "markers": {}, "cleared": 0, "dismissed": [], "quiet": [],
    }  # fmt: skip
    write_secret(home.app_state, json.dumps(kept).encode())
    make_list(home, "friends", [anna])
    assert [(one.id, one.title) for one in OwnerLists(home).every()] == [("3", "friends")]


def test_a_list_of_the_owners_file_has_the_same_id_every_time(home: Home) -> None:
    make_list(home, "by hand")
    [found] = OwnerLists(home).every()
    assert parse_id(found.id) is not None
    assert OwnerLists(home).one(found.id) == found
    changed = OwnerLists(home).change(found.id, "renamed", "none", exclusive=True)
    assert (changed.id, OwnerLists(home).every()) == (found.id, [changed])
    with pytest.raises(NodeError, match="already"):
        OwnerLists(home).make("renamed", "list", exclusive=False)


def test_apps_that_do_not_fit_are_not_registered(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grants, "MAX_FILE", 2000)
    every = Grants(home)
    first, _ = every.register("first", None, ["https://a.example/"], ["read"])
    with pytest.raises(HomeError, match="too many apps"):
        every.register("second", None, ["https://a.example/" + "x" * 2000], ["read"])
    assert list(Grants(home).apps()) == [first]
