"""Facts of stored entries are what the store holds, gathered only when asked for."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.node.support import Person
from tests.node.village import LATER, Village

from sayso_node.entries.links import hosts_of
from sayso_node.filters.facts import conversation
from sayso_node.filters.facts.body import BodyFacts
from sayso_node.filters.facts.gatherer import Gatherer
from sayso_protocol.accounts.statement import sign_rotate
from sayso_protocol.codec import encode
from sayso_protocol.content.body import Edit, Follow, Post, React, Repost, Unfollow
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.facts import FACTS, Kind
from sayso_protocol.feed.entry import id_text
from sayso_protocol.feed.run import sign_run

PYTHON = {Kind.INTEGER: int, Kind.TEXT: str, Kind.TEXTS: tuple}


def every(facts: object) -> dict:
    return {name: getattr(facts, name) for name in FACTS}


def test_every_fact_is_gathered_and_of_its_kind(village: Village) -> None:
    [entry] = village.says("ben", Post("hi"))
    found = every(village.facts(entry))
    assert {name: type(value) for name, value in found.items()} == {
        name: PYTHON[fact.kind] for name, fact in FACTS.items()
    }
    for name, value in found.items():
        if FACTS[name].kind is Kind.TEXTS:
            assert list(value) == sorted(set(value))


def test_what_is_no_fact_is_no_attribute(village: Village) -> None:
    [entry] = village.says("ben", Post("hi"))
    assert not hasattr(village.facts(entry), "colour")


def test_facts_of_a_body(village: Village) -> None:
    text = "see https://a:b@Example.org:80/x?y and HTTP://example.org/ 赌场"
    post = Post(text, tags=("Ads", "ads", "Ünï"), lang="pt-BR", warn="long")
    [entry] = village.says("ben", post)
    facts = village.facts(entry, entry.sort_ms + 3_999)
    assert (facts.kind, facts.text, facts.length) == ("post", text, len(text))
    assert (facts.tags, facts.lang, facts.warn) == (("ads", "ünï"), "pt-br", "long")
    assert (facts.hosts, facts.links) == (("example.org",), 2)
    assert (facts.account, facts.id, facts.age) == (village.key("ben"), id_text(entry.id), 3)
    assert village.facts(entry, entry.sort_ms - 5).age == 0


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("https://Example.ORG/x", ["example.org"]),
        ("https://user:pw@example.org:8080/", ["example.org"]),
        ("http://good.example@bad.example/", ["bad.example"]),
        ("(https://a.example) https://b.example. x", ["a.example", "b.example"]),
        ("ftp://a.example //b.example c.example", []),
        ("http:///x http://", []),
    ],
)
def test_hosts_of_links(text: str, hosts: list[str]) -> None:
    assert hosts_of(text) == hosts


def test_bodies_that_are_unknown_or_missing_have_no_facts(village: Village) -> None:
    ben = village["ben"]
    village.says("ben", Post("first"))
    state = ben.store.own_feed()
    assert state is not None
    top = state.held[-1]
    bodies = [encode({"kind": "zebra", "text": "x"}), b"\xc1"]
    run = sign_run(ben.feed_key, top.last + 1, top.top, [top.last_ms] * 2, bodies)
    village.store.append([run], 2**41)
    zebra, broken = (village.facts(village.held(one)) for one in run.ids)
    assert (zebra.kind, broken.kind) == ("zebra", "")
    for facts in (zebra, broken):
        assert (facts.text, facts.tags, facts.lang, facts.through) == ("", (), "", ())


def test_distance_and_lists(village: Village) -> None:
    [of_ben] = village.says("ben", Post("hi"))
    [of_anna] = village.says("anna", Post("ho", quote=of_ben.reference))
    village.robin.post("mine")
    assert village.facts(of_ben).distance == 1
    lists = {"b": [village.key("ben")], "a": [village.key("ben")], "c": []}
    assert village.facts(of_ben, **lists).lists == ("a", "b")
    assert village.facts(of_anna, **lists).lists == ()
    assert village.facts(of_anna, **lists).lists_through == ("a", "b")
    own = [one for one in village.store.arrived_after(0) if one.account == village.robin.account]
    assert {village.facts(one).distance for one in own} == {0}
    village.store.unfollow(village["ben"].account)
    assert village.facts(of_ben).distance == 3


def test_the_conversation(village: Village) -> None:
    [root] = village.says("ben", Post("root"))
    [reply] = village.says("anna", Post("a", reply=root.reference))
    [deep] = village.says(
        "cleo", Post("b", reply=reply.reference, root=root.reference, quote=root.reference)
    )
    facts = village.facts(deep)
    assert facts.through == tuple(sorted([village.key("anna"), village.key("ben")]))
    assert (facts.reply_depth, facts.carried_text) == (2, "root")
    assert village.facts(reply).reply_depth == 1
    assert (village.facts(root).replies, village.facts(root).replies_followed) == (1, 1)
    village.store.unfollow(village["anna"].account)
    assert (village.facts(root).replies, village.facts(root).replies_followed) == (1, 0)
    [repost] = village.says("cleo", Repost(reply.reference))
    assert village.facts(repost).carried_text == "a"
    assert village.facts(repost).through == (village.key("anna"),)


def test_mentions_count_and_oneself_does_not(village: Village) -> None:
    [first] = village.says("ben", Post("x"))
    mentioned = (village["anna"].account, village["ben"].account)
    [entry] = village.says("ben", Post("y", reply=first.reference, mentions=mentioned))
    assert village.facts(entry).through == (village.key("anna"),)


def test_a_reply_to_what_is_not_held_has_depth_one(village: Village) -> None:
    stranger = Person("stranger")
    run = stranger.post("not here")
    entry = stranger.store.entry(run.ids[0])
    assert entry is not None
    [reply] = village.says("ben", Post("x", reply=entry.reference, quote=entry.reference))
    facts = village.facts(reply)
    assert (facts.reply_depth, facts.carried_text) == (1, "")
    assert facts.through == (key_text(stranger.account),)


def test_a_climb_ends(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "MAX_CLIMB", 5)
    [entry] = village.says("ben", Post("0"))
    for n in range(9):
        [entry] = village.says("ben", Post(str(n), reply=entry.reference))
    assert village.facts(entry).reply_depth == 5


def test_rate_age_and_own_replies(village: Village) -> None:
    entries = village.says("ben", *(Post(str(n)) for n in range(5)))
    assert [village.facts(entry).rate for entry in entries] == [0, 1, 2, 3, 4]
    first = village.store.feeds_of(village["ben"].account)[0].held[0].first_ms
    assert village.facts(entries[-1]).account_age == (entries[-1].sort_ms - first) // 1000
    assert village.facts(entries[0]).my_replies == 0
    village.robin.publish([Post("re", reply=entries[0].reference), Follow(village["ben"].account)])
    village.robin.publish([Post("re", reply=entries[1].reference)])
    assert village.facts(entries[4]).my_replies == 2


def test_reactions_reposts_and_whom_friends_follow(village: Village) -> None:
    [entry] = village.says("ben", Post("x"))
    village.says("anna", React(entry.reference, "+"), Repost(entry.reference))
    village.says("cleo", React(entry.reference, "-"))
    village.robin.publish([React(entry.reference, "!")])
    village.store.unfollow(village["cleo"].account)
    facts = village.facts(entry)
    assert (facts.reactions, facts.reactions_followed) == (3, 1)
    assert (facts.reposts, facts.reposts_followed, facts.my_reactions) == (1, 1, 1)
    village.robin.publish([React(entry.reference)])
    assert village.facts(entry).my_reactions == 0
    [of_cleo] = [
        one for one in village.store.arrived_after(0) if one.account == village["cleo"].account
    ][:1]
    assert village.facts(of_cleo).distance == 3
    village.says("anna", Follow(village["cleo"].account))
    assert village.facts(of_cleo).distance == 2
    village.says("anna", Unfollow(village["cleo"].account))
    assert village.facts(of_cleo).distance == 3


@pytest.mark.parametrize("both", [False, True])
def test_an_account_is_known_by_all_its_keys(village: Village, both: bool) -> None:
    """Also where the later one is followed by itself."""
    ann = village["ann"]
    [before] = village.says("ann", Post("under the old key"))
    heir = Person("ann again", account=ann.next_key)
    end = (ann.feed, before.seq, before.id)
    said = sign_rotate(heir.account_key, ann.account, [end])
    assert village.store.add_statements([said], LATER) == [True]
    village.store.add_grant(heir.grant)
    if both:
        village.store.follow(heir.account, None, LATER)
    run = heir.post("under the new key")
    assert village.store.append([run], LATER) == [run]
    after = village.held(run.ids[-1])
    old, new = key_text(ann.account), key_text(heir.account)
    assert (village.facts(before).account, village.facts(before).other_keys) == (old, (new,))
    assert (village.facts(after).account, village.facts(after).other_keys) == (new, (old,))
    lists = {"l": [old]}
    assert village.facts(after, **lists).lists == village.facts(before, **lists).lists == ("l",)
    [reply] = village.says("ben", Post("re", reply=after.reference))
    assert village.facts(reply).through == tuple(sorted([old, new]))
    own = heir.publish([Post("more", reply=before.reference)])
    village.store.append([own], LATER)
    assert village.facts(village.held(own.ids[0])).through == ()
    for text in (old, new):
        choice = village.choice(f"[[rule]]\naction='hide'\naccount='{text}'\n")
        verdicts = choice.judge([before, after, reply])
        assert [one.hidden is not None for one in verdicts] == [True] * 3


def test_own_history_reaches_over_many_runs(village: Village) -> None:
    [entry] = village.says("ben", Post("x"))
    village.robin.post_many(600)
    village.robin.publish([Post("re", reply=entry.reference)])
    village.robin.post_many(600)
    assert village.facts(entry).my_replies == 1


class Counting:
    """A store that counts what it is asked."""

    def __init__(self, store: object) -> None:
        self._store = store
        self.asked: Counter[str] = Counter()

    def __getattr__(self, name: str) -> object:
        self.asked[name] += 1
        return getattr(self._store, name)


def test_the_store_is_asked_once_a_page_and_only_when_needed(village: Village) -> None:
    entries = village.says("ben", *(Post(str(n), tags=("a",)) for n in range(9)))
    store = Counting(village.store)
    found = Gatherer(store, 0).facts_of(entries)  # type: ignore[arg-type]
    assert [facts.tags for facts in found] == [("a",)] * 9
    assert [facts.through for facts in found] == [()] * 9
    assert store.asked == {"shown_edits": 1}
    assert [facts.replies for facts in found] == [0] * 9
    assert [facts.replies_followed for facts in found] == [0] * 9
    assert store.asked == {"shown_edits": 1, "reply_counts": 1}
    assert {facts.distance for facts in found} == {1}
    assert store.asked["shown_accounts"] == 1


@pytest.mark.parametrize("first", ["text", "through", "account", "kind", "links", "copies"])
def test_whichever_fact_is_asked_for_first_all_are_the_same(
    village: Village, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    [bare, edited] = village.says("ben", Post("see https://a.example"), Post("before"))
    [reply] = village.says(
        "anna", Post("a", reply=bare.reference, tags=("t",), lang="de", quote=edited.reference)
    )
    of, anna = edited.reference, village["anna"].account
    edit = Edit(of, of, "after", tags=("new",), mentions=(anna,))
    more = [*village.says("ben", edit), *village.says("cleo", Repost(bare.reference))]
    page = [bare, edited, reply, *more, bare._replace(body=None)]
    found = []
    for facts in Gatherer(village.store, LATER).facts_of(page):
        getattr(facts, first)
        found.append(every(facts))
    monkeypatch.setattr(BodyFacts, "bare_text", lambda _facts, _entry: None)
    assert found == list(map(every, Gatherer(village.store, LATER).facts_of(page)))
