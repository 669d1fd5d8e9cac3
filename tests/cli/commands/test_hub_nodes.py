"""The front ends of a hub: who stands in its roster, by whose word."""

from __future__ import annotations

import json
from pathlib import Path

from sayso_node.home.directory import Home
from sayso_node.home.node_key import node_public_key
from sayso_protocol.discovery.peer_id import peer_id_of_key

from ..conftest import Done, Sayso

NOBODY = {"store": None, "version": 0, "until": None, "nodes": []}


def peer_of(home: Path) -> str:
    return peer_id_of_key(node_public_key(Home(home)))


def error_of(done: Done) -> dict[str, str]:
    said: dict[str, str] = json.loads(done.err)
    return said


def consent_of(sayso: Sayso, key: str, home: Path) -> str:
    return sayso("hub", "consent", key, "--home", home).out.strip()


def test_nodes_are_enlisted_by_their_consent_and_delisted(
    home: Path, other: Path, sayso: Sayso
) -> None:
    assert sayso("hub", "nodes", "--json", "--home", home).record == NOBODY
    assert "hub enlist" in sayso("hub", "nodes", "--home", home).err
    key = sayso("hub", "enlist", "--json", "--home", home).record["store"]
    assert sayso("hub", "enlist", "--json", "--home", home).record["store"] == key
    given = [consent_of(sayso, key, one) for one in (home, other)]
    one = sayso("hub", "enlist", given[0], "--json", "--home", home).record
    assert (one["store"], one["version"]) == (key, 1)
    both = sayso("hub", "enlist", given[1], "--json", "--home", home).record
    assert {node["peer"] for node in both["nodes"]} == {peer_of(home), peer_of(other)}
    assert sayso("hub", "nodes", "--json", "--home", home).record == both
    again = sayso("hub", "enlist", "--json", "--home", home).record
    assert (again["version"], again["nodes"]) == (3, both["nodes"])
    left = sayso("hub", "delist", peer_of(other), "--home", home)
    assert peer_of(home) in left.out and peer_of(other) not in left.out
    assert sayso("hub", "nodes", "--json", "--home", home).record["version"] == 4


def test_what_is_no_consent_is_refused_with_what_to_do(
    home: Path, other: Path, sayso: Sayso
) -> None:
    key = sayso("hub", "enlist", "--json", "--home", home).record["store"]
    theirs = sayso("hub", "enlist", "--json", "--home", other).record["store"]
    elsewhere = consent_of(sayso, theirs, other)
    sound = consent_of(sayso, key, other)
    for text in ("consent", elsewhere, sound[:-4], sound.replace("A", "B"), "z" * 500):
        done = sayso("hub", "enlist", text, "--json", "--home", home)
        assert (done.code, error_of(done)["code"]) == (1, "roster"), text
        assert f"sayso hub consent {key}" in error_of(done)["error"]
    assert sayso("hub", "nodes", "--json", "--home", home).record == NOBODY
    assert sayso("hub", "consent", "z6Mk", "--home", other).code == 1


def test_nobody_is_delisted_who_is_not_there_and_one_stays(
    home: Path, other: Path, sayso: Sayso
) -> None:
    key = sayso("hub", "enlist", "--json", "--home", home).record["store"]
    sayso("hub", "enlist", consent_of(sayso, key, other), "--home", home)
    for peer in (peer_of(home), "12D3KooW", peer_of(other)):
        done = sayso("hub", "delist", peer, "--json", "--home", home)
        assert (done.code, error_of(done)["code"]) == (1, "roster")
    assert sayso("hub", "nodes", "--json", "--home", home).record["version"] == 1


def test_who_loses_the_key_begins_anew(home: Path, sayso: Sayso) -> None:
    key = sayso("hub", "enlist", "--json", "--home", home).record["store"]
    sayso("hub", "enlist", consent_of(sayso, key, home), "--home", home)
    Home(home).hub_key.unlink()
    done = sayso("hub", "enlist", "--json", "--home", home)
    assert (done.code, error_of(done)["code"]) == (1, "roster")
    new = error_of(done)["error"].split("consent ")[1].split("`")[0]
    assert new != key
    consent = consent_of(sayso, new, home)
    record = sayso("hub", "enlist", consent, "--json", "--home", home).record
    assert (record["store"], record["version"]) == (new, 1)
    assert sayso("hub", "nodes", "--json", "--home", home).record == record
