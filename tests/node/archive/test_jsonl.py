import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import long

from sayso_node.archive import (
    Archive,
    ArchivedPost,
    ArchiveError,
    Reason,
    archive_limits,
    open_archive,
)

from .builders import write_lines


def read(tmp_path: Path, *records: object) -> Archive:
    return open_archive(write_lines(tmp_path / "posts.jsonl", *records))


def test_details_of_a_post(tmp_path: Path) -> None:
    record = {
        "id": "7",
        "time": "2020-02-05T12:30:15+01:00",
        "text": "wet\n& green",
        "reply_to": 6,
        "lang": "pt_BR",
        "warn": "plants",
        "tags": ["#moss", 3],
        "author": "ada",
        "repost_of": "5",
    }
    archive = read(tmp_path, record)
    assert (archive.kind, archive.total) == ("jsonl", 1)
    assert list(archive) == [
        ArchivedPost(
            "jsonl:7", 1_580_902_215_000, "wet\n& green", "jsonl:6", "plants", "pt-BR", ("moss",)
        )
    ]


@pytest.mark.parametrize("name", ["posts.jsonl.gz", "no-name-for-it"])
def test_gzip_is_known_by_its_content(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(b'{"id": "1", "text": "x"}\n'))
    assert [post.text for post in open_archive(path)] == ["x"]


@pytest.mark.parametrize("field", ["time", "ts"])
def test_both_names_for_the_time(tmp_path: Path, field: str) -> None:
    archive = read(tmp_path, {"text": "x", "time": None, field: "1970-01-01T00:00:01"})
    assert archive.posts[0].written_ms == 1000


def test_order_is_by_time_then_id_then_line_and_the_undated_come_first(tmp_path: Path) -> None:
    records = [
        {"id": "10", "ts": "2020-01-01T00:00:00Z", "text": "third"},
        {"id": "9", "ts": "2020-01-01T00:00:00Z", "text": "second"},
        {"id": "a", "text": "undated"},
        {"id": "x", "ts": "2020-01-02T00:00:00Z", "text": "fourth"},
        {"id": "b", "ts": "2020-01-02T00:00:00Z", "text": "fifth"},
    ]
    texts = [post.text for post in read(tmp_path, *records)]
    assert texts == ["undated", "second", "third", "fourth", "fifth"]


def test_broken_lines_are_told_by_number_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    lines = [
        b"\xef\xbb\xbf{broken",
        b'{"id": "2", "text": "good"}',
        b"",
        b'{"id": "4", "text": "\xff"}',
        b'["text"]',
        b'{"id": "6"}',
        b'{"id": "7", "text": "good too"}',
        b'{"id": "8", "te',
    ]
    path.write_bytes(b"\r\n".join(lines))
    archive = open_archive(path)
    assert [post.text for post in archive] == ["good", "good too"]
    assert [text.split()[1] for text in archive.errors] == ["1", "4", "5", "6", "8"]
    assert archive.skipped[Reason.UNREADABLE] == 5


def test_errors_are_bounded_but_counted(tmp_path: Path) -> None:
    archive = read(tmp_path, {"text": "x"}, *["{"] * (archive_limits.MAX_ERRORS + 50))
    assert len(archive.errors) == archive_limits.MAX_ERRORS
    assert archive.skipped[Reason.UNREADABLE] == archive_limits.MAX_ERRORS + 50


def test_a_line_nested_too_deeply_is_one_broken_line(tmp_path: Path) -> None:
    archive = read(tmp_path, '{"text":' + "[" * 200_000, {"text": "x"})
    assert len(archive) == 1
    assert "line 1" in archive.errors[0]


def test_a_line_too_long_is_one_broken_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_limits, "MAX_RECORD_CHARS", 64)
    archive = read(tmp_path, {"text": "x" * 1000}, {"text": "short"})
    assert [post.text for post in archive] == ["short"]
    assert [text.split()[1] for text in archive.errors] == ["1"]


def test_a_text_too_long_is_refused(tmp_path: Path) -> None:
    archive = read(tmp_path, {"text": "x" * (archive_limits.MAX_TEXT_CHARS + 1)}, {"text": "y"})
    assert (len(archive), archive.skipped[Reason.UNREADABLE]) == (1, 1)


def test_duplicates_are_known_by_id(tmp_path: Path) -> None:
    archive = read(tmp_path, {"id": 1, "text": "x"}, {"id": "1", "text": "x"})
    assert (len(archive), archive.skipped[Reason.DUPLICATE]) == (1, 1)


def test_without_an_id_equal_lines_are_one_and_the_id_is_stable(tmp_path: Path) -> None:
    first = {"text": "x", "time": "2020-01-01T00:00:00Z"}
    archive = read(tmp_path, first, first, {"text": "x"}, {"text": "x", "author": "bo"})
    assert (len(archive), archive.skipped[Reason.DUPLICATE]) == (3, 1)
    assert archive.posts[-1].origin == read(tmp_path, first).posts[0].origin


def test_pictures_alone_become_their_links(tmp_path: Path) -> None:
    media = ["https://example.org/1.jpg", "https://example.org/2.jpg"]
    archive = read(tmp_path, {"text": "", "media": media}, {"id": "2", "text": " "})
    assert [post.text for post in archive] == ["\n".join(media)]
    assert archive.skipped[Reason.NO_TEXT] == 1


@pytest.mark.parametrize(
    "bad", ["yesterday", "03/02/2011", "2011-02-30", "2011-02-03 04:05 EST", [2011], {"t": 1}, -5]
)
def test_a_post_whose_time_is_not_understood_is_left_out(tmp_path: Path, bad: object) -> None:
    """It would be published without one for ever, and the mended file refused as known."""
    archive = read(tmp_path, {"text": "x", "ts": bad}, {"text": "y"})
    assert [post.text for post in archive] == ["y"]
    assert archive.skipped[Reason.TIME_NOT_READ] == 1
    assert "line 1" in archive.errors[0]


def test_lone_surrogates_are_made_safe(tmp_path: Path) -> None:
    archive = read(tmp_path, r'{"id": "\ud800", "text": "a\ud800b \ud83c\udf3f"}')
    (post,) = archive
    assert post.text == "a\N{REPLACEMENT CHARACTER}b \N{HERB}"
    post.origin.encode()


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "<html></html>", '{"a": 1}', "[1]", "%PDF-1.4"])
def test_what_has_no_posts_is_no_archive(tmp_path: Path, content: str) -> None:
    path = tmp_path / "file"
    path.write_text(content)
    with pytest.raises(ArchiveError, match="JSON lines"):
        open_archive(path)


@pytest.mark.parametrize(
    "start",
    [
        "window.YTD.direct_messages.part0 = [",
        "window.YTD.twitter_circle_tweet.part0 = [",
        "window.YTD.like.part0 = [",
        "window.__THAR_CONFIG = {",
        "Grailbird.data.tweet_index = [",
    ],
)
def test_another_file_of_a_twitter_export_asks_for_the_posts(tmp_path: Path, start: str) -> None:
    path = tmp_path / "tweets.js"
    path.write_text(start)
    with pytest.raises(ArchiveError, match="one file out of a Twitter/X export, and not the one"):
        open_archive(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from(["id", "text", "time", "ts", "reply_to", "lang", "tags", "media", "warn"])


@long
@given(st.lists(st.dictionaries(FIELDS, JSON), max_size=6))
def test_any_values_give_posts_that_can_be_stored(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]]
) -> None:
    path = tmp_path_factory.mktemp("jsonl") / "posts.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in [*records, {"text": "last"}]))
    archive = open_archive(path)
    assert len(archive) + archive.skipped.total == len(records) + 1
    assert [p.written_ms or -1 for p in archive] == sorted(p.written_ms or -1 for p in archive)
    for post in archive:
        "".join((post.origin, post.text, post.reply_to or "", post.warn or "", *post.tags)).encode()
