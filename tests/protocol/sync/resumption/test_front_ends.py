"""What is kept of a store is used at all of its front ends, and at nobody else."""

from __future__ import annotations

from dataclasses import replace

from sayso_protocol.crypto.hashing import TOKEN_SIZE, blinded, roster_id
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.limits import MAX_REFUSALS, ROSTERS_A_SESSION, SECOND_WHOLE_MS, WHOLE_EVERY_MS
from sayso_protocol.sync.effects import Disconnect, Effect, SaveResumeState, SaveRoster
from sayso_protocol.sync.interest import day_of
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.resume_state import NOTHING, Interest, Place, ResumeState
from sayso_protocol.sync.rosters.basis import NOBODY
from sayso_protocol.sync.rosters.roster import Roster, sign_consent, sign_roster
from sayso_protocol.sync.rosters.roster_book import KnownRoster
from sayso_protocol.sync.wire.frames import (
    SYNC_2,
    SYNC_3,
    Again,
    Have,
    Hello,
    Mark,
    Offer,
    Resume,
    Serve,
    Synced,
    Want,
)

from ..meeting import ACCOUNT, GRANT, START_MS, at, notices, of, sent

STORE, OTHER, ANN, BEN, EVE = (KeyPair.from_seed(bytes([n]) * 32) for n in range(30, 35))
"""Two stores, two front ends of the first, and a stranger."""
EPOCH, OURS = bytes([7]) * 16, bytes([8]) * 16
MARK = Mark(9, bytes([1]) * 8)
DAY_S = 86_400.0


def roster_of(*nodes: KeyPair, version: int = 1, store: KeyPair = STORE) -> Roster:
    consents = [sign_consent(node, store.public, START_MS) for node in nodes]
    return sign_roster(store, EPOCH, version, START_MS + 300 * 86_400_000, consents)


BOTH = roster_of(ANN, BEN)


def home(*known: Roster) -> Replica:
    replica = Replica(epoch=OURS, software="test")
    replica.want(ACCOUNT.public, at(0))
    replica.hold(GRANT, [(1, 3)])
    replica.load_rosters(KnownRoster(one) for one in known)
    return replica


def connect(
    replica: Replica,
    node: KeyPair,
    kept: ResumeState = NOTHING,
    version: int = SYNC_3,
    seconds: float = 0.0,
) -> list[Effect]:
    now = at(seconds)
    store = replica.store_of(node.public, now)
    return replica.connected("it", now, kept, version=version, node=node.public, store=store)


def hello(replica: Replica, **said: object) -> list[Effect]:
    frame = Hello(1, "test", EPOCH)
    return replica.receive("it", replace(frame, **said), at(0))  # type: ignore[arg-type]


def tell_all(replica: Replica, seconds: float = 0.0) -> list[Effect]:
    """The peer wants the account, offers what is held here, and gives a mark."""
    day, now = day_of(START_MS), at(seconds)
    want = Want(day, [blinded(ACCOUNT.public, day)], False, bytes(TOKEN_SIZE))
    effects: list[Effect] = []
    for frame in (want, Have([Offer(GRANT.wire, [(1, 3)])], False), MARK, Synced()):
        effects += replica.receive("it", frame, now)
    return effects + replica.mark_issued(Mark(3, bytes(8)), now)


def place_of(effects: list[Effect]) -> SaveResumeState:
    return next(one for one in of(effects, SaveResumeState) if isinstance(one.what, Place))


def shared(*told: KeyPair, seconds: float = 0.0, token: bytes = b"") -> ResumeState:
    """What the first node told whole, and the others after it."""
    wall_ms = at(seconds).wall_ms
    basis = NOBODY.told_whole(told[0].public, wall_ms)
    for node in told[1:]:
        basis = basis.passed_to(node.public)
    names = token or home().wants_token
    interest = Interest(bytes(TOKEN_SIZE), [ACCOUNT.public], basis=basis)
    return ResumeState(interest, Place(EPOCH, MARK, names, basis))


def resume_of(effects: list[Effect]) -> Resume | None:
    (first,) = sent(effects, Hello)
    return first.resume


def test_a_first_session_is_kept_under_the_key_of_the_store() -> None:
    replica = home()
    assert sent(connect(replica, ANN), Hello)[0].roster is None
    hello(replica)
    (saved,) = of(replica.receive("it", Serve(BOTH.wire), at(0)), SaveRoster)
    assert saved.known.roster == BOTH
    effects = tell_all(replica)
    kept = place_of(effects)
    assert kept.store == STORE.public
    assert kept.what.basis == NOBODY.told_whole(ANN.public, START_MS)
    (interest,) = (one for one in of(effects, SaveResumeState) if isinstance(one.what, Interest))
    assert interest.store == STORE.public
    assert interest.what.basis == NOBODY.told_whole(ANN.public, START_MS)


def test_another_front_end_is_greeted_with_the_place() -> None:
    replica = home(BOTH)
    effects = connect(replica, BEN, shared(ANN))
    assert resume_of(effects) == Resume(EPOCH, MARK, home().wants_token, False)
    assert sent(effects, Hello)[0].roster == roster_id(BOTH.wire)
    assert sent(effects, Want) == []
    hello(replica)
    kept = place_of(tell_all(replica))
    assert kept.what.basis.nodes == (ANN.public, BEN.public)


def test_a_stranger_who_says_the_epoch_is_a_peer_for_himself() -> None:
    replica = home(BOTH)
    assert resume_of(connect(replica, EVE)) is None
    hello(replica)
    kept = place_of(tell_all(replica))
    assert (kept.store, kept.what.basis) == (b"", NOBODY)


def test_a_stranger_who_shows_the_roster_has_committed_an_offence() -> None:
    replica = home()
    connect(replica, EVE)
    hello(replica)
    effects = replica.receive("it", Serve(BOTH.wire), at(0))
    assert notices(effects) == ["refused"]
    assert of(effects, SaveRoster) == []
    assert replica.store_of(ANN.public, at(0)) == b""


def test_a_store_that_answers_again_has_told_everything_alone() -> None:
    replica = home(BOTH)
    connect(replica, BEN, shared(ANN))
    hello(replica)
    assert sent(replica.receive("it", Again(), at(0)), Want)
    assert place_of(tell_all(replica)).what.basis.nodes == (BEN.public,)


def test_a_front_end_of_another_epoch_is_a_peer_for_itself() -> None:
    replica = home(BOTH)
    connect(replica, BEN, shared(ANN))
    hello(replica, epoch=bytes(16))
    kept = place_of(tell_all(replica))
    assert (kept.store, kept.what.basis) == (b"", NOBODY)
    other = replace(shared(ANN), place=replace(shared(ANN).place, epoch=bytes(16)))
    assert resume_of(connect(home(BOTH), BEN, other)) is None


def test_what_a_removed_node_has_told_is_not_used() -> None:
    later = roster_of(BEN, version=2)
    assert resume_of(connect(home(later), BEN, shared(ANN))) is None
    assert resume_of(connect(home(later), BEN, shared(ANN, BEN))) is None
    assert resume_of(connect(home(later), BEN, shared(BEN))) is not None


def test_a_session_that_rests_on_a_removed_node_begins_anew() -> None:
    replica = home(BOTH)
    connect(replica, BEN, shared(ANN))
    hello(replica)
    effects = replica.receive("it", Serve(roster_of(BEN, version=2).wire), at(0))
    assert of(effects, Disconnect) == [Disconnect("it", None)]
    assert of(tell_all(replica), SaveResumeState) == []
    assert of(replica.tick(at(1)), Disconnect) == []  # once


def test_what_one_peer_shows_ends_the_sessions_of_others() -> None:
    replica = home(BOTH)
    connect(replica, BEN, shared(ANN))
    hello(replica)
    # Meanwhile another session learns that the one who told it is gone.
    replica.load_rosters([KnownRoster(roster_of(BEN, version=2))])
    assert of(replica.tick(at(1)), Disconnect) == [Disconnect("it", None)]


def test_a_session_that_rests_on_itself_goes_on_whatever_is_removed() -> None:
    replica = home(BOTH)
    connect(replica, BEN, shared(BEN))
    hello(replica)
    effects = replica.receive("it", Serve(roster_of(BEN, version=2).wire), at(0))
    assert of(effects, Disconnect) == []
    assert place_of(tell_all(replica)).store == STORE.public


def test_who_leaves_the_store_is_kept_for_himself() -> None:
    replica = home(BOTH)
    connect(replica, BEN, shared(BEN))
    hello(replica)
    replica.receive("it", Serve(b""), at(0))
    kept = place_of(tell_all(replica))
    assert (kept.store, kept.what.basis) == (b"", NOBODY)
    assert replica.store_of(BEN.public, at(0)) == b""


def test_a_day_later_a_second_one_tells_everything_and_a_week_later_the_first() -> None:
    kept, day = shared(ANN, BEN), SECOND_WHOLE_MS / 1000
    assert resume_of(connect(home(BOTH), BEN, kept, seconds=day - 1)) is not None
    assert resume_of(connect(home(BOTH), BEN, kept, seconds=day)) is None
    assert resume_of(connect(home(BOTH), ANN, kept, seconds=day)) is not None
    assert resume_of(connect(home(BOTH), ANN, kept, seconds=WHOLE_EVERY_MS / 1000)) is None


def test_in_a_long_session_it_is_due_as_well() -> None:
    replica = home(BOTH)
    connect(replica, BEN, shared(ANN))
    hello(replica)
    tell_all(replica)
    assert of(replica.tick(at(DAY_S - 1)), Disconnect) == []
    assert of(replica.tick(at(DAY_S)), Disconnect) == [Disconnect("it", None)]


def test_a_roster_that_ends_ends_what_is_shared() -> None:
    replica = home(BOTH)
    connect(replica, BEN, shared(ANN))
    hello(replica)
    assert of(replica.tick(at(301 * DAY_S)), Disconnect) == [Disconnect("it", None)]
    assert replica.store_of(BEN.public, at(301 * DAY_S)) == b""


def test_what_the_store_wants_is_shared_as_well_and_listed_anew_where_it_is_due() -> None:
    said = Resume(OURS, Mark(3, bytes(8)), bytes(TOKEN_SIZE), False)
    replica = home(BOTH)
    connect(replica, BEN, shared(ANN))
    assert sent(hello(replica, resume=said), Again) == []
    replica = home(BOTH)
    connect(replica, BEN, shared(ANN), seconds=DAY_S)
    assert sent(hello(replica, resume=said), Again) == [Again()]
    replica = home(roster_of(BEN, version=2))
    connect(replica, BEN, shared(ANN))
    assert sent(hello(replica, resume=said), Again) == [Again()]


def test_too_many_rosters_are_offences() -> None:
    replica = home()
    connect(replica, ANN)
    hello(replica)
    for version in range(ROSTERS_A_SESSION):
        wire = roster_of(ANN, version=version + 1).wire
        assert len(of(replica.receive("it", Serve(wire), at(0)), SaveRoster)) == 1
    effects: list[Effect] = []
    for _ in range(MAX_REFUSALS + 1):
        effects = replica.receive("it", Serve(roster_of(ANN, version=99).wire), at(0))
        assert of(effects, SaveRoster) == []
    assert len(of(effects, Disconnect)) == 1


def test_one_session_shows_the_rosters_of_one_store() -> None:
    """Each takes the place of a peer among those of whom something is kept."""
    replica = home()
    connect(replica, ANN)
    hello(replica)
    assert of(replica.receive("it", Serve(roster_of(ANN).wire), at(0)), SaveRoster)
    effects = replica.receive("it", Serve(roster_of(ANN, store=OTHER).wire), at(0))
    assert of(effects, SaveRoster) == []
    assert of(effects, Disconnect) == [Disconnect("it", None)]
    connect(replica, ANN, seconds=1)
    hello(replica)
    saved = of(replica.receive("it", Serve(roster_of(ANN, store=OTHER).wire), at(1)), SaveRoster)
    assert {one.known.roster.store for one in saved} == {STORE.public, OTHER.public}


def test_a_front_end_shows_its_roster_to_whom_does_not_know_it() -> None:
    def greet(roster: bytes | None, version: int = SYNC_3, own: bytes = BOTH.wire) -> list[Serve]:
        hub = Replica(epoch=EPOCH, software="test")
        hub.serve(own)
        hub.connected("it", at(0), version=version, node=EVE.public)
        return sent(hub.receive("it", Hello(1, "", OURS, None, roster), at(0)), Serve)

    assert greet(None) == [Serve(BOTH.wire)]
    assert greet(bytes(16)) == [Serve(BOTH.wire)]
    assert greet(roster_id(BOTH.wire)) == []
    assert greet(None, SYNC_2) == []
    assert greet(None, own=b"") == []
    assert greet(bytes(16), own=b"") == [Serve(b"")]


def test_it_shows_a_new_one_to_whoever_is_connected_and_knows_such_frames() -> None:
    hub = Replica(epoch=EPOCH, software="test")
    for name, version in (("new", SYNC_3), ("old", SYNC_2), ("silent", SYNC_3)):
        hub.connected(name, at(0), version=version)
        if name != "silent":
            hub.receive(name, Hello(1, "", OURS), at(0))
    effects = hub.serve(BOTH.wire)
    assert sent(effects, Serve, "new") == [Serve(BOTH.wire)]
    assert len(effects) == 1
    assert hub.serve(BOTH.wire) == []


def test_another_front_end_of_the_own_store_is_no_peer_of_its_roster() -> None:
    """Or the own roster would be kept as somebody else's."""
    replica = Replica(epoch=EPOCH, software="test")
    replica.connected("it", at(0), version=SYNC_3, node=ANN.public)
    replica.receive("it", Hello(1, "", EPOCH), at(0))
    assert of(replica.receive("it", Serve(BOTH.wire), at(0)), SaveRoster) == []
