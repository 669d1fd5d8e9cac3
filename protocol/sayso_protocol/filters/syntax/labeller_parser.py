"""Reading the ``[[labeller]]`` tables of `filters.toml`, and noting all that is wrong with them."""

from __future__ import annotations

from typing import Final

from ...limits import MAX_LABELLERS, MAX_LABELS_USED
from ...suggestion import similar
from ...toml.positions import Place
from ...toml.values import BadValue, Value
from ...translation import _
from ..label_rules import use_of
from ..rules import Labeller, Use
from .rule_parser import RuleParser, Table
from .values import account, check_label

_KEYS: Final = ("account", "on")


def read_labellers(tables: Value, reader: RuleParser) -> list[Labeller]:
    """The subscriptions to labels; mistakes are noted with the reader."""
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        reader.add_mistake(("labeller",), _("labellers are tables: each begins with [[labeller]]"))
        return []
    if len(tables) > MAX_LABELLERS:
        behind = ("labeller", MAX_LABELLERS + 1)
        reader.add_mistake(
            behind,
            _("a file has at most {max_labellers} labellers").format(max_labellers=MAX_LABELLERS),
        )
        return []
    found = [_labeller(number, table, reader) for number, table in enumerate(tables, 1)]
    seen = set[str]()
    for one in found:
        if one.account and one.account in seen:
            place = ("labeller", one.number, "account")
            reader.add_mistake(
                place, _("this labeller stands in the file before: write one table of both")
            )
        seen.add(one.account)
    return found


def _labeller(number: int, table: Table, reader: RuleParser) -> Labeller:
    place: Place = ("labeller", number)
    for key in table.keys() - set(_KEYS):
        reader.add_mistake(
            (*place, key),
            _("`{key}` is not known{similar}").format(key=key, similar=similar(key, _KEYS)),
        )
    return Labeller(number, _account(place, table, reader), _uses(place, table, reader))


def _account(place: Place, table: Table, reader: RuleParser) -> str:
    given = table.get("account")
    if not isinstance(given, str):
        reader.add_mistake(place, _("the labeller has no `account`: a key as text"))
        return ""
    try:
        return account(given)
    except BadValue as error:
        reader.add_mistake((*place, "account"), f"`account`: {error}")
        return ""


def _uses(place: Place, table: Table, reader: RuleParser) -> tuple[Use, ...]:
    given = table.get("on", {})
    place = (*place, "on")
    if not isinstance(given, dict):
        reader.add_mistake(place, _('`on` is a table of labels: on = { spam = "hide" }'))
        return ()
    if len(given) > MAX_LABELS_USED:
        reader.add_mistake(
            place,
            _("`on` has at most {max_labels_used} labels").format(max_labels_used=MAX_LABELS_USED),
        )
        return ()
    found = (_use((*place, name), name, what, reader) for name, what in given.items())
    return tuple(use for use in found if use is not None)


def _use(place: Place, name: str, what: Value, reader: RuleParser) -> Use | None:
    try:
        return use_of(check_label(name), what)
    except BadValue as error:
        reader.add_mistake(place, f"`{name}`: {error}")
        return None
