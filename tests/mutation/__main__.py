"""``python -m tests.mutation [-j JOBS] [--again] [PATTERN ...]``: see `tests.mutation`."""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
import zlib
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

import pytest

from . import mutants, running
from .mutants import Mutant

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / ".mutation.jsonl"
EQUIVALENT = Path(__file__).with_name("equivalent.toml")
LEAST = 0.95
NOT_TRIED = "not tried"

GROUPS = {
    "sayso_protocol": ["tests/protocol"],
    "sayso_storage": ["tests/storage"],
}
"""The tests that belong to each package."""

UNSEEN = (
    "tests/protocol/sync/fetch/test_*.py",
    "tests/protocol/sync/gossip/test_*.py",
    "tests/protocol/sync/ingest/test_*.py",
    "tests/protocol/sync/resumption/test_*.py",
    "tests/protocol/sync/test_replica.py",
    "tests/protocol/sync/test_session.py",
    "tests/storage/sqlite/file/test_processes.py",
    "tests/storage/sqlite/file/test_powercut.py",
)
"""Tests of the sync machines, which state no rule of the core, and tests of processes of their own,
in which no mutant is on."""


def core() -> list[str]:
    """The modules of the trusted core: those that the coverage report is about."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    paths = config["tool"]["coverage"]["report"]["include"]
    files = [file for path in paths for file in sorted(ROOT.glob(path))]
    return [
        ".".join(file.relative_to(ROOT).with_suffix("").parts[1:])
        for file in files
        if file.stem != "__init__"
    ]


def key(mutant: Mutant) -> tuple[str, str, str]:
    return mutant.where, mutant.was, mutant.now


def place(mutant: Mutant) -> float:
    """A number below 100 that stays the mutant's own: those below 40 are a sample of 40 %."""
    return zlib.crc32(repr(key(mutant)).encode()) / (1 << 32) * 100


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("-j", "--jobs", type=int, default=1, help="mutants at a time")
    parser.add_argument("--again", action="store_true", help="only what was not killed last time")
    parser.add_argument("--sample", type=float, default=100, help="how many of a hundred to try")
    seconds = running.SECONDS_OF_TESTS
    parser.add_argument("--seconds", type=float, default=seconds, help="of tests for each mutant")
    parser.add_argument("patterns", nargs="*", help="modules or functions, as in '*.codec.*'")
    args = parser.parse_args()
    before = results()
    done = {one for one, verdict in before.items() if verdict == running.KILLED}

    def named(mutant: Mutant) -> bool:
        return any(fnmatch(mutant.where, one) for one in args.patterns)

    def wanted(mutant: Mutant) -> bool:
        if not named(mutant) or place(mutant) >= args.sample:
            return False
        return not (args.again and key(mutant) in done)

    package = next((one for one in GROUPS if all(one in p for p in args.patterns)), None)
    if package is None or not args.patterns:
        parser.error("name modules of one package, as in 'sayso_protocol.*'")
    names = [one for one in core() if one.startswith(package)]
    finder = mutants.install(names)
    trial = running.Trial(finder, names, wanted, note, args.jobs, args.seconds)
    options = ["-q", "--tb=no", "-p", "no:cacheprovider", "-o", "tmp_path_retention_policy=none"]
    options += [f"--ignore-glob={path}" for path in UNSEEN]
    code = pytest.main([*options, *GROUPS[package]], plugins=[trial])
    if code:
        return int(code)
    return report([one for one in finder.mutants if named(one)], results())


def note(mutant: Mutant, verdict: str) -> None:
    """Write a verdict down at once: whoever stops in between goes on with `--again`."""
    with RESULTS.open("a") as out:
        out.write(json.dumps([*key(mutant), verdict]) + "\n")


def results() -> dict[tuple[str, str, str], str]:
    """The last verdict on each mutant ever tried here."""
    lines = RESULTS.read_text().splitlines() if RESULTS.exists() else []
    return {(where, was, now): verdict for where, was, now, verdict in map(json.loads, lines)}


def equivalent() -> set[tuple[str, str, str]]:
    """Mutants that nobody can tell from the original, each with its reason in the file."""
    listed = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["mutant"]
    return {(one["where"], one["was"], now) for one in listed for now in one["now"]}


def report(mutants: list[Mutant], results: dict[tuple[str, str, str], str]) -> int:
    same, table = equivalent(), {}
    for one in mutants:
        verdict = results.get(key(one), NOT_TRIED)
        if verdict in (running.SURVIVED, running.NO_TEST) and key(one) in same:
            verdict = "equivalent"
        table.setdefault(one.function[0], Counter())[verdict] += 1
        if verdict not in (running.KILLED, "equivalent", NOT_TRIED):
            print(f"{verdict}: {one.where}\n    - {one.was}\n    + {one.now}")
    print(f"\n{'module':36} mutants tried killed late equiv. left  of all  of others")
    total = Counter()
    for module, counts in table.items():
        print(line(module, counts))
        total += counts
    print(line("all", total))
    killed = total[running.KILLED] + total[running.TIMED_OUT]
    others = total.total() - total[NOT_TRIED] - total["equivalent"]
    return 0 if killed >= LEAST * others else 1


def line(name: str, counts: Counter[str]) -> str:
    """Shares are of the mutants that were tried."""
    late, same = counts[running.TIMED_OUT], counts["equivalent"]
    killed = counts[running.KILLED] + late
    tried = counts.total() - counts[NOT_TRIED]
    return (
        f"{name:36} {counts.total():7} {tried:5} {killed:6} {late:4} {same:6} "
        f"{tried - killed - same:4} "
        f"{killed / max(1, tried):7.1%} {killed / max(1, tried - same):10.1%}"
    )


if __name__ == "__main__":
    sys.exit(main())
