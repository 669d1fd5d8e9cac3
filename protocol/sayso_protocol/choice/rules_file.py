"""Reading `filters.toml`: text in, rules out, or every mistake with its line.

Nothing is guessed: a key that is not known, a value of another type, a rule that could
never apply are mistakes, since an owner relies on what he wrote.
"""

from __future__ import annotations

from ..limits import MAX_FILTERS
from .faults import BadRules
from .labeller_reader import read_labellers
from .labels import label_rules
from .places import Places
from .rule_reader import RuleReader, similar
from .rules import Rules
from .toml_reading import tables_of, text_of


def read_rules(data: bytes) -> Rules:
    """Read a file of rules. Raises `BadRules` with all mistakes that can be told."""
    text = text_of(data, MAX_FILTERS)
    tables, reader = tables_of(text), RuleReader(Places(text))
    lists = reader.lists(tables.pop("lists", {}))
    rules = reader.rules(tables.pop("rule", []), lists.keys())
    labellers = read_labellers(tables.pop("labeller", []), reader)
    for key in tables:
        reader.fault((key,), f"`{key}` is not known{similar(key, ('rule', 'lists', 'labeller'))}")
    if reader.faults:
        raise BadRules(reader.faults)
    made = label_rules(labellers, len(rules))
    return Rules((*rules, *made), lists, tuple(labellers))
