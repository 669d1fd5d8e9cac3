"""Damaged archives are refused or read in part, and never end in another exception."""

import gzip
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from tests.budget import examples

from sayso_node.archive import ArchiveError, open_archive

from .builders import (
    announce,
    create,
    link,
    mastodon,
    new_layout,
    note,
    old_layout,
    old_tweet,
    tweet,
    write_tar,
    write_zip,
    ytd,
)

ENTITIES = {"urls": [link("https://t.co/a", "https://example.org")], "hashtags": [{"text": "a"}]}
TWITTER = new_layout(
    tweet(
        1, "one https://t.co/a", entities=ENTITIES, edit_info={"initial": {"editTweetIds": ["1"]}}
    ),
    tweet(2, "RT @bo: x"),
    note_tweet=ytd("note_tweet", [note("one and more", "2020-02-05T12:30:15Z")]),
)
OLD = old_layout({"2009_03": [old_tweet(1, "one"), old_tweet(2, "two")]})
MASTODON = mastodon(create(1, "<p>one</p>"), announce(2), create(3, "x", to=["x"], cc=[]))
LINES = b'{"id": "1", "text": "one", "ts": "2020-01-01T00:00:00Z"}\n{"id": "2", "text": "two"}\n'


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    place = tmp_path_factory.mktemp("whole")
    paths = {
        "zip": write_zip(place / "a.zip", TWITTER),
        "old": write_zip(place / "b.zip", OLD),
        "tar": write_tar(place / "a.tar", MASTODON, "w:"),
        "tar.gz": write_tar(place / "a.tar.gz", MASTODON),
    }
    lines = {"lines": LINES, "lines.gz": gzip.compress(LINES)}
    return {**{name: path.read_bytes() for name, path in paths.items()}, **lines}


def try_to_read(path: Path) -> None:
    for include_private in (False, True):
        try:
            archive = open_archive(path, include_private=include_private)
        except ArchiveError as error:
            assert str(error)
        else:
            for post in archive:
                "".join((post.origin, post.text, post.reply_to or "", *post.tags)).encode()


SETTINGS = examples(300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
KINDS = st.sampled_from(["zip", "old", "tar", "tar.gz", "lines", "lines.gz"])


@SETTINGS
@given(st.data(), KINDS)
def test_changed_bytes(
    tmp_path: Path, whole: dict[str, bytes], data: st.DataObject, kind: str
) -> None:
    mutated = bytearray(whole[kind])
    for _ in range(data.draw(st.integers(1, 6))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "mutated"
    path.write_bytes(mutated)
    try_to_read(path)


@SETTINGS
@given(st.data(), KINDS)
def test_cut_and_repeated_bytes(
    tmp_path: Path, whole: dict[str, bytes], data: st.DataObject, kind: str
) -> None:
    original = whole[kind]
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(original))] * 2)))
    path = tmp_path / "mutated"
    path.write_bytes(original[:start] + original[end:] * data.draw(st.integers(0, 2)))
    try_to_read(path)


@SETTINGS
@given(st.data(), st.sampled_from([TWITTER, OLD, MASTODON]))
def test_changed_content_in_a_sound_container(
    tmp_path: Path, data: st.DataObject, files: dict[str, str]
) -> None:
    name = data.draw(st.sampled_from(sorted(files)))
    text = files[name]
    at = data.draw(st.integers(0, len(text)))
    junk = data.draw(st.text(max_size=4) | st.sampled_from(["null", "[]", "{}", "7", '"', "}]"]))
    changed = text[:at] + junk + text[at + data.draw(st.integers(0, 8)) :]
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for each, content in {**files, name: changed}.items():
            archive.writestr(each, content.encode("utf-8", "replace"))
    try_to_read(path)


VALUES = st.sampled_from(
    [None, True, 7, -1, 1.5, "", "x", "\ud800", [], [None], {}, {"id": 7}, 10**30]
)


@SETTINGS
@given(st.data())
def test_fields_of_any_type(tmp_path: Path, data: st.DataObject) -> None:
    record = {key: data.draw(VALUES | st.just(value)) for key, value in old_tweet(1, "one").items()}
    post = create(1, "one")["object"]
    post = {key: data.draw(VALUES | st.just(value)) for key, value in post.items()}
    activity = {**create(1, "one"), "object": post}
    activity = {key: data.draw(VALUES | st.just(value)) for key, value in activity.items()}
    try_to_read(write_zip(tmp_path / "t.zip", old_layout({"2009_03": [record]})))
    try_to_read(write_zip(tmp_path / "m.zip", mastodon(activity)))
