"""What every test shares."""

import os
import signal

import pytest
from hypothesis import settings

# The same examples in every run: a failure seen anywhere is seen everywhere.
settings.register_profile("sayso", derandomize=True, deadline=None)
settings.load_profile("sayso")

UNSET = ("CLICOLOR_FORCE", "FORCE_COLOR", "NO_COLOR", "PAGER", "SAYSO_HOME")
"""What a shell may set for its user, and a test must not see."""


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart() -> None:
    """Make the same surroundings for the tests and all that they start, whoever starts them.

    Text is UTF-8, whatever the locale. Ctrl-C counts: a shell that is not interactive starts
    what runs in its background with SIGINT ignored, and so does each of its children.
    """
    for name in UNSET:
        os.environ.pop(name, None)
    os.environ |= {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1", "COLUMNS": "80", "LINES": "24"}
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
