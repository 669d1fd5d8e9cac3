"""What a text advises to type can be typed: every command line in every text is parsed.

Texts are taken from the source: errors of all floors, notes, help.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from sayso_cli.argument_parser import command_parser
from sayso_cli.commands import COMMANDS
from sayso_cli.errors import UsageError
from sayso_cli.usage import ALL, HELP, help_asked

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    path
    for floor in ("cli", "node", "storage", "protocol")
    for path in (ROOT / floor).rglob("*.py")
    if ".venv" not in path.parts
)
ADVICE = re.compile(r"`sayso ((?:[^`\\]|\\.)+)`")
NAMED = re.compile(r"\bsayso\b")
BARE = re.compile(rf"(?<!: )\bsayso (?:--home \S+ )?({'|'.join(COMMANDS)})\b")
"""A command that stands neither between marks nor at the end: where it ends could not be told."""

AT_THE_END = re.compile(r": sayso ([a-z-][^`]*)$")
"""What a command of one word needs is then printed behind it."""

FIELD = re.compile(r"\{\w+(?:[!:][^{}]*)?\}")
"""What a message that is translated fills in."""

UNKNOWN = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"


def docstrings(tree: ast.AST) -> set[int]:
    """The nodes that are what help and readers of the code are told, and no messages."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [one.body for one in ast.walk(tree) if isinstance(one, kinds) and one.body]
    return {id(body[0].value) for body in bodies if isinstance(body[0], ast.Expr)}


def texts(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """The texts of a module, with a value in place of each thing that is filled in."""
    filled = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    for one in filled:
        yield (
            one,
            "".join(
                str(part.value) if isinstance(part, ast.Constant) else UNKNOWN
                for part in one.values
            ),
        )
    parts = {id(part) for one in filled for part in one.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node, FIELD.sub(UNKNOWN, node.value)


def advised(path: Path) -> Iterator[str]:
    """The command lines that a module advises, without `sayso`. In help a command may be named
    without what it needs."""
    source = path.read_text(encoding="utf-8")
    if not NAMED.search(source):
        return  # most modules, which are then not parsed
    tree = ast.parse(source)
    help_texts = docstrings(tree)
    for node, text in texts(tree):
        behind = [
            f"{line} {UNKNOWN}" if line in COMMANDS else line for line in AT_THE_END.findall(text)
        ]
        for found in ADVICE.findall(text.replace("``", "")) + behind:
            line = " ".join(found.split())
            named = line in COMMANDS or line.split()[0] == UNKNOWN
            if not (named and (id(node) in help_texts or line.split()[0] == UNKNOWN)):
                yield line


ADVISED = sorted(
    {(str(path.relative_to(ROOT)), line) for path in SOURCES for line in advised(path)}
)


def test_there_are_many() -> None:
    assert len(ADVISED) > 70
    assert len({line.split()[0] for _, line in ADVISED}) > 15


@pytest.mark.parametrize(("place", "line"), ADVISED)
def test_what_is_advised_can_be_typed(place: str, line: str) -> None:
    words = [word for word in shlex.split(line) if word != "…"]
    asked = help_asked(words)
    if asked is not None:
        words = [*asked[0], *asked[1], "--help"] if asked[1] != [ALL] else ["--help"]
    if words == ["COMMAND", "--help"]:
        return  # any of them
    try:
        args = command_parser().parse_args(words)
    except SystemExit as shown:
        assert shown.code == 0
        return
    except UsageError as error:
        pytest.fail(f"{place} advises `sayso {line}`: {error}")
    assert args.command in COMMANDS
    needed = {"follow": "key", "react": "emoji"}.get(args.command)
    if needed is not None and not getattr(args, "list", None) and not getattr(args, "undo", None):
        assert getattr(args, needed), f"{place} advises `sayso {line}`, which says too little"


def test_a_wrong_one_would_be_found() -> None:
    for line in ("rotate", "run --peer", "restore", "device", "frobnicate", "read --lim 3"):
        with pytest.raises((UsageError, AssertionError)):
            args = command_parser().parse_args(line.split())
            assert args.command in COMMANDS
            assert getattr(args, "action", "none") is not None


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_advice_stands_between_marks(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    if not NAMED.search(source):
        return  # most modules, which are then not parsed
    tree = ast.parse(source)
    help_texts = docstrings(tree)
    for node, text in texts(tree):
        if id(node) not in help_texts:
            assert not BARE.search(ADVICE.sub("", text)), text


def test_help_is_no_command_of_its_own() -> None:
    assert HELP not in COMMANDS
