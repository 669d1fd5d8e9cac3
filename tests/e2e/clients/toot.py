"""toot, unchanged, as a program that tests run."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

from .owner import Browser


class Toot:
    """toot with a configuration of its own."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program = program
        # Nothing of the person who runs the tests is used, and no browser is opened.
        self.environ = os.environ | {
            "XDG_CONFIG_HOME": str(folder),
            "BROWSER": "true",
            "PYTHONUNBUFFERED": "1",
            "NO_COLOR": "1",
        }

    def __call__(self, *args: str, text: str = "") -> str:
        done = subprocess.run(
            [str(self.program), *args],
            input=text,
            capture_output=True,
            text=True,
            timeout=120,
            env=self.environ,
            check=False,
        )
        assert done.returncode == 0, f"{args}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def json(self, *args: str) -> object:
        return json.loads(self(*args, "--json"))

    def login(self, base: str, browser: Browser) -> str:
        """Log in at a server, with the consent of the owner in the browser."""
        process = subprocess.Popen(
            [str(self.program), "login", "-i", base],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environ,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        said = ""
        while (found := re.search(r"^http://\S+\n", said, re.MULTILINE)) is None:
            line = process.stdout.readline()
            assert line, said
            said += line
        code = browser.consent(found[0].strip())
        more, _ = process.communicate(f"n\n{code}\n", timeout=60)
        assert process.returncode == 0, said + more
        return more
