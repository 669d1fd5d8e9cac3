"""Bundles: what went in comes out; nothing else ever gets into a store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.budget import long

from sayso_node.bundle.bundle_file import END, MAGIC, MAGIC_ABSENT, MAGIC_STATEMENTS
from sayso_node.bundle.reader import MAX_NEW, BundleResult, read_bundle
from sayso_node.bundle.writer import write_bundle
from sayso_node.errors import BundleError
from sayso_protocol.accounts.statement import sign_revoke
from sayso_protocol.content.body import Post, Reference, Retract
from sayso_protocol.feed.fork import fork_of
from sayso_protocol.feed.run import RawRun, Run, commitment, verify_run
from sayso_protocol.limits import MAX_PROOFS
from sayso_protocol.sync.wire.frame_codec import encode_frame
from sayso_protocol.sync.wire.frames import SYNC_1, SYNC_2, Bye, Entries, Have, Offer, Say
from sayso_storage.interface.store import Store
from sayso_storage.memory.store import MemoryStore

from ..support import Person

ANNA, BERT, CARA = "anna", "bert", "cara"


def written(path: Path, *people: Person) -> Path:
    """One bundle with the feeds of these people, each from the own store."""
    first, *others = people
    for other in others:
        first.follow(other)
        first.store.add_grant(other.grant)
        state = other.store.own_feed()
        assert state is not None
        raw = other.store.load(state.feed, 1, state.head)
        assert raw is not None
        first.store.append([verify_run(raw)], 2**41)
    feeds = [s for one in first.store.subscriptions() for s in first.store.feeds_of(one.account)]
    write_bundle(first.store, feeds, path, lambda _: None)
    return path


def taken(store: Store, path: Path, *, follow: bool = False) -> BundleResult:
    result = BundleResult()
    read_bundle(store, path, follow=follow, progress=lambda _: None, result=result)
    return result


@pytest.fixture
def reader() -> Person:
    return Person(CARA)


def test_a_bundle_brings_what_is_followed(tmp_path: Path, reader: Person) -> None:
    anna, bert = Person(ANNA), Person(BERT)
    anna.post_many(1500)
    bert.post("one", "two")
    path = written(tmp_path / "bundle", anna, bert)
    reader.follow(anna)
    result = taken(reader.store, path)
    assert (result.feeds, result.entries, result.left_out) == (1, 1501, 1)
    assert result.not_followed == [bert.account]
    assert result.size == path.stat().st_size
    assert reader.texts_of(anna) == anna.texts_of(anna)
    assert reader.store.check(None, lambda _: None).errors == ()
    again = taken(reader.store, path)
    assert (again.feeds, again.entries, again.known) == (0, 0, 1501)


def test_follow_takes_all(tmp_path: Path, reader: Person) -> None:
    anna, bert = Person(ANNA), Person(BERT)
    bert.post("one", "two")
    result = taken(reader.store, written(tmp_path / "bundle", anna, bert), follow=True)
    assert (result.feeds, result.entries, result.left_out) == (2, 4, 0)
    assert {one.account for one in reader.store.subscriptions() if one.followed} == {
        anna.account,
        bert.account,
    }


def test_feeds_with_gaps_and_without_bodies_travel(tmp_path: Path, reader: Person) -> None:
    anna, middle = Person(ANNA), Person(BERT)
    anna.post_many(20)
    middle.follow(anna)
    middle.store.add_grant(anna.grant)
    for first, last in ((1, 5), (9, 12), (15, 21)):
        raw = anna.store.load(anna.feed, first, last)
        assert raw is not None
        middle.store.append([verify_run(raw)], 2**41)
    path = tmp_path / "bundle"
    write_bundle(middle.store, middle.store.feeds_of(anna.account), path, lambda _: None)
    reader.follow(anna)
    assert taken(reader.store, path).entries == 16
    state = reader.store.feed(anna.feed)
    assert state is not None
    assert [(part.first, part.last) for part in state.held] == [(1, 5), (9, 12), (15, 21)]


def test_a_bundle_that_ends_early_keeps_what_was_verified(tmp_path: Path) -> None:
    anna = Person(ANNA)
    anna.post_many(1100)
    whole = written(tmp_path / "bundle", anna).read_bytes()
    cut = tmp_path / "cut"
    seen = set()
    for size in [*range(0, 400, 7), *range(400, len(whole), 4999), len(whole) - 1]:
        cut.write_bytes(whole[:size])
        reader = Person(CARA)
        reader.follow(anna)
        with pytest.raises(BundleError):
            taken(reader.store, cut)
        state = reader.store.feed(anna.feed)
        seen.add(state.count if state is not None else 0)
        assert reader.store.check(None, lambda _: None).errors == ()
    assert len(seen) > 2, "some cuts keep a part"


@long
def test_no_flipped_bit_goes_unnoticed(tmp_path: Path) -> None:
    anna = Person(ANNA)
    anna.post("one", "two")
    whole = written(tmp_path / "bundle", anna).read_bytes()
    honest = {entry.id for entry in anna.store.arrived_after(0)}
    path = tmp_path / "flipped"
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        reader = Person(CARA)
        reader.follow(anna)
        with pytest.raises(BundleError):
            taken(reader.store, path)
        found = {e.id for e in reader.store.arrived_after(0) if e.account == anna.account}
        assert found <= honest


def hostile_parts() -> dict[str, bytes]:
    anna, bert = Person(ANNA), Person(BERT)
    run = anna.post("mine")
    raw = RawRun(run.feed, run.first, run.previous, run.times, run.bodies, run.signatures)
    have = encode_frame(Have([Offer(anna.grant.wire, [])], more=False))
    forged = RawRun(run.feed, run.first, run.previous, run.times, [b"\x01"], run.signatures)
    of_bert = encode_frame(Have([Offer(bert.grant.wire, [])], more=False))
    two = encode_frame(Have([Offer(anna.grant.wire, []), Offer(bert.grant.wire, [])], more=False))
    return {
        "entries before any grant": encode_frame(Entries(0, raw)),
        "entries of another feed": of_bert + encode_frame(Entries(0, raw)),
        "a forged body": have + encode_frame(Entries(0, forged)),
        "two grants at once": two,
        "another frame": encode_frame(Bye("done", "")),
        "no msgpack": (4).to_bytes(4, "big") + b"\xc1\xc1\xc1\xc1",
        "a frame that claims 4 GB": b"\xff\xff\xff\xff",
        "a frame over the limit": ((1 << 20) + 1).to_bytes(4, "big"),
        "a grant that is none": encode_frame(Have([Offer(b"x" * 99, [])], more=False)),
        "counts that are wrong": have + END + bytes(48),
        "nothing": b"",
    }


@pytest.mark.parametrize("what", hostile_parts())
def test_hostile_files_are_refused(what: str, tmp_path: Path, reader: Person) -> None:
    path = tmp_path / "hostile"
    path.write_bytes(MAGIC + hostile_parts()[what])
    reader.follow(Person(ANNA))
    reader.follow(Person(BERT))
    before = reader.store.last_arrival()
    with pytest.raises(BundleError, match="damaged at byte"):
        taken(reader.store, path)
    assert reader.store.last_arrival() == before


def test_something_after_the_end_is_refused(tmp_path: Path, reader: Person) -> None:
    path = written(tmp_path / "bundle", Person(ANNA))
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(BundleError, match="follows its end"):
        taken(reader.store, path)


def test_a_bundle_does_not_fill_the_list_of_followed(
    tmp_path: Path, reader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAX_NEW >= 100
    monkeypatch.setattr("sayso_node.bundle.reader.MAX_NEW", 2)
    people = [Person(f"stranger {n}") for n in range(3)]
    with pytest.raises(BundleError, match="without --follow"):
        taken(reader.store, written(tmp_path / "bundle", *people), follow=True)


def test_a_fork_in_a_bundle_is_refused_and_the_rest_taken(tmp_path: Path, reader: Person) -> None:
    anna, twin, bert = Person(ANNA), Person(ANNA), Person(BERT)
    anna.post("one branch")
    twin.publish([Post("another branch, later")])
    bert.post("fine")
    taken(reader.store, written(tmp_path / "first", anna), follow=True)
    result = taken(reader.store, written(tmp_path / "second", twin, bert), follow=True)
    assert result.refused.total() == 1
    assert reader.texts_of(bert) == ["fine"]
    assert reader.texts_of(anna) == ["one branch"]


def test_writing_replaces_only_bundles(tmp_path: Path) -> None:
    anna = Person(ANNA)
    path, precious = tmp_path / "bundle", tmp_path / "precious"
    written(path, anna)
    anna.post("more")
    written(path, anna)
    precious.write_text("a novel")
    for target in (precious, tmp_path, tmp_path / "none" / "bundle"):
        with pytest.raises(BundleError):
            written(target, anna)
    assert precious.read_text() == "a novel"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bundle", "precious"]


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sayso_node.home.atomic_file.os.fsync", fail)
    with pytest.raises(BundleError, match="No space left"):
        written(tmp_path / "bundle", Person(ANNA))
    assert list(tmp_path.iterdir()) == []


# --- statements ------------------------------------------------------------------------------


def halted(tmp_path: Path) -> tuple[Person, Person, Path]:
    """Anna's feed has forked and was ended; a bundle says so."""
    anna, again = Person(ANNA), Person(ANNA, MemoryStore(bytes(16)))
    anna.post_many(20)
    again.post("another story")
    contrary = again.store.load(anna.feed, 2, 2)
    proof = fork_of(contrary, anna.store.load(anna.feed, 2, 2))
    end = verify_run(anna.store.load(anna.feed, 11, 11)).tip
    revoke = sign_revoke(anna.account_key, anna.feed, 11, end)
    path = tmp_path / "bundle"
    assert anna.store.add_statements([proof, revoke], 2**41) == [True, True]
    return anna, again, written(path, anna)


def test_statements_on_feeds_travel_too(tmp_path: Path, reader: Person) -> None:
    anna, _, path = halted(tmp_path)
    reader.follow(anna)
    result = taken(reader.store, path)
    assert (result.entries, result.statements, dict(result.refused)) == (11, 2, {})
    state, there = reader.store.feed(anna.feed), anna.store.feed(anna.feed)
    assert (state.end, state.proof, state.held) == (there.end, there.proof, there.held)
    assert taken(reader.store, path).statements == 0


def test_an_end_is_known_before_the_entries_that_it_lets_win(
    tmp_path: Path, reader: Person
) -> None:
    anna, again, path = halted(tmp_path)
    reader.follow(anna)
    reader.store.add_grant(anna.grant)
    again.post_many(15)
    reader.store.append([verify_run(again.store.load(anna.feed, 1, 17))], 2**41)
    assert taken(reader.store, path).refused == {}
    assert reader.store.feed(anna.feed).held == anna.store.feed(anna.feed).held


def test_statements_of_accounts_not_followed_are_left_out(tmp_path: Path, reader: Person) -> None:
    anna, _, path = halted(tmp_path)
    assert taken(reader.store, path).statements == 0
    assert taken(reader.store, path, follow=True).statements == 2
    assert reader.store.feed(anna.feed).end.seq == 11


def test_a_bundle_without_statements_is_of_the_first_form(tmp_path: Path, reader: Person) -> None:
    anna = Person(ANNA)
    plain = written(tmp_path / "plain", anna)
    assert plain.read_bytes().startswith(MAGIC)
    assert taken(reader.store, plain, follow=True).entries == 1
    _, _, path = halted(tmp_path)
    assert path.read_bytes().startswith(MAGIC_STATEMENTS)
    path.write_bytes(MAGIC + path.read_bytes()[len(MAGIC) :])
    with pytest.raises(BundleError, match="belongs in no bundle"):
        taken(reader.store, path, follow=True)


def test_a_forged_or_foreign_statement_is_damage(tmp_path: Path, reader: Person) -> None:
    anna, bert = Person(ANNA), Person(BERT)
    sound = sign_revoke(anna.account_key, anna.feed, 0, None).wire
    foreign = sign_revoke(bert.account_key, anna.feed, 0, None).wire
    for wire in (sound[:-1] + bytes([sound[-1] ^ 1]), foreign):
        have = encode_frame(Have([Offer(anna.grant.wire, [])], more=False))
        path = tmp_path / "made up"
        path.write_bytes(MAGIC_STATEMENTS + have + encode_frame(Say([wire])) + END)
        with pytest.raises(BundleError, match="damaged"):
            taken(reader.store, path, follow=True)
        assert reader.store.statements_of(anna.account) == []


def take_back(person: Person, run: Run, seq: int) -> Run:
    named = Reference(person.account, person.feed, seq, run.ids[seq - run.first])
    return person.publish([Retract((named,))])


def test_what_was_taken_back_comes_without_its_body(tmp_path: Path, reader: Person) -> None:
    anna = Person(ANNA)
    said = anna.post("one", "two", "three")
    take_back(anna, said, 3)
    path = written(tmp_path / "bundle", anna)
    reader.follow(anna)
    result = taken(reader.store, path)
    assert path.read_bytes().startswith(MAGIC_ABSENT)
    assert (result.entries, result.refused) == (5, {})
    state = reader.store.feed(anna.feed)
    assert state is not None
    assert [(part.first, part.last) for part in state.held] == [(1, 5)]
    blank = reader.store.blank([anna.feed])[anna.feed]
    assert (blank.proven, blank.unproven) == ([(3, 3)], [])
    assert reader.texts_of(anna) == anna.texts_of(anna)
    assert reader.store.check(None, lambda _: None).errors == ()
    assert (taken(reader.store, path).entries, taken(reader.store, path).refused) == (0, {})
    # And on: what came so is given on so.
    third = Person("dora")
    third.follow(anna)
    feeds = reader.store.feeds_of(anna.account)
    write_bundle(reader.store, feeds, tmp_path / "next", lambda _: None)
    assert taken(third.store, tmp_path / "next").entries == 5


def test_many_are_taken_back_by_many_retractions(tmp_path: Path, reader: Person) -> None:
    """More proofs than one frame may hold, and retractions that lie in the same file."""
    anna = Person(ANNA)
    said = anna.post(*(f"post {n}" for n in range(2 * MAX_PROOFS + 10)))
    for seq in range(said.first, said.last + 1, 2):
        take_back(anna, said, seq)
    path = written(tmp_path / "bundle", anna)
    reader.follow(anna)
    result = taken(reader.store, path)
    [state] = anna.store.feeds_of(anna.account)
    assert (result.entries, result.refused) == (state.count, {})
    assert reader.store.blank([anna.feed]) == anna.store.blank([anna.feed])


def test_of_what_nothing_shows_it_is_refused(tmp_path: Path, reader: Person) -> None:
    anna, bert = Person(ANNA), Person(BERT)
    first, second = anna.post("one", "two"), bert.post("three")
    take_back(bert, second, second.first)
    raw = anna.store.load(anna.feed, 1, first.last)
    assert raw is not None
    blank = replace(raw, bodies=[*raw.bodies[:-1], commitment(raw.bodies[-1])])
    have = encode_frame(Have([Offer(anna.grant.wire, [])], more=False))
    others = list(bert.store.proofs(bert.feed, 1, 9).values())
    reader.follow(anna)
    for magic, proofs in ((MAGIC_ABSENT, []), (MAGIC_ABSENT, others), (MAGIC, others)):
        path = tmp_path / "bundle"
        version = SYNC_2 if magic == MAGIC_ABSENT else SYNC_1
        frame = encode_frame(Entries(0, blank, proofs), version)
        path.write_bytes(magic + have + frame + END)
        result = BundleResult()
        with pytest.raises(BundleError):  # the check sum
            read_bundle(reader.store, path, follow=False, progress=lambda _: None, result=result)
        assert (result.entries, sum(result.refused.values())) == (0, 1), (magic, proofs)
    assert reader.store.blank([anna.feed]) == {}


def test_a_bundle_blanks_nothing(tmp_path: Path, reader: Person) -> None:
    anna = Person(ANNA)
    anna.post("one", "two")
    raw = anna.store.load(anna.feed, 1, 3)
    assert raw is not None
    blank = replace(raw, bodies=[*raw.bodies[:2], commitment(raw.bodies[2])])
    have = encode_frame(Have([Offer(anna.grant.wire, [])], more=False))
    path = tmp_path / "bundle"
    path.write_bytes(MAGIC + have + encode_frame(Entries(0, blank)) + END)
    reader.follow(anna)
    result = BundleResult()
    with pytest.raises(BundleError):
        read_bundle(reader.store, path, follow=False, progress=lambda _: None, result=result)
    assert (result.entries, sum(result.refused.values())) == (0, 1)
