from pathlib import Path

import pytest

from sayso_node.archive import ArchivedPost, ArchiveError, Reason, open_archive

from .builders import (
    link,
    new_layout,
    old_layout,
    old_tweet,
    tweet,
    tweets_file,
    write_directory,
    write_zip,
    ytd,
)

ONLY_POST = "data/tweets.js"


def texts(path: Path, **options: bool) -> list[str]:
    return [post.text for post in open_archive(path, **options)]


def read_one(tmp_path: Path, record: dict[str, object]) -> ArchivedPost:
    (post,) = open_archive(write_zip(tmp_path / "a.zip", new_layout(record)))
    return post


def test_the_same_post_has_the_same_origin_in_every_layout(tmp_path: Path) -> None:
    old = write_zip(tmp_path / "2013.zip", old_layout({"2009_03": [old_tweet(55, "hello")]}))
    files = {"data/tweet.js": tweets_file(tweet(55, "hello"), variable="tweet")}
    middle = write_zip(tmp_path / "2020.zip", files)
    new = write_zip(tmp_path / "2024.zip", new_layout(tweet(55, "hello")))
    archives = [open_archive(path) for path in (old, middle, new)]
    assert {post.origin for archive in archives for post in archive} == {"twitter:55"}
    assert {archive.kind for archive in archives} == {"twitter"}
    assert [archive.total for archive in archives] == [1, 1, 1]


def test_an_unpacked_directory_reads_as_its_zip(tmp_path: Path) -> None:
    files = new_layout(tweet(2, "second"), tweet(1, "first"))
    zipped = open_archive(write_zip(tmp_path / "a.zip", files))
    assert open_archive(write_directory(tmp_path / "d", files)).posts == zipped.posts


@pytest.mark.parametrize("front", ["", "twitter-2024-backup/"])
def test_a_repacked_export_is_found_below_a_folder(tmp_path: Path, front: str) -> None:
    files = {front + name: text for name, text in new_layout(tweet(1, "here")).items()}
    assert texts(write_zip(tmp_path / "a.zip", files)) == ["here"]


def test_the_data_folder_alone_will_do(tmp_path: Path) -> None:
    directory = write_directory(tmp_path, new_layout(tweet(1, "here")))
    assert texts(directory / "data") == ["here"]


def test_records_of_2019_have_no_wrapper(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"data/tweet.js": ytd("tweet", [tweet(1, "bare")])})
    assert texts(path) == ["bare"]


def test_order_is_by_id_where_old_posts_have_the_time_midnight(tmp_path: Path) -> None:
    months = {
        "2009_04": [old_tweet(1000, "third")],
        "2009_03": [old_tweet(900, "second"), old_tweet(99, "first")],
    }
    archive = open_archive(write_zip(tmp_path / "a.zip", old_layout(months)))
    assert [post.text for post in archive] == ["first", "second", "third"]
    assert {post.written_ms for post in archive} == {1_235_865_600_000}


def test_all_parts_and_community_posts_are_read(tmp_path: Path) -> None:
    files = new_layout(tweet(1, "one"))
    files["data/tweets-part1.js"] = tweets_file(tweet(2, "two"), part=1)
    files["data/community-tweet.js"] = tweets_file(tweet(3, "three"), variable="community_tweet")
    assert texts(write_zip(tmp_path / "a.zip", files)) == ["one", "two", "three"]


def test_a_post_that_comes_twice_is_taken_once(tmp_path: Path) -> None:
    files = new_layout(tweet(1, "one"), tweet(1, "one"))
    files["data/tweets-part1.js"] = tweets_file(tweet(1, "one"), part=1)
    archive = open_archive(write_zip(tmp_path / "a.zip", files))
    assert len(archive) == 1
    assert archive.skipped[Reason.DUPLICATE] == 2


def test_entities_are_decoded_once(tmp_path: Path) -> None:
    post = read_one(tmp_path, tweet(1, "a &lt; b &amp;&amp; c &gt; d, &amp;lt; &#39;x&#39; &quot;"))
    assert post.text == "a < b && c > d, &lt; 'x' \""


def test_an_ampersand_without_semicolon_stays(tmp_path: Path) -> None:
    assert (
        read_one(tmp_path, tweet(1, "?a=1&copy=2 &nosuch; AT&T")).text
        == "?a=1&copy=2 &nosuch; AT&T"
    )


def test_short_links_are_replaced_by_the_archives_own_targets(tmp_path: Path) -> None:
    entities = {
        "urls": [link("https://t.co/ab", "https://example.org/?a=1&amp=2")],
        "media": [link("https://t.co/abc", "https://twitter.com/ada/status/1/photo/1")],
    }
    text = "see http://t.co/ab, https://t.co/abc https://t.co/zz"
    assert read_one(tmp_path, tweet(1, text, entities=entities)).text == (
        "see https://example.org/?a=1&amp=2, https://twitter.com/ada/status/1/photo/1 https://t.co/zz"
    )


def test_a_link_to_a_short_link_is_followed(tmp_path: Path) -> None:
    urls = [link("http://t.co/a", "http://t.co/b"), link("http://t.co/b", "https://example.org")]
    assert read_one(tmp_path, tweet(1, "http://t.co/a", entities={"urls": urls})).text == (
        "https://example.org"
    )


def test_details_of_a_post(tmp_path: Path) -> None:
    hashtags = [{"text": "moss"}, {"text": "ferns"}, {"text": "moss"}]
    record = tweet(
        9,
        "#moss #ferns #moss",
        lang="in",
        in_reply_to_status_id_str="8",
        entities={"hashtags": hashtags},
    )
    assert read_one(tmp_path, record) == ArchivedPost(
        origin="twitter:9",
        written_ms=1_580_905_815_000,
        text="#moss #ferns #moss",
        reply_to="twitter:8",
        lang="id",
        tags=("moss", "ferns"),
    )


@pytest.mark.parametrize(
    "record",
    [
        old_tweet(1, "RT @bo: cut off in the midd…"),
        old_tweet(1, "RT @bo what a day"),
    ],
)
def test_reposts_are_someone_elses_words(tmp_path: Path, record: dict[str, object]) -> None:
    archive = open_archive(write_zip(tmp_path / "a.zip", old_layout({"2009_03": [record]})))
    assert not len(archive)
    is_told = "retweeted_status" in record
    assert dict(archive.skipped) == ({} if is_told else {Reason.REPOST: 1})
    links = ["https://twitter.com/i/web/status/5"] if is_told else []
    assert [one.link for one in archive.reposts] == links


def test_a_repost_of_which_it_is_said_of_what_is_kept(tmp_path: Path) -> None:
    record = old_tweet(1, "no mark in the text", retweeted_status={"id_str": "5"})
    archive = open_archive(write_zip(tmp_path / "a.zip", old_layout({"2009_03": [record]})))
    assert (len(archive), archive.skipped.total) == (0, 0)
    [repost] = archive.reposts
    assert repost.link == "https://twitter.com/i/web/status/5"


def test_own_words_before_a_repost_are_own(tmp_path: Path) -> None:
    assert read_one(tmp_path, tweet(1, "So true! RT @bo: moss")).text == "So true! RT @bo: moss"


def test_posts_of_others_are_skipped(tmp_path: Path) -> None:
    months = {"2009_03": [old_tweet(1, "mine"), old_tweet(2, "theirs", author="7002")]}
    archive = open_archive(write_zip(tmp_path / "a.zip", old_layout(months)))
    assert [post.text for post in archive] == ["mine"]
    assert archive.skipped[Reason.SOMEONE_ELSES] == 1


def test_without_an_owner_signed_posts_are_refused(tmp_path: Path) -> None:
    files = old_layout({"2009_03": [old_tweet(1, "whose?")]})
    del files["data/js/user_details.js"]
    with pytest.raises(ArchiveError, match=r"user_details\.js"):
        open_archive(write_zip(tmp_path / "a.zip", files))


def test_an_edited_post_counts_in_its_last_version(tmp_path: Path) -> None:
    versions = {"editTweetIds": ["10", "12"]}
    records = [
        tweet(10, "teh moss", edit_info={"initial": versions}),
        tweet(12, "the moss", edit_info={"edit": {"editControlInitial": versions}}),
        tweet(13, "on topic", in_reply_to_status_id_str="10"),
        tweet(14, "never edited", edit_info={"initial": {"editTweetIds": ["14"]}}),
    ]
    archive = open_archive(write_zip(tmp_path / "a.zip", new_layout(*records)))
    assert [post.text for post in archive] == ["the moss", "on topic", "never edited"]
    assert archive.posts[1].reply_to == "twitter:12"
    assert archive.skipped[Reason.OLDER_VERSION] == 1


def test_an_older_version_stays_when_the_later_is_missing(tmp_path: Path) -> None:
    info = {"initial": {"editTweetIds": ["10", "12"]}}
    assert read_one(tmp_path, tweet(10, "teh moss", edit_info=info)).text == "teh moss"


def test_a_broken_record_does_not_stop_the_rest(tmp_path: Path) -> None:
    records = [tweet(1, "good"), {"id_str": "x", "full_text": "no id"}, {"id_str": "3"}]
    archive = open_archive(write_zip(tmp_path / "a.zip", new_layout(*records)))
    assert [post.text for post in archive] == ["good"]
    assert archive.skipped[Reason.UNREADABLE] == 2
    assert ["record 2" in archive.errors[0], "record 3" in archive.errors[1]] == [True, True]


def test_a_file_cut_off_gives_what_stands_before(tmp_path: Path) -> None:
    files = new_layout(tweet(1, "one"), tweet(2, "two"))
    files[ONLY_POST] = files[ONLY_POST][:-60]
    archive = open_archive(write_zip(tmp_path / "a.zip", files))
    assert [post.text for post in archive] == ["one"]
    assert "record 1" in archive.errors[0]


def test_nothing_but_broken_files_is_an_error(tmp_path: Path) -> None:
    files = new_layout()
    files[ONLY_POST] = "<html>"
    with pytest.raises(ArchiveError, match="none of the files"):
        open_archive(write_zip(tmp_path / "a.zip", files))


def test_an_empty_account_is_no_error(tmp_path: Path) -> None:
    assert open_archive(write_zip(tmp_path / "a.zip", new_layout())).total == 0


def test_a_time_that_is_none_is_told(tmp_path: Path) -> None:
    record = tweet(1, "when?", created_at="the day before yesterday")
    archive = open_archive(write_zip(tmp_path / "a.zip", new_layout(record)))
    assert len(archive) == 0
    assert archive.skipped[Reason.TIME_NOT_READ] == len(archive.errors) == 1


@pytest.mark.parametrize("created", ["?", "", "2022-13-01 00:00:00 +0000"])
def test_a_time_that_is_not_read_stands_in_the_id(tmp_path: Path, created: str) -> None:
    """The example of en.wikipedia.org/wiki/Snowflake_ID, of 2022-06-28 16:07:40.105."""
    record = tweet(1_541_815_603_606_036_480, "when?", created_at=created)
    assert read_one(tmp_path, record).written_ms == 1_656_432_460_105


def test_posts_without_words_are_skipped(tmp_path: Path) -> None:
    archive = open_archive(write_zip(tmp_path / "a.zip", new_layout(tweet(1, " \n"))))
    assert dict(archive.skipped) == {Reason.NO_TEXT: 1}
