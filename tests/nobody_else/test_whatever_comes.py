"""Nobody else decides, whatever comes: programs of hostile acts, and after each act a look.

What is looked at after each: all files of the home but the store, the subscriptions, petnames,
labellers, rules, views and own feed are as they were; what the rules make of each entry held,
what is shown and how a view ranks it is what the owner's words come to, told a second time in
`sayso_node.sim.owners.expectations`. There stands what others can cause, because the owner chose
it: labels of labellers in the file do what it says beside their names, a rule that counts copies
counts them, and a rule about an account looks at who really wrote what an entry carries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import Phase, find, given, settings
from tests.budget import long

from sayso_node.sim.owners.expectations import ALONE, ECHO, LABELS, MUTED

from .acts import Act, Orders, Writes
from .besieged import Decided
from .planted import BUGS, Patch, takes_orders
from .programs import programs
from .siege import besiege


def held_up(examples: int) -> Counter[str]:
    """Run so many programs. How often things were met, among them the titles of rules."""
    met: Counter[str] = Counter()

    @settings(max_examples=examples, derandomize=True, database=None, deadline=None)
    @given(programs)
    def nobody_else_decides(acts: list[Act]) -> None:
        owner = besiege(acts)
        met.update(title.partition("@")[0] for title in owner.met)
        met["entries"] += owner.seen

    nobody_else_decides()
    return met


@long
def test_nobody_else_decides_in_some_programs() -> None:
    met = held_up(20)
    assert {"Post", "React", "Label", "Unknown", "refused"} <= met.keys(), "too little has come in"
    assert met["entries"] > 300


@long
def test_nobody_else_decides_whatever_comes() -> None:
    met = held_up(60)
    kinds = {"Post", "React", "Repost", "Label", "Follow", "Unfollow", "Profile"}
    kinds |= {"ViewOffer", "Unknown"}
    used = {name for name, use in LABELS.items() if use != "show"}
    wanted = kinds | used | ALONE | {MUTED, ECHO, "refused", "ended", "forked"}
    assert wanted <= met.keys(), "too little has come in"
    assert met["entries"] > 1500


@pytest.mark.soak
def test_nor_in_a_thousand_programs() -> None:
    held_up(1000)


# --- the controls -------------------------------------------------------------------------


@long
@pytest.mark.parametrize(
    "bug", [pytest.param(bug, marks=[] if bug is takes_orders else [long]) for bug in BUGS]
)
def test_a_node_that_lets_others_decide_is_found_out(
    bug: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    bug(monkeypatch)

    @settings(max_examples=60, derandomize=True, database=None, phases=[Phase.generate])
    @given(programs)
    def nobody_else_decides(acts: list[Act]) -> None:
        besiege(acts)

    with pytest.raises(Decided):
        nobody_else_decides()


@pytest.mark.soak
def test_what_is_found_is_told_in_few_acts(monkeypatch: Patch) -> None:
    takes_orders(monkeypatch)

    def somebody_else_decides(acts: list[Act]) -> bool:
        try:
            besiege(acts)
        except Decided:
            return True
        return False

    plain = settings(max_examples=300, derandomize=True, database=None, deadline=None)
    [act] = find(programs, somebody_else_decides, settings=plain)
    assert isinstance(act, Writes)
    [body] = act.bodies
    assert isinstance(body, Orders)
