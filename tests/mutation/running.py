"""Run the tests against each mutant: one hot pytest, a fork a mutant.

Tests are collected once. Which tests call which function is noted in one run of all; a mutant
meets only these, those first that killed a mutant of its function before, then the quickest.
"""

from __future__ import annotations

import functools
import gc
import importlib
import os
import resource
import signal
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import accumulate

import pytest

from .mutants import Finder, Mutant
from .switch import Function, Switch

KILLED, SURVIVED, TIMED_OUT, NO_TEST = "killed", "survived", "timed out", "no test"

SECONDS = 3.0
"""Of processor time beside twice what the tests took, before a mutant counts as endless."""
MEMORY = 4 << 30

EXAMPLES = 20
"""Of a generated test: fewer than in the tests themselves, where none is waited for so often."""

SECONDS_OF_TESTS = 2.0
"""That the tests of one mutant may take together. Those of its module come first, then the
quickest: what is left out may only let a mutant live that all tests together would kill."""


class Trial:
    """A pytest plugin: puts mutants to the tests instead of running these once."""

    def __init__(
        self,
        finder: Finder,
        modules: Sequence[str],
        wanted: Callable[[Mutant], bool],
        judged: Callable[[Mutant, str], None],
        jobs: int,
        seconds: float,
    ) -> None:
        self._finder, self._modules, self._wanted, self._jobs = finder, modules, wanted, jobs
        self._judged, self._seconds = judged, seconds
        self._tests: dict[Function, list[int]] = defaultdict(list)
        self._durations: dict[int, float] = {}
        self._running: dict[int, tuple[Mutant, int]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """What makes a failure small for a reader takes longer than to find it."""
        from hypothesis import Phase, settings  # not before pytest rewrites it

        phases = [Phase.explicit, Phase.generate]
        settings.register_profile(
            "mutants", settings.default, phases=phases, database=None, max_examples=EXAMPLES
        )
        settings.load_profile("mutants")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for module in self._modules:
            importlib.import_module(module)
        self._items = session.items
        self._note_calls(session)
        if session.testsfailed:
            raise session.Failed("the tests fail without a mutant")
        caches = [o for o in gc.get_objects() if isinstance(o, functools._lru_cache_wrapper)]
        self._caches = [o for o in caches if o.__module__.startswith("sayso_")]
        gc.freeze()
        session.config.pluginmanager.unregister(name="terminalreporter")
        mutants = sorted(filter(self._wanted, self._finder.mutants), key=self._cost)
        for number, mutant in enumerate(mutants):
            self._try(session, mutant)
            print(f"\r{number + 1}/{len(mutants)} {mutant.where:70}", end="", flush=True)
        while self._running:
            self._reap()
        return True

    def _note_calls(self, session: pytest.Session) -> None:
        for at, item in enumerate(session.items):
            Switch.called = set()
            started = time.process_time()
            _run(session, [item])
            self._durations[at] = time.process_time() - started
            for function in Switch.called:
                self._tests[function].append(at)
        Switch.called = None
        for function, tests in self._tests.items():
            self._tests[function] = self._chosen(function[0].rpartition(".")[2], tests)

    def _chosen(self, module: str, tests: list[int]) -> list[int]:
        def rank(at: int) -> tuple[bool, float]:
            return f"test_{module}" not in self._items[at].path.name, self._durations[at]

        tests = sorted(tests, key=rank)
        spent = list(accumulate(map(self._durations.__getitem__, tests)))
        return tests[: bisect_right(spent, self._seconds)]

    def _cost(self, mutant: Mutant) -> float:
        return sum(self._durations[at] for at in self._tests[mutant.function])

    def _try(self, session: pytest.Session, mutant: Mutant) -> None:
        tests = self._tests[mutant.function]
        if not tests:
            self._judged(mutant, NO_TEST)
            return
        while len(self._running) >= self._jobs:
            self._reap()
        out, into = os.pipe()
        pid = os.fork()
        if not pid:
            self._be(session, mutant, tests, into)
        os.close(into)
        self._running[pid] = mutant, out

    def _be(self, session: pytest.Session, mutant: Mutant, tests: list[int], into: int) -> None:
        """In the fork: be this mutant until a test notices."""
        limit = int(2 * self._cost(mutant) + SECONDS)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        signal.alarm(10 * limit)  # one that waits takes no processor time
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        os.dup2(1, 2)
        for cache in self._caches:
            cache.cache_clear()
        Switch.module, Switch.mutant = mutant.function[0], mutant.name
        try:
            for at in tests:
                _run(session, [self._items[at]])
                if session.testsfailed:
                    os.write(into, str(at).encode())
                    os._exit(1)
            os._exit(0)
        finally:
            os._exit(1)  # whatever pytest itself dies of is a mutant noticed

    def _reap(self) -> None:
        pid, status = os.wait()
        mutant, out = self._running.pop(pid)
        killer = os.read(out, 20)
        os.close(out)
        if os.WIFSIGNALED(status):
            late = os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL)
            self._judged(mutant, TIMED_OUT if late else KILLED)
        else:
            self._judged(mutant, KILLED if os.WEXITSTATUS(status) else SURVIVED)
        if killer:
            tests = self._tests[mutant.function]
            tests.remove(int(killer))
            tests.insert(0, int(killer))


def _run(session: pytest.Session, items: list[pytest.Item]) -> None:
    for item in items:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
