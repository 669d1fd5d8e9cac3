"""A session's order of frames: the table is complete, and what it forbids is refused."""

from __future__ import annotations

import pytest

from sayso_protocol.errors import NotAsked, ProtocolViolation, TooLarge, UnknownVersion
from sayso_protocol.feed.run import RawRun
from sayso_protocol.limits import MAX_OPEN_REQUESTS
from sayso_protocol.sync.session import TRANSITIONS, Session, State
from sayso_protocol.sync.wire.frames import (
    Again,
    Ask,
    Bye,
    Entries,
    Get,
    Graft,
    Have,
    Heights,
    Hello,
    Mark,
    Miss,
    Prune,
    Say,
    Synced,
    Unwant,
    Want,
)

FEED = bytes(32)
HELLO = Hello(1, "test", bytes(16))
TOKEN = bytes(16)
LISTED = Want(20_000, [], False, TOKEN)


def run(first: int, last: int, feed: bytes = FEED) -> RawRun:
    count = last - first + 1
    return RawRun(feed, first, bytes(32), [0] * count, [b"x"] * count, [bytes(64)] * count)


SAMPLES = {
    Hello: HELLO,
    Want: LISTED,
    Unwant: Unwant(20_000, [], TOKEN),
    Have: Have([], more=False),
    Get: Get([Ask(1, FEED, 1, 2)]),
    Entries: Entries(0, run(1, 2)),
    Miss: Miss([]),
    Heights: Heights([]),
    Synced: Synced(),
    Bye: Bye("done", ""),
    Mark: Mark(1, bytes(8)),
    Again: Again(),
    Prune: Prune([FEED]),
    Graft: Graft([FEED]),
    Say: Say([b""]),
}
WAY_TO = {
    State.SILENT: [],
    State.LISTING: [HELLO],
    State.OPEN: [HELLO, LISTED],
    State.CLOSED: [SAMPLES[Bye]],
}


def session_in(state: State) -> Session:
    session = Session()
    for frame in WAY_TO[state]:
        session.receive(frame)
    assert session.state is state
    return session


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", SAMPLES)
def test_every_pair_of_state_and_frame_is_allowed_or_refused(state: State, kind: type) -> None:
    session = session_in(state)
    if kind in TRANSITIONS[state]:
        session.receive(SAMPLES[kind])
        assert session.state is TRANSITIONS[state][kind]
    else:
        with pytest.raises(ProtocolViolation):
            session.receive(SAMPLES[kind])
        assert session.state is state


def test_a_list_in_parts_is_complete_with_its_last_part() -> None:
    session = session_in(State.LISTING)
    session.receive(Want(20_000, [bytes(8)], True, TOKEN))
    assert session.state is State.LISTING
    session.receive(LISTED)
    assert session.state is State.OPEN


def test_a_list_that_is_remembered_opens_the_session() -> None:
    session = session_in(State.LISTING)
    session.resume()
    assert session.state is State.OPEN
    closed = session_in(State.CLOSED)
    closed.resume()
    assert closed.state is State.CLOSED


def test_another_version_is_refused() -> None:
    with pytest.raises(UnknownVersion):
        Session().receive(Hello(2, "later", bytes(16)))


def test_an_answer_returns_its_ask_once() -> None:
    session = session_in(State.OPEN)
    get = session.ask([(FEED, 1, 10), (FEED, 11, 20)])
    assert [ask.number for ask in get.asks] == [1, 2]
    assert session.receive(Entries(2, run(15, 20))) == [get.asks[1]]
    assert session.receive(Miss([1])) == [get.asks[0]]
    for again in (Entries(2, run(15, 20)), Miss([1])):
        with pytest.raises(NotAsked):
            session.receive(again)


@pytest.mark.parametrize("answer", [run(0, 5), run(5, 11), run(21, 22), run(1, 5, bytes([1]) * 32)])
def test_an_answer_to_another_question_is_refused(answer: RawRun) -> None:
    session = session_in(State.OPEN)
    session.ask([(FEED, 1, 10)])
    with pytest.raises(NotAsked):
        session.receive(Entries(1, answer))


def test_an_ask_that_was_given_up_may_still_be_answered() -> None:
    session = session_in(State.OPEN)
    ask = session.ask([(FEED, 1, 10)]).asks[0]
    session.give_up(ask)
    assert session.receive(Entries(1, run(1, 10))) == []
    with pytest.raises(NotAsked):
        session.receive(Entries(1, run(1, 10)))


def test_a_peer_may_not_ask_faster_than_it_is_answered() -> None:
    session = session_in(State.OPEN)
    session.receive(Get([Ask(n, FEED, 1, 1) for n in range(1, MAX_OPEN_REQUESTS + 1)]))
    session.answered(1)
    session.receive(Get([Ask(100, FEED, 1, 1)]))
    with pytest.raises(TooLarge):
        session.receive(Get([Ask(101, FEED, 1, 1)]))


def test_a_number_may_be_used_again_once_it_is_answered_and_not_before() -> None:
    session = session_in(State.OPEN)
    session.receive(Get([Ask(1, FEED, 1, 1), Ask(2, FEED, 1, 1)]))
    session.answered(1)
    session.receive(Get([Ask(1, FEED, 1, 1)]))
    with pytest.raises(ProtocolViolation):
        session.receive(Get([Ask(2, FEED, 2, 2)]))


def test_a_peer_may_not_want_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso_protocol.sync.session.MAX_WANTS", 3)
    session = session_in(State.OPEN)
    session.receive(Want(20_000, [bytes(8)] * 3, False, TOKEN))
    session.receive(Unwant(20_000, [bytes(8)], TOKEN))
    session.receive(Want(20_000, [bytes(8)], False, TOKEN))
    with pytest.raises(TooLarge):
        session.receive(Want(20_000, [bytes(8)], False, TOKEN))
