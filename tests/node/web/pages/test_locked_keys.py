"""The page of a home whose keys are locked reads, and says what is missing to write."""

from __future__ import annotations

from pathlib import Path

from sayso_node.accounts.creation import create_account
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home

from .visitor import visiting


async def test_locked_keys_are_said_with_what_unlocks_them_here(tmp_path: Path) -> None:
    home = Home(tmp_path / "sealed")
    create_account(home, "Eve", b"a passphrase")
    with open_home(home) as store:
        async with visiting(home, store) as at:
            page = await at.fail("/compose", ("text", "hello"))
            [said] = [one for one in page.all() if one.attributes.get("id") == "mistake"]
            assert "start it with --passphrase-file FILE beside --http" in said.text
            [kept] = page.all("textarea")
            assert kept.text.strip() == "hello"
