"""Where the real posts for tests are, which the project itself does not hold."""

import os
from pathlib import Path

import pytest

ENVIRONMENT = "SAYSO_TEST_DATA"
_DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data"


def data_file(name: str) -> Path:
    """The path of a file of real posts; skips the test, saying why, where it is absent."""
    path = Path(os.environ.get(ENVIRONMENT) or _DEFAULT) / name
    if not path.is_file():
        pytest.skip(f"{name} is not in the directory that {ENVIRONMENT} names")
    return path
