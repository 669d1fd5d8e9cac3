"""Rules about showing change nothing in what a node sends.

One simulated story, told several times: its digest is over every byte that is sent, and when.
"""

from __future__ import annotations

from collections import Counter

from tests.budget import long

from sayso_node.accounts.names import Names
from sayso_node.entries.loader import load_items
from sayso_node.filters.judge import Judge
from sayso_node.sim.event_queue import SECOND
from sayso_node.sim.scenario import parse
from sayso_node.sim.simulation import Simulation
from sayso_node.sim.world import World
from sayso_node.timeline.filtered import filtered_timeline
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.filters.syntax.parser import read_rules
from sayso_storage.interface.store import TimelineQuery

NODES = 4
STORY = """
about = "a few people talk"
nodes = 4
seconds = 30
[topology]
kind = "random"
degree = 2
[load]
authors = 3
history = 5
posts_per_minute = 20.0
"""


def digest(rules: str | None, *, unfollowing: bool = False) -> tuple[str, Counter[str]]:
    """What is sent while every node reads now and then, by these rules or without; and how
    many posts were shown and hidden, over all readings."""
    simulation, seen = Simulation(parse("story", STORY), NODES, 3), Counter[str]()
    world = simulation.world
    lists = "\n[lists.all]\naccounts = ["
    lists += ", ".join(f"'{key_text(one.account)}'" for one in world.authors.values()) + "]\n"
    for second in range(0, int(world.scenario.seconds), 3):
        for node in range(NODES):
            text = None if rules is None else rules + lists
            world.event_queue.at(second * SECOND + 1, read, world, node, text, seen)
    if unfollowing:
        world.event_queue.at(10 * SECOND, unfollow, world)
    outcome = simulation.run()
    assert world.truth.violations == [] or unfollowing, outcome
    return world.trace.digest, seen


def read(world: World, node: int, rules: str | None, seen: Counter[str]) -> None:
    store = world.stores[node]
    if rules is None:
        seen["shown"] += len(load_items(store, Names(store), store.timeline(TimelineQuery())))
        return
    choice = Judge(store, read_rules(rules.encode()), world.clocks[node].now().wall_ms)
    for item in filtered_timeline(store, TimelineQuery(), choice, unfiltered=True):
        seen["hidden" if item.rules.hidden else "shown"] += 1


def unfollow(world: World) -> None:
    """Somebody stops carrying somebody, and his node is told."""
    for node, store in world.stores.items():
        followed = [one.account for one in store.subscriptions() if one.followed]
        if followed and node in world.online:
            store.unfollow(followed[0])
            world.online[node].refresh()
            return


HIDE_ALL = "[[rule]]\naction = 'hide'\nlist = 'all'\nrate = 1\n"
FOLD = "[[rule]]\naction = 'fold'\npattern = '[aeiou]'\n"


@long
def test_rules_about_showing_change_no_byte() -> None:
    without, plain = digest(None)
    hiding, seen = digest(HIDE_ALL + FOLD)
    assert hiding == without
    assert seen["hidden"] > 100 and plain["shown"] > 100


@long
def test_another_choice_of_whom_to_carry_is_seen() -> None:
    """The control: what does change the traffic makes another digest."""
    assert digest(None, unfollowing=True)[0] != digest(None)[0]
