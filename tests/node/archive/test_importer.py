"""Archives into feeds: everything once, in order, linked; however often it is interrupted."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_node.accounts.author import Author
from sayso_node.archive import ArchivedPost, importer
from sayso_node.archive.content_warning import fitted_warning
from sayso_node.archive.importer import Imported, import_posts
from sayso_protocol.content.body import KnownBody, Post, read_body
from sayso_protocol.content.post import MAX_WARNING
from sayso_protocol.feed.entry import id_text
from sayso_protocol.feed.run import Run
from sayso_protocol.limits import MAX_RUN_ENTRIES
from sayso_storage.interface.store import Store, StoreFull

from ..support import Person


def archived(number: int, reply_to: int | None = None, text: str | None = None) -> ArchivedPost:
    return ArchivedPost(
        origin=f"jsonl:{number}",
        written_ms=1_000_000 + number,
        text=text or f"made up {number}",
        reply_to=None if reply_to is None else f"jsonl:{reply_to}",
    )


def stored(store: Store) -> dict[str, tuple[int, str, Post]]:
    """Sequence number, id and post by origin."""
    found = {}
    for entry in store.arrived_after(0, 10**6):
        body = read_body(entry.body or b"")
        if isinstance(body, Post):
            assert body.origin is not None
            found[body.origin] = entry.seq, id_text(entry.id), body
    return found


def run(store: Store, author: object, posts: list[ArchivedPost]) -> Imported:
    counted: list[int] = []
    result = import_posts(store, author, posts, counted.append)  # type: ignore[arg-type]
    assert sum(counted) == len(posts)
    return result


def test_posts_keep_order_time_and_origin(store: Store, author: Author) -> None:
    posts = [archived(n) for n in range(MAX_RUN_ENTRIES * 2 + 5)]
    result = run(store, author, posts)
    assert (result.imported, result.skipped, result.errors) == (len(posts), 0, {})
    found = stored(store)
    assert list(found) == [post.origin for post in posts]
    assert [body.written for _, _, body in found.values()] == [post.written_ms for post in posts]


def test_a_second_run_imports_only_what_is_new(store: Store, author: Author) -> None:
    posts = [archived(n) for n in range(10)]
    run(store, author, posts[:6])
    result = run(store, author, posts)
    assert (result.imported, result.skipped) == (4, 6)
    assert run(store, author, posts).imported == 0
    assert len(stored(store)) == 10


def test_replies_become_references(store: Store, author: Author) -> None:
    posts = [archived(0), archived(1, 0), archived(2, 1), archived(3, 2), archived(4, 99)]
    run(store, author, posts)
    found = stored(store)
    ids = {origin: entry_id for origin, (_, entry_id, _) in found.items()}
    links = [
        (body.reply and id_text(body.reply.id), body.root and id_text(body.root.id))
        for _, _, body in found.values()
    ]
    assert links == [
        (None, None),
        (ids["jsonl:0"], None),
        (ids["jsonl:1"], ids["jsonl:0"]),
        (ids["jsonl:2"], ids["jsonl:0"]),
        (None, None),
    ]
    assert [body.reply_origin for _, _, body in found.values()] == [None] * 4 + ["jsonl:99"]


def test_replies_reach_over_runs_of_the_import(store: Store, author: Author) -> None:
    run(store, author, [archived(0), archived(1, 0)])
    run(store, author, [archived(0), archived(1, 0), archived(2, 1)])
    found = stored(store)
    body = found["jsonl:2"][2]
    assert body.reply is not None and body.root is not None
    assert id_text(body.reply.id) == found["jsonl:1"][1]
    assert id_text(body.root.id) == found["jsonl:0"][1]


def test_replies_to_later_posts_wait_and_circles_come_unlinked(
    store: Store, author: Author
) -> None:
    run(
        store, author, [archived(0, 1), archived(1), archived(2, 3), archived(3, 2), archived(4, 4)]
    )
    found = stored(store)
    assert found["jsonl:0"][2].reply is not None
    assert found["jsonl:0"][0] > found["jsonl:1"][0]
    for origin in ("jsonl:2", "jsonl:3", "jsonl:4"):
        assert found[origin][2].reply is None
        assert found[origin][2].reply_origin is not None


def test_order_is_kept_although_replies_need_ids(store: Store, author: Author) -> None:
    posts = [archived(0), *(archived(n, n - 1) for n in range(1, 60))]
    run(store, author, posts)
    assert list(stored(store)) == [post.origin for post in posts]


def test_posts_that_cannot_be_taken_are_counted(store: Store, author: Author) -> None:
    posts = [archived(0), archived(1, text="x" * 20_000), archived(2, text="a\0b"), archived(3, 1)]
    result = run(store, author, posts)
    assert result.imported == 2
    assert sorted(result.errors.values()) == [1, 1]
    assert any("16384" in reason for reason in result.errors)
    assert stored(store).keys() == {"jsonl:0", "jsonl:3"}
    assert stored(store)["jsonl:3"][2].reply_origin == "jsonl:1"


@pytest.mark.parametrize(
    "warn",
    [
        "w" * 513,
        "戦" * 171,
        "long words " * 60,
        "é" * 257,
        "👩🏽‍🚀" * 40,
        " ".join("ab" * 400),
        "w" * 9000,
    ],
)
def test_a_warning_that_is_too_long_stays_whole(warn: str, store: Store, author: Author) -> None:
    post = ArchivedPost("jsonl:1", 1, "the text", warn=warn.strip())
    assert run(store, author, [post]).imported == 1
    body = stored(store)["jsonl:1"][2]
    assert body.text == f"{warn.strip()}\n\nthe text"
    assert body.warn is not None
    assert len(body.warn.encode()) <= MAX_WARNING
    begun, end = body.warn[:-1], body.warn[-1]
    assert end == "…"
    assert begun
    assert warn.startswith(begun)


@given(st.text(min_size=1).filter(lambda warn: "\0" not in warn), st.text(min_size=1, max_size=9))
def test_of_no_warning_anything_is_lost(warn: str, text: str) -> None:
    for one in (warn, warn * (MAX_WARNING // len(warn.encode(errors="replace")) + 2)):
        fitted, rest = fitted_warning(one, text)
        assert fitted
        if (fitted, rest) != (one, text):
            assert len(one.encode()) > MAX_WARNING
            assert one.startswith(fitted[:-1])
            assert rest == f"{one}\n\n{text}"
        assert len(fitted.encode()) <= MAX_WARNING


def test_a_reason_is_the_right_one(store: Store, author: Author) -> None:
    long_id = ArchivedPost("jsonl:" + "x" * 600, 1, "short")
    result = run(store, author, [long_id, archived(1, text="x" * 20_000)])
    assert dict(result.errors) == {
        "its id, or that of what it answers, is longer than 512 bytes": 1,
        "longer than the 16384 bytes of an entry": 1,
    }


def test_tags_of_archive_and_text_are_joined(store: Store, author: Author) -> None:
    post = ArchivedPost("jsonl:1", None, "so #Warm today", tags=("warm", "Summer"), lang="x" * 99)
    run(store, author, [post])
    body = stored(store)["jsonl:1"][2]
    assert (body.tags, body.lang) == (("warm", "Summer"), None)


class Failing:
    """Publishes some times, then meets a full disk."""

    def __init__(self, person: Person, times: int) -> None:
        self._person = person
        self._left = times

    def publish(self, bodies: list[KnownBody]) -> Run:
        if not self._left:
            raise StoreFull("no space left")
        self._left -= 1
        return self._person.publish(bodies)


@given(
    replies=st.lists(st.integers(-1, 30), max_size=30),
    failures=st.lists(st.integers(0, 3), max_size=3),
    size=st.integers(1, 6),
    early=st.integers(0, 3),
)
def test_whatever_happens_each_post_is_there_once(
    replies: list[int], failures: list[int], size: int, early: int
) -> None:
    """Replies point anywhere; the import is interrupted; batches are small."""
    posts = [archived(n, None if to < 0 else to) for n, to in enumerate(replies)]
    person = Person("importer")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importer, "MAX_RUN_ENTRIES", size)
        patch.setattr(importer, "EARLY_BATCHES", early)
        for times in failures:
            try:
                import_posts(person.store, Failing(person, times), posts, lambda _: None)
            except StoreFull:
                continue
        import_posts(person.store, person, posts, lambda _: None)
        again = import_posts(person.store, person, posts, lambda _: None)
    assert (again.imported, again.skipped) == (0, len(posts))
    found = stored(person.store)
    assert found.keys() == {post.origin for post in posts}
    ids = {entry_id for _, entry_id, _ in found.values()}
    for post in posts:
        _, entry_id, body = found[post.origin]
        if body.reply is not None:
            assert id_text(body.reply.id) in ids - {entry_id}
            assert found[post.reply_to or ""][1] == id_text(body.reply.id)
            assert body.reply_origin is None
        else:
            assert body.reply_origin == post.reply_to


def test_many_replies_in_any_order() -> None:
    chance = random.Random(1)
    posts = [archived(n, chance.choice([None, chance.randrange(3000)])) for n in range(3000)]
    person = Person("importer")
    result = import_posts(person.store, person, posts, lambda _: None)
    assert result.imported == 3000
