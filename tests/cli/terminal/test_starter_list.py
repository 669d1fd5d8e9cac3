"""A list that travels in an invite is followed by who says yes, and by nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.budget import long
from tests.e2e.support import Home

from .at_terminal import at_terminal

pytestmark = pytest.mark.e2e


@long
@pytest.mark.parametrize(("answer", "followed"), [("y", 2), ("", 1), ("n", 1), ("later", 1)])
def test_a_list_is_asked_about(answer: str, followed: int, tmp_path: Path) -> None:
    ada, ben = Home(tmp_path / "ada", "Ada"), Home(tmp_path / "ben", "Ben")
    cat = Home(tmp_path / "cat", "Cat")
    ada("label", cat.account, "friends")
    with ada.node("--no-mdns"):
        link = ada("invite", "--list", "friends")[0]["link"]
        done = at_terminal(
            ben.path, "follow", link, "--name", "ada", typed=[("Follow 1 account? [y/N]", answer)]
        )
    assert done.code == 0, done.screen
    assert "the list friends:" in done.screen
    assert len(ben("following")) == followed
    if followed == 1:
        assert "They are not followed. To do so later:" in done.screen
