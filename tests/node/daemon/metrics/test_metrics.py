"""Metrics tell what the node counts, and strangers choose none of their names."""

from __future__ import annotations

import sys
from collections import Counter

import pytest
import trio
from tests.budget import long

from sayso_node.daemon.metrics import labels
from sayso_node.daemon.metrics.start import NOT_INSTALLED, start_metrics
from sayso_node.daemon.run import running_node
from sayso_node.daemon.run_options import RunOptions
from sayso_node.daemon.status import HubLoad
from sayso_node.errors import NodeError
from sayso_node.home.directory import Home
from sayso_node.web.bind_address import BindAddressError, parse_metrics_address
from sayso_protocol.discovery.hub.carry_messages import CARRIED, CARRY_CODES, HUB_FULL
from sayso_protocol.discovery.relay.relay import Relay
from sayso_storage.interface.store import Store

from .scraped import PROTOCOLS, ask, babble, running_hub

SETTINGS = 'open = "everybody"\n[quota]\naccounts = 3\npeer_accounts = 9\n'


@long
async def test_a_stranger_adds_no_series_and_is_counted(home: Home, store: Store) -> None:
    async with running_hub(home, store, SETTINGS) as hub:
        before = await hub.scrape()
        for number in range(5):
            code = await ask(hub, number, peer=number)
            assert code == (CARRIED if number < 3 else HUB_FULL)
        for number, protocol in enumerate(PROTOCOLS):
            for other, data in enumerate((b"\xff" * 300, b"\x05\x93\x01\xa3abc", b"{} 1\n")):
                await babble(hub, protocol, data, peer=10 * number + other)
        after = await hub.scrape()
    assert after.keys() == before.keys()
    assert after['sayso_hub_answers_total{answer="carried"}'] == 3
    assert after['sayso_hub_answers_total{answer="hub-full"}'] == 2
    assert after['sayso_hub_accounts{state="growing",word="reader"}'] == 3
    assert after["sayso_hub_quota_accounts{}"] == after["sayso_hub_quota_accounts_used{}"] == 3
    assert after['sayso_admissions_total{outcome="admitted"}'] >= 8
    left = sum(v for k, v in after.items() if k.startswith("sayso_sessions_left_total"))
    refused = sum(v for k, v in after.items() if k.startswith("sayso_letters_refused_total"))
    assert left >= 1
    assert refused >= 1


async def test_a_code_that_nobody_knows_is_another_and_no_series_of_its_own(
    home: Home, store: Store
) -> None:
    async with running_hub(home, store, SETTINGS) as hub:
        before = await hub.scrape()
        load = hub.node.hub()
        assert load is not None
        hub.node.engine.left["a new code"] += 2
        hub.node.engine.ingest.stats.refused_by.update({"one": 1, "two": 1})
        hub.node.hub = lambda: HubLoad([], load.settings, {77: 1}, {"moon": 4}, True)
        after = await hub.scrape()
    assert after.keys() == before.keys()
    assert after['sayso_sessions_left_total{code="other"}'] == 2
    assert after['sayso_runs_refused_total{code="other"}'] == 2
    assert after['sayso_hub_answers_total{answer="other"}'] == 1
    assert after['sayso_hub_evictions_total{reason="other"}'] == 4
    assert after["sayso_hub_file_mistake{}"] == 1


async def test_a_reading_stays_as_it_was_read(home: Home, store: Store) -> None:
    async with running_hub(home, store, SETTINGS) as hub:
        reading = await hub.read()
        text = hub.text(reading)
        engine = hub.node.engine
        engine.left["bad-shape"] += 1
        engine.ingest.stats.entries += 5
        engine.ingest.stats.refused_by["forked"] += 1
        engine.ingest.stats.latency.observe(1.0)
        hub.loop_lag.seconds.observe(1.0)
        await ask(hub, 1, peer=1)
        assert hub.text(reading) == text
        assert hub.text(await hub.read()) != text


def test_labels_name_all_that_there_is_today() -> None:
    assert labels.HUB_ANSWERS.keys() == CARRY_CODES.keys()
    assert len(set(labels.HUB_ANSWERS.values())) == len(CARRY_CODES)
    assert labels.OTHER not in {*labels.CODES, *labels.HUB_ENDS, *labels.LETTER_STATES}


def test_what_a_relay_counts_has_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: Counter[str] = Counter()
    relay = Relay.__new__(Relay)
    relay.counts = counted
    relay.note_timeout()
    relay.note_failure()
    assert counted.keys() <= labels.RELAYED.keys()


async def test_without_prometheus_client_it_says_what_to_type(
    home: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [one for one in sys.modules if "metrics.exposition" in one]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "sayso_node.daemon.metrics.families", raising=False)
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    options = RunOptions(metrics="127.0.0.1:0")
    async with running_node(home, store, options, lambda _: None) as (node, nursery):
        with pytest.raises(NodeError) as failed:
            start_metrics(home, store, node, options, nursery)
    assert str(failed.value) == NOT_INSTALLED


async def test_nothing_is_served_unless_it_is_asked_for(home: Home, store: Store) -> None:
    async with running_node(home, store, RunOptions(), lambda _: None) as (node, nursery):
        tasks = len(nursery.child_tasks)
        assert start_metrics(home, store, node, RunOptions(), nursery) is None
        await trio.lowlevel.checkpoint()
        assert len(nursery.child_tasks) == tasks


@pytest.mark.parametrize(
    ("text", "names", "found"),
    [
        ("127.0.0.1:9464", (), ("127.0.0.1", 9464)),
        ("localhost:9464", (), ("127.0.0.1", 9464)),
        ("[::1]:9464", (), ("::1", 9464)),
        ("0.0.0.0:9464", ("hub.internal",), ("0.0.0.0", 9464)),
        ("[fd00::2]:9464", ("fd00::2",), ("fd00::2", 9464)),
    ],
)
def test_addresses(text: str, names: tuple[str, ...], found: tuple[str, int]) -> None:
    assert parse_metrics_address(text, names) == found


@pytest.mark.parametrize("text", ["0.0.0.0:9464", "[::]:9464", "10.0.0.5:9464", "8.8.8.8:9464"])
def test_an_address_that_is_open_to_the_network_is_refused_unless_meant(text: str) -> None:
    with pytest.raises(BindAddressError, match="add --metrics-host NAME"):
        parse_metrics_address(text, ())


@pytest.mark.parametrize("text", ["9464", ":9464", "hub.example:9464", "127.0.0.1", "::1:x"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BindAddressError, match=r"write it as 127\.0\.0\.1:9464"):
        parse_metrics_address(text, ("hub.example",))
