"""The tables of docs/protocol.md that say what the code says.

``python -m tests.protocol.spec_tables`` writes them into the page, between their marks.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType

from sayso_protocol import errors, limits
from sayso_protocol.blob import blob_limits
from sayso_protocol.content import (
    attachment,
    label,
    open,
    poll,
    post,
    prekey,
    profile,
    reaction,
    retraction,
    view,
)
from sayso_protocol.sync.session import TRANSITIONS, State
from sayso_protocol.sync.wire import frame_codec

KINDS = (
    open,
    post,
    attachment,
    blob_limits,
    retraction,
    poll,
    reaction,
    profile,
    label,
    view,
    prekey,
)
"""The kinds of entries that have limits of their own."""

PAGE = Path(__file__).resolve().parents[2] / "docs" / "protocol.md"


def with_tables(page: str) -> str:
    """The page with every table as the code has it now."""
    for name, make in TABLES.items():
        pattern = rf"(?<=<!-- {name} -->\n).*?(?=<!-- end -->)"
        table = make()
        page, count = re.subn(pattern, lambda _, table=table: table, page, count=1, flags=re.DOTALL)
        assert count == 1, name
    return page


def _rows(*rows: tuple[object, ...]) -> str:
    head, *rest = ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(["", head, "|---" * len(rows[0]) + "|", *rest, "", ""])


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.])\s", " ".join(text.split()))[0].replace("``", "`")


def frame_table() -> str:
    found = sorted((number, kind) for kind, number in frame_codec._NUMBERS.items())
    rows = [
        (
            number,
            f"`{kind.__name__}`",
            frame_codec._READERS[number][0],
            _first_sentence(kind.__doc__),
        )
        for number, kind in found
    ]
    return _rows(("type", "frame", "fields", "says"), *rows)


def transition_table() -> str:
    kinds = sorted(frame_codec._NUMBERS, key=frame_codec._NUMBERS.__getitem__)
    states = [state for state in State if state is not State.CLOSED]
    assert not TRANSITIONS[State.CLOSED]
    rows = [
        (f"`{kind.__name__}`", *(_following(state, kind) for state in states)) for kind in kinds
    ]
    return _rows(("sent by a peer that is", *(state.value for state in states)), *rows)


def _following(state: State, kind: type) -> str:
    following = TRANSITIONS[state].get(kind)
    return following.value if following else ""


_OWN = ("searching", "coordination", "local choice: the owner's own files", "local choice: views")
"""Sections of limits that no other node can notice."""


def limit_table() -> str:
    parts = []
    for title, rows in _limits_by_section():
        if title not in _OWN:
            parts += [f"\n### {title.capitalize()}\n", _rows(("limit", "value", "reason"), *rows)]
    return "".join(parts)


def _limits_by_section() -> Iterator[tuple[str, list[tuple[str, int, str]]]]:
    for part in inspect.getsource(limits).split("\n# --- ")[1:]:
        title, _, code = part.partition(" -")
        yield title, list(_limits_in(limits, code.partition("\n")[2]))
        if title == "format":
            yield (
                "format: what entries say",
                [row for kind in KINDS for row in _limits_in(kind, inspect.getsource(kind))],
            )


def _limits_in(module: ModuleType, code: str) -> Iterator[tuple[str, int, str]]:
    for node, after in pairwise(ast.parse(code).body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
            if name.startswith("MAX_") or module is limits:
                yield f"`{name}`", getattr(module, name), _text(after)


def _text(node: ast.stmt) -> str:
    assert isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return " ".join(str(node.value.value).split())


def error_table() -> str:
    rows = [
        (f"`{kind.code}`", " ".join(kind.__doc__.split()))
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.Refused)
    ]
    return _rows(("code", "means"), *rows)


TABLES = {
    "frames": frame_table,
    "transitions": transition_table,
    "limits": limit_table,
    "errors": error_table,
}

if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
