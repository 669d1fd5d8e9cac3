"""A folder that homes take turns with: all comes to all who follow, whatever is done to it."""

from __future__ import annotations

import errno
import os
import re
import shutil
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.budget import long
from tests.node.support import Person

from sayso_node.bundle.folder import folder_limits, folder_writer, segment_writer
from sayso_node.bundle.folder.file_name import SegmentName
from sayso_node.bundle.folder.shared_directory import SharedDirectory
from sayso_node.bundle.reader import BundleResult, read_bundle
from sayso_node.errors import FolderError
from sayso_protocol.accounts.statement import sign_revoke
from sayso_protocol.content.body import Reference, Retract
from sayso_protocol.feed.fork import fork_of

from .support import amounts, circle, held, quiet, segments_of, turn


def test_two_homes_and_a_stick(tmp_path: Path) -> None:
    anna, bert = circle("anna", "bert")
    anna.post_many(1200)
    bert.post("one", "two")
    first = turn(anna, tmp_path)
    assert amounts(first) == (0, 1201)
    assert first.in_sync
    second = turn(bert, tmp_path)
    assert amounts(second) == (1201, 3)
    assert second.bytes_in > 0 < second.bytes_out
    assert bert.texts_of(anna) == anna.texts_of(anna)
    assert amounts(turn(anna, tmp_path)) == (3, 0)
    assert held(anna, bert) == held(bert, anna)
    assert quiet(turn(anna, tmp_path))
    assert quiet(turn(bert, tmp_path))
    for person in (anna, bert):
        assert person.store.check(None, lambda _: None).errors == ()


def test_only_what_is_followed_is_taken_and_what_others_left_stays(tmp_path: Path) -> None:
    anna, bert, cara = Person("anna"), Person("bert"), Person("cara")
    cara.follow(anna)
    anna.post("a")
    bert.post("b")
    for person in (anna, bert):
        turn(person, tmp_path)
    assert amounts(turn(cara, tmp_path)) == (2, 1)
    assert held(cara, anna, bert) == {"cara": 1, "anna": 2, "bert": 0}
    assert segments_of(tmp_path, bert)
    assert turn(cara, tmp_path).not_followed == 1
    cara.follow(bert)
    assert turn(cara, tmp_path, blocked=[bert.account]).not_followed == 0
    assert amounts(turn(cara, tmp_path, blocked=[bert.account])) == (0, 0)
    assert amounts(turn(cara, tmp_path)) == (2, 0)


moves = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["sync", "sync", "post", "burst"])),
    min_size=3,
    max_size=14,
)


@long
@settings(max_examples=25)
@given(moves)
def test_three_homes_in_turns_converge(tmp_path_factory: pytest.TempPathFactory, order) -> None:
    folder = tmp_path_factory.mktemp("stick")
    people = dict(zip("abc", circle("anna", "bert", "cara"), strict=True))
    for name, what in order:
        if what == "sync":
            turn(people[name], folder)
        else:
            people[name].post_many(1 if what == "post" else 3)
    for _ in range(2):
        for person in people.values():
            turn(person, folder)
    everyone = list(people.values())
    assert len({tuple(one.held_of(other) for other in everyone) for one in everyone}) == 1
    assert all(quiet(turn(one, folder)) for one in everyone)


def test_a_stick_brings_what_its_bearer_did_not_write(tmp_path: Path) -> None:
    """Anna's posts come to Cara through Bert, who follows her, on another stick."""
    anna, bert, cara = circle("anna", "bert", "cara")
    anna.post("far")
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    turn(anna, here)
    turn(bert, here)
    turn(bert, there)
    turn(cara, there)
    assert cara.texts_of(anna) == ["far"]


def test_little_by_little_makes_few_files(tmp_path: Path) -> None:
    anna, bert = circle("anna", "bert")
    for number in range(100):
        anna.post(f"post {number}")
        assert turn(anna, tmp_path).sent == (2 if number == 0 else 1)
    assert len(segments_of(tmp_path, anna)) <= folder_limits.MAX_SMALL + 1
    assert amounts(turn(bert, tmp_path)) == (101, 1)
    assert turn(anna, tmp_path).received == 1
    assert quiet(turn(anna, tmp_path))


def test_a_large_feed_is_cut_into_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment_writer, "SEGMENT_BYTES", 30_000)
    monkeypatch.setattr(folder_writer, "SMALL_BYTES", 10_000)
    anna, bert = circle("anna", "bert")
    anna.post_many(3000)
    assert turn(anna, tmp_path).sent == 3001
    assert len(segments_of(tmp_path, anna)) > 3
    assert turn(bert, tmp_path).received == 3001
    assert quiet(turn(bert, tmp_path))


def test_each_file_is_a_bundle_too(tmp_path: Path) -> None:
    anna, bert = circle("anna", "bert")
    anna.post("a")
    turn(anna, tmp_path)
    result = BundleResult()
    [path] = segments_of(tmp_path, anna)
    read_bundle(bert.store, path, follow=False, progress=lambda _: None, result=result)
    assert result.entries == 2


def test_a_revoke_comes_along_and_before_what_it_excludes(tmp_path: Path) -> None:
    anna, bert = circle("anna", "bert")
    runs = [anna.post(text) for text in ("one", "two", "three")]
    turn(anna, tmp_path)
    turn(bert, tmp_path)
    revoke = sign_revoke(anna.account_key, anna.feed, runs[1].last, runs[1].tip)
    anna.store.add_statements([revoke], 0)
    assert turn(anna, tmp_path).bytes_out > 0
    result = turn(bert, tmp_path)
    assert result.statements == 1
    assert bert.texts_of(anna) == ["one", "two"]
    cara = Person("cara")
    cara.follow(anna)
    turn(cara, tmp_path)
    assert cara.texts_of(anna) == ["one", "two"]
    for person in (anna, bert, cara):
        turn(person, tmp_path)
    assert all(quiet(turn(person, tmp_path)) for person in (anna, bert, cara))
    account = tmp_path / "sayso" / "feeds-1" / anna.account.hex()[:32]
    assert len(list(account.glob("account-*"))) == 1


def test_a_fork_is_seen_though_both_branches_are_as_long(tmp_path: Path) -> None:
    """Two copies of a home wrote one feed; each left its branch on the stick."""
    anna, other = Person("anna"), Person("anna")
    anna.post("mine")
    other.post("theirs")
    bert = Person("bert")
    bert.follow(anna)
    turn(anna, tmp_path)
    turn(bert, tmp_path)
    turn(other, tmp_path)
    assert len(segments_of(tmp_path, anna)) == 2
    result = turn(bert, tmp_path)
    assert sum(result.refused.values()) == 1
    state = bert.store.feed(anna.feed)
    assert state is not None
    assert state.forked_at is not None
    assert turn(bert, tmp_path).received == 0


def test_what_is_torn_is_removed_and_written_anew_by_who_has_it(tmp_path: Path) -> None:
    anna, bert = circle("anna", "bert")
    anna.post("a")
    turn(anna, tmp_path)
    [path] = segments_of(tmp_path, anna)
    whole = path.read_bytes()
    for torn in (b"", whole[:-1], whole[:50], bytes(len(whole)), whole[:-1] + b"x", whole + b"x"):
        path.write_bytes(torn)
        result = turn(bert, tmp_path)
        assert (result.received, bert.held_of(anna)) == (0, 0)
        assert not path.exists()
        assert turn(anna, tmp_path).sent == 2
        assert path.read_bytes() == whole
    assert turn(bert, tmp_path).received == 2


@given(place=st.integers(0, 2**16), change=st.integers(1, 255))
def test_no_byte_of_a_file_is_believed(
    tmp_path_factory: pytest.TempPathFactory, place: int, change: int
) -> None:
    """Whoever writes on the stick can also give the file its right name."""
    folder = tmp_path_factory.mktemp("stick")
    anna, bert = circle("anna", "bert")
    anna.post("a", "b", "c")
    turn(anna, folder)
    [path] = segments_of(folder, anna)
    whole = bytearray(path.read_bytes())
    # The place is drawn before the length is known: packed keys and times are of no fixed length.
    whole[place % len(whole)] ^= change
    name = SegmentName.parse(path.name)
    assert name is not None
    path.unlink()
    path.with_name(str(SegmentName.of(name.first, name.last, name.head, bytes(whole)))).write_bytes(
        whole
    )
    turn(bert, folder)
    state = bert.store.feed(anna.feed)
    if state is not None and state.held:
        for number in range(1, 5):
            mine, theirs = (s.load(anna.feed, number, number) for s in (anna.store, bert.store))
            assert theirs in (None, mine)
    turn(anna, folder)
    turn(bert, folder)
    assert bert.held_of(anna) in (0, 4)


def test_links_pipes_and_strange_things_are_left_alone(tmp_path: Path) -> None:
    anna, bert = circle("anna", "bert")
    anna.post("a")
    folder, outside = tmp_path / "stick", tmp_path / "outside"
    folder.mkdir()
    turn(anna, folder)
    [path] = segments_of(folder, anna)
    shutil.copytree(folder, outside)
    # A pipe and a link in the place of files: neither is waited for nor followed.
    path.unlink()
    os.mkfifo(path)
    assert turn(bert, folder).received == 0
    path.unlink()
    path.symlink_to(next(outside.rglob(path.name)))
    assert turn(bert, folder).received == 0
    path.unlink()
    path.mkdir()
    assert turn(bert, folder).received == 0
    with pytest.raises(FolderError, match="is a directory"):
        turn(anna, folder)
    # A link in the place of a directory: nothing is read or written through it.
    shutil.rmtree(path.parent)
    path.parent.symlink_to(next(outside.rglob(path.parent.name)))
    before = sorted(outside.rglob("*"))
    with pytest.raises(FolderError, match=r"cannot be used, .*(not a directory|symbolic links)"):
        turn(anna, folder)
    assert turn(bert, folder).received == 0
    assert sorted(outside.rglob("*")) == before


def test_names_that_mean_nothing_cost_little(tmp_path: Path) -> None:
    anna, bert = circle("anna", "bert")
    anna.post("a")
    turn(anna, tmp_path)
    [path] = segments_of(tmp_path, anna)
    for number in range(6000):
        (path.parent / f"{number:x}.txt").touch()
    (path.parent / f"1-9-{1 << 40}-{'0' * 16}-{'0' * 32}.sayso").touch()
    os.truncate(path.parent / f"{0:x}.txt", 1 << 40)
    (tmp_path / "sayso" / "feeds-1" / ("f" * 32)).mkdir()
    turn(bert, tmp_path)
    for stray in path.parent.glob("*.txt"):
        stray.unlink()
    turn(bert, tmp_path)
    assert bert.held_of(anna) == 2


def test_who_makes_work_is_left_alone(tmp_path: Path) -> None:
    anna, bert = circle("anna", "bert")
    anna.post("a")
    turn(anna, tmp_path)
    [path] = segments_of(tmp_path, anna)
    for number in range(100):
        data = b"sayso bundle 1\n" + bytes([number])
        name = SegmentName.of(1 + number, 200 + number, bytes(32), data)
        path.with_name(str(name)).write_bytes(data)
    result = turn(bert, tmp_path)
    assert result.damaged == folder_limits.MAX_USELESS + 1
    assert not result.in_sync


@pytest.mark.parametrize("name", ["sayso", "sayso/feeds-1"])
def test_a_folder_where_something_else_stands_is_said(tmp_path: Path, name: str) -> None:
    anna = Person("anna")
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")
    with pytest.raises(FolderError, match="cannot be used"):
        turn(anna, tmp_path)
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.ENOSPC, "is full: make room"),
        (errno.EDQUOT, "is full: make room"),
        (errno.EROFS, "What it holds was taken"),
        (errno.EACCES, "make it writable"),
        (errno.EIO, "when it is there again, sync again"),
        (errno.ENODEV, "when it is there again, sync again"),
    ],
)
def test_a_stick_that_takes_no_more_keeps_what_was_written(
    number: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, bert = circle("anna", "bert")
    anna.post("a")
    real = SharedDirectory.write

    def write(self: SharedDirectory, name: str, data: bytes) -> None:
        if name.startswith("1-"):
            raise OSError(number, os.strerror(number))
        real(self, name, data)

    with monkeypatch.context() as patch, pytest.raises(FolderError, match=says):
        patch.setattr(SharedDirectory, "write", write)
        turn(anna, tmp_path)
    assert amounts(turn(anna, tmp_path)) == (0, 2)
    assert turn(bert, tmp_path).received == 2


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="cannot be used, or not any more: no such file"):
        turn(Person("anna"), tmp_path / "gone")


def test_drafts_of_long_ago_are_removed(tmp_path: Path) -> None:
    anna = Person("anna")
    turn(anna, tmp_path)
    [path] = segments_of(tmp_path, anna)
    old, new = path.with_name("old.draft"), path.with_name("new.draft")
    for draft in (old, new):
        draft.write_bytes(b"torn")
    os.utime(old, (0, 0))
    turn(anna, tmp_path)
    assert (old.exists(), new.exists()) == (False, True)


def test_a_fork_proof_comes_along(tmp_path: Path) -> None:
    anna, other, bert = Person("anna"), Person("anna"), Person("bert")
    ours, theirs = anna.post("mine"), other.post("theirs")
    proof = fork_of(ours, theirs)
    assert proof is not None
    anna.store.add_statements([proof], 0)
    bert.follow(anna)
    turn(anna, tmp_path)
    turn(bert, tmp_path)
    state = bert.store.feed(anna.feed)
    assert state is not None
    assert state.proof is not None
    assert quiet(turn(anna, tmp_path))


def test_names_suit_every_file_system(tmp_path: Path) -> None:
    """FAT tells no cases apart, refuses some characters, and has 255 of them at the most; Windows
    260 in a whole path."""
    anna = Person("anna")
    anna.post_many(600)
    turn(anna, tmp_path)
    paths = list((tmp_path / "sayso").rglob("*"))
    assert len(paths) > 4
    for path in paths:
        assert re.fullmatch(r"[a-z0-9.-]+|README\.txt", path.name)
        assert len(str(path.relative_to(tmp_path))) < 200
    longest = SegmentName(2**63 - 2, 2**63 - 1, 8 << 20, bytes(8), bytes(16))
    assert len(str(longest)) < 120


def test_two_at_once_do_each_other_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder on a disk that several machines share."""
    monkeypatch.setattr(folder_writer, "MAX_SMALL", 2)
    people = circle("anna", "bert", "cara")
    failed: list[BaseException] = []

    def take_turns(person: Person) -> None:
        try:
            for number in range(15):
                person.post(f"{person.name} {number}")
                turn(person, tmp_path)
        except BaseException as error:  # told by the test
            failed.append(error)

    threads = [threading.Thread(target=take_turns, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    for _ in range(2):
        for person in people:
            turn(person, tmp_path)
    assert held(people[0], *people[1:]) == {"anna": 16, "bert": 16, "cara": 16}
    assert [held(one, *people) for one in people] == [held(people[0], *people)] * 3
    assert all(quiet(turn(one, tmp_path)) for one in people)


def test_files_with_what_was_taken_back_give_way(tmp_path: Path) -> None:
    anna, bert = circle("anna", "bert")
    said = anna.post("one", "what nobody shall read", "three")
    turn(anna, tmp_path)
    turn(bert, tmp_path)
    assert _files_with(tmp_path, "nobody shall read")
    named = Reference(anna.account, anna.feed, 3, said.ids[1])
    anna.publish([Retract((named,))])
    turn(anna, tmp_path)
    assert not _files_with(tmp_path, "nobody shall read")
    turn(bert, tmp_path)
    entry = bert.store.entry(said.ids[1])
    assert entry is not None
    assert entry.body is None
    assert quiet(turn(anna, tmp_path))
    assert quiet(turn(bert, tmp_path))
    for person in (anna, bert):
        assert person.store.check(None, lambda _: None).errors == ()


def _files_with(folder: Path, text: str) -> list[Path]:
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [file for file in files if text.encode() in file.read_bytes()]
