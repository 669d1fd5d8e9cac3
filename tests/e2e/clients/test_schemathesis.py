"""Schemathesis, unchanged, reads the description that a node serves, and sends to every route what
fits it and what does not."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from sayso_node.web.mastodon.openapi import _ACCESS
from sayso_node.web.mastodon.routes import ROUTES

from .access import token_for
from .conftest import Served

pytestmark = [pytest.mark.e2e, pytest.mark.data, pytest.mark.long]

SECONDS = 60
"""How long it tries at the most; in this time it sends some ten thousand requests."""

LEFT_OUT = ("negative_data_rejection", "positive_data_acceptance")
"""Not what is tested: apps send "1", "on" and lists where one value is meant, so much is taken that
fits no schema; and what is needed, as the words of a post, depends on what else is sent."""


def test_no_route_breaks_and_each_answers_as_it_is_described(
    apps: Path, served: Served, tmp_path: Path
) -> None:
    token = token_for(served.base, served.browser, "read write follow")
    done = subprocess.run(
        [
            *(str(apps / "schemathesis"), "run", f"{served.base}/api/openapi.json"),
            *("--header", f"Authorization: Bearer {token}"),
            # A stream has no end.
            *("--exclude-path-regex", "/streaming"),
            *("--exclude-checks", ",".join(LEFT_OUT)),
            *("--max-time", str(SECONDS), "--max-examples", "20", "--seed", "1"),
            *("--continue-on-failure", "--no-color"),
        ],
        cwd=tmp_path,
        env=os.environ | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=10 * SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    tried = [one for one in ROUTES if "/streaming" not in one.path]
    assert f"Tested: {len(tried) + len(_ACCESS)}" in done.stdout, done.stdout
    log = (served.home.path.parent / f"{served.home.path.name}.stderr").read_text()
    assert "Traceback" not in log, log
