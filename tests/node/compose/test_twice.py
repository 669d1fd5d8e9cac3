"""Whatever is said twice is written once, and taken back once: what counts is as it was."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.budget import long

from sayso_node.accounts.author import Author, Published
from sayso_node.accounts.creation import create_account
from sayso_node.compose.follow import follow, unfollow
from sayso_node.compose.label import label
from sayso_node.compose.post import Draft, publish_post
from sayso_node.compose.profile import set_profile
from sayso_node.compose.reaction import react, repost, unrepost
from sayso_node.compose.view import offer_view
from sayso_node.errors import NotFound, PostError
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.feed.entry import id_text
from sayso_protocol.views.ranking import View
from sayso_storage.interface.store import Store

from ..support import Person

ANNA = Person("anna")

State = dict[str, object]
Act = tuple[str, str | None]

acts = st.lists(
    st.tuples(st.just("react"), st.sampled_from(["👍", "🎉", "yes", None]))
    | st.tuples(st.just("repost"), st.sampled_from(["on", None]))
    | st.tuples(st.sampled_from(["label spam", "label kind"]), st.sampled_from(["on", None]))
    | st.tuples(st.just("label account"), st.sampled_from(["on", None]))
    | st.tuples(st.just("follow"), st.sampled_from(["on", None]))
    | st.tuples(st.just("profile"), st.sampled_from(["Robin", "R.", ""]))
    | st.tuples(st.just("view"), st.sampled_from(["age", "replies"])),
    max_size=25,
)


def doing(store: Store, author: Author, on: str, act: Act) -> Published | None:
    """Do one act; what takes back has None."""
    what, value = act
    match what.split():
        case ["react"]:
            return react(store, author, on, value)
        case ["repost"]:
            return (repost if value else unrepost)(store, author, on)
        case ["label", "account"]:
            return label(store, author, [key_text(ANNA.account)], "spam", off=value is None)
        case ["label", name]:
            return label(store, author, [on], name, off=value is None)
        case ["follow"]:
            if value:
                follow(store, ANNA.account, None, author)
            else:
                unfollow(store, ANNA.account, author)
        case ["profile"]:
            set_profile(store, author, value, None)
        case _:
            return offer_view(store, author, View("mine", value or "", ""))
    return None


@long
@settings(max_examples=25)
@given(acts)
def test_only_what_changes_something_is_written(drawn: list[Act]) -> None:
    with TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        create_account(home, "Robin", None)
        with open_home(home) as store:
            author = Author(home, store)
            on = id_text(publish_post(store, author, Draft("hello")).id)
            state: State = {"profile": "Robin"}
            last: dict[str, bytes] = {}
            for act in drawn:
                what, value = act
                before, same = written(store), state.get(what) == value
                if same and value is None:
                    with pytest.raises((PostError, NotFound)):
                        doing(store, author, on, act)
                    assert written(store) == before
                    continue
                made = doing(store, author, on, act)
                assert written(store) == before + (not same)
                if made is not None:
                    assert made.already == same
                    assert last.get(what, made.id) == made.id or not same
                    last[what] = made.id
                state[what] = value


def written(store: Store) -> int:
    own = store.own_feed()
    assert own is not None
    return own.head


@pytest.mark.parametrize("end", ["the original", "the repost itself"])
def test_a_repost_is_taken_back_by_either_id_and_made_again(
    store: Store, author: Author, end: str
) -> None:
    on = id_text(publish_post(store, author, Draft("hello")).id)
    first = repost(store, author, on)
    assert repost(store, author, on).id == repost(store, author, id_text(first.id)).id == first.id
    unrepost(store, author, on if end == "the original" else id_text(first.id))
    assert store.reposts([bytes.fromhex(on)]) == {}
    again = repost(store, author, on)
    assert again.id != first.id and not again.already
    assert len(store.reposts([bytes.fromhex(on)])[bytes.fromhex(on)]) == 1


def test_of_several_subjects_only_the_new_get_the_label(store: Store, author: Author) -> None:
    ids = [id_text(publish_post(store, author, Draft(text)).id) for text in "abc"]
    label(store, author, ids[:2], "spam")
    made = label(store, author, ids, "spam")
    assert not made.already and written(store) == made.seq
    assert label(store, author, ids[::-1], "spam").already
