"""Owners who do nothing while others try to decide for them; and nodes that let them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.budget import long
from tests.nobody_else.planted import BUGS, Patch

from sayso_node.sim.owners.expectations import ALONE, ECHO, LABELS, MUTED
from sayso_node.sim.scenario import ScenarioError, load_scenario
from sayso_node.sim.simulation import Simulation

from .support import run_text


@long
def test_nothing_of_the_owners_changes_and_much_has_come_in() -> None:
    simulation = Simulation(load_scenario("nobody-else"), 24, 1)
    simulation.run()
    assert simulation.world.truth.violations == []
    assert simulation.owners is not None and len(simulation.owners.nodes) > 1
    met = {title.partition("@")[0] for title in simulation.owners.met()}
    kinds = {"Post", "React", "Repost", "Label", "Follow", "Unfollow", "Profile"}
    kinds |= {"ViewOffer", "Unknown"}
    used = {name for name, use in LABELS.items() if use != "show"}
    assert kinds | used | ALONE | {MUTED, ECHO} <= met


@long
@pytest.mark.parametrize("bug", [BUGS[0], *(pytest.param(bug, marks=long) for bug in BUGS[1:])])
def test_a_node_that_lets_others_decide_is_found_out(
    bug: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    bug(monkeypatch)
    assert "decided" in broken_rules()


@long
def test_the_control_without_a_bug() -> None:
    assert broken_rules() == set()


def broken_rules() -> set[str]:
    """The rules that a shorter run of few breaks."""
    simulation = Simulation(replace(load_scenario("nobody-else"), seconds=45), 14, 1)
    simulation.run()
    return {violation.rule for violation in simulation.world.truth.violations}


def test_owners_need_somebody_who_tries() -> None:
    with pytest.raises(ScenarioError, match="a hostile one that writes"):
        run_text("[owners]\n")
    with pytest.raises(ScenarioError, match="whose power cannot fail"):
        run_text("[owners]\n[[churn]]\npower = true\n")
