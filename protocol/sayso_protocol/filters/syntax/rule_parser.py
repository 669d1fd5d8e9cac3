"""Reading what the tables of `filters.toml` mean, and noting all that is wrong with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

from ...limits import (
    MAX_BECAUSE,
    MAX_CHOICES,
    MAX_LISTED,
    MAX_PATTERN_STEPS,
    MAX_PATTERNS,
    MAX_POINTS,
    MAX_RULES,
)
from ...suggestion import similar
from ...toml.mistakes import Mistake
from ...toml.positions import Place, Positions
from ...toml.values import BadValue, Value
from ...translation import _, mark
from ..account_rules import drops_all
from ..conditions import CONDITIONS, Bound, order
from ..contradictions import contradictions
from ..regex import check_pattern
from ..rules import Action, Clause, Clauses, Rule
from . import values

_T = TypeVar("_T")
Table = Mapping[str, Value]

_KEYS: Final = frozenset(
    (*CONDITIONS, "action", "name", "points", "because", "until", "through", "not")
)


class RuleParser:
    """Reads what the tables mean, and notes what is wrong."""

    def __init__(self, places: Positions) -> None:
        self.mistakes: list[Mistake] = []
        self._places = places
        self._checked: dict[tuple[str, str], str | BadValue] = {}
        self._names: Counter[str] = Counter()
        self._patterns: set[str] = set()

    def add_mistake(self, place: Place, text: str) -> None:
        """Note a mistake in what stands at a place."""
        self.mistakes.append(Mistake(*self._places.of(place), text))

    # --- lists -------------------------------------------------------------------------

    def lists(self, tables: Value) -> dict[str, frozenset[str]]:
        """The lists of accounts."""
        if not isinstance(tables, dict):
            self.add_mistake(("lists",), _("lists are tables: [lists.friends]"))
            return {}
        lists = {name: self._list(name, table) for name, table in tables.items()}
        if sum(map(len, lists.values())) > MAX_LISTED:
            self.add_mistake(
                ("lists",),
                _("lists hold at most {max_listed} accounts together").format(
                    max_listed=MAX_LISTED
                ),
            )
        return lists

    def _list(self, name: str, table: Value) -> frozenset[str]:
        place = ("lists", name)
        self._take(place, values.check_name, name)
        if not isinstance(table, dict):
            self.add_mistake(place, _("a list is a table: [lists.{name}]").format(name=name))
            return frozenset()
        for key in table.keys() - {"accounts", "about"}:
            self.add_mistake(
                (*place, key),
                _("`{key}` is not known{similar}").format(
                    key=key, similar=similar(key, ("accounts", "about"))
                ),
            )
        accounts = table.get("accounts", [])
        if not isinstance(accounts, list):
            self.add_mistake((*place, "accounts"), _("accounts are an array of keys"))
            return frozenset()
        return frozenset(self._each((*place, "accounts"), "account", accounts))

    # --- rules -------------------------------------------------------------------------

    def rules(self, tables: Value, lists: Iterable[str]) -> list[Rule]:
        """The rules, of use where there are no faults."""
        if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
            self.add_mistake(("rule",), _("rules are tables: each begins with [[rule]]"))
            return []
        if len(tables) > MAX_RULES:
            self.add_mistake(
                ("rule", MAX_RULES + 1),
                _("a file has at most {max_rules} rules").format(max_rules=MAX_RULES),
            )
            return []
        found = [self._rule(number, table, lists) for number, table in enumerate(tables, 1)]
        if len(self._patterns) > MAX_PATTERNS:
            self.add_mistake(
                ("rule",),
                _("rules hold at most {max_patterns} patterns together").format(
                    max_patterns=MAX_PATTERNS
                ),
            )
        elif sum(map(check_pattern, self._patterns)) > MAX_PATTERN_STEPS:
            self.add_mistake(
                ("rule",),
                _("patterns take at most {max_pattern_steps} steps together").format(
                    max_pattern_steps=MAX_PATTERN_STEPS
                ),
            )
        return found

    def _rule(self, number: int, table: Table, lists: Iterable[str]) -> Rule:
        place: Place = ("rule", number)
        for key in table.keys() - _KEYS:
            self.add_mistake(
                (*place, key),
                _("`{key}` is not known{similar}").format(key=key, similar=similar(key, _KEYS)),
            )
        rule = Rule(
            number,
            self._action(place, table),
            self._clauses(place, table, lists),
            self._name(place, table),
            self._exceptions(place, table, lists),
            self._flag(place, table),
            self._points(place, table),
            self._moment(place, table),
            self._because(place, table),
        )
        for key, text in contradictions(rule, table.keys()):
            self.add_mistake((*place, key) if key else place, text)
        return rule._replace(through=False) if drops_all(rule) else rule

    def _action(self, place: Place, table: Table) -> Action:
        named = table.get("action")
        if isinstance(named, str) and named in _ACTIONS:
            return _ACTIONS[named]
        known = ", ".join(Action)
        if named is None:
            self.add_mistake(
                place, _("the rule has no `action`: one of {known}").format(known=known)
            )
        else:
            guess = similar(named, tuple(Action)) if isinstance(named, str) else ""
            self.add_mistake(
                (*place, "action"),
                _("an action is one of {known}{guess}").format(known=known, guess=guess),
            )
        return Action.ALLOW

    def _name(self, place: Place, table: Table) -> str | None:
        name = self._typed(place, table, "name", str)
        if name is None:
            return None
        self._take((*place, "name"), values.check_name, name)
        if name.isdecimal():
            self.add_mistake(
                (*place, "name"), _("a name of digits alone could be taken for a number")
            )
        self._names[name] += 1
        if self._names[name] == 2:
            self.add_mistake(
                (*place, "name"), _("another rule has the name {name}").format(name=name)
            )
        return name

    def _because(self, place: Place, table: Table) -> str | None:
        text = self._typed(place, table, "because", str)
        if text is not None and len(text) > MAX_BECAUSE:
            self.add_mistake(
                (*place, "because"),
                _("a reason has at most {max_because} characters").format(max_because=MAX_BECAUSE),
            )
        return text

    def _flag(self, place: Place, table: Table) -> bool:
        given = self._typed(place, table, "through", bool)
        return True if given is None else given

    def _points(self, place: Place, table: Table) -> int:
        points = self._typed(place, table, "points", int)
        if points is not None and not 0 < abs(points) <= MAX_POINTS:
            self.add_mistake(
                (*place, "points"),
                _("points are not 0, and at most {max_points}").format(max_points=MAX_POINTS),
            )
        return points or 0

    def _moment(self, place: Place, table: Table) -> int | None:
        if "until" not in table:
            return None
        return self._take((*place, "until"), values.moment, table["until"])

    # --- conditions --------------------------------------------------------------------

    def _exceptions(self, place: Place, table: Table, lists: Iterable[str]) -> tuple[Clauses, ...]:
        given = table.get("not", [])
        given = [given] if isinstance(given, dict) else given
        if not isinstance(given, list) or not all(isinstance(one, dict) and one for one in given):
            self.add_mistake(
                (*place, "not"), _("exceptions are tables of conditions: not = {tag = …}")
            )
            return ()
        for one in given:
            for key in one.keys() - CONDITIONS.keys():
                self.add_mistake(
                    (*place, "not"),
                    _("`{key}` is no condition{similar}").format(
                        key=key, similar=similar(key, tuple(CONDITIONS))
                    ),
                )
        return tuple(self._clauses((*place, "not"), one, lists) for one in given)

    def _clauses(self, place: Place, table: Table, lists: Iterable[str]) -> Clauses:
        inside = place[-1] == "not"
        found = [
            self._clause(place if inside else (*place, key), key, table[key], lists)
            for key in table
            if key in CONDITIONS
        ]
        return tuple(sorted(found, key=order))

    def _clause(self, place: Place, key: str, value: Value, lists: Iterable[str]) -> Clause:
        condition = CONDITIONS[key]
        if isinstance(condition, Bound):
            read = values.duration if condition.duration else values.number
            return Clause(key, bound=self._take(place, read, value) or 0)
        given = value if isinstance(value, list) else [value]
        if not 0 < len(given) <= MAX_CHOICES:
            self.add_mistake(
                place,
                _("`{key}` takes 1 to {max_choices} values: more belong on a list").format(
                    key=key, max_choices=MAX_CHOICES
                ),
            )
            return Clause(key)
        chosen = self._each(place, key, given)
        for name in chosen if key == "list" else ():
            if "@" not in name and name not in lists:
                guess = similar(name, tuple(lists))
                self.add_mistake(
                    place,
                    _("there is no list {name!r} in this file{guess}").format(
                        name=name, guess=guess
                    ),
                )
        if key == "pattern":
            self._patterns.update(chosen)  # each was compiled once without a fault
        return Clause(key, tuple(dict.fromkeys(chosen)))

    def _each(self, place: Place, condition: str, given: list[Value]) -> list[str]:
        return [done for one in given if (done := self._one(place, condition, one)) is not None]

    def _one(self, place: Place, condition: str, given: Value) -> str | None:
        if not isinstance(given, str):
            self.add_mistake(
                place, _("`{key}` takes a text or an array of texts").format(key=place[-1])
            )
            return None
        key = condition, given
        if key not in self._checked:
            try:
                self._checked[key] = values.CHOICES[condition](given)
            except BadValue as error:
                self._checked[key] = error
        done = self._checked[key]
        if isinstance(done, BadValue):
            self.add_mistake(place, str(done))
            return None
        return done

    # --- parts -------------------------------------------------------------------------

    def _take(self, place: Place, read: Callable[[Value], _T], value: Value) -> _T | None:
        try:
            return read(value)
        except BadValue as error:
            self.add_mistake(place, f"`{place[-1]}`: {error}")
            return None

    def _typed(self, place: Place, table: Table, key: str, kind: type[_T]) -> _T | None:
        value = table.get(key)
        if value is None or type(value) is kind:
            return value
        self.add_mistake(
            (*place, key), _("`{key}` must be {what}").format(key=key, what=_(_TYPES[kind]))
        )
        return None


_ACTIONS: Final[Mapping[str, Action]] = {str(action): action for action in Action}
_TYPES: Final[Mapping[type, str]] = {
    str: mark("a text"),
    bool: mark("true or false"),
    int: mark("a whole number"),
}
