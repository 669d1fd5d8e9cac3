"""What messages wait for, said as far as a home can tell."""

from __future__ import annotations

import pytest
from tests.node.knocks.support import copy
from tests.node.messages.support import Writer, friends

from sayso_node.timeline.waiting_reasons import NodeState, Reason, reasons
from sayso_protocol.content.body import Profile
from sayso_protocol.private.private_limits import PREKEY_FRESH_MS


def why(ann: Writer, ben: Writer, node: NodeState | None, later_ms: int = 0) -> Reason:
    return reasons(ann.store, ann.records, [ben.account], node, ann.now_ms + later_ms)[ben.account]


def serving(ben: Writer, known: int | None = None, reached: int = 0) -> NodeState:
    return NodeState("serves", {ben.account: (known, reached)})


def test_what_the_own_node_does_comes_first() -> None:
    ann, ben = Writer("ann"), Writer("ben")
    assert why(ann, ben, None) is Reason.NODE_OFF
    assert why(ann, ben, NodeState("locked", {})) is Reason.NODE_LOCKED
    assert why(ann, ben, NodeState("starts", {})) is Reason.NODE_STARTS
    assert why(ann, ben, serving(ben)) is Reason.UNKNOWN


def test_then_what_came_of_the_reader() -> None:
    ann, ben = Writer("ann"), Writer("ben")
    from tests.node.support import Person

    silent = Person("silent")
    copy(silent, ann)
    found = reasons(ann.store, ann.records, [silent.account], NodeState("serves", {}), ann.now_ms)
    assert found == {silent.account: Reason.NO_KEY}
    copy(ben, ann)
    assert why(ann, ben, serving(ben)) is Reason.SENDING
    assert why(ann, ben, serving(ben), PREKEY_FRESH_MS + 60_000) is Reason.OLD_KEY


def test_a_closed_door_and_a_session_that_passes_it() -> None:
    ann, ben = Writer("ann"), Writer("ben")
    ben.publish([Profile("ben", knock=(0, 0, 0, None))])
    copy(ben, ann)
    assert why(ann, ben, serving(ben)) is Reason.CLOSED
    ann, ben, carrier = friends()
    ann.write(ben, "hello")
    carrier.exchange(ann, ben, ann, ben)
    assert why(ann, ben, serving(ben), PREKEY_FRESH_MS + 60_000) is Reason.SENDING


def test_a_knock_that_costs_work() -> None:
    ann, ben = Writer("ann"), Writer("ben")
    ben.publish([Profile("ben", knock=(0, 1, 2, 3))])
    copy(ben, ann)
    ann.write(ben, "hello")
    assert why(ann, ben, serving(ben)) is Reason.SENDING
    ann.mailbox.update(ann.now_ms)
    assert why(ann, ben, serving(ben)) is Reason.STAMP


@pytest.mark.parametrize(
    ("known", "reached", "reason"),
    [
        (None, 0, Reason.SENDING),
        (0, 0, Reason.NO_CARRIER),
        (3, 0, Reason.CARRIERS_AWAY),
        (3, 1, Reason.SENDING),
    ],
)
def test_last_the_carriers(known: int | None, reached: int, reason: Reason) -> None:
    ann, ben = Writer("ann"), Writer("ben")
    copy(ben, ann)
    assert why(ann, ben, serving(ben, known, reached)) is reason


def test_an_answer_of_the_node_is_read() -> None:
    key = b"k" * 32
    answer = {"state": "serves", "carriers": {key.hex(): [2, 1]}}
    assert NodeState.read(answer) == NodeState("serves", {key: (2, 1)})
    for bad in ({"carriers": {"zz": [1, 1]}}, {"carriers": {key.hex(): [1]}}):
        with pytest.raises(ValueError):
            NodeState.read(bad)
