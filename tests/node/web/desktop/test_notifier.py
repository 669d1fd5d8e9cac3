"""News for the owner: whose, in safe words, by the rules, and not too often."""

from __future__ import annotations

import pytest
from tests.node.support import Person

from sayso_node.accounts.author import Author
from sayso_node.clock import now_ms
from sayso_node.compose.post import Draft, publish_post
from sayso_node.home.directory import Home
from sayso_node.web.desktop.dbus import NoDesktop
from sayso_node.web.desktop.notifier import ONE_BY_ONE, Notifier
from sayso_protocol.content.body import Post, Profile, Reference
from sayso_protocol.crypto.keys import key_text
from sayso_storage.interface.store import Store

RULES = """[[rule]]
action = "hide"
words = "casino"
"""


class _Scene:
    """The owner's post, and somebody who answers it."""

    def __init__(self, home: Home, store: Store) -> None:
        self.store = store
        published = publish_post(store, Author(home, store), Draft("mine"))
        assert published.run is not None
        entry = store.entry(published.run.ids[0])
        assert entry is not None
        self.own = Reference(entry.account, entry.feed, entry.seq, entry.id)
        self.other = Person("kim")
        store.follow(self.other.account, "kim", now_ms())
        store.add_grant(self.other.grant)

    def answer(self, *texts: str, warn: str | None = None) -> None:
        posts = [Post(text, reply=self.own, warn=warn) for text in texts]
        self.store.append([self.other.publish(posts)], now_ms())


def test_news_are_told_in_safe_words(home: Home, store: Store) -> None:
    scene, told = _Scene(home, store), list[tuple[str, str]]()
    notifier = Notifier(home, store, lambda *one: told.append(one))
    scene.answer("from before")
    last = store.last_arrival()
    assert notifier.tell_after(last) == (last, False)
    scene.answer("turned \u202eround\x1b]0;x\x07\nsecond")
    last, any_told = notifier.tell_after(last)
    assert (last, any_told) == (store.last_arrival(), True)
    [(title, text)] = told
    assert title == "@kim replied to you"
    assert text.startswith("turned ")
    assert text.isprintable()
    assert "\u202e" not in text
    scene.answer("secret", warn="spoiler")
    last, _ = notifier.tell_after(last)
    assert told[1:] == [("@kim replied to you", "Warning: spoiler")]
    scene.answer(*["again"] * (ONE_BY_ONE + 1))
    last, _ = notifier.tell_after(last)
    assert told[2:] == [("sayso", f"{ONE_BY_ONE + 1} notifications: `sayso notifications`")]


def test_what_rules_hide_is_not_told(home: Home, store: Store) -> None:
    scene, told = _Scene(home, store), list[tuple[str, str]]()
    home.filters.write_text(RULES)
    home.filters.chmod(0o600)
    last = store.last_arrival()
    scene.answer("a casino", "a word")
    Notifier(home, store, lambda *one: told.append(one)).tell_after(last)
    assert told == [("@kim replied to you", "a word")]


def test_who_has_no_petname_cannot_end_the_marks_round_a_name(home: Home, store: Store) -> None:
    scene, told = _Scene(home, store), list[tuple[str, str]]()
    stranger = Person("eve")
    store.follow(stranger.account, None, now_ms())
    store.add_grant(stranger.grant)
    last = store.last_arrival()
    bodies = [Profile("x” @kim “"), Post("hello", reply=scene.own)]
    store.append([stranger.publish(list(bodies))], now_ms())
    Notifier(home, store, lambda *one: told.append(one)).tell_after(last)
    key = key_text(stranger.account)[:12]
    assert told == [(f"“x' @kim '” ({key}) replied to you", "hello")]


def test_without_a_desktop_it_goes_on(home: Home, store: Store) -> None:
    scene, tried = _Scene(home, store), list[str]()

    def show(title: str, _: str) -> None:
        tried.append(title)
        raise NoDesktop

    notifier, last = Notifier(home, store, show), store.last_arrival()
    for count in (1, 2):
        scene.answer("one")
        last, told = notifier.tell_after(last)
        assert told
        assert len(tried) == count


def test_the_bell_is_for_a_terminal_alone(capsys: pytest.CaptureFixture[str]) -> None:
    from sayso_node.web.desktop.notifier import ring

    ring("a", "b")
    assert capsys.readouterr() == ("", "")
