"""Long texts and the posts that they belong to."""

from pathlib import Path

from sayso_node.archive import Archive, Reason, open_archive

from .builders import link, new_layout, note, tweet, write_zip, ytd

MOMENT = "2020-02-05T12:30:15.000Z"
LONG = "Moss has no roots. " * 20 + "The end."
CUT = LONG[:270].rstrip()


def read(tmp_path: Path, tweets: list[dict[str, object]], *notes: dict[str, object]) -> Archive:
    files = new_layout(*tweets, note_tweet=ytd("note_tweet", list(notes)))
    return open_archive(write_zip(tmp_path / "a.zip", files))


def test_the_long_text_replaces_the_cut_one(tmp_path: Path) -> None:
    archive = read(tmp_path, [tweet(1, CUT + "…")], note(LONG, MOMENT))
    assert [post.text for post in archive] == [LONG]
    assert not archive.skipped.total


def test_a_second_apart_is_the_same_moment(tmp_path: Path) -> None:
    archive = read(tmp_path, [tweet(1, CUT + "…")], note(LONG, "2020-02-05T12:30:14.990Z"))
    assert archive.posts[0].text == LONG


def test_the_names_of_those_answered_stay(tmp_path: Path) -> None:
    archive = read(tmp_path, [tweet(1, f"@bo @cy {CUT}…")], note(LONG, MOMENT))
    assert archive.posts[0].text == f"@bo @cy {LONG}"


def test_links_of_both_are_expanded_and_none_is_lost(tmp_path: Path) -> None:
    entities = {
        "urls": [link("https://t.co/a1", "https://example.org/moss")],
        "media": [link("https://t.co/pic", "https://twitter.com/ada/status/1/photo/1")],
    }
    core_links = [{"shortUrl": "https://t.co/b2", "expandedUrl": "https://example.org/moss"}]
    short = tweet(1, "See https://t.co/a1 on &lt;moss&gt;… https://t.co/pic", entities=entities)
    long = note("See https://t.co/b2 on <moss> and &amp; ferns", MOMENT, urls=core_links)
    assert read(tmp_path, [short], long).posts[0].text == (
        "See https://example.org/moss on <moss> and &amp; ferns"
        " https://twitter.com/ada/status/1/photo/1"
    )


def test_the_same_moment_with_other_words_is_another_post(tmp_path: Path) -> None:
    archive = read(tmp_path, [tweet(1, "Ferns have roots.")], note(LONG, MOMENT))
    assert archive.posts[0].text == "Ferns have roots."
    assert archive.skipped[Reason.LONG_TEXT_ALONE] == 1


def test_each_of_two_at_once_gets_its_own(tmp_path: Path) -> None:
    tweets = [tweet(1, "One " + CUT + "…"), tweet(2, "Two " + CUT + "…")]
    archive = read(tmp_path, tweets, note("Two " + LONG, MOMENT), note("One " + LONG, MOMENT))
    assert [post.text for post in archive] == ["One " + LONG, "Two " + LONG]


def test_the_same_words_at_another_time_are_another_post(tmp_path: Path) -> None:
    archive = read(tmp_path, [tweet(1, CUT + "…")], note(LONG, "2021-02-05T12:30:15.000Z"))
    assert archive.posts[0].text == CUT + "…"


def test_a_long_text_without_time_is_told(tmp_path: Path) -> None:
    archive = read(tmp_path, [tweet(1, "short")], {"noteTweet": {"core": {"text": "x"}}})
    assert archive.skipped[Reason.UNREADABLE] == 1
    assert "note-tweet.js, record 1" in archive.errors[0]


def test_a_post_of_nothing_but_a_picture_claims_no_long_text(tmp_path: Path) -> None:
    entities = {"media": [link("https://t.co/pic", "https://twitter.com/ada/status/1/photo/1")]}
    archive = read(tmp_path, [tweet(1, "https://t.co/pic", entities=entities)], note(LONG, MOMENT))
    assert archive.posts[0].text == "https://twitter.com/ada/status/1/photo/1"
