"""The same posts in whatever people have them: packed, unpacked, from Windows, one file alone."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_node.archive import ArchiveError, Audience, Part, Reason, open_archive

from .builders import (
    create,
    mastodon,
    new_layout,
    old_layout,
    old_tweet,
    tweet,
    write_directory,
    write_tar,
    write_zip,
)

RECORDS = [
    {"id": str(n), "text": f"größer {n}", "time": f"2011-02-0{n}T04:05:06Z"} for n in (1, 2, 3)
]
TEXTS = [record["text"] for record in RECORDS]
FORMS: dict[str, Callable[[], str]] = {
    "lines": lambda: "".join(json.dumps(one) + "\n" for one in RECORDS),
    "lines of Windows": lambda: "".join(json.dumps(one) + "\r\n" for one in RECORDS),
    "lines with commas": lambda: ",\n".join(map(json.dumps, RECORDS)),
    "array in a line": lambda: json.dumps(RECORDS),
    "array, an object a line": lambda: "[\n" + ",\n".join(map(json.dumps, RECORDS)) + "\n]\n",
    "array, indented": lambda: "\n " + json.dumps(RECORDS, indent=2),
    "objects, indented": lambda: "\n".join(json.dumps(one, indent=2) for one in RECORDS),
}
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "xz in parts": lambda data: lzma.compress(data[:9]) + bytes(8) + lzma.compress(data[9:]),
}


def texts(path: Path) -> list[str]:
    return [post.text for post in open_archive(path)]


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("form", FORMS)
def test_json_in_every_form_is_the_same(
    tmp_path: Path, form: str, encoding: str, packer: str
) -> None:
    path = tmp_path / "posts"
    path.write_bytes(PACKERS[packer](FORMS[form]().encode(encoding)))
    archive = open_archive(path)
    assert [post.text for post in archive] == TEXTS
    assert not archive.errors


@pytest.mark.parametrize("mode", ["w:", "w:gz", "w:bz2", "w:xz"])
def test_a_tar_in_every_packing(tmp_path: Path, mode: str) -> None:
    files = {"a.bin": "x" * 300_000, **mastodon(create(1, "one")), "z.bin": "y" * 300_000}
    assert texts(write_tar(tmp_path / "a", files, mode)) == ["one"]


def backslashed(files: dict[str, str]) -> dict[str, str]:
    return {"export\\" + name.replace("/", "\\"): text for name, text in files.items()}


@pytest.mark.parametrize(
    "files",
    [
        new_layout(tweet(1, "one")),
        old_layout({"2009_03": [old_tweet(1, "one")]}),
        mastodon(create(1, "one")),
    ],
)
def test_names_with_backslashes_are_names(tmp_path: Path, files: dict[str, str]) -> None:
    assert texts(write_zip(tmp_path / "a.zip", backslashed(files))) == ["one"]
    assert texts(write_tar(tmp_path / "a.tar", backslashed(files), "w:")) == ["one"]
    assert texts(write_directory(tmp_path / "d", backslashed(files))) == ["one"]


@pytest.mark.parametrize("front", ["..\\", "a\\..\\..\\", "C:\\", "\\", "\\\\server\\share\\"])
def test_names_with_backslashes_that_lead_out_are_not_seen(tmp_path: Path, front: str) -> None:
    files = {front + name: text for name, text in new_layout(tweet(1, "one")).items()}
    with pytest.raises(ArchiveError, match="neither"):
        open_archive(write_zip(tmp_path / "a.zip", files))


@pytest.mark.parametrize("packer", PACKERS)
def test_one_file_out_of_an_export_is_taken(tmp_path: Path, packer: str) -> None:
    path = tmp_path / "one"
    path.write_bytes(PACKERS[packer](new_layout(tweet(1, "one"))["data/tweets.js"].encode()))
    archive = open_archive(path)
    assert [post.text for post in archive] == ["one"]
    assert "one file out of an export" in archive.notes[0]


@pytest.mark.parametrize(
    "content",
    [
        "Account address,Show boosts,Notify on new posts,Languages\nbo@elm.example,true,false,\n",
        "bo@elm.example\ncy@oak.example\n",
        "bo@elm.example,true\r\n",
        "\ufeffAccount address\n",
        "account address,Hide notifications\nbo@elm.example,true\n",
    ],
)
def test_a_list_of_accounts_alone_is_taken(tmp_path: Path, content: str) -> None:
    path = tmp_path / "following_accounts.csv"
    path.write_text(content)
    archive = open_archive(path)
    found = re.findall("bo@elm.example|cy@oak.example", content)
    assert (archive.lists.follows, archive.total) == (tuple(found), 0)


# --- what JSON says beside its words ------------------------------------------------------

WORDS = {
    "public": Audience.PUBLIC,
    "": Audience.PUBLIC,
    None: Audience.PUBLIC,
    "unlisted": Reason.UNLISTED,
    "home": Reason.UNLISTED,
    "Quiet-Public": Reason.UNLISTED,
    "private": Reason.NOT_PUBLIC,
    "followers": Reason.NOT_PUBLIC,
    "followers-only": Reason.NOT_PUBLIC,
    "mutuals": Reason.NOT_PUBLIC,
    "circle": Reason.NOT_PUBLIC,
    "direct": Reason.DIRECT,
    "specified": Reason.DIRECT,
    "Mentioned": Reason.DIRECT,
    "who knows": Audience.UNKNOWN,
    7: Audience.UNKNOWN,
}


@pytest.mark.parametrize("word", WORDS)
def test_visibility_is_heeded(tmp_path: Path, word: object) -> None:
    path = tmp_path / "posts"
    path.write_text(json.dumps({"id": "1", "text": "x", "visibility": word}))
    archive, meant = open_archive(path), WORDS[word]  # type: ignore[index]
    everything = open_archive(path, include_private=True)
    if isinstance(meant, Audience):
        assert [post.audience for post in archive] == [meant]
    else:
        assert (len(archive), dict(archive.skipped)) == (0, {meant: 1})
    assert len(everything) == (meant is not Reason.DIRECT)


GOOD_TAGS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)
BAD = st.sampled_from([" ", "\n", "\t", "\u202e", "\x1b", "\u2028", "\u200b\n", "\0"])


@given(st.lists(GOOD_TAGS, max_size=4), st.lists(st.tuples(GOOD_TAGS, BAD, GOOD_TAGS), max_size=4))
def test_tags_that_cannot_be_are_left_out_and_counted(
    tmp_path_factory: pytest.TempPathFactory, good: list[str], bad: list[tuple[str, str, str]]
) -> None:
    path = tmp_path_factory.mktemp("tags") / "posts"
    named = [*good, *("".join(parts) for parts in bad), "x" * 200]
    path.write_text(json.dumps({"id": "1", "text": "x", "tags": named}))
    (post,) = open_archive(path)
    assert post.tags == tuple(dict.fromkeys(good))
    assert post.lost == (Part.TAG,) * (len(bad) + 1)


# --- notes of Misskey ---------------------------------------------------------------------


def note(number: int, text: str | None, **more: object) -> dict[str, object]:
    return {
        "id": f"9k{number}",
        "text": text,
        "createdAt": "2023-04-05T06:07:08.000Z",
        "fileIds": [],
        "files": [],
        "replyId": None,
        "renoteId": None,
        "poll": None,
        "cw": None,
        "visibility": "public",
        "visibleUserIds": [],
        "localOnly": False,
        **more,
    }


def test_notes_of_misskey(tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    poll = {"choices": [{"text": "yes", "votes": 3}, {"text": "no", "votes": 1}]}
    notes = [
        note(1, "one"),
        note(2, "two", replyId="9k1", cw="moss", poll=poll),
        note(3, "wall", files=[{"type": "image/png", "comment": "a  wall"}, {"type": "video/mp4"}]),
        note(4, None, renoteId="x"),
        note(5, "mine too", renoteId="x"),
        note(6, "x", visibility="home"),
        note(7, "x", visibility="followers"),
        note(8, "x", visibility="specified"),
        note(9, "x", localOnly=True),
        note(10, "x", createdAt="?"),
        note(11, None),
    ]
    path.write_text(json.dumps(notes))
    archive = open_archive(path)
    assert archive.kind == "misskey"
    assert [post.text for post in archive] == [
        "one",
        "two",
        "wall\n\n[picture: a wall]\n[video]",
        "mine too",
    ]
    second = archive.posts[1]
    assert second.poll is not None and second.poll.options == ("yes", "no")
    assert (second.origin, second.reply_to, second.warn) == ("misskey:9k2", "misskey:9k1", "moss")
    assert [post.lost for post in archive] == [(), (Part.POLL,), (Part.PICTURE, Part.VIDEO), ()]
    assert dict(archive.skipped) == {
        Reason.REPOST: 1,
        Reason.UNLISTED: 1,
        Reason.NOT_PUBLIC: 2,
        Reason.DIRECT: 1,
        Reason.TIME_NOT_READ: 1,
        Reason.NO_TEXT: 1,
    }
    assert len(open_archive(path, include_private=True)) == 7


# --- pictures -----------------------------------------------------------------------------

KINDS = {"image/png": "picture", "video/mp4": "video", "audio/ogg": "sound", "": "attachment"}


@given(st.lists(st.tuples(st.sampled_from(sorted(KINDS)), st.none() | GOOD_TAGS), max_size=5))
def test_attachments_beside_words_are_named_and_counted(
    tmp_path_factory: pytest.TempPathFactory, attached: list[tuple[str, str | None]]
) -> None:
    path = tmp_path_factory.mktemp("media") / "a.zip"
    given = [{"type": "Document", "mediaType": kind, "name": name} for kind, name in attached]
    write_zip(path, mastodon(create(1, "<p>Look!</p>", attachment=given)))
    (post,) = open_archive(path)
    lines = [f"[{KINDS[kind]}: {name}]" if name else f"[{KINDS[kind]}]" for kind, name in attached]
    assert post.text == "\n\n".join(["Look!", *(["\n".join(lines)] if lines else [])])
    assert [str(part) for part in post.lost] == [KINDS[kind] for kind, _ in attached]


def test_pictures_of_twitter_keep_their_link_and_are_counted(tmp_path: Path) -> None:
    media = [
        {"url": "https://t.co/a", "expanded_url": "https://x.example/photo/1", "type": kind}
        for kind in ("photo", "video", "animated_gif")
    ]
    record = tweet(1, "look https://t.co/a", extended_entities={"media": media})
    (post,) = open_archive(write_zip(tmp_path / "a.zip", new_layout(record)))
    assert post.text == "look https://x.example/photo/1"
    assert post.lost == (Part.PICTURE, Part.VIDEO, Part.VIDEO)


@pytest.mark.parametrize("field", ["quote", "quoteUrl", "quoteUri", "_misskey_quote"])
def test_what_a_post_quotes_is_named(tmp_path: Path, field: str) -> None:
    address = "https://elm.example/notes/1"
    activity = create(1, "<p>So true.</p>", **{field: address})
    (post,) = open_archive(write_zip(tmp_path / "a.zip", mastodon(activity)))
    assert post.text == f"So true.\n\nRE: {address}"
