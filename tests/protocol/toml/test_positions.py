"""Lines and columns of a TOML file, for all ways to write a value."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sayso_protocol.toml.definitions import definitions

TEXT = '''# first
a = 1 # [x]
  "b".'c d' . e = [ # one
  "]", """
]""" ,
'' ]
[t."x.y"]   # = 1
s = """a = 1
""\\""" """
l = \'\'\'
[not]\'\'\'\'
i = { x = "}" , y = ["\\"", 2] }

[[many]]
'''


def test_each_statement_has_its_place() -> None:
    tomllib.loads(TEXT)
    found = [(one.path, one.is_table, one.line, one.column) for one in definitions(TEXT)]
    assert found == [
        (("a",), False, 2, 1),
        (("b", "c d", "e"), False, 3, 3),
        (("t", "x.y"), True, 7, 1),
        (("s",), False, 8, 1),
        (("l",), False, 10, 1),
        (("i",), False, 12, 1),
        (("many",), True, 14, 1),
    ]
    for one in definitions(TEXT):
        assert TEXT.count("\n", 0, one.start) == one.line - 1


PARTS = [
    "[[r]]\n", "[a]\n", "x = 1\n", "y = '''\nz = 1\n'''\n", 'w = """\n[q]\n\\""""""\n', "# [c]\n",
    "v = [\n1, # ]\n2]\n", "u = {a = ']', b = {}}\n", "\n", " t = 1979-05-27T07:32:00Z\n",
    'k = "a\\\\"\n', "'q' = ''\n", "e = '#'  # '\n",
]  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), unique=True))
def test_keys_are_those_that_tomllib_sees(parts: list[str]) -> None:
    text = "".join(parts)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assume(False)
    seen = {path for table, path in _flat(tables)}
    found = list(definitions(text))
    assert {one.path[-1] for one in found} == seen
    lines = text.splitlines()
    for one in found:
        shown = lines[one.line - 1].lstrip(" ")
        assert shown.startswith("[") is one.is_table
        assert text[one.start : one.end].count("\n") >= 1


def _flat(table: dict[str, object], depth: int = 0) -> list[tuple[int, str]]:
    found = []
    for key, value in table.items():
        found.append((depth, key))
        inner = value[-1] if isinstance(value, list) and key == "r" else value
        if isinstance(inner, dict) and key != "u":
            found += _flat(inner, depth + 1)
    return found


@pytest.mark.parametrize("text", ["", "\n", "#", "# a\n\n#b"])
def test_nothing_is_there(text: str) -> None:
    assert list(definitions(text)) == []
