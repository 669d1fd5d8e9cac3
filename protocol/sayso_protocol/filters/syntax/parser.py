"""Reading `filters.toml`: text in, rules out, or every mistake with its line.

Nothing is guessed: a key that is not known, a value of another type, a rule that could
never apply are mistakes, since an owner relies on what he wrote.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...limits import MAX_FILTERS, MAX_RULES
from ...suggestion import similar
from ...toml.mistakes import BadFile
from ...toml.positions import Positions
from ...toml.reader import tables_of, text_of
from ...translation import _
from ..label_rules import label_rules
from ..rules import Labeller, Rules
from .knock_parser import read_knock
from .labeller_parser import read_labellers
from .rule_parser import RuleParser


def read_rules(data: bytes) -> Rules:
    """Read a file of rules. Raises `BadFile` with all mistakes that can be told."""
    text = text_of(data, MAX_FILTERS)
    tables, reader = tables_of(text), RuleParser(Positions(text))
    lists = reader.lists(tables.pop("lists", {}))
    rules = reader.rules(tables.pop("rule", []), lists.keys())
    labellers = read_labellers(tables.pop("labeller", []), reader)
    knock = read_knock(tables.pop("knock", {}), reader)
    _check_number(len(rules), labellers, reader)
    for key in tables:
        reader.add_mistake(
            (key,),
            _("`{key}` is not known{similar}").format(
                key=key, similar=similar(key, ("rule", "lists", "labeller", "knock"))
            ),
        )
    if reader.mistakes:
        raise BadFile(reader.mistakes)
    made = label_rules(labellers, len(rules))
    return Rules((*rules, *made), lists, tuple(labellers), knock)


def _check_number(written: int, labellers: Iterable[Labeller], reader: RuleParser) -> None:
    """Note with which labeller there are too many rules."""
    for labeller in labellers:
        written += sum(1 for _ in label_rules([labeller], written))
        if written > MAX_RULES:
            reader.add_mistake(
                ("labeller", labeller.number, "on"),
                _(
                    "with these labels there are more than {max_rules} rules: each label that does "
                    "something makes two"
                ).format(max_rules=MAX_RULES),
            )
            return
