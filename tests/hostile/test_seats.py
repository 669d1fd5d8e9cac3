"""Idle sessions of strangers keep no friend out: real addresses, in a network of the test's own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.support import Home

from .conftest import home_with_posts
from .crowd import CROWDS

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
SECONDS = 5.0
"""In which a friend is connected; a tenth of it where the machine does nothing else."""
OWN_NETWORK = ["unshare", "--map-root-user", "--net"]


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two who follow each other."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("this machine cannot make networks of its own")
    if subprocess.run([*OWN_NETWORK, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not make networks of its own")
    folder = tmp_path_factory.mktemp("seats")
    ann, ben = home_with_posts(folder / "ann"), Home(folder / "ben")
    ben("post", "hello")
    ann("follow", ben.account)
    ben("follow", ann.account)
    return folder


def besiege(homes: Path, crowd: str, seconds: float, acquaintance: str) -> dict[str, Any]:
    line = [sys.executable, "-m", "tests.hostile.crowd", str(homes), crowd]
    done = subprocess.run(
        [*OWN_NETWORK, *line, str(seconds), acquaintance],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check(found: dict[str, Any]) -> None:
    for visit in (found["first"], found["later"]):
        assert isinstance(visit, dict), visit
        assert visit["in_sync"]
        assert visit["connect_seconds"] < SECONDS


@pytest.mark.parametrize("crowd", ["thirty", "household"])
def test_a_friend_gets_in_who_was_never_seen_before(homes: Path, crowd: str) -> None:
    found = besiege(homes, crowd, 0, "new")
    check(found)
    assert found["status"]["gave_way"] + found["status"]["refused"] > 0


def test_a_friend_who_brought_something_gets_in_beside_strangers_of_his_own_address(
    homes: Path,
) -> None:
    check(besiege(homes, "same", 0, "known"))


@pytest.mark.soak
@pytest.mark.parametrize("acquaintance", ["new", "known"])
@pytest.mark.parametrize("crowd", [name for name in CROWDS if name != "same"])
def test_at_once_and_twenty_seconds_later(homes: Path, crowd: str, acquaintance: str) -> None:
    check(besiege(homes, crowd, 20, acquaintance))
