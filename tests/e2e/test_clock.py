"""A clock that is wrong is told at once, and asked about before something is dated by it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.budget import long

from .support import Home

pytestmark = pytest.mark.e2e

SHIFT = """
import os, time
_real, _by = time.time_ns, int(os.environ["SHIFT_SECONDS"]) * 10**9
time.time_ns = lambda: _real() + _by
"""
DAY = 86_400


@pytest.fixture
def shifted(tmp_path: Path) -> object:
    """Runs a command with another clock."""
    place = tmp_path / "shift"
    place.mkdir()
    (place / "sitecustomize.py").write_text(SHIFT)

    def run(home: Home, days: float, *words: str) -> object:
        path = os.pathsep.join(filter(None, [str(place), os.environ.get("PYTHONPATH")]))
        seconds = str(int(days * DAY))
        return home.run(*words, env={"PYTHONPATH": path, "SHIFT_SECONDS": seconds})

    return run


def times(home: Home) -> dict[str, str]:
    return {item["text"]: item["time"] for item in home("read")}


@long
def test_a_clock_far_ahead_posts_only_if_it_is_asked_to(tmp_path: Path, shifted: object) -> None:
    ann = Home(tmp_path / "ann")
    ann("post", "before")
    refused = shifted(ann, 3650, "post", "ten years ahead")  # type: ignore[operator]
    assert refused.returncode == 1
    assert "clock" in refused.stderr and "--date-anyway" in refused.stderr
    ann("post", "after")
    found = times(ann)
    assert list(found) == ["after", "before"]
    assert found["after"][:4] == found["before"][:4]
    done = shifted(ann, 3650, "post", "all the same", "--date-anyway")  # type: ignore[operator]
    assert done.returncode == 0
    again = ann.run("post", "right again")
    assert (again.returncode, "was ahead then" in again.stderr) == (1, True)
    assert "was ahead then" in ann("status")[0]["clock"]
    assert "\nclock  " in ann.run("status").stdout
    # The way that is told leads to right times.
    backup = str(tmp_path / "backup")
    ann("backup", backup)
    new = Home(tmp_path / "new", init=False)
    new("restore", backup)
    made = new("post", "from a new feed")[0]
    assert made["time"][:4] == found["before"][:4]
    new("device", "revoke", ann.feed, "--yes")


@long
def test_news_that_came_while_the_clock_was_behind(tmp_path: Path, shifted: object) -> None:
    ann, ben = Home(tmp_path / "ann"), Home(tmp_path / "ben")
    ann("post", "news")
    bundle = str(tmp_path / "bundle")
    ann("export", bundle)
    assert shifted(ben, -60, "import", bundle, "--follow").returncode == 0  # type: ignore[operator]
    assert [item["text"] for item in ben("read", "--since", "7d")] == ["news"]
    assert [item["text"] for item in ben("read", "--view", "catch-up")] == ["news"]
