"""What comes with posts: pictures, polls, reposts, the profile, and lists of the owner's own."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.protocol.media.pictures import SECRET, picture

from sayso_node.accounts.author import Author
from sayso_node.accounts.creation import create_account
from sayso_node.accounts.profile import profile_of
from sayso_node.archive import open_archive
from sayso_node.archive.choice import Choice, Kind, choice_of
from sayso_node.archive.import_run import Outcome, carry_out, steps_of
from sayso_node.archive.pending_lists import PendingLists, read_pending
from sayso_node.archive.plan import Plan, make_plan
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_node.media.blob_store import open_blobs
from sayso_protocol.content.body import KnownBody, Poll, Post, Profile, Repost, read_body

from .builders import (
    ACTOR,
    Record,
    announce,
    create,
    mastodon,
    new_layout,
    tweet,
    write_directory,
    write_tar,
    write_zip,
    ytd,
)

PHOTO, BROKEN = picture("JPEG", 1), picture("JPEG", 2)[:200]
FILES = "media_attachments/files/1/original/"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    create_account(home, None, None)
    return home


def attachment(name: str, alt: str | None) -> Record:
    return {
        "type": "Document",
        "mediaType": "image/jpeg",
        "url": f"/srv/{FILES}{name}",
        "name": alt,
    }


def bring(home: Home, path: Path, choice: Choice | None = None) -> tuple[Plan, Outcome]:
    archive = open_archive(path)
    with open_home(home) as store:
        plan, told = make_plan(store, archive, choice or Choice()), list[int]()
        outcome = carry_out(home, store, Author(home, store), path, plan, told.append)
    assert sum(told) <= steps_of(plan)
    return plan, outcome


def bodies(home: Home, kind: type[KnownBody]) -> list[Any]:
    with open_home(home) as store:
        own = store.own_feed()
        assert own is not None
        entries = store.of_kind(own.account, kind.KIND, 100)
    found = [read_body(one.body) for one in entries if one.body is not None]
    return [one for one in reversed(found) if isinstance(one, kind)]


def export(**more: str | bytes) -> dict[str, str | bytes]:
    poll = {"type": "Question", "anyOf": [{"name": "moss"}, {"name": "fern"}]}
    outbox = mastodon(
        create(
            1, "<p>Look</p>", attachment=[attachment("a.jpg", "a wall"), attachment("b.jpg", None)]
        ),
        create(2, "", attachment=[attachment("a.jpg", "again")]),
        create(3, "<p>Gone</p>", attachment=[attachment("none.jpg", "a lake")]),
        create(4, "<p>Which?</p>", endTime="2020-03-01T00:00:00Z", **poll),
        create(5, "<p>Moss</p>", inReplyTo=f"{ACTOR}/statuses/4"),
        announce(6, f"{ACTOR}/statuses/1"),
        announce(7, "https://other.example/users/bo/statuses/9"),
    )
    return {**outbox, FILES + "a.jpg": PHOTO, FILES + "b.jpg": BROKEN, **more}


@pytest.mark.parametrize("write", [write_tar, write_zip, write_directory])
def test_a_whole_export_comes_over_and_only_once(home: Home, tmp_path: Path, write: Any) -> None:
    path = write(tmp_path / "export", export())
    plan, outcome = bring(home, path)
    assert plan.media == {FILES + "a.jpg", FILES + "b.jpg"}
    assert (outcome.attached, outcome.unreadable) == (1, 1)
    look, alone, gone, moss = bodies(home, Post)
    assert (look.text, [one.alt for one in look.attach]) == ("Look\n\n[picture]", ["a wall"])
    assert (alone.text, alone.attach[0].alt, alone.attach[0].type) == ("", "again", "image/jpeg")
    assert (gone.text, gone.attach) == ("Gone\n\n[picture: a lake]", ())
    [held] = open_blobs(home).all_held()
    reader = open_blobs(home).open(held.cid)
    assert reader is not None and SECRET not in reader.read(0, held.size)
    [poll] = bodies(home, Poll)
    assert (poll.text, poll.options, poll.many) == ("Which?", ("moss", "fern"), True)
    assert poll.end == 1_583_020_800_000 and poll.origin == f"mastodon:{ACTOR}/statuses/4"
    assert moss.reply is not None
    [repost] = bodies(home, Repost)
    assert repost.written is not None and repost.written < 1_700_000_000_000
    assert plan.left_out["repost"] == 1 and plan.kinds[Kind.OWN_REPOST] == 1
    with open_home(home) as store:
        shown = store.entry(repost.of.id)
    assert shown is not None and shown.body is not None and b"Look" in shown.body
    again, outcome = bring(home, path)
    assert not again.publishes and outcome.posts.imported == 0 and again.known == 6


def test_reposts_of_others_become_links_where_that_is_asked_for(home: Home, tmp_path: Path) -> None:
    path = write_tar(tmp_path / "export", export())
    bring(home, path, choice_of([Kind.REPOST], private=False, doubtful=False))
    [link] = bodies(home, Post)
    assert link.text == "https://other.example/users/bo/statuses/9"
    assert link.written is not None and link.origin is not None
    assert bodies(home, Repost) == []


def test_pictures_can_stay_behind(home: Home, tmp_path: Path) -> None:
    path = write_tar(tmp_path / "export", export())
    choice = choice_of([], private=False, doubtful=False, media=False)
    plan, outcome = bring(home, path, choice)
    assert (plan.media, outcome.attached, open_blobs(home).all_held()) == (set(), 0, [])


def test_the_profile_gets_what_it_has_not(home: Home, tmp_path: Path) -> None:
    actor = {"id": ACTOR, "name": "Ada", "summary": "<p>plants</p>", "icon": {"url": "me.jpg"}}
    more: Any = {"actor.json": json.dumps(actor), "me.jpg": PHOTO}
    path = write_tar(tmp_path / "export", export(**more))
    with open_home(home) as store:
        Author(home, store).publish([Profile(name="Robin")])
    bring(home, path)
    with open_home(home) as store:
        own = store.own_feed()
        assert own is not None
        profile = profile_of(store, own.account)
    assert (profile.name, profile.bio) == ("Robin", "plants")
    assert profile.picture is not None and profile.picture.type == "image/jpeg"
    assert not bring(home, path)[0].publishes


def test_lists_wait_on_this_machine_alone(home: Home, tmp_path: Path) -> None:
    likes = '{"id": "likes.json", "orderedItems": ["https://a.example/1", "https://a.example/1"]}'
    follows = "Account address,Show boosts\nBo@Elm.example,true\n"
    more = {"likes.json": likes, "following_accounts.csv": follows, "bookmarks.json": likes[:60]}
    path = write_tar(tmp_path / "export", export(**more))
    _, outcome = bring(home, path)
    waiting = read_pending(home)
    assert waiting == PendingLists(
        ("bo@elm.example",), ("mastodon:https://a.example/1",), waiting.bookmarks
    )
    assert outcome.waiting == waiting.total and home.waiting.stat().st_mode & 0o077 == 0
    assert bring(home, path)[1].waiting == 0
    [post, *_] = (one for one in _references(home))
    assert waiting.entries_of({"mastodon:https://a.example/1": post}) == [post]


def _references(home: Home) -> list[Any]:
    with open_home(home) as store:
        return list(store.import_origins().values())


def test_own_posts_that_were_liked_become_bookmarks(home: Home, tmp_path: Path) -> None:
    liked = json.dumps({"orderedItems": [f"{ACTOR}/statuses/1", "https://a.example/1"]})
    path = write_tar(tmp_path / "export", export(**{"likes.json": liked}))
    for _ in range(2):
        bring(home, path)
        assert read_pending(home) == PendingLists(likes=("mastodon:https://a.example/1",))
        with open_home(home) as store:
            [mark] = store.bookmarks()
            entry = store.entry(mark.of.id)
        assert entry is not None and entry.body is not None and b"Look" in entry.body


def test_tweets_bring_their_pictures_and_lose_the_links_to_them(home: Home, tmp_path: Path) -> None:
    media = [
        {
            "url": "https://t.co/p",
            "expanded_url": "https://x.example/photo/1",
            "type": "photo",
            "media_url_https": "https://pbs.example/media/abc.jpg",
            "ext_alt_text": "a cat",
        },
    ]
    one = tweet(
        1_100_000_000_000_000_001,
        "Look https://t.co/p",
        extended_entities={"media": media},
        entities={"media": media},
    )
    two = tweet(
        1_100_000_000_000_000_002,
        "Gone https://t.co/p",
        extended_entities={"media": media},
        entities={"media": media},
    )
    files: dict[str, str | bytes] = {**new_layout(one, two)}
    files["data/tweets_media/1100000000000000001-abc.jpg"] = PHOTO
    files["data/following.js"] = ytd("following", [{"following": {"accountId": "12"}}])
    files["data/like.js"] = ytd(
        "like", [{"like": {"tweetId": "34", "fullText": "words of others"}}]
    )
    path = write_zip(tmp_path / "a.zip", files)
    bring(home, path)
    texts = {post.text: [one.alt for one in post.attach] for post in bodies(home, Post)}
    assert texts == {"Look": ["a cat"], "Gone https://x.example/photo/1": []}
    assert read_pending(home) == PendingLists(("twitter:12",), ("twitter:34",))


def test_media_that_swell_are_not_unpacked(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sayso_node.archive.media_intake._SPARE", 0)
    path = write_zip(tmp_path / "a.zip", export(**{FILES + "a.jpg": bytes(1 << 20)}))
    _, outcome = bring(home, path)
    assert (outcome.attached, outcome.unreadable) == (0, 2)
    assert open_blobs(home).all_held() == []


def test_links_in_a_directory_are_not_followed(home: Home, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(PHOTO)
    path = write_directory(tmp_path / "a", export())
    (path / FILES / "a.jpg").unlink()
    (path / FILES / "a.jpg").symlink_to(tmp_path / "secret.jpg")
    assert bring(home, path)[0].media == {FILES + "b.jpg"}
