"""Accounts that are wanted no more: while it is not known yet whether the peer remembers the list,
and when more of them is pushed."""

from __future__ import annotations

import pytest

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.sync.effects import Effect, Send, StoreRun
from sayso_protocol.sync.now import Now
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.resume_state import Place, ResumeState
from sayso_protocol.sync.wire.frames import Again, Bye, Frame, Hello, Mark, Unwant, Want

from .meeting import GRANT, at, meet, of, push, run_of

ACCOUNT, OTHER = (KeyPair.from_seed(bytes([n]) * 32).public for n in (1, 2))
NOW = Now(1_700_000_000_000, 0)
EPOCHS = {"ann": bytes([1]) * 16, "ben": bytes([2]) * 16}


def frames(effects: list[Effect]) -> list[Frame]:
    return [effect.frame for effect in effects if isinstance(effect, Send)]


def test_unwant_may_cross_the_answer_that_nothing_is_remembered() -> None:
    ann, ben = (Replica(epoch=EPOCHS[name], software="test") for name in ("ann", "ben"))
    for account in (ACCOUNT, OTHER):
        ann.want(account, NOW)
    place = Place(EPOCHS["ben"], Mark(1, bytes(8)), ann._resumption.token)

    to_ben = frames(ann.connected("ben", NOW, ResumeState(place=place)))
    to_ben += frames(ann.unwant(ACCOUNT, NOW))
    assert [type(frame) for frame in to_ben] == [Hello, Unwant]
    to_ann = frames(ben.connected("ann", NOW))
    for frame in to_ben:
        to_ann += frames(ben.receive("ann", frame, NOW))
    assert [type(frame) for frame in to_ann] == [Hello, Want, Again]

    answers = [answer for got in to_ann for answer in frames(ann.receive("ben", got, NOW))]
    (listed,) = (answer for answer in answers if isinstance(answer, Want))
    assert len(listed.blinds) == 1
    assert Bye not in [type(frame) for frame in frames(ben.receive("ann", listed, NOW))]


@pytest.mark.parametrize("withheld", [True, False])
def test_what_is_pushed_of_a_withheld_account_is_not_stored(withheld: bool) -> None:
    """Nor where its feed is told of later, as when a node begins that has some of it. The
    control: without that it is judged."""
    replica = Replica(epoch=EPOCHS["ann"], software="test")
    if withheld:
        replica.withhold(GRANT.account, at(0))
    else:
        replica.want(GRANT.account, at(0))
    replica.hold(GRANT, [(1, 3)])
    meet(replica, "ben")
    assert bool(of(push(replica, "ben", run_of(4), at(1)), StoreRun)) is not withheld
    if withheld:
        replica.readmit(GRANT.account)
        replica.want(GRANT.account, at(2))
        assert of(push(replica, "ben", run_of(4), at(3)), StoreRun)
