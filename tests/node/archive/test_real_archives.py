"""The real exports: exact counts, and nothing that was not public."""

import re
import time
import tracemalloc
from dataclasses import astuple
from itertools import pairwise

import pytest
from tests.budget import long, some

from sayso_node.archive import DOUBTFUL, Archive, Reason, open_archive
from testdata import data_file

pytestmark = pytest.mark.data

TWITTER_2013 = "export_twitter_2013_layout.zip"
TWITTER_2020 = "export_twitter_2020_layout.zip"
TWITTER_2024 = "export_twitter_2024_layout.zip"
MASTODON = "export_mastodon_2024.tar.gz"
EXPORTS = [TWITTER_2013, TWITTER_2020, TWITTER_2024, MASTODON]

# Stands in the test data for what must stay private.
PRIVATE = re.compile(r"REDACTED-[A-Z-]*MUST")
PRIVATE_LETTER = re.compile(r"REDACTED-DIRECT")


def matching(archive: Archive, pattern: re.Pattern[str]) -> int:
    return sum(bool(pattern.search(str(astuple(post)))) for post in archive)


@pytest.mark.parametrize(
    ("name", "taken", "skipped"),
    [
        (TWITTER_2013, 2513, {Reason.REPOST: 1}),
        (TWITTER_2020, 22, {}),
        (TWITTER_2024, 1206, {Reason.REPOST: 12, Reason.OLDER_VERSION: 5}),
        (
            MASTODON,
            1169,
            {Reason.NOT_PUBLIC: 40, Reason.DIRECT: 35, Reason.UNLISTED: 16},
        ),
    ],
)
def test_counts(name: str, taken: int, skipped: dict[Reason, int]) -> None:
    archive = open_archive(data_file(name))
    assert archive.total == len(list(archive)) == taken
    assert dict(archive.skipped) == skipped
    assert archive.errors == []


def test_counts_of_mastodon_with_private_posts() -> None:
    archive = open_archive(data_file(MASTODON), include_private=True)
    assert archive.total == 1169 + 40 + 16
    assert dict(archive.skipped) == {Reason.DIRECT: 35}
    assert matching(archive, PRIVATE) == 40


def test_what_else_the_exports_hold() -> None:
    archive = open_archive(data_file(MASTODON))
    assert len(archive.reposts) == 326
    assert len(open_archive(data_file(TWITTER_2013)).reposts) == 480
    assert (len(archive.lists.likes), len(archive.lists.bookmarks)) == (1115, 865)
    assert archive.profile.bio and archive.profile.picture == "avatar.jpg"
    archive = open_archive(data_file(TWITTER_2020))
    assert archive.profile.name == "Lumen Inferius"
    assert (len(archive.lists.follows), len(archive.lists.likes)) == (14, 17)
    assert [[one.part for one in post.media] for post in archive if post.media] == [["video"]]
    assert len(open_archive(data_file("mastodon_following_accounts.csv")).lists.follows) == 476


@long
@pytest.mark.parametrize("name", EXPORTS)
def test_nothing_private_comes_out(name: str) -> None:
    assert matching(open_archive(data_file(name)), PRIVATE) == 0
    assert matching(open_archive(data_file(name), include_private=True), PRIVATE_LETTER) == 0


@pytest.mark.parametrize("name", EXPORTS)
def test_texts_are_plain_and_links_whole(name: str) -> None:
    for post in open_archive(data_file(name)):
        assert "//t.co/" not in post.text
        assert not re.search(r"&(amp|lt|gt|quot|#39);", post.text)
        assert not re.search(r"</?(p|br|span|a)\b", post.text)
        assert post.text.strip()
        assert not post.text.startswith("RT @")


@pytest.mark.parametrize("name", EXPORTS)
def test_order_and_origins(name: str) -> None:
    archive = open_archive(data_file(name))
    times = [post.written_ms for post in archive]
    assert all(a is not None and b is not None and a <= b for a, b in pairwise(times))
    assert len({post.origin for post in archive}) == archive.total
    assert {post.origin.partition(":")[0] for post in archive} == {archive.kind}


@pytest.mark.parametrize(
    ("name", "replies"), [(TWITTER_2013, 560), (TWITTER_2020, 9), (TWITTER_2024, 819)]
)
def test_replies_keep_what_they_answer(name: str, replies: int) -> None:
    archive = open_archive(data_file(name))
    found = sum(post.reply_to is not None for post in archive)
    # A few of those that the files hold are reposts or older versions.
    assert replies - 17 <= found <= replies


def test_every_long_text_found_its_post() -> None:
    archive = open_archive(data_file(TWITTER_2024))
    assert archive.skipped[Reason.LONG_TEXT_ALONE] == 0
    assert sum(len(post.text) > 280 for post in archive) >= 20
    assert sum(post.audience in DOUBTFUL for post in archive) == 482


LINES = [
    ("abuse_davidson", 12_393, 0),
    ("account_cogdog", 94_754, 0),
    ("account_trump_2015", 7_536, 0),
    ("control_accounts", 41_708, 0),
    ("crowd_airline", 7_506, 0),
    ("crowd_event_emoji", 6_055, 0),
    ("multilingual_xlmt", 7_200, 0),
    ("propaganda_ira", 49_278, 0),
    ("spam_sms", 2_787, 0),
    ("spam_youtube", 1_236, 0),
    ("threads_irc", 30_555, 2),
    ("threads_rumoureval", 4_519, 0),
]


@long
@pytest.mark.parametrize(("name", "taken", "empty"), some(LINES, 3))
def test_counts_of_lines(name: str, taken: int, empty: int) -> None:
    archive = open_archive(data_file(f"{name}.jsonl.gz"))
    assert archive.total == taken
    assert dict(archive.skipped) == ({Reason.NO_TEXT: empty} if empty else {})
    assert archive.errors == []
    dated = [post.written_ms or 0 for post in archive]
    assert dated == sorted(dated)
    assert all(post.lang is None or re.fullmatch("[a-z]{2,3}", post.lang) for post in archive)


@long
def test_a_large_account_is_quick_and_small() -> None:
    path = data_file("account_cogdog.jsonl.gz")
    began = time.process_time()
    archive = open_archive(path)
    assert time.process_time() - began < 15
    assert len({post.origin for post in archive}) == 94_754
    assert sum(post.reply_to is not None for post in archive) == 46_835
    numbers = [int(post.origin.partition(":")[2]) for post in archive]
    assert sum(a > b for a, b in pairwise(numbers)) <= 1  # one is dated before its elder


@long
def test_a_large_account_fits_into_little_memory() -> None:
    path = data_file("account_cogdog.jsonl.gz")
    tracemalloc.start()
    try:
        archive = open_archive(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert archive.total == 94_754
    assert peak < 160 << 20
