"""Hubs that carry by request among strangers who fill quotas; and without what holds them up."""

from __future__ import annotations

import pytest
from tests.budget import long

from sayso_node.sim.scenario import Scenario, ScenarioError, load_scenario, parse
from sayso_node.sim.simulation import Simulation
from sayso_protocol.discovery.hub import carry_list
from sayso_protocol.discovery.hub.carry_list import CarryList
from sayso_protocol.discovery.hub.settings import HubSettings

Patch = pytest.MonkeyPatch

SMALL = """
about = "the same with fewer"
nodes = 9
seconds = 120
[topology]
kind = "hubs"
[hub]
count = 2
dialled = 2
[quotas]
accounts = 20
kilobytes = 800
account_kilobytes = 60
crowd = 24
off = [30, 100]
[load]
authors = 4
history = 20
[bounds]
settle_seconds = 30
duplicates = 3
bytes_per_entry = 3000
"""


def simulated(scenario: Scenario, seed: int = 1) -> tuple[Simulation, set[str]]:
    simulation = Simulation(scenario, scenario.nodes, seed)
    simulation.run()
    return simulation, {one.rule for one in simulation.world.truth.violations}


@long
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=long), pytest.param(3, marks=long)])
def test_whoever_is_carried_is_read_while_away_and_quotas_hold(seed: int) -> None:
    simulation, broken = simulated(parse("small", SMALL), seed)
    assert broken == set()
    assert simulation.hubs is not None
    assert simulation.hubs.carried_whole == 4
    for hub, list_ in simulation.hubs.lists.items():
        assert len(list_.accounts) == 20 + 2  # all that the quota lets in, and who is listed
        assert any(not one.grows for one in list_.accounts)
        shown = simulation.world.stores[hub].shown_accounts()
        assert shown == []  # what is carried is on nobody's timeline


@long
def test_control_without_its_share_an_author_is_crowded_out(monkeypatch: Patch) -> None:
    counted = CarryList._grown

    def without_share(self: CarryList) -> list[carry_list.Decision]:
        settings = self._settings
        taken = sum(one.bytes for one in self._unlisted())
        if taken < settings.quota.bytes // 4:
            return counted(self)
        return [carry_list.LetGrow(one.account, False) for one in self._unlisted() if one.grows]

    monkeypatch.setattr(CarryList, "_grown", without_share)
    _, broken = simulated(parse("small", SMALL))
    assert "not-converged" in broken


def test_control_without_its_list_a_hub_has_no_room_for_friends(monkeypatch: Patch) -> None:
    monkeypatch.setattr(HubSettings, "is_listed", lambda *_: False)
    monkeypatch.setattr(HubSettings, "listed", property(lambda _: []))
    crowded = SMALL.replace("accounts = 20", "accounts = 3")
    _, broken = simulated(parse("small", crowded))
    assert "not-converged" in broken


def test_quotas_need_hubs() -> None:
    with pytest.raises(ScenarioError, match="hub"):
        simulated(parse("none", SMALL.replace("[hub]\ncount = 2\ndialled = 2\n", "")))


@long
def test_the_shipped_scenario() -> None:
    assert simulated(load_scenario("hubs"))[1] == set()
