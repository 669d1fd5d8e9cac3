"""What apps keep here can be read again, however much they bring."""

from __future__ import annotations

import pytest

from sayso_node.errors import HomeError, NodeError
from sayso_node.home.directory import Home
from sayso_node.web.access import grants
from sayso_node.web.access.grants import Grants
from sayso_node.web.mastodon import saved_state
from sayso_node.web.mastodon.saved_state import SavedState


def test_more_than_can_be_read_again_is_not_kept(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_state, "MAX_FILE", 4000)
    state = SavedState(home)
    kept = state.make_list("kept", "list", exclusive=False)
    with pytest.raises(NodeError, match="too much"):
        state.set_note("somebody", "é" * 2000)
    assert list(state.lists()) == [kept]
    state.set_note("somebody", "short")
    assert state.notes() == {"somebody": "short"}


def test_apps_that_do_not_fit_are_not_registered(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grants, "MAX_FILE", 2000)
    every = Grants(home)
    first, _ = every.register("first", None, ["https://a.example/"], ["read"])
    with pytest.raises(HomeError, match="too many apps"):
        every.register("second", None, ["https://a.example/" + "x" * 2000], ["read"])
    assert list(Grants(home).apps()) == [first]
