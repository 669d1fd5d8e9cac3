"""Rules about single entries in a node that runs: what is not stored, and what not passed on."""

from __future__ import annotations

import pytest
from tests.budget import long
from tests.node.support import Person, answer_of, in_sync, join, running, until
from tests.protocol.filters.support import ANNA, rules_of

from sayso_node.filters import relay_filter
from sayso_protocol.content.body import Label, Post, Repost
from sayso_protocol.content.reference import Reference
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.filters.relay_rules import keys_of, rules_on_entries
from sayso_protocol.sync.wire.frame_codec import encode_frame
from sayso_protocol.sync.wire.frames import Ask, Miss
from sayso_storage.interface.store import StoreError

from .middle import Reader, people

BEANS = "[[rule]]\nname = 'no beans'\naction = '{}'\nwords = 'beans'\n"
DROP, HEADERS, STORE = (BEANS.format(action) for action in ("drop", "headers", "store"))


def bodies_of(reader: Person, writer: Person) -> list[bool]:
    """Which of a writer's posts are there with their bodies, in order of their numbers."""
    found = [one for one in reader.store.arrived_after(0, 10**6) if one.feed == writer.feed]
    return [one.body is not None for one in sorted(found, key=lambda one: one.seq)]


def kept(reader: Person) -> list[tuple[int, str]]:
    return [(one.entry.seq, one.rule.title) for one in reader.store.withheld_entries(100)]


def sound(*people: Person) -> bool:
    return not [e for one in people for e in one.store.check(None, lambda _: None).errors]


@long
@pytest.mark.parametrize("rule", [DROP, HEADERS, STORE, None])
async def test_what_a_rule_is_about_is_not_passed_on(robin: Reader, rule: str | None) -> None:
    """Neither what was written before the peers met nor what comes live; the rest is, and the
    control has no rule."""
    anna, _, cleo = people(robin)
    anna.post("soup", "beans", "bread")
    robin.home.filters.write_text(rule or "")
    robin.start()
    events: list[dict] = []
    one, three = anna.engine(events), cleo.engine(events)
    async with running(robin.engine, one, three) as nursery:
        join(nursery, robin.engine, one)
        join(nursery, robin.engine, three)
        await until(lambda: "bread" in cleo.texts_of(anna))
        for text in ("more beans", "jam"):
            anna.post(text)
            await one.refresh_own()
            await until(lambda: robin.person.held_of(anna) == anna.held_of(anna))
        await until(lambda: "jam" in cleo.texts_of(anna))
        if rule is None:
            await until(lambda: cleo.held_of(anna) == 6)
        await in_sync(robin.engine, three)
    beans = {"beans", "more beans"}
    assert set(cleo.texts_of(anna)) == {"soup", "bread", "jam"} | (set() if rule else beans)
    stored = rule in (STORE, None)
    assert bodies_of(robin.person, anna) == [True, True, stored, True, stored, True]
    assert kept(robin.person) == ([(5, "no beans"), (3, "no beans")] if rule else [])
    assert sound(robin.person, cleo)
    # Nobody blames a node that carries less, and it asks for nothing twice.
    assert not [one for one in events if one["event"] in ("refused", "too-slow", "left")]


@pytest.mark.parametrize("rule", [DROP, STORE])
async def test_undone_it_is_fetched_and_passed_on(robin: Reader, rule: str) -> None:
    """Also to a peer that was there when it was kept back, and comes again with what it
    remembers."""
    anna, _, cleo = people(robin)
    anna.post("soup", "beans", "bread")
    robin.home.filters.write_text(rule)
    robin.start()
    one, three = anna.engine(), cleo.engine()
    async with running(robin.engine, one, three) as nursery:
        join(nursery, robin.engine, one)
        join(nursery, robin.engine, three)
        await until(lambda: "bread" in cleo.texts_of(anna))
        await in_sync(three, robin.engine)
        await three.session_with("robin").link.stream.aclose()
        await until(lambda: robin.engine.session_with("cleo") is None)
        await robin.rule("")
        await until(lambda: all(bodies_of(robin.person, anna)))
        join(nursery, robin.engine, three)
        await until(lambda: "beans" in cleo.texts_of(anna))
    assert kept(robin.person) == []
    assert robin.person.texts_of(anna) == cleo.texts_of(anna) == anna.texts_of(anna)
    assert sound(robin.person, cleo)


@long
@pytest.mark.parametrize("running_then", [True, False])
async def test_undone_it_is_fetched_from_a_peer_whose_store_was_known(
    robin: Reader, running_then: bool
) -> None:
    """With such a peer a session begins where the last one ended, and nothing old is offered."""
    anna, _, _ = people(robin)
    anna.post("soup", "beans", "bread")
    robin.home.filters.write_text(DROP)
    robin.start()
    one = anna.engine()
    async with running(robin.engine, one) as nursery:
        join(nursery, robin.engine, one)
        await until(lambda: robin.person.held_of(anna) == 4)
        await in_sync(robin.engine, one)
        await until(lambda: robin.person.store.resume_state("anna").place is not None)
    two = anna.engine()
    robin.start()
    if not running_then:
        robin.home.filters.write_text("")
        robin.start()
    async with running(robin.engine, two) as nursery:
        join(nursery, robin.engine, two)
        if running_then:
            await in_sync(robin.engine, two)
            assert bodies_of(robin.person, anna) == [True, True, False, True]
            await robin.rule("")
        await until(lambda: bodies_of(robin.person, anna) == [True] * 4)
        await in_sync(robin.engine, two)
    assert sound(robin.person)


async def test_undone_it_is_passed_on_to_who_is_there(robin: Reader) -> None:
    anna, _, cleo = people(robin)
    anna.post("soup", "beans", "bread")
    robin.home.filters.write_text(STORE)
    robin.start()
    one, three = anna.engine(), cleo.engine()
    async with running(robin.engine, one, three) as nursery:
        join(nursery, robin.engine, one)
        join(nursery, robin.engine, three)
        await until(lambda: "bread" in cleo.texts_of(anna))
        await robin.rule("")
        await until(lambda: cleo.texts_of(anna) == anna.texts_of(anna))


async def test_what_was_there_before_a_rule_keeps_its_body_and_stays_here(robin: Reader) -> None:
    anna, _, cleo = people(robin)
    anna.post("soup", "beans", "bread")
    one, three = anna.engine(), cleo.engine()
    async with running(robin.engine, one, three) as nursery:
        join(nursery, robin.engine, one)
        await until(lambda: robin.person.held_of(anna) == 4)
        await robin.rule(DROP)
        while robin.carrying.sweep():
            pass
        await robin.engine.refresh()
        join(nursery, robin.engine, three)
        await until(lambda: "bread" in cleo.texts_of(anna))
        await in_sync(three, robin.engine)
    assert cleo.texts_of(anna) == ["soup", "bread"]
    assert all(bodies_of(robin.person, anna))
    assert kept(robin.person) == [(3, "no beans")]


async def test_another_rule_above_has_it_fetched_and_looked_at_again(robin: Reader) -> None:
    """An exception, say; a rule below changes nothing of what is kept back."""
    anna, _, _ = people(robin)
    anna.post("beans", "my beans")
    robin.home.filters.write_text(DROP)
    robin.start()
    one = anna.engine()
    async with running(robin.engine, one) as nursery:
        join(nursery, robin.engine, one)
        await until(lambda: robin.person.held_of(anna) == 3)
        assert bodies_of(robin.person, anna) == [True, False, False]
        await robin.rule(DROP + "[[rule]]\naction = 'store'\ntag = 'x'\n")
        assert bodies_of(robin.person, anna) == [True, False, False]
        await robin.rule("[[rule]]\naction = 'allow'\nwords = 'my'\n" + DROP)
        await until(lambda: bodies_of(robin.person, anna) == [True, False, True])
    assert kept(robin.person) == [(2, "no beans")]
    assert sound(robin.person)


async def test_a_node_that_starts_again_goes_on_where_it_was(robin: Reader) -> None:
    anna, _, _ = people(robin)
    anna.post("beans")
    robin.home.filters.write_text(DROP)
    robin.start()
    one = anna.engine()
    async with running(robin.engine, one) as nursery:
        join(nursery, robin.engine, one)
        await until(lambda: robin.person.held_of(anna) == 2)
    asked = robin.person.store.rule_progress()
    robin.start()
    assert robin.person.store.rule_progress() == asked
    assert kept(robin.person) == [(2, "no beans")]
    robin.home.filters.unlink()
    robin.start()
    assert robin.person.store.rule_progress() is None
    assert robin.person.held_of(anna) == 1  # the header went, so that it is fetched


def test_what_came_in_otherwise_is_looked_at_before_a_node_starts(robin: Reader) -> None:
    """By an import, say, while no node was running; but not what nobody had looked at before
    there was a rule."""
    anna, _, _ = people(robin)
    robin.person.store.add_grant(anna.grant)
    whole = anna.post("beans")
    robin.home.filters.write_text(DROP)
    robin.start()
    robin.person.store.append([whole], 2**41)
    assert bodies_of(robin.person, anna) == [True]
    robin.start()
    assert bodies_of(robin.person, anna) == [False]
    asked = Ask(1, anna.feed, 1, 9)
    assert answer_of(robin.engine, asked) == (1, encode_frame(Miss([1])), None)


def test_an_ask_is_answered_with_the_newest_that_is_passed_on(robin: Reader) -> None:
    anna, _, _ = people(robin)
    robin.person.store.add_grant(anna.grant)
    robin.home.filters.write_text(STORE)
    robin.start()
    robin.person.store.append(
        [anna.publish([Post(text) for text in ("a", "b", "beans", "c", "d", "beans")])], 2**41
    )
    robin.start()
    runs = [
        answer_of(robin.engine, Ask(1, anna.feed, first, last))[2]
        for first, last in ((2, 7), (2, 5), (2, 4), (2, 3), (4, 4), (7, 99))
    ]
    assert [0 if run is None else len(run.times) for run in runs] == [2, 1, 2, 2, 0, 0]


async def test_a_label_that_comes_later_keeps_an_entry_back(robin: Reader) -> None:
    """Of a labeller whom the owner subscribes to; others' labels do nothing."""
    anna, ben, cleo = people(robin)
    run = anna.post("soup", "beans", "bread")
    key = key_text(ben.account)
    robin.home.filters.write_text(
        f"[[labeller]]\naccount = '{key}'\n[[rule]]\naction = 'store'\nlabel = 'rude@{key}'\n"
    )
    robin.start()
    one, two, three = anna.engine(), ben.engine(), cleo.engine()
    async with running(robin.engine, one, two, three) as nursery:
        join(nursery, robin.engine, one)
        join(nursery, robin.engine, two)
        await until(lambda: robin.person.held_of(anna) == 4)
        ben.publish([Label("rude", (Reference(anna.account, anna.feed, 3, run.ids[1]),))])
        await two.refresh_own()
        await until(lambda: robin.person.held_of(ben) == 2)
        join(nursery, robin.engine, three)
        await until(lambda: "bread" in cleo.texts_of(anna))
        await in_sync(three, robin.engine)
    assert cleo.texts_of(anna) == ["soup", "bread"]
    assert all(bodies_of(robin.person, anna))


async def test_words_count_where_they_come_through(robin: Reader) -> None:
    anna, ben, _ = people(robin)
    robin.home.filters.write_text(STORE)
    robin.start()
    run = anna.post("beans")
    one, two = anna.engine(), ben.engine()
    async with running(robin.engine, one, two) as nursery:
        join(nursery, robin.engine, one)
        await until(lambda: robin.person.held_of(anna) == 2)
        ben.publish([Repost(Reference(anna.account, anna.feed, 2, run.ids[0])), Post("plain")])
        join(nursery, robin.engine, two)
        await until(lambda: robin.person.held_of(ben) == 3)
    found = [(one.entry.feed, one.entry.seq) for one in robin.person.store.withheld_entries(9)]
    assert found == [(ben.feed, 2), (anna.feed, 2)]


def test_own_entries_are_never_kept_back(robin: Reader) -> None:
    robin.home.filters.write_text(DROP)
    robin.start()
    robin.person.post("beans")
    assert robin.carrying.scan() == []
    assert robin.person.store.withheld() == {} and kept(robin.person) == []


def test_without_such_rules_the_store_is_asked_nothing(
    robin: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    robin.home.filters.write_text("[[rule]]\naction = 'hide'\nwords = 'beans'\n")
    robin.start()
    anna = Person("anna")
    for name in ("rule_progress", "withheld", "withheld_within", "withhold", "arrived_after"):
        monkeypatch.setattr(robin.person.store, name, None)
    assert robin.carrying.scan() == [] and not robin.carrying.sweep()
    assert robin.carrying.withheld([anna.feed]) == {}
    assert robin.carrying.withheld_within(anna.feed, 1, 9) == []


def test_rules_of_which_the_store_could_not_be_told_are_told_again(
    robin: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    robin.start()
    robin.home.filters.write_text(DROP)
    with monkeypatch.context() as patch, pytest.raises(StoreError):
        patch.setattr(robin.person.store, "change_relay_rules", _full)
        robin.carrying.refresh()
    assert robin.person.store.rule_progress() is None
    robin.carrying.refresh()
    assert robin.person.store.rule_progress() is not None


def _full(*_: object) -> None:
    raise StoreError("the disk is full")


def test_a_rule_that_ends_passes_on_what_it_kept_back(robin: Reader) -> None:
    anna, _, _ = people(robin)
    robin.person.store.add_grant(anna.grant)
    robin.home.filters.write_text(STORE + "until = 2040-01-01T00:00:00Z\n")
    robin.now_ms = 10**12
    robin.start()
    robin.person.store.append([anna.post("beans")], 2**41)
    robin.carrying.scan()
    assert kept(robin.person) == [(2, "no beans")] and not robin.carrying.is_stale()
    robin.now_ms = 2**42
    robin.carrying.refresh()
    assert robin.carrying.scan() == [anna.feed]
    assert kept(robin.person) == []


def test_everything_is_looked_at_again_after_a_day(robin: Reader) -> None:
    """A rule may be about what was not so when an entry came: how old it is, say."""
    anna, _, _ = people(robin)
    robin.person.store.add_grant(anna.grant)
    run = anna.post("beans")
    begin = run.times[0]
    robin.home.filters.write_text("[[rule]]\naction = 'store'\nolder = '90m'\n")
    robin.now_ms = begin
    robin.start()
    robin.person.store.append([run], begin)
    while robin.carrying.sweep():
        pass
    assert robin.carrying.scan() == []
    robin.now_ms = begin + relay_filter.AGAIN_MS - 1
    assert not robin.carrying.sweep() and kept(robin.person) == []
    robin.now_ms = begin + relay_filter.AGAIN_MS
    while robin.carrying.sweep():
        pass
    assert robin.carrying.scan() == [anna.feed]
    assert kept(robin.person) == [(2, "rule 1")]
    assert all(bodies_of(robin.person, anna))


# --- which rules these are -----------------------------------------------------------------


def chosen(text: str, now_ms: int = 10**12) -> list[str]:
    return [rule.action.value for rule in rules_on_entries(rules_of(text), now_ms).rules]


def test_rules_that_are_asked_of_entries() -> None:
    account = f"[[rule]]\naction = 'drop'\naccount = '{ANNA}'\n"
    allow, hide = (f"[[rule]]\naction = '{one}'\ntag = 'x'\n" for one in ("allow", "hide"))
    assert chosen(allow + hide + account) == []
    assert chosen(allow + hide + account + DROP) == ["allow", "drop"]
    assert chosen(account.replace("drop", "headers")) == ["headers"]
    assert chosen(account.replace("drop", "store")) == ["store"]
    assert chosen(DROP + "until = 2000-01-01\n") == []


def test_a_key_changes_with_all_that_may_decide_otherwise() -> None:
    lists = "\n[lists.friends]\naccounts = ['{}']\n"
    base = (
        "[[rule]]\naction = 'allow'\nlist = 'friends'\n"
        + DROP
        + HEADERS.replace("no beans", "heads")
    )
    before = list(keys_of(rules_of(base + lists.format(ANNA))).values())
    assert len(set(before)) == 3 and {len(key) for key in before} == {16}

    def same(text: str) -> list[bool]:
        return [a == b for a, b in zip(before, keys_of(rules_of(text)).values(), strict=True)]

    assert same(base.replace("no beans", "other name") + lists.format(ANNA)) == [True] * 3
    assert same(base + lists.replace("'{}'", "")) == [False] * 3
    assert same(base.replace("'headers'", "'store'") + lists.format(ANNA)) == [True, True, False]
    changed = base.replace("'drop'\nwords", "'drop'\nthrough = false\nwords")
    assert same(changed + lists.format(ANNA)) == [True, False, False]
