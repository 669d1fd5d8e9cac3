"""Private messages and strangers on the page, by links and forms alone."""

from __future__ import annotations

import pytest
from tests.node.knocks.support import Door, Knocker, copy, reply

from sayso_node.accounts.lineage import own_account
from sayso_node.clock import now_ms
from sayso_node.filters.edit import mutes_and_blocks
from sayso_node.filters.file import load_rules
from sayso_node.home.directory import Home
from sayso_node.knocks.shelved import put_knock
from sayso_node.knocks.strangers import strangers
from sayso_node.messages.conversation import ShownMessage, messages
from sayso_node.messages.kept_message import KeptMessage, put_message
from sayso_node.web.own_letters import made_letters, opened_letters
from sayso_protocol.content.body import Profile
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.letters.prices import Reach
from sayso_protocol.letters.stranger import Knock
from sayso_protocol.private.contents.first_word import FirstWord, write_first_word
from sayso_protocol.private.contents.message import MAX_LIFETIME_MS, Message
from sayso_protocol.private.mailbox_effects import MessageState
from sayso_protocol.private.packing import MAX_TIME
from sayso_storage.interface.store import Store, TimelineQuery

from .neighbour import Neighbour
from .visitor import Visitor, visiting


@pytest.fixture
def ann(store: Store) -> Neighbour:
    made = Neighbour("ann", store)
    made.publish([Profile("Robin (you)", "hello")])
    return made


def keep(visitor: Visitor, store: Store, by: bytes, text: str, state: MessageState) -> bytes:
    """Keep a message as the mailbox does: of the owner's to somebody, or one that came."""
    own = own_account(store)
    name = len(text).to_bytes(16, "big")
    is_own = state is not MessageState.DELIVERED
    message = Message(name, by if is_own else own, text, now_ms())
    with made_letters(visitor.site.context) as records:
        kept = KeptMessage(own if is_own else by, message, state)
        put_message(records, kept, frozenset((own,)))
    return name


def kept(visitor: Visitor, store: Store) -> list[ShownMessage]:
    with opened_letters(visitor.site.context) as records:
        return [] if records is None else messages(store, records, now_ms())


async def test_a_message_is_written_read_and_forgotten(
    home: Home, store: Store, ann: Neighbour
) -> None:
    async with visiting(home, store) as visitor:
        entries = len(store.timeline(TimelineQuery()))
        page = await visitor.get("/messages")
        assert "No messages yet." in page.text
        assert not home.letters.exists()  # to look makes none
        key = key_text(ann.account)
        where = await visitor.do("/messages", ("key", key), ("text", "at <b>nine</b>\r\nor ten"))
        assert where == f"/messages/{key}?said=sent"
        page = await visitor.get(where)
        assert "at <b>nine</b>\nor ten" in page.text
        assert "waiting" in page.text
        await visitor.do(f"/messages/{key}", ("text", "the second"))
        texts = [one.kept.message.text for one in kept(visitor, store)]
        assert texts == ["at <b>nine</b>\nor ten", "the second"]
        assert all(one.kept.message.to == ann.account for one in kept(visitor, store))
        assert len(store.timeline(TimelineQuery())) == entries  # nothing of it is published
        [_, second] = kept(visitor, store)
        page = await visitor.get(f"/messages/{key}/{second.id}/forget")
        assert "the second" in page.text and "cannot be undone" in page.text
        assert len(kept(visitor, store)) == 2  # it asks first
        where = await visitor.do(f"/messages/{key}/{second.id}/forget")
        assert "the second" not in (await visitor.get(where)).text
        assert len(kept(visitor, store)) == 1
        await visitor.get(f"/messages/{key}/{second.id}/forget", 404)


async def test_the_list_has_states_in_words_and_what_is_new(
    home: Home, store: Store, ann: Neighbour
) -> None:
    other = Neighbour("ben", store)
    store.follow(other.account, "ben", now_ms())
    async with visiting(home, store) as visitor:
        keep(visitor, store, ann.account, "\u202ehidden <i>", MessageState.DELIVERED)
        keep(visitor, store, other.account, "carried", MessageState.CARRIED)
        keep(visitor, store, other.account, "it came back", MessageState.RETURNED)
        page = await visitor.get("/messages")
        assert "\u202e" not in page.text
        assert "returned: nobody took it within 30 days" in page.text
        assert [one.text for one in page.of_class("petname")] == ["@ben"]
        assert "“Robin (you)”" in page.text
        assert "(new)" in page.text
        page = await visitor.get(f"/messages/{key_text(other.account)}")
        assert "carried: others hold it for the reader" in page.text
        await visitor.get(f"/messages/{key_text(ann.account)}")
        assert "(new)" not in (await visitor.get("/messages")).text


async def test_a_time_that_nobody_can_say_stops_no_page(
    home: Home, store: Store, ann: Neighbour
) -> None:
    async with visiting(home, store) as visitor:
        own, key = own_account(store), key_text(ann.account)
        message = Message(bytes(16), own, "far away", MAX_TIME, MAX_LIFETIME_MS)
        with made_letters(visitor.site.context) as records:
            kept = KeptMessage(ann.account, message, MessageState.DELIVERED)
            put_message(records, kept, frozenset((own,)))
        for path in ("/messages", f"/messages/{key}", f"/messages/{key}/{'0' * 32}/forget"):
            assert "far away" in (await visitor.get(path)).text


async def test_what_cannot_be_sent_is_kept_in_the_form(
    home: Home, store: Store, ann: Neighbour
) -> None:
    async with visiting(home, store) as visitor:
        key, own = key_text(ann.account), key_text(own_account(store))
        for typed in ((("key", "@nobody"), ("text", "mine")), (("key", own), ("text", "mine"))):
            assert "mine" in (await visitor.fail("/messages", *typed)).text
        page = await visitor.fail(f"/messages/{key}", ("text", " \r\n"))
        assert "there is no text to send" in page.text
        long = "x" * 60_000
        assert long in (await visitor.fail(f"/messages/{key}", ("text", long))).text
        assert (await visitor.send(f"/messages/{key}", ("text", "x"), csrf="no")).status == 403
        assert kept(visitor, store) == []


def a_knock(name: str) -> tuple[bytes, FirstWord]:
    """The account of a stranger, and his first word: an answer under the name of a friend."""
    door, sam = Door(), Knocker(name)
    sam.publish([Profile("@ben <b>")])
    copy(door, sam)
    return sam.account, sam.word_to(door, reply(door, "a word \u202e<script>"))


async def test_strangers_are_accepted_declined_and_blocked(home: Home, store: Store) -> None:
    async with visiting(home, store) as visitor:
        assert "No stranger has knocked." in (await visitor.get("/strangers")).text
        ids = dict[str, bytes]()
        accounts = dict[str, bytes]()
        with made_letters(visitor.site.context) as records:
            for number, do in enumerate(("accept", "decline", "block"), 1):
                account, word = a_knock(do)
                accounts[do], ids[do] = account, bytes([number]) * 16
                knock = Knock(ids[do], account, Reach.FARTHER, (), b"net", now_ms(), 1, 0)
                put_knock(records, knock, write_first_word(word))
        page = await visitor.get("/strangers?all=1")
        assert page.of_class("petname") == []  # no stranger passes for a friend
        assert "\u202e" not in page.text and "a word" in page.text
        for do, said in (("accept", "accepted"), ("decline", "declined"), ("block", "blocked")):
            where = await visitor.do(f"/strangers/{ids[do].hex()}/{do}")
            assert where == f"/strangers?said={said}"
            await visitor.get(where)
            with opened_letters(visitor.site.context) as records:
                assert records is not None
                left, _ = strangers(store, records, load_rules(home), now_ms())
            assert ids[do].hex() not in [one.id for one in left]
        hidden = mutes_and_blocks(home, now_ms())
        assert hidden == {key_text(accounts["block"]): "block"}
        await visitor.fail(f"/strangers/{'0' * 32}/accept", status=404)
