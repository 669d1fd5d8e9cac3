"""What every test shares."""

import os
import signal
import sys

import pytest
from hypothesis import settings

# The same examples in every run: a failure seen anywhere is seen everywhere.
settings.register_profile("sayso", derandomize=True, deadline=None, max_examples=25)
settings.register_profile("all", derandomize=True, deadline=None, max_examples=50)

ALL = "SAYSO_TEST_ALL"

SLOW = (
    "tests/e2e/",
    "tests/interop/",
    "tests/nobody_else/",
    "tests/node/sim/",
    "tests/reach/",
    "tests/test_",
)

UNSET = (
    "CLICOLOR_FORCE",
    "FORCE_COLOR",
    "LANGUAGE",
    "NO_COLOR",
    "PAGER",
    "PYTHONDONTWRITEBYTECODE",
    "SAYSO_HOME",
    "SAYSO_PAGER",
)
"""What a shell may set for its user, and a test must not see."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="run the long proofs as well")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """See `tests/budget.py`, which is imported after this.

    What is compiled is kept, even where the shell says otherwise: each worker would compile every
    test again, and each process that a test starts the whole program.
    """
    sys.dont_write_bytecode = False
    every = config.getoption("--all")
    if every:
        os.environ[ALL] = "1"
    settings.load_profile("all" if every else "sayso")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the long proofs, unless they are asked for; begin with files of slow tests, so
    that no worker ends long after the others."""
    if not config.getoption("--all") and "long" not in config.getoption("-m"):
        left = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("long")]
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.nodeid.startswith(SLOW))


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


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Say what a worker has used, for `tests/progress.py`."""
    if "tests.forkserver" in sys.modules:
        sys.modules["tests.forkserver"].close()
    if hasattr(session.config, "workeroutput"):
        times = os.times()
        used = times.user + times.system + times.children_user + times.children_system
        session.config.workeroutput["processor"] = used
