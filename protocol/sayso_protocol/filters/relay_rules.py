"""Rules that keep single entries from being carried: what an entry says must be known first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Final

from .account_rules import drops_all
from .rules import STAGES, Action, Clauses, Rule, Rules, Stage

KEY_SIZE: Final = 16

_PERSON: Final = b"sayso rule 1"

THINNING: Final = frozenset({Action.DROP, Action.HEADERS})
"""Actions that let go of the bodies of what comes."""


def rules_on_entries(rules: Rules, now_ms: int) -> Rules:
    """The rules in force that decide entry by entry whether it is carried, with the exceptions
    among them; none where none keeps anything back."""
    chosen = tuple(rule for rule in rules.rules if not rule.expired(now_ms) and _decides(rule))
    if all(rule.action is Action.ALLOW for rule in chosen):
        chosen = ()
    return replace(rules, rules=chosen)


def keys_of(rules: Rules) -> dict[Rule, bytes]:
    """A key of 16 bytes for each rule: it is the same as long as nothing in the file can make
    the rule decide otherwise, which is the rule itself and those above it."""
    keys: dict[Rule, bytes] = {}
    key = bytes(KEY_SIZE)
    for rule in rules.rules:
        said = "\n".join(_meaning(rule, rules.lists)).encode()
        key = blake2b(key + said, digest_size=KEY_SIZE, person=_PERSON).digest()
        keys[rule] = key
    return keys


def _decides(rule: Rule) -> bool:
    """Whether it is asked of entries; what drops all of an account is not."""
    return Stage.CARRY in STAGES[rule.action] and not drops_all(rule)


def _meaning(rule: Rule, lists: Mapping[str, frozenset[str]]) -> Iterator[str]:
    yield repr((rule.action.value, rule.through, rule.until_ms, rule.by))
    yield repr((rule.clauses, rule.exceptions))
    for name in sorted({name for one in (rule.clauses, *rule.exceptions) for name in _lists(one)}):
        yield repr((name, sorted(lists.get(name, ()))))


def _lists(clauses: Clauses) -> Iterator[str]:
    for clause in clauses:
        if clause.condition == "list":
            yield from clause.values
