"""The lock files are complete, hashed, in step with pyproject.toml, and name no place."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from distribution.lock import NEEDED_ALL_THE_SAME
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "requirements"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
APART = [
    "arrays",
    "browser",
    "faces",
    "fuzz",
    "hub",
    "language",
    "manual",
    "mutation",
    "oracle",
    "patterns",
    "servers",
    "views",
    "zipapp",
]
"""The groups with a lock of their own."""
FILES = ["build.txt", "dev.txt", "run.txt", *(f"{name}.txt" for name in APART)]


def pins(file: str) -> set[tuple[str, str]]:
    """Return the distributions of a lock file, each with its version; with several where
    those differ by Python."""
    text = (LOCKS / file).read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z0-9][a-z0-9-]*)==(\S+)", text, re.MULTILINE))


def holds(locked: set[tuple[str, str]], asked: Requirement) -> bool:
    """Whether a lock has a version that was asked for."""
    name = canonicalize_name(asked.name)
    return any(asked.specifier.contains(version) for pin, version in locked if pin == name)


def left_out() -> set[str]:
    """Return the names that the locks leave out on purpose."""
    lines = (LOCKS / "left-out.txt").read_text(encoding="utf-8").splitlines()
    return {Requirement(line).name for line in lines if line and not line.startswith("#")}


def wanted(group: str) -> list[Requirement]:
    """Return the requirements of one dependency group, included groups too."""
    found: list[Requirement] = []
    for item in PYPROJECT["dependency-groups"][group]:
        more = wanted(item["include-group"]) if isinstance(item, dict) else [Requirement(item)]
        found.extend(more)
    return found


DIRECT = [Requirement(text) for text in PYPROJECT["project"]["dependencies"]]


@pytest.mark.parametrize(
    ("file", "requirements"),
    [
        ("run.txt", DIRECT + wanted("libp2p")),
        ("dev.txt", DIRECT + wanted("dev")),
        ("build.txt", wanted("build")),
        *((f"{name}.txt", wanted(name)) for name in APART),
    ],
)
def test_every_dependency_is_locked(file: str, requirements: list[Requirement]) -> None:
    locked = pins(file)
    stale = [str(asked) for asked in requirements if not holds(locked, asked)]
    assert stale == [], "run: python3 dev.py lock"


@pytest.mark.parametrize("file", FILES)
def test_every_pin_has_hashes(file: str) -> None:
    text = (LOCKS / file).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("file", FILES)
def test_no_lock_names_a_host_or_a_path(file: str) -> None:
    text = (LOCKS / file).read_text(encoding="utf-8")
    assert re.findall(r".*(?:://|index-url|find-links| @ |^/).*", text, re.MULTILINE) == []


def test_the_locks_agree() -> None:
    development = pins("dev.txt")
    for file in ("run.txt", "build.txt"):
        assert pins(file) <= development
    names = {name for name, _ in development}
    for file in ("fuzz.txt", "mutation.txt", "oracle.txt"):
        assert {pin for pin in pins(file) if pin[0] in names} <= development


@pytest.mark.parametrize("file", FILES)
def test_what_is_left_out_stays_out(file: str) -> None:
    needed = set(NEEDED_ALL_THE_SAME.get(file.removesuffix(".txt"), ()))
    assert left_out() & {name for name, _ in pins(file)} == needed


def test_what_is_left_out_is_no_dependency_of_our_own() -> None:
    ours = {canonicalize_name(asked.name) for asked in DIRECT + wanted("dev") + wanted("fuzz")}
    assert ours & left_out() == set(), "delete its line in requirements/left-out.txt"


@pytest.mark.parametrize("name", PYPROJECT["project"]["optional-dependencies"])
def test_an_extra_is_what_is_locked_for_it(name: str) -> None:
    extra = PYPROJECT["project"]["optional-dependencies"][name]
    assert extra == PYPROJECT["dependency-groups"][name]


def test_whoever_builds_with_pip_gets_the_locked_backend() -> None:
    required = [Requirement(text) for text in PYPROJECT["build-system"]["requires"]]
    locked = pins("build.txt")
    assert all(holds(locked, asked) for asked in required)


def test_an_older_python_can_say_that_it_is_too_old() -> None:
    """`dev.py` and all of the clone that it imports at the top parse with Python 3.6."""
    left, seen = [ROOT / "dev.py"], set[Path]()
    while left:
        path = left.pop()
        seen.add(path)
        tree = ast.parse(path.read_text(), feature_version=(3, 6))
        names = [one.module for one in tree.body if isinstance(one, ast.ImportFrom)]
        found = [ROOT / f"{(name or '').replace('.', '/')}.py" for name in names]
        left += [one for one in found if one.exists() and one not in seen]
    assert {one.name for one in seen} >= {"environment.py", "lock.py", "setup_step.py"}
