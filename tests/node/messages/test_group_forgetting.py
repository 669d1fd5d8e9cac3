"""What is forgotten of a group goes, and is neither sent nor asked for any more."""

from __future__ import annotations

import pytest
from tests.protocol.private.groups.support import NOW, person

from sayso_node.messages.group_book import NoSuchGroup
from sayso_node.messages.group_records import waiting_contents, waiting_letters
from sayso_protocol.private.groups.contents import Post, Request, read_content, write_content
from sayso_protocol.private.groups.group_limits import ASK_MS

from .test_group_book import Homes, group, homes

__all__ = ["group", "homes"]


def test_a_post_goes_with_the_letter_that_waits(homes: Homes, group: bytes) -> None:
    book, records = homes.books["o"], homes.records["o"]
    gone, kept = (book.write(group, NOW + at, text).post for at, text in enumerate([b"1", b"2"]))
    asked = write_content(Request(group, (), (), ()))
    book.take(person("x").key, asked, NOW + ASK_MS)  # so that copies wait, too
    assert book.forget_post(gone.id) and not book.forget_post(gone.id)
    assert homes.read("o", group) == [b"2"]
    assert len(waiting_letters(records)) == 1
    contents = [read_content(one.content) for one in waiting_contents(records)]
    assert [one.post for one in contents if isinstance(one, Post)] == [kept.wire]
    homes.carry()
    assert b"2" in homes.read("x", group)


def test_what_was_forgotten_is_not_taken_again(homes: Homes, group: bytes) -> None:
    post = homes.books["o"].write(group, NOW, b"a word").post
    homes.carry()
    assert homes.books["x"].forget_post(post.id)
    again = homes.opened("x")
    assert post.id in again.get(group).posts
    assert again.take(person("o").key, write_content(Post(group, post.wire)), NOW) == []
    for name in "ox":
        homes.books[name].tick(NOW + ASK_MS)
    homes.carry(NOW + ASK_MS)
    assert homes.read("x", group) == [] and homes.read("z", group) == [b"a word"]


def test_an_answer_to_what_was_forgotten_is_shown(homes: Homes, group: bytes) -> None:
    first = homes.books["o"].write(group, NOW, b"question").post
    homes.carry()
    homes.books["x"].forget_post(first.id)
    homes.books["z"].write(group, NOW + 1, b"answer")
    homes.carry()
    assert homes.read("x", group) == [b"answer"]
    assert homes.books["x"].get(group).posts.wanted() == ()


def test_all_of_a_group_goes(homes: Homes, group: bytes) -> None:
    book, records = homes.books["o"], homes.records["o"]
    for number in range(3):
        book.write(group, NOW + number, b"many")
    assert book.forget(group) == 3
    assert homes.read("o", group) == [] and waiting_letters(records) == []
    assert book.get(group).is_in and records.count("group post", group) == 0
    book.write(group, NOW + 9, b"go on")
    homes.carry()
    assert homes.read("x", group) == [b"go on"]
    with pytest.raises(NoSuchGroup):
        book.forget(bytes(16))


def test_a_group_that_was_left_goes_whole(homes: Homes, group: bytes) -> None:
    book, records = homes.books["x"], homes.records["x"]
    homes.books["o"].write(group, NOW, b"a word")
    homes.carry()
    book.leave(group, NOW)
    homes.carry()
    assert book.forget(group) == 1
    kinds = ("group operation", "group epoch", "group post", "group post place")
    assert [records.count(kind, group) for kind in kinds] == [0] * len(kinds)
    with pytest.raises(NoSuchGroup):
        book.get(group)
    homes.books["o"].write(group, NOW, b"without x")
    homes.carry()
    assert homes.opened("x").groups() == []


def test_a_post_is_found_by_the_beginning_of_its_id(homes: Homes, group: bytes) -> None:
    book = homes.books["o"]
    posts = [book.write(group, NOW + number, b"x").post for number in range(3)]
    for post in posts:
        assert [kept.post for kept in book.find_posts(group, post.id.hex()[:10])] == [post]
    assert [kept.post for kept in book.find_posts(group, "")] == posts
    book.forget_post(posts[0].id)
    assert book.find_posts(group, posts[0].id.hex()) == []
