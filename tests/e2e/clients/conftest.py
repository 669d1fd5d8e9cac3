"""A node with real posts, a friend beside it, and an environment with apps of others."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.e2e.support import Home
from tests.testdata import data_file

from .owner import Browser

ENVIRONMENT = Path(__file__).resolve().parents[3] / ".venv-clients"
NODE = ("--no-mdns", "--no-port-mapping", "--http", "127.0.0.1:0")


@dataclass
class Served:
    """A home whose node serves apps at `base`, the browser of its owner, and the home of a friend
    whom the owner follows as anna."""

    home: Home
    friend: Home
    base: str
    browser: Browser

    def hear(self, folder: Path) -> None:
        """Take in what the friend has written."""
        bundle = folder / f"heard-{len(list(folder.iterdir()))}.bundle"
        self.friend("export", str(bundle))
        self.home("import", str(bundle))

    def tell(self, folder: Path) -> None:
        """Let the friend take in what the owner has written."""
        bundle = folder / f"told-{len(list(folder.iterdir()))}.bundle"
        self.home("export", str(bundle))
        self.friend("import", str(bundle))


@pytest.fixture(scope="session")
def apps() -> Path:
    """The programs of the environment of apps."""
    if not (ENVIRONMENT / "stamp").exists():
        pytest.skip("the apps of others are not installed: python3 dev.py test --all does")
    return ENVIRONMENT / "bin"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    posts = data_file("export_mastodon_2024.tar.gz")
    home, friend = Home(tmp_path / "home", "Robin"), Home(tmp_path / "friend", "Anna")
    home("import-archive", str(posts))
    friend("post", "A walk by the harbour #sea")
    bundle = tmp_path / "anna.bundle"
    friend("export", str(bundle))
    home("follow", friend.account, "--name", "anna")
    friend("follow", home.account)
    home("import", str(bundle))
    with home.node(*NODE):
        link = home("web")[0]["link"]
        browser = Browser(link)
        port = browser.host.rpartition(":")[2]
        yield Served(home, friend, f"http://127.0.0.1:{port}", browser)


def run(command: list[str], **options: object) -> str:
    """What a program prints; fails with all of it where it does."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return str(done.stdout)
