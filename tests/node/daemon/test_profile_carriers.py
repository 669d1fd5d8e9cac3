"""Hubs in the profiles of followed accounts: what a node makes of them."""

from __future__ import annotations

import pytest

from sayso_node.daemon.hub.profile_carriers import carriers_of_followed
from sayso_protocol.content.body import Profile
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.candidate import Origin
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.feed.run import verify_run

from ..support import Person

HUB, OTHER = (peer_id_of_key(KeyPair.from_seed(bytes([n]) * 32).public) for n in (1, 2))
AT = f"/dns4/hub.example/tcp/4001/p2p/{HUB}"
ALSO = f"/ip4/198.41.0.4/tcp/4001/p2p/{HUB}"


def reads(*authors: Person) -> Person:
    """Somebody who follows these, and has all that they wrote."""
    reader = Person("reader")
    for one in authors:
        reader.follow(one)
        reader.store.add_grant(one.grant)
        state = one.store.own_feed()
        assert state is not None
        run = one.store.load(one.feed, 1, state.head)
        assert run is not None
        reader.store.append([verify_run(run)], 1)
    return reader


def named(name: str, *carriers: str) -> Person:
    person = Person(name)
    person.publish([Profile(name, carriers=carriers)])
    return person


def test_hubs_of_those_who_are_followed_are_candidates_with_their_accounts() -> None:
    ann, ben, cat = named("ann", AT, ALSO), named("ben", AT), named("cat")
    [found] = carriers_of_followed(reads(ann, ben, cat).store)
    assert (found.peer_id, found.origin) == (HUB, Origin.PROFILE)
    assert found.addresses == (Address.parse(AT), Address.parse(ALSO))
    assert found.accounts == {ann.account, ben.account}


def test_the_newest_profile_counts() -> None:
    ann = named("ann", AT)
    ann.publish([Profile("ann")])
    assert carriers_of_followed(reads(ann).store) == []


@pytest.mark.parametrize(
    "text",
    [
        "", "?", "/ip4/198.41.0.4/tcp/4001", "/dns4/hub.example", "hub.example", "/ip4/1/tcp/1",
        f"/ip4/198.41.0.4/tcp/4001/p2p/{OTHER}/p2p-circuit/p2p/{HUB}", "x" * 300,
    ],
)  # fmt: skip
def test_what_is_no_hub_is_passed_over(text: str) -> None:
    [found] = carriers_of_followed(reads(named("ann", text, ALSO)).store)
    assert found.addresses == (Address.parse(ALSO),)


def test_the_own_profile_names_nobody_to_oneself() -> None:
    assert carriers_of_followed(named("ann", AT).store) == []
