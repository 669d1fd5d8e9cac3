"""Subscriptions to labels: what the owner wrote, as rules.

The owner's own rules come first, so that an exception of his goes before any label. Each label
makes a rule about entries and one about accounts, since a list is a label on accounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..limits import MAX_POINTS
from ..suggestion import similar
from ..text.normal_form import keep
from ..toml.values import BadValue, Value
from ..translation import _
from .rules import STAGES, Action, Clause, Labeller, Rule, Stage, Use

SHOW: Final = "show"
"""What a label does that is only shown."""

_CHOICES: Final = ", ".join((SHOW, *(one for one in Action if one != Action.BOOST), "boost:N"))


def use_of(name: str, text: Value) -> Use:
    """Read what a label does: ``hide``, ``boost:5``, `SHOW`. Raises `BadValue`."""
    if not isinstance(text, str):
        raise BadValue(_("what a label does is a text: one of {choices}").format(choices=_CHOICES))
    word, colon, points = text.partition(":")
    if word == SHOW and not colon:
        return Use(name, None)
    if word == Action.BOOST and colon:
        return Use(name, Action.BOOST, _points(points))
    if word not in tuple(Action) or colon or word == Action.BOOST:
        known = (SHOW, *map(str, Action))
        raise BadValue(
            _("what a label does is one of {choices}{similar}").format(
                choices=_CHOICES, similar=similar(word, known)
            )
        )
    return Use(name, Action(word))


def use_text(use: Use) -> str:
    """As `use_of` reads it."""
    if use.action is None:
        return SHOW
    return f"{use.action}:{use.points}" if use.points else str(use.action)


def label_rules(labellers: Iterable[Labeller], after: int) -> Iterator[Rule]:
    """The rules of subscriptions, numbered from `after` on, in the order of the file."""
    for labeller in labellers:
        for use in labeller.uses:
            for condition, of in (("label", ""), ("list", " (account)")):
                if use.action is not None:
                    after += 1
                    yield _rule(after, labeller.account, use, use.action, condition, of)


def _rule(number: int, key: str, use: Use, action: Action, condition: str, of: str) -> Rule:
    label = f"{use.name}@{key}"
    # An account is on a list by the label's name as it stands; on an entry it is compared as kept.
    value = f"{keep(use.name)}@{key}" if condition == "label" else label
    return Rule(
        number,
        action,
        (Clause(condition, (value,)),),
        name=label + of,
        # What others write about something labelled is theirs: it is hidden, and still carried.
        through=STAGES[action] != {Stage.CARRY},
        points=use.points,
        because=f"labelled {use.name}",
        by=key,
    )


def _points(text: str) -> int:
    try:
        points = int(text)
    except ValueError as error:
        raise BadValue(_("`boost` needs whole points: boost:5")) from error
    if not 0 < abs(points) <= MAX_POINTS:
        raise BadValue(
            _("points are not 0, and at most {max_points}").format(max_points=MAX_POINTS)
        )
    return points
