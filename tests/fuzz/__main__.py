"""Coverage-guided fuzzing, with atheris.

    python -m tests.fuzz corpus FOLDER                write FOLDER/TARGET, from the vectors
    python -m tests.fuzz TARGET [OPTION ...] [FOLDER ...]   fuzz one target
    python -m tests.fuzz all [OPTION ...]             each target for a while

Options are libFuzzer's (``-runs=N``, ``-max_total_time=SECONDS``). The folders are the inputs to
begin with; what is found new is written into the first. An input that breaks a property is left
in the working folder as ``crash-…``: give that file as the folder to see it again.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NoReturn

try:
    import atheris
except ImportError:
    atheris = None

INSTRUMENTED = ["sayso_protocol", "sayso_node"]
GUIDED = atheris and __name__ == "__main__" and sys.argv[1:2] not in (["all"], ["corpus"])
with atheris.instrument_imports(include=INSTRUMENTED) if GUIDED else nullcontext():
    from . import corpus
    from .mutator import Mutator
    from .targets import TARGETS

OPTIONS = [f"-max_len={corpus.LONGEST}", "-mutate_depth=2", "-timeout=10", "-rss_limit_mb=2048"]
"""Given to libFuzzer before those of the command line, which count more."""

TELL_EVERY = 10_000
"""Inputs after which the verdicts are told."""

NO_ATHERIS = """\
atheris is not installed: `python3 dev.py fuzz` brings it, where it has wheels (CPython on
Linux with glibc, x86_64). Without it, `python3 dev.py test tests/fuzz` runs the same properties."""


def main(arguments: list[str]) -> int:
    """Write a corpus, or fuzz one target until libFuzzer ends the process."""
    match arguments:
        case ["corpus", folder]:
            for name, target in TARGETS.items():
                print(name, corpus.write(target.seeds(), Path(folder) / name))
            return 0
        case [name, *options] if name in TARGETS or name == "all":
            if atheris is None:
                print(NO_ATHERIS, file=sys.stderr)
                return 0
            return fuzz_all(options) if name == "all" else fuzz(name, options)
        case _:
            print(__doc__, "Targets: " + ", ".join(TARGETS), sep="\n", file=sys.stderr)
            return 2


def fuzz_all(options: list[str]) -> int:
    """Fuzz each target from the vectors; what is found is not kept. Gives the exit code."""
    with TemporaryDirectory() as place:
        for name, target in TARGETS.items():
            folder = Path(place) / name
            corpus.write(target.seeds(), folder)
            command = [sys.executable, "-m", "tests.fuzz", name, *options, str(folder)]
            done = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace")
            lines = [line for line in done.stderr.splitlines() if "DONE" in line]
            if done.returncode:
                print(done.stderr, file=sys.stderr)
                return done.returncode
            print(name, *lines, flush=True)
    return 0


def fuzz(name: str, options: list[str]) -> NoReturn:
    """Fuzz one target. Does not return: libFuzzer ends the process."""
    check, seeds = TARGETS[name]
    mutator = Mutator([seed for seed in seeds() if len(seed) <= corpus.LONGEST])

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        # Now and then as libFuzzer does it, which knows what was compared with what.
        return atheris.Mutate(data, most) if seed % 4 == 0 else mutator(data, most, Random(seed))

    atheris.Setup([sys.argv[0], *OPTIONS, *options], counting(name, check), custom_mutator=mutate)
    atheris.Fuzz()
    raise AssertionError("libFuzzer came back")


def counting(name: str, check: Callable[[bytes], str]) -> Callable[[bytes], None]:
    """A check that tells now and then what was said how often."""
    verdicts: Counter[str] = Counter()

    def one(data: bytes) -> None:
        verdicts[check(data)] += 1
        if verdicts.total() % TELL_EVERY == 0:
            line = {"target": name, "inputs": verdicts.total(), "verdicts": dict(verdicts)}
            print(json.dumps(line), file=sys.stderr, flush=True)

    return one


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
