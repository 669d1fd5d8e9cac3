from pathlib import Path

import pytest

from sayso_node.archive import Archive, ArchivedPost, ArchiveError, Reason, open_archive
from sayso_node.archive.model import ArchivedPoll

from .builders import (
    ACTOR,
    FOLLOWERS,
    PUBLIC,
    Record,
    announce,
    create,
    mastodon,
    write_directory,
    write_tar,
    write_zip,
)

FRIEND = "https://other.example/users/bo"


def read(tmp_path: Path, *activities: Record, **options: bool) -> Archive:
    return open_archive(write_tar(tmp_path / "a.tar.gz", mastodon(*activities)), **options)


def test_details_of_a_post(tmp_path: Path) -> None:
    content = (
        '<p>Wet &amp; green</p><p><a class="mention hashtag" href="x">#<span>moss</span></a></p>'
    )
    activity = create(
        3,
        content,
        summary="plants",
        inReplyTo=f"{FRIEND}/statuses/1",
        contentMap={"de": content},
        tag=[{"type": "Hashtag", "name": "#moss"}, {"type": "Mention", "name": "@bo"}],
    )
    archive = read(tmp_path, activity)
    assert archive.kind == "mastodon"
    assert list(archive) == [
        ArchivedPost(
            origin=f"mastodon:{ACTOR}/statuses/3",
            written_ms=1_672_628_645_000,
            text="Wet & green\n\n#moss",
            reply_to=f"mastodon:{FRIEND}/statuses/1",
            warn="plants",
            lang="de",
            tags=("moss",),
        )
    ]


def test_every_container_gives_the_same(tmp_path: Path) -> None:
    files = mastodon(create(1, "one"), announce(2))
    archives = [
        open_archive(write_tar(tmp_path / "a.tar.gz", files)),
        open_archive(write_tar(tmp_path / "a.tar", files, "w:")),
        open_archive(write_tar(tmp_path / "b.tar", {f"./{k}": v for k, v in files.items()}, "w:")),
        open_archive(write_zip(tmp_path / "a.zip", files)),
        open_archive(write_directory(tmp_path / "d", files)),
    ]
    assert all(archive.posts == archives[0].posts for archive in archives)
    assert all(archive.skipped == archives[0].skipped for archive in archives)


AUDIENCES = [
    ([PUBLIC], [FOLLOWERS], None),
    ([PUBLIC], [FOLLOWERS, FRIEND], None),
    (PUBLIC, None, None),
    (["as:Public"], [], None),
    ([FOLLOWERS], [PUBLIC], Reason.UNLISTED),
    ([FOLLOWERS, FRIEND], [PUBLIC], Reason.UNLISTED),
    ([FOLLOWERS], [], Reason.NOT_PUBLIC),
    ([FOLLOWERS], [FRIEND], Reason.NOT_PUBLIC),
    ([FRIEND], [], Reason.DIRECT),
    ([], [], Reason.DIRECT),
    (None, None, Reason.DIRECT),
    ([f"{FRIEND}/followers"], [], Reason.DIRECT),
    ([{"id": PUBLIC}], [], Reason.DIRECT),
]


@pytest.mark.parametrize(("to", "cc", "reason"), AUDIENCES)
def test_only_public_posts_are_taken(
    tmp_path: Path, to: object, cc: object, reason: Reason | None
) -> None:
    archive = read(tmp_path, create(1, "words", to=to, cc=cc))
    assert dict(archive.skipped) == ({reason: 1} if reason else {})
    assert len(archive) == (reason is None)


@pytest.mark.parametrize(("to", "cc", "reason"), AUDIENCES)
def test_direct_messages_are_never_taken(
    tmp_path: Path, to: object, cc: object, reason: Reason | None
) -> None:
    archive = read(tmp_path, create(1, "words", to=to, cc=cc), include_private=True)
    assert len(archive) == (reason is not Reason.DIRECT)


@pytest.mark.parametrize("include_private", [False, True])
@pytest.mark.parametrize("closer", ["envelope", "post"])
def test_where_envelope_and_post_differ_the_closer_counts(
    tmp_path: Path, closer: str, include_private: bool
) -> None:
    activity = create(1, "words")
    (activity if closer == "envelope" else activity["object"]).update(to=[FRIEND], cc=[])
    archive = read(tmp_path, activity, include_private=include_private)
    assert dict(archive.skipped) == {Reason.DIRECT: 1}


def test_an_envelope_without_addresses_leaves_it_to_the_post(tmp_path: Path) -> None:
    activity = create(1, "words")
    del activity["to"], activity["cc"]
    assert len(read(tmp_path, activity)) == 1


def test_without_the_owners_page_followers_are_known_by_their_usual_address(tmp_path: Path) -> None:
    files = mastodon(create(1, "words", to=[FOLLOWERS], cc=[]), create(2, "all"))
    del files["actor.json"]
    archive = open_archive(write_tar(tmp_path / "a.tar.gz", files))
    assert dict(archive.skipped) == {Reason.NOT_PUBLIC: 1}
    assert [post.text for post in archive] == ["all"]


def test_a_broken_page_of_the_owner_is_told(tmp_path: Path) -> None:
    files = {**mastodon(create(1, "words")), "actor.json": "{broken"}
    archive = open_archive(write_tar(tmp_path / "a.tar.gz", files))
    assert (len(archive), len(archive.errors)) == (1, 1)


def test_other_activities_are_no_posts(tmp_path: Path) -> None:
    other = {"type": "Like", "actor": ACTOR, "object": "x"}
    event = create(4, "party", type="Event")
    archive = read(tmp_path, announce(1), other, event)
    assert dict(archive.skipped) == {Reason.NOT_A_POST: 2}
    assert [one.link for one in archive.reposts] == [f"{FRIEND}/statuses/9"]


def test_posts_of_others_are_skipped(tmp_path: Path) -> None:
    forged = create(2, "theirs", attributedTo=FRIEND)
    stranger = {**create(3, "theirs", attributedTo=FRIEND), "actor": FRIEND}
    archive = read(tmp_path, create(1, "mine"), forged, stranger)
    assert [post.text for post in archive] == ["mine"]
    assert archive.skipped[Reason.SOMEONE_ELSES] == 2


def test_order_is_by_time_then_place_and_duplicates_count_once(tmp_path: Path) -> None:
    late = create(3, "late", published="2023-05-01T00:00:00Z")
    early = create(4, "early", published="2022-05-01T00:00:00Z")
    archive = read(tmp_path, late, early, create(1, "a"), create(2, "b"), late)
    assert [post.text for post in archive] == ["early", "a", "b", "late"]
    assert archive.skipped[Reason.DUPLICATE] == 1


def test_a_poll_keeps_its_choices(tmp_path: Path) -> None:
    choices = [{"name": "moss"}, {"name": "ferns"}]
    archive = read(tmp_path, create(1, "<p>Which?</p>", type="Question", oneOf=choices))
    [post] = archive.posts
    assert post.text == "Which?"
    assert post.poll == ArchivedPoll(("moss", "ferns"), post.written_ms or 0)


def test_choices_that_make_no_poll_are_lines(tmp_path: Path) -> None:
    choices = [{"name": "moss"}, {"name": "moss"}]
    archive = read(tmp_path, create(1, "<p>Which?</p>", type="Question", oneOf=choices))
    assert (archive.posts[0].text, archive.posts[0].poll) == ("Which?\n- moss\n- moss", None)


def test_pictures_alone_become_what_was_said_of_them_and_a_link(tmp_path: Path) -> None:
    pictures = [{"type": "Document", "name": "A wall"}, {"type": "Document", "name": None}]
    archive = read(tmp_path, create(1, "", attachment=pictures), create(2, ""))
    assert [post.text for post in archive] == [
        "[attachment: A wall]\n[attachment]\nhttps://social.example/@ada/1"
    ]
    assert archive.skipped[Reason.NO_TEXT] == 1


def test_broken_items_are_told_by_number(tmp_path: Path) -> None:
    silent = create(1, "x")
    del silent["object"]["content"]
    nameless, undated = create(2, "x", id=7.5), create(3, "x", published="?")
    archive = read(tmp_path, silent, nameless, undated)
    assert archive.skipped[Reason.UNREADABLE] == 2
    assert [text.split()[1] for text in archive.errors] == ["1", "2", "3"]


def test_an_outbox_cut_off_gives_what_stands_before(tmp_path: Path) -> None:
    files = mastodon(create(1, "one"), create(2, "two"))
    files["outbox.json"] = files["outbox.json"][:-80]
    archive = open_archive(write_tar(tmp_path / "a.tar.gz", files))
    assert [post.text for post in archive] == ["one"]
    assert "after item 1" in archive.errors[0]


@pytest.mark.parametrize(
    "outbox", ["", "{}", "[]", '{"orderedItems": 3}', '{"orderedItems": [', '{"orderedItems": [7]}']
)
def test_an_outbox_without_items_is_refused(tmp_path: Path, outbox: str) -> None:
    with pytest.raises(ArchiveError, match=r"outbox\.json"):
        open_archive(write_tar(tmp_path / "a.tar.gz", {"outbox.json": outbox}))


def test_the_outbox_alone_is_taken_and_what_it_cannot_tell_is_said(tmp_path: Path) -> None:
    path = tmp_path / "anything"
    files = mastodon(create(1, "one"), create(2, "x", to=[FOLLOWERS], cc=[]))
    path.write_text(files["outbox.json"])
    archive = open_archive(path)
    assert [post.text for post in archive] == ["one"]
    assert archive.skipped[Reason.NOT_PUBLIC] == 1
    assert "one file out of an export" in archive.notes[0]
