"""`sayso web`: what it says where there is no page."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..conftest import Sayso


@pytest.mark.parametrize("options", [[], ["--pair"], ["--feeds"], ["--end-feeds"]])
def test_without_a_node_it_says_how_to_start_one_that_serves_the_page(
    sayso: Sayso, home: Path, options: list[str]
) -> None:
    done = sayso("web", *options, "--home", home)
    assert (done.code, done.out) == (1, "")
    assert "`sayso run --http 127.0.0.1:7878`" in done.err
