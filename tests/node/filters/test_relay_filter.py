"""Blocked accounts: not asked for, not stored, not passed on; and fetched again afterwards."""

from __future__ import annotations

import pytest
from tests.node.support import Person, answer_of, in_sync, join, running, until
from tests.protocol.filters.support import ANNA, BEN, Made, rules_of

from sayso_node.daemon import upkeep
from sayso_node.filters.edit import block
from sayso_node.filters.file import FiltersError
from sayso_node.filters.live_rules import LiveRules
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.filters.account_rules import dropping, drops_accounts
from sayso_protocol.sync.wire.frame_codec import encode_frame
from sayso_protocol.sync.wire.frames import Ask, Miss
from sayso_storage.interface.store import StoreError

from .middle import Reader, people


@pytest.mark.parametrize("blocked", [True, False])
async def test_who_is_blocked_is_not_stored_and_not_passed_on(robin: Reader, blocked: bool) -> None:
    """The control: without the block it comes and goes."""
    anna, ben, cleo = people(robin)
    anna.post_many(30)
    ben.post_many(30)
    if blocked:
        block(robin.home, robin.person.store, anna.account)
        robin.start()
    one, two, three = anna.engine(), ben.engine(), cleo.engine()
    async with running(robin.engine, one, two, three) as nursery:
        for other in (one, two, three):
            join(nursery, robin.engine, other)
        await until(lambda: cleo.held_of(ben) == 31)
        ben.post("more")
        anna.post("more")
        await two.refresh_own()
        await one.refresh_own()
        await until(lambda: cleo.held_of(ben) == 32)
        if not blocked:
            await until(lambda: cleo.held_of(anna) == 32)
            return
    assert robin.person.store.feed(anna.feed) is None
    assert (robin.person.held_of(anna), cleo.held_of(anna)) == (0, 0)


async def test_a_block_while_the_node_runs(robin: Reader) -> None:
    """What came before stays, and nobody gets it from here; what comes after does not come in.
    Unblocked, all of it is fetched, and passed on."""
    anna, ben, cleo = people(robin)
    anna.post_many(20)
    ben.post_many(20)
    events: list[dict] = []
    one, two, three = anna.engine(events), ben.engine(events), cleo.engine(events)
    async with running(robin.engine, one, two, three) as nursery:
        join(nursery, robin.engine, one)
        join(nursery, robin.engine, two)
        await until(lambda: robin.person.held_of(anna) == robin.person.held_of(ben) == 21)
        await robin.block(anna)
        anna.post("unheard")
        await one.refresh_own()
        join(nursery, robin.engine, three)
        await until(lambda: cleo.held_of(ben) == 21)
        ben.post("heard")
        await two.refresh_own()
        await until(lambda: cleo.held_of(ben) == 22)
        assert (robin.person.held_of(anna), cleo.held_of(anna)) == (21, 0)
        assert robin.engine.replica.withheld == [anna.account]
        await robin.unblock(anna)
        await until(lambda: robin.person.held_of(anna) == 22)
        await until(lambda: cleo.held_of(anna) == 22)
        anna.post("heard again")
        await one.refresh_own()
        await until(lambda: cleo.held_of(anna) == 23)
    assert cleo.texts_of(anna) == anna.texts_of(anna)
    # Nobody blames a node that carries less.
    assert not [one for one in events if one["event"] in ("refused", "too-slow", "left")]


async def test_a_peer_that_had_it_from_here_hears_no_more_of_it(robin: Reader) -> None:
    """Also not after it has come back with what it remembers; and again when unblocked."""
    anna, ben, cleo = people(robin)
    anna.post("one")
    one, two = anna.engine(), ben.engine()
    async with running(robin.engine, one, two) as nursery:
        join(nursery, robin.engine, one)
        join(nursery, robin.engine, two)
        three = cleo.engine()
        nursery.start_soon(three.run)
        join(nursery, three, robin.engine)
        await until(lambda: cleo.held_of(anna) == 2)
        await in_sync(three, robin.engine)
        await robin.block(anna)
        await three.session_with("robin").link.stream.aclose()
        await until(lambda: robin.engine.session_with("cleo") is None)
        join(nursery, three, robin.engine)
        anna.post("unheard")
        await one.refresh_own()
        ben.post("heard")
        await two.refresh_own()
        await until(lambda: cleo.held_of(ben) == 2)
        assert cleo.held_of(anna) == 2
        await robin.unblock(anna)
        await until(lambda: cleo.held_of(anna) == 3)


@pytest.mark.parametrize("watched", [True, False])
async def test_a_labeller_whom_an_editor_wrote_is_carried_and_left_again(
    robin: Reader, monkeypatch: pytest.MonkeyPatch, watched: bool
) -> None:
    """The control: where nobody looks at the file nothing comes of it."""
    monkeypatch.setattr(upkeep, "WATCH_SECONDS", 0.02)
    lab, ben = Person("lab"), Person("ben")
    lab.post_many(10)
    robin.person.follow(ben)
    robin.start()
    one, two = lab.engine(), ben.engine()

    async def spread(text: str) -> None:
        """Both post, and Ben's is here."""
        lab.post(text)
        ben.post(text)
        await one.refresh_own()
        await two.refresh_own()
        await until(lambda: robin.person.held_of(ben) == ben.held_of(ben))

    async with running(robin.engine, one, two) as nursery:
        if watched:
            nursery.start_soon(upkeep.watch_rules, robin.engine, robin.carrying)
        join(nursery, robin.engine, one)
        join(nursery, robin.engine, two)
        await spread("nobody asks for it")
        assert robin.person.held_of(lab) == 0
        robin.home.filters.write_text(f"[[labeller]]\naccount = '{key_text(lab.account)}'\n")
        if not watched:
            await spread("nobody looks")
            assert robin.person.held_of(lab) == 0
            return
        await until(lambda: robin.person.held_of(lab) == 12)
        robin.home.filters.write_text("[[labeller]]\n")  # a mistake changes nothing
        await until(lambda: robin.carrying.trouble is not None)
        await spread("still asked for")
        await until(lambda: robin.person.held_of(lab) == 13)
        robin.home.filters.write_text("# nobody\n")
        await until(lambda: robin.engine.replica.wanted == [robin.person.account, ben.account])
        await spread("asked for no more")
        assert robin.person.held_of(lab) == 13
    assert robin.person.store.labellers() == []


def test_labellers_are_followed_later_where_the_store_fails(
    robin: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = Person("lab")
    robin.home.filters.write_text(f"[[labeller]]\naccount = '{key_text(lab.account)}'\n")

    def fail(*_: object) -> bool:
        raise StoreError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(robin.person.store, "set_labellers", fail)
        for _ in range(2):
            with pytest.raises(StoreError):
                robin.carrying.is_stale()
    assert robin.carrying.is_stale() and not robin.carrying.is_stale()
    assert robin.person.store.labellers() == [lab.account]


@pytest.mark.parametrize("known", [True, False])
def test_an_ask_for_what_is_blocked_is_a_miss(robin: Reader, known: bool) -> None:
    """Whether the account is still followed or not."""
    anna, _, _ = people(robin)
    robin.person.store.add_grant(anna.grant)
    anna.post("one")
    robin.person.store.append([anna.post("two")], 2**41)
    if not known:
        robin.person.store.unfollow(anna.account)
    robin.start()
    asked = Ask(1, anna.feed, 1, 9)
    assert answer_of(robin.engine, asked)[2] is not None
    block(robin.home, robin.person.store, anna.account)
    robin.start()
    assert answer_of(robin.engine, asked) == (1, encode_frame(Miss([1])), None)


def test_rules_about_showing_look_at_nobody() -> None:
    assert not drops_accounts(rules_of(f"[[rule]]\naction = 'hide'\naccount = '{ANNA}'"))
    assert not drops_accounts(rules_of(DROP + "tag = 'cats'\n"))
    assert drops_accounts(rules_of(DROP))


def test_a_rule_that_ends_makes_rules_stale(robin: Reader) -> None:
    anna, _, _ = people(robin)
    robin.home.filters.write_text(
        f"[[rule]]\naction = 'drop'\naccount = '{key_text(anna.account)}'\n"
        "until = 2040-01-01T00:00:00Z\n"
    )
    robin.start()
    assert robin.carrying.dropped([anna.account]) and not robin.carrying.is_stale()
    robin.now_ms = 2**42
    assert robin.carrying.is_stale()
    assert not robin.carrying.dropped([anna.account]) and not robin.carrying.is_stale()


def test_a_file_with_mistakes(robin: Reader) -> None:
    """A node does not start with it, and one that runs keeps the last good rules."""
    anna, _, _ = people(robin)
    block(robin.home, robin.person.store, anna.account)
    robin.start()
    good = robin.home.filters.read_text()
    robin.home.filters.write_text("[[rule]]\naction = 'hid'\n")
    assert robin.carrying.is_stale()
    assert "line 2" in str(robin.carrying.refresh())
    assert robin.carrying.dropped([anna.account]) == {anna.account}
    with pytest.raises(FiltersError):
        LiveRules(robin.home)
    robin.home.filters.write_text(good)
    assert robin.carrying.refresh() is None


# --- which rules drop a whole account ------------------------------------------------------


def dropped(text: str, **facts: object) -> bool:
    return dropping(rules_of(text), Made(**facts), 10**12) is not None


DROP = f"[[rule]]\naction = 'drop'\naccount = '{ANNA}'\n"


def test_a_rule_about_an_account_drops_it() -> None:
    assert dropped(DROP, account=ANNA)
    assert not dropped(DROP, account=BEN)
    assert dropped(DROP, account=BEN, other_keys=(ANNA,))
    assert not dropped(DROP, account=BEN, through=(ANNA,))
    assert not dropped(DROP, account=ANNA, distance=0)
    assert not dropped(DROP + "until = 1970-01-01\n", account=ANNA)
    lists = "[[rule]]\naction = 'drop'\nlist = 'bad'\n[lists.bad]\naccounts = []\n"
    assert dropped(lists, lists=("bad",)) and not dropped(lists)


def test_a_rule_that_drops_an_account_says_nothing_of_what_comes_through() -> None:
    """Not to those who ask why, either: what others carry of it is carried."""
    [whole, part, hides] = rules_of(
        DROP + "through = true\n" + DROP + "tag = 'cats'\n" + DROP.replace("drop", "hide")
    ).rules
    assert (whole.through, part.through, hides.through) == (False, True, True)


@pytest.mark.parametrize(
    ("before", "is_dropped"),
    [
        (f"action = 'allow'\naccount = '{ANNA}'", False),
        (f"action = 'allow'\naccount = '{BEN}'", True),
        ("action = 'allow'\ntag = 'cats'", False),
        (f"action = 'allow'\ntag = 'cats'\naccount = '{BEN}'", True),
        ("action = 'headers'\ntag = 'cats'", False),
        ("action = 'drop'\ntag = 'cats'", True),
        ("action = 'hide'\nkind = 'post'", True),
        (f"action = 'drop'\nkind = 'post'\naccount = '{BEN}'", True),
    ],
)
def test_the_rules_before_it_count(before: str, is_dropped: bool) -> None:
    assert dropped(f"[[rule]]\n{before}\n{DROP}", account=ANNA) is is_dropped


def test_rules_about_some_entries_drop_no_account() -> None:
    assert not dropped(DROP + "tag = 'cats'\n", account=ANNA)
    assert not dropped(DROP + "not = { tag = 'cats' }\n", account=ANNA)
    excepted = "[[rule]]\naction = 'drop'\nlist = 'bad'\n" + f"not = {{ account = '{ANNA}' }}\n"
    excepted += "[lists.bad]\naccounts = []\n"
    assert not dropped(excepted, account=ANNA, lists=("bad",))
    assert dropped(excepted, account=BEN, lists=("bad",))
