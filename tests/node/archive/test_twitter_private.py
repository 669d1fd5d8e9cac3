"""What only some could read must not become readable to all."""

from pathlib import Path

import pytest

from sayso_node.archive import Archive, ArchiveError, Audience, Reason, open_archive

from .builders import (
    new_layout,
    note,
    old_layout,
    old_tweet,
    tweet,
    tweets_file,
    write_zip,
    ytd,
)

SECRET = "for your eyes only"


def circle(*records: dict[str, object]) -> str:
    return tweets_file(*records, variable="twitter_circle_tweet")


def both_ways(path: Path) -> tuple[Archive, Archive]:
    return open_archive(path), open_archive(path, include_private=True)


def history(*changes: tuple[str, str]) -> str:
    records = [{"protectedHistory": {"protectedAt": at, "action": act}} for at, act in changes]
    return ytd("protected_history", records)


@pytest.mark.parametrize("include_private", [False, True])
@pytest.mark.parametrize(
    "name",
    [
        "direct-messages",
        "direct-messages-group",
        "deleted-tweets",
        "deleted-note-tweet",
        "tweetdeck",
        "grok-chat-item",
        "direct-messages-part1",
    ],
)
def test_other_files_are_never_opened(tmp_path: Path, name: str, include_private: bool) -> None:
    files = new_layout(tweet(1, "public"))
    files[f"data/{name}.js"] = tweets_file(tweet(2, SECRET))
    archive = open_archive(write_zip(tmp_path / "a.zip", files), include_private=include_private)
    assert [post.text for post in archive] == ["public"]
    assert not archive.errors


@pytest.mark.parametrize("include_private", [False, True])
def test_messages_under_the_name_of_posts_are_refused(
    tmp_path: Path, include_private: bool
) -> None:
    message = {"messageCreate": {"id": "5", "text": SECRET, "createdAt": "2020-01-01T00:00:00Z"}}
    conversation = {"dmConversation": {"conversationId": "1-2", "messages": [message]}}
    files = new_layout(tweet(1, "public"))
    files["data/tweets-part1.js"] = ytd("direct_messages", [conversation])
    archive = open_archive(write_zip(tmp_path / "a.zip", files), include_private=include_private)
    assert [post.text for post in archive] == ["public"]
    assert "tweets-part1.js" in archive.errors[0]


def test_messages_in_the_list_of_posts_are_no_posts(tmp_path: Path) -> None:
    message = {"messageCreate": {"id": "5", "text": SECRET}}
    records = [{"dmConversation": {"messages": [message]}}, message]
    path = write_zip(tmp_path / "a.zip", {"data/tweets.js": ytd("tweets", records)})
    with pytest.raises(ArchiveError):
        open_archive(path, include_private=True)


def test_circle_posts_wait_for_the_owners_word(tmp_path: Path) -> None:
    files = new_layout(tweet(1, "public"), twitter_circle_tweet=circle(tweet(2, SECRET)))
    public, everything = both_ways(write_zip(tmp_path / "a.zip", files))
    assert [post.text for post in public] == ["public"]
    assert public.skipped[Reason.NOT_PUBLIC] == 1
    assert [post.text for post in everything] == ["public", SECRET]


def test_a_circle_post_that_also_stands_among_the_others_is_private(tmp_path: Path) -> None:
    files = new_layout(tweet(2, SECRET), twitter_circle_tweet=circle(tweet(2, SECRET)))
    public, everything = both_ways(write_zip(tmp_path / "a.zip", files))
    assert not len(public)
    assert len(everything) == 1


def test_the_long_text_of_a_circle_post_is_private_too(tmp_path: Path) -> None:
    notes = ytd("note_tweet", [note(SECRET + " and more", "2020-02-05T12:30:15.000Z")])
    files = new_layout(
        tweet(1, "public"), twitter_circle_tweet=circle(tweet(2, SECRET + "…")), note_tweet=notes
    )
    public, everything = both_ways(write_zip(tmp_path / "a.zip", files))
    assert [post.text for post in public] == ["public"]
    assert public.skipped[Reason.LONG_TEXT_ALONE] == 1
    assert [post.text for post in everything] == ["public", SECRET + " and more"]


def test_circle_posts_that_cannot_be_told_apart_are_pointed_out(tmp_path: Path) -> None:
    then = tweet(1, "maybe", created_at="Sat Dec 31 23:00:00 +0000 2022")
    files = new_layout(then, tweet(2, "before"))
    told = {post.text: post.audience for post in open_archive(write_zip(tmp_path / "a.zip", files))}
    assert told == {"maybe": Audience.CIRCLE_PERHAPS, "before": Audience.PUBLIC}
    files["data/twitter-circle-tweet.js"] = circle()
    sure = open_archive(write_zip(tmp_path / "b.zip", files))
    assert {post.audience for post in sure} == {Audience.PUBLIC}


@pytest.mark.parametrize(
    "mark", [{"user": {"id_str": "7001", "protected": True}}, {"scopes": {"followers": True}}]
)
def test_posts_marked_for_followers_wait(tmp_path: Path, mark: dict[str, object]) -> None:
    months = {"2009_03": [old_tweet(1, SECRET, **mark)]}
    public, everything = both_ways(write_zip(tmp_path / "a.zip", old_layout(months)))
    assert dict(public.skipped) == {Reason.NOT_PUBLIC: 1}
    assert [post.text for post in everything] == [SECRET]


@pytest.mark.parametrize(
    ("changes", "public_count"),
    [
        ([], 1),
        ([("2024-01-01T00:00:00Z", "Protect")], 0),
        ([("2024-02-01T00:00:00Z", "Unprotect"), ("2024-01-01T00:00:00Z", "Protect")], 1),
        ([("2024-01-01T00:00:00Z", "Unprotect"), ("2024-02-01T00:00:00Z", "Protect")], 0),
        ([("2024-01-01T00:00:00Z", "no word known")], 0),
    ],
)
def test_a_protected_account_has_no_public_posts(
    tmp_path: Path, changes: list[tuple[str, str]], public_count: int
) -> None:
    files = new_layout(tweet(1, SECRET), protected_history=history(*changes))
    public, everything = both_ways(write_zip(tmp_path / "a.zip", files))
    assert (len(public), len(everything)) == (public_count, 1)
