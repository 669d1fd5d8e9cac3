"""Marks and `Synced` are rare, come when they are worth something, and a flood of frames that
cost their sender nothing costs a bounded amount."""

from __future__ import annotations

from random import Random

import pytest
from tests.protocol.sync.meeting import (
    asks,
    at,
    meet,
    notices,
    of,
    push,
    replica_with,
    run_of,
    sent,
    settle_all,
)

import sayso_protocol.sync.peer.peer_marks
import sayso_protocol.sync.peer.peer_resumption
from sayso_protocol.crypto.hashing import TOKEN_SIZE
from sayso_protocol.limits import (
    MARK_ENTRIES,
    MARK_EVERY_MS,
    PLACE_EVERY_MS,
    PROMPT_PLACES,
    PROMPT_SYNCED,
    SYNCED_EVERY_MS,
)
from sayso_protocol.sync.effects import Disconnect, IssueMark, SaveResumeState
from sayso_protocol.sync.frame_handlers import FrameHandlers
from sayso_protocol.sync.resume_state import Place, ResumeState
from sayso_protocol.sync.wire.frames import Again, Entries, Hello, Mark, Synced, Want


class Node:
    """A replica with a store that counts what is asked of it; `ben` is its peer."""

    def __init__(self) -> None:
        self.replica = replica_with(held=1)
        self.arrival = 1
        self.surveys = 0
        self.given: list[Mark] = []
        self.synced = 0
        self.do(meet(self.replica, "ben"), 0)

    def do(self, effects, seconds: float) -> None:
        self.synced += len(sent(effects, Synced))
        self.given += sent(effects, Mark)
        for _ in of(effects, IssueMark):
            self.surveys += 1
            mark = Mark(self.arrival, self.arrival.to_bytes(8, "big"))
            self.do(self.replica.mark_issued(mark, at(seconds)), seconds)

    def answer(self, seconds: float) -> None:
        """The peer says that it lacks nothing, where it was asked."""
        if self.replica.peers["ben"].synced.awaits:
            self.hear(Synced(), seconds)

    def hear(self, frame, seconds: float) -> None:
        self.do(self.replica.receive("ben", frame, at(seconds)), seconds)

    def arrive(self, seconds: float) -> None:
        """An entry is pushed by the peer and stored."""
        self.arrival += 1
        effects = push(self.replica, "ben", run_of(self.arrival), at(seconds))
        self.do(effects + settle_all(self.replica, effects, at(seconds)), seconds)

    def tick(self, seconds: float) -> None:
        self.do(self.replica.tick(at(seconds)), seconds)


def test_a_mark_goes_ahead_of_the_first_word_that_nothing_is_lacking() -> None:
    effects = meet(replica_with(held=1), "ben")
    kinds = [type(e) for e in effects if isinstance(e, IssueMark)] + sent(effects, Synced)
    assert kinds == [IssueMark, Synced()]
    assert effects.index(of(effects, IssueMark)[0]) < len(effects) - 1


def test_both_sides_get_a_mark_as_soon_as_nothing_is_lacking() -> None:
    node = Node()
    assert (node.given, node.synced) == ([Mark(1, (1).to_bytes(8, "big"))], 1)
    node.arrival = 5  # came in from elsewhere
    node.hear(Synced(), 0.1)
    assert [mark.arrival for mark in node.given] == [1, 5]


def test_nobody_is_in_sync_before_he_has_said_so_and_given_his_mark() -> None:
    replica = replica_with()
    effects = meet(replica, "ben", 1)
    ben = replica.peers["ben"]
    effects += replica.receive("ben", Synced(), at(0))  # ben lacks nothing, ann lacks an entry
    effects += replica.mark_issued(Mark(1, bytes(8)), at(0))
    assert not ben.in_sync and not ben.owes
    (ask,) = asks(effects)
    effects = replica.receive("ben", Entries(ask.number, run_of(1)), at(0.1))
    effects = settle_all(replica, effects, at(0.2))
    assert of(effects, IssueMark) and sent(effects, Synced)
    assert ben.fetch.complete and ben.synced.heard
    assert ben.owes and not ben.in_sync  # whoever left now would take the mark along
    assert sent(replica.mark_issued(Mark(2, bytes(8)), at(0.3)), Mark) == [Mark(2, bytes(8))]
    assert ben.in_sync and not ben.owes


def test_a_store_that_cannot_be_read_keeps_nobody_from_leaving() -> None:
    replica = replica_with(held=1)
    meet(replica, "ben")
    replica.receive("ben", Synced(), at(0))
    ben = replica.peers["ben"]
    assert not ben.in_sync
    assert replica.mark_issued(None, at(0.1)) == []
    assert ben.in_sync and not ben.owes
    assert of(replica.tick(at(1)), IssueMark)  # it is tried again
    assert sent(replica.mark_issued(Mark(1, bytes(8)), at(1)), Mark)
    assert ben.in_sync


def live(seconds: int, every: int) -> Node:
    """A node to which its peer pushes an entry every so many seconds."""
    node = Node()
    node.hear(Synced(), 0.1)
    for second in range(1, seconds + 1):
        if second % every == 0:
            node.arrive(second)
        node.tick(second + 0.5)
        node.answer(second + 0.7)
    return node


def test_live_posts_draw_few_marks_and_few_words() -> None:
    node = live(600, 2)
    assert node.arrival == 301
    assert 600_000 / MARK_EVERY_MS - 2 <= len(node.given) <= 600_000 / MARK_EVERY_MS + 2
    assert node.synced <= 600_000 / SYNCED_EVERY_MS + PROMPT_SYNCED + 1
    assert node.given[-1].arrival > node.arrival - MARK_EVERY_MS / 2000 - 2


def test_control_without_the_pause_each_post_draws_a_mark(monkeypatch) -> None:
    monkeypatch.setattr(sayso_protocol.sync.peer.peer_marks, "MARK_EVERY_MS", 0)
    assert len(live(600, 2).given) >= 300


def test_many_entries_are_worth_a_mark_at_once() -> None:
    node = Node()
    for _ in range(MARK_ENTRIES - 1):
        node.arrive(1)
    node.tick(2)
    assert len(node.given) == 1
    node.arrive(2)
    node.tick(3)
    assert [mark.arrival for mark in node.given] == [1, MARK_ENTRIES + 1]


def test_a_quiet_network_is_silent() -> None:
    node = live(120, 1)
    before = len(node.given), node.synced, node.surveys
    for second in range(200, 2000):
        node.tick(second)
    assert len(node.given) - before[0] <= 1
    assert (node.synced - before[1], node.surveys - before[2]) <= (1, 1)


def test_a_question_is_answered_and_an_answer_is_none() -> None:
    node = live(120, 1)
    node.tick(200)
    node.answer(200.1)
    before = node.synced
    node.arrive(203)
    assert node.synced == before
    node.hear(Synced(), 204)
    assert node.synced == before + 1
    effects = node.replica.ask_synced("ben", at(240))
    assert sent(effects, Synced) == [Synced()]
    before = node.synced
    node.hear(Synced(), 240.1)  # the answer
    node.tick(242)
    node.tick(244)
    assert node.synced == before


@pytest.mark.parametrize("trip", [0.01, 0.3, 0.8, 1.5, 4.0])
def test_two_that_ask_each_other_at_any_time_come_to_rest(trip: float) -> None:
    chance = Random(round(trip * 100))
    ends = replica_with("there", held=1), replica_with("here", held=1)
    names = "there", "here"
    under_way = [(trip, 0), (trip, 1)]  # what both said when they met
    said = [0.0]
    for tenth in range(3000):
        now = tenth / 10
        for end, replica in enumerate(ends):
            effects = replica.tick(at(now)) if tenth % 10 == end else []
            while under_way and under_way[0][0] <= now and under_way[0][1] == end:
                under_way.pop(0)
                effects += replica.receive(names[end], Synced(), at(now))
            if now < 100 and chance.random() < 0.05:
                effects += replica.ask_synced(names[end], at(now))
            for _ in sent(effects, Synced):
                said.append(now)
                under_way.append((now + trip, 1 - end))
        under_way.sort()
    assert said[-1] < 110 + 3 * trip
    assert len(said) > 50


def test_a_flood_of_synced_draws_few_marks() -> None:
    node = Node()
    before = node.surveys
    for n in range(10_000):
        node.hear(Synced(), 1 + n / 1000)
        node.arrival += 1
    assert node.surveys - before <= 1
    assert node.synced <= 12


def test_control_where_each_synced_is_a_reason_each_draws_one(monkeypatch) -> None:
    def eager(self, peer, *_):
        return self._marks.owe(peer)

    monkeypatch.setitem(FrameHandlers.HANDLERS, Synced, eager)
    node = Node()
    for _ in range(100):
        node.hear(Synced(), 1)
    assert node.surveys >= 100


def flood_of_marks(seconds: int) -> int:
    """How many places are written down of a hundred marks a second."""
    replica = replica_with(held=1)
    meet(replica, "ben")
    kept = 0
    for n in range(100 * seconds):
        mark = Mark(n + 1, bytes(8))
        kept += len(of(replica.receive("ben", mark, at(1 + n / 100)), SaveResumeState))
    return kept


def test_a_flood_of_marks_causes_few_writes() -> None:
    assert flood_of_marks(30) <= PROMPT_PLACES + 30_000 / PLACE_EVERY_MS + 1


def test_control_without_the_pause_each_is_written(monkeypatch) -> None:
    monkeypatch.setattr(sayso_protocol.sync.peer.peer_resumption, "PLACE_EVERY_MS", 0)
    assert flood_of_marks(30) == 3000


def test_the_last_of_many_marks_is_kept_when_the_time_has_come() -> None:
    replica = replica_with(held=1)
    meet(replica, "ben")
    for n in range(20):
        replica.receive("ben", Mark(n + 1, bytes(8)), at(1))
    (kept,) = of(replica.tick(at(12)), SaveResumeState)
    assert kept.what.mark.arrival == 20


def test_who_was_told_all_wants_may_not_ask_for_them_again() -> None:
    replica = replica_with(held=1)
    meet(replica, "ben")
    assert of(replica.receive("ben", Again(), at(1)), Disconnect)


def test_who_forgot_a_list_is_told_it_once() -> None:
    replica = replica_with(held=1)
    memory = ResumeState(None, Place(bytes(16), Mark(1, bytes(8)), replica._resumption.token))
    assert sent(replica.connected("ben", at(0), memory), Want) == []
    replica.receive("ben", Hello(1, "test", bytes(16)), at(0))
    assert len(sent(replica.receive("ben", Again(), at(0)), Want)) == 1
    assert of(replica.receive("ben", Again(), at(0)), Disconnect)


def test_a_mark_does_not_stand_for_the_answer_to_a_new_list() -> None:
    """Somebody was followed since the last session: that the peer's store is known so far says
    nothing of his feeds."""
    replica = replica_with(held=1)
    memory = ResumeState(None, Place(bytes(16), Mark(1, bytes(8)), bytes(TOKEN_SIZE)))
    assert len(sent(replica.connected("ben", at(0), memory), Want)) == 1
    replica.receive("ben", Hello(1, "test", bytes(16)), at(0))
    assert notices(replica.receive("ben", Mark(9, bytes(8)), at(0))) == []
    assert not replica.peers["ben"].fetch.listed


@pytest.mark.parametrize("seconds", [10, 100])
def test_the_state_says_at_once_whether_something_is_lacking(seconds: int) -> None:
    node = live(seconds, 1)
    assert node.replica.peers["ben"].fetch.complete
    effects = push(node.replica, "ben", run_of(node.arrival + 1), at(seconds + 1))
    assert not node.replica.peers["ben"].fetch.complete
    settle_all(node.replica, effects, at(seconds + 1))
    assert node.replica.peers["ben"].fetch.complete
