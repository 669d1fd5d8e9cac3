"""Media of a home: settings, who is asked, what comes by itself, what is forgotten."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from tests.protocol.blob.blobs import bytes_of, tree_of
from tests.storage.makers import NOW_MS, author, run_of

from sayso_node.accounts.creation import create_account
from sayso_node.accounts.names import Names
from sayso_node.entries.loader import load_items
from sayso_node.filters.hidden_media import hidden_among
from sayso_node.filters.judge import Judge
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_node.media.arriving_file import ArrivingFile
from sayso_node.media.attached_blob import all_blobs, as_cid, look_up
from sayso_node.media.blob_sources import attaching, is_passed_on, sources_of
from sayso_node.media.blob_store import add_blob, open_blobs
from sayso_node.media.fetch_rules import (
    BY_NOBODY,
    OTHER_KIND,
    STRANGER,
    TOO_LARGE,
    UNDER_A_RULE,
    why_not,
)
from sayso_node.media.media_file import MediaFileError, load_media_settings
from sayso_node.media.not_fetched import NO_SOURCE, not_fetched
from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_protocol.blob.cid import cid_text
from sayso_protocol.blob.media_settings import MediaSettings
from sayso_protocol.content.attachment import Attachment
from sayso_protocol.content.body import Post
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.filters.syntax.parser import read_rules
from sayso_storage.interface.errors import StoreError
from sayso_storage.interface.store import Store

BERT, CARA = author(2), author(3)
CAT, FILM = bytes_of(1000), bytes_of(2 * LEAF_SIZE + 5)
PICTURE = Attachment(tree_of(CAT).cid, len(CAT), "Image/PNG", "A cat.")
MOVIE = Attachment(tree_of(FILM).cid, len(FILM), "video/mp4")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    create_account(made, "Anna", None)
    return made


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    """Anna follows Bert, who posted a picture, and then that and a film, brought by a peer."""
    with open_home(home) as opened:
        opened.follow(BERT.account.public, "bert", NOW_MS)
        opened.add_grant(BERT.grant)
        bodies = [Post("a", attach=(PICTURE,)), Post("b", attach=(PICTURE, MOVIE)), Post("c")]
        opened.append([run_of(BERT, [*bodies])], NOW_MS, ["peer one"])
        opened.save_carriers([(BERT.account.public, "peer two", 5), (CARA.account.public, "3", 9)])
        yield opened


# --- settings


def test_a_home_without_a_file_has_what_is_usual(home: Home) -> None:
    settings = load_media_settings(home)
    assert settings == MediaSettings(2 << 30, "followed", ("image",), 2 << 20)


def test_the_owner_writes_what_is_fetched(home: Home) -> None:
    home.media.write_text(
        'quota = "10 GiB"\n[fetch]\nfrom = "nobody"\nkinds = ["video"]\nmost = 5000\n'
    )
    home.media.chmod(0o600)
    assert load_media_settings(home) == MediaSettings(10 << 30, "nobody", ("video",), 5000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("quota = true", "a size"),
        ('quota = "-1"', "a size"),
        ("quotas = 1", "not known"),
        ("fetch = 1", "a table"),
        ('[fetch]\nfrom = "all"', "one of"),
        ('[fetch]\nkinds = ["text"]', "a list of"),
        ("[fetch]\nmost = 99999999999", "a size"),
        ("quota = ", "Invalid value"),
    ],
)
def test_mistakes_are_told_with_their_line(home: Home, text: str, said: str) -> None:
    home.media.write_text(text)
    home.media.chmod(0o600)
    with pytest.raises(MediaFileError, match=said):
        load_media_settings(home)


# --- what comes by itself


def test_pictures_of_followed_accounts_come_by_themselves() -> None:
    followed, settings = {BERT.account.public}, MediaSettings(fetch_most=1000)
    of_bert = BERT.account.public, followed
    assert why_not(settings, PICTURE, *of_bert) is None
    assert why_not(settings, MOVIE, *of_bert) == OTHER_KIND
    large = Attachment(PICTURE.cid, 1001, "image/png")
    assert why_not(settings, large, *of_bert) == TOO_LARGE
    assert why_not(settings, PICTURE, CARA.account.public, followed) == STRANGER
    assert why_not(MediaSettings(fetch_from="nobody"), PICTURE, *of_bert) == BY_NOBODY


def test_the_ledger_says_what_did_not_come(home: Home, store: Store) -> None:
    blobs = open_blobs(home)
    found = [
        (one.attachment.cid, one.because) for one in not_fetched(store, blobs, MediaSettings())
    ]
    assert found == [(PICTURE.cid, NO_SOURCE), (MOVIE.cid, OTHER_KIND), (PICTURE.cid, NO_SOURCE)]
    add_blob(home, io.BytesIO(CAT))
    (line,) = not_fetched(store, blobs, MediaSettings())
    record = line.as_json()
    assert (record["what"], record["cid"]) == ("not fetched", cid_text(MOVIE.cid))


# --- who is asked, and what is given


def test_those_are_asked_that_brought_it_or_carry_its_author(store: Store) -> None:
    assert sources_of(store, attaching(store, PICTURE.cid)) == ["peer one", "peer two"]
    assert sources_of(store, attaching(store, tree_of(b"unnamed").cid)) == []


def test_what_no_entry_attaches_is_not_given(store: Store) -> None:
    assert is_passed_on(store, MOVIE.cid)
    assert not is_passed_on(store, tree_of(b"a draft").cid)


# --- what is here


def test_blobs_are_listed_with_why_they_are_here(home: Home, store: Store) -> None:
    blobs = open_blobs(home)
    draft = add_blob(home, io.BytesIO(b"a draft"))
    blobs.add(io.BytesIO(CAT), NOW_MS, pin=False)
    begun = blobs.begin(MOVIE.cid, MOVIE.size)
    begun.write(0, FILM[:LEAF_SIZE])
    begun.close()
    found = {one.cid: one for one in all_blobs(store, blobs)}
    assert [one.because for one in found.values()] == ["pinned", "attached", "attached"]
    assert found[draft.cid].held and found[draft.cid].entries == ()
    cat, film = found[PICTURE.cid], found[MOVIE.cid]
    assert (cat.held, cat.type, len(cat.entries)) == (True, "Image/PNG", 2)
    assert (film.held, film.size) == (False, MOVIE.size) and film.have >= LEAF_SIZE
    assert look_up(store, blobs, MOVIE.cid) == film
    assert film.as_json()["holders"] == ["peer one", "peer two"]


def test_items_say_what_is_attached_and_what_of_it_is_here(home: Home, store: Store) -> None:
    add_blob(home, io.BytesIO(CAT))
    [item] = load_items(store, Names(store), attaching(store, MOVIE.cid))
    assert item.as_json()["attachments"] == [
        {
            "cid": cid_text(PICTURE.cid), "type": "Image/PNG", "size": 1000, "alt": "A cat.",
            "held": True,
        },
        {
            "cid": cid_text(MOVIE.cid), "type": "video/mp4", "size": MOVIE.size, "alt": "",
            "held": False,
        },
    ]  # fmt: skip


# --- reading what arrives


def test_an_arriving_file_is_read_as_far_as_it_is_verified(home: Home) -> None:
    blobs = open_blobs(home)
    partial = blobs.begin(MOVIE.cid, MOVIE.size)
    reading = ArrivingFile(home, MOVIE.cid)
    assert reading.read_up_to(0) == b""
    partial.write(0, FILM[:LEAF_SIZE])
    assert reading.read_up_to(LEAF_SIZE) == FILM[:LEAF_SIZE]
    for index in (1, 2):
        partial.write(index, FILM[index * LEAF_SIZE : (index + 1) * LEAF_SIZE])
    partial.complete(tree_of(FILM), NOW_MS)
    blobs.remove([MOVIE.cid])  # it stays open
    rest = b"".join(iter(lambda: reading.read_up_to(MOVIE.size, most=1000), b""))
    assert rest == FILM[LEAF_SIZE:]
    reading.close()
    gone = ArrivingFile(home, MOVIE.cid)
    with pytest.raises(StoreError, match="fetch it again"):
        gone.read_up_to(1)


def test_texts_that_are_cids_are_told_apart() -> None:
    assert as_cid(f" {cid_text(PICTURE.cid)}\n") == PICTURE.cid
    assert as_cid("8e5caeb832c2") is None


# --- rules


def test_rules_look_at_attachments(store: Store) -> None:
    text = """
        [[rule]]
        action = "fold"
        media_kind = "video"
        media_bytes = 100000
        because = "films"
        [[rule]]
        action = "hide"
        media = 1
        because = "pictures"
    """
    judge = Judge(store, read_rules(text.encode()), NOW_MS)
    film, picture = attaching(store, PICTURE.cid)
    plain = store.arrived_after(picture.arrival, 5)[-1]
    titles = [one.show.because if one.show else None for one in judge.judge([film, picture, plain])]
    assert titles == ["films", "pictures", None]


def test_media_of_hidden_entries_do_not_come_and_the_ledger_says_so(
    home: Home, store: Store
) -> None:
    entries = attaching(store, PICTURE.cid)
    assert hidden_among(home, store, entries) == set()
    home.filters.write_text(
        f'[[rule]]\naction = "hide"\naccount = "{key_text(entries[0].account)}"\n'
    )
    home.filters.chmod(0o600)
    assert hidden_among(home, store, entries) == {entry.id for entry in entries}
    hidden = partial(hidden_among, home, store)
    lines = not_fetched(store, open_blobs(home), MediaSettings(), hidden)
    assert [one.because for one in lines] == [UNDER_A_RULE, OTHER_KIND, UNDER_A_RULE]


def test_nothing_is_given_of_accounts_that_are_dropped(store: Store) -> None:
    assert not is_passed_on(store, MOVIE.cid, frozenset)
