"""Rules as bytes: a file that was understood once need not be read again to be known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgpack

from ..letters.prices import Prices
from .rules import Action, Clause, Clauses, Labeller, Rule, Rules, Use


def pack_rules(rules: Rules) -> bytes:
    """The bytes of rules, msgpack: one array for each of their parts, in the order of its
    fields."""
    lists = {name: sorted(accounts) for name, accounts in rules.lists.items()}
    labellers = [(one.number, one.account, one.uses) for one in rules.labellers]
    packed: bytes = msgpack.packb((rules.rules, lists, labellers, rules.knock))
    return packed


def unpack_rules(data: bytes) -> Rules:
    """The rules of bytes that `pack_rules` made; of others it may raise anything."""
    rules, lists, labellers, knock = msgpack.unpackb(data, use_list=False)
    return Rules(
        tuple(map(_rule, rules)),
        {name: frozenset(accounts) for name, accounts in lists.items()},
        tuple(_labeller(*fields) for fields in labellers),
        Prices(*knock),
    )


def _rule(fields: tuple[Any, ...]) -> Rule:
    number, action, clauses, name, exceptions, *rest = fields
    apart = tuple(map(_clauses, exceptions))
    return Rule(number, _ACTIONS[action], _clauses(clauses), name, apart, *rest)


def _clauses(fields: tuple[tuple[Any, ...], ...]) -> Clauses:
    return tuple(map(Clause._make, fields))


def _labeller(number: int, account: str, uses: tuple[tuple[str, str | None, int], ...]) -> Labeller:
    known = (
        Use(name, None if done is None else _ACTIONS[done], points) for name, done, points in uses
    )
    return Labeller(number, account, tuple(known))


_ACTIONS: Final[Mapping[str, Action]] = {str(action): action for action in Action}
