"""Reading `filters.toml`: text in, rules out, or every mistake with its line.

Nothing is guessed: a key that is not known, a value of another type, a rule that could
never apply are mistakes, since an owner relies on what he wrote.
"""

from __future__ import annotations

import re
import tomllib
from typing import Final

from ..limits import MAX_FILTERS
from .faults import BadRules, Fault
from .labeller_reader import read_labellers
from .labels import label_rules
from .places import Places
from .rule_reader import RuleReader, similar
from .rules import Rules
from .toml_places import statements
from .values import Value

_SYNTAX: Final = re.compile(
    r"(?P<text>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|.*)\)", re.DOTALL
)


def read_rules(data: bytes) -> Rules:
    """Read a file of rules. Raises `BadRules` with all mistakes that can be told."""
    tables = _tables(_text(data))
    reader = RuleReader(Places(_text(data)))
    lists = reader.lists(tables.pop("lists", {}))
    rules = reader.rules(tables.pop("rule", []), lists.keys())
    labellers = read_labellers(tables.pop("labeller", []), reader)
    for key in tables:
        reader.fault((key,), f"`{key}` is not known{similar(key, ('rule', 'lists', 'labeller'))}")
    if reader.faults:
        raise BadRules(reader.faults)
    made = label_rules(labellers, len(rules))
    return Rules((*rules, *made), lists, tuple(labellers))


def _text(data: bytes) -> str:
    if len(data) > MAX_FILTERS:
        raise BadRules([Fault(0, 0, f"the file has more than {MAX_FILTERS} bytes")])
    try:
        # As tomllib sees it: an editor on another system may have ended lines its way.
        return data.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadRules([Fault(line, 0, "this is no UTF-8 text")]) from error


def _tables(text: str) -> dict[str, Value]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadRules([_syntax(str(error), text)]) from error
    except RecursionError as error:
        raise BadRules([Fault(0, 0, "brackets are nested too deep")]) from error


def _syntax(said: str, text: str) -> Fault:
    found = _SYNTAX.fullmatch(said.partition("\n")[0])
    if found is None:
        return Fault(0, 0, said)
    if found["line"]:
        return Fault(int(found["line"]), int(found["column"]), found["text"])
    # Told of the end of the file: what begins last has no end.
    last = max((one.line for one in statements(text)), default=1)
    return Fault(last, 0, f"{found['text']}, which never comes")
