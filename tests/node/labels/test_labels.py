"""Labels: what labellers say changes what is shown where the owner subscribes, and else nothing."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.budget import long
from tests.node.village import LATER, Village

from sayso_node.clock import now_ms
from sayso_node.errors import NodeError, NotFound
from sayso_node.filters.preview import Tried, newest_first
from sayso_node.labels.preview import hide_all, preview
from sayso_node.labels.queries import accounts_on, check_held, compared, labels_of, names_of
from sayso_protocol.accounts.statement import sign_revoke, sign_rotate
from sayso_protocol.content.body import Label, Post, Repost
from sayso_protocol.crypto.keys import KeyPair, key_text
from sayso_protocol.filters.rules import Action, Use
from sayso_protocol.filters.syntax.parser import read_rules
from sayso_storage.interface.store import StoredEntry
from sayso_storage.memory.store import MemoryStore


def subscription(village: Village, *uses: str, whose: str = "labeller") -> str:
    """A file that subscribes to somebody's labels."""
    on = ", ".join(f'{name} = "{what}"' for name, _, what in (use.partition("=") for use in uses))
    return f'[[labeller]]\naccount = "{village.key(whose)}"\non = {{ {on} }}\n'


def texts(village: Village, rules: str) -> list[str]:
    return [item.text for item in village.shown(rules) if item.kind == "post"]


def tagged(name: str, *entries: StoredEntry, off: bool = False) -> Label:
    return Label(name, tuple(entry.reference for entry in entries), off=off)


@pytest.fixture
def post(village: Village) -> StoredEntry:
    [post] = village.says("anna", Post("buy"))
    village.says("anna", Post("hello"))
    return post


def test_a_label_does_what_the_owner_says(village: Village, post: StoredEntry) -> None:
    village.says("labeller", tagged("spam", post))
    assert texts(village, "") == texts(village, subscription(village)) == ["hello", "buy"]
    for nothing in ("spam=show", "other=hide"):
        assert texts(village, subscription(village, nothing)) == ["hello", "buy"]
    hiding = subscription(village, "spam=hide")
    assert texts(village, hiding) == ["hello"]
    assert [one.text for one in village.shown(hiding, unfiltered=True)] == ["hello", "buy"]
    [_, item] = village.shown(subscription(village, "spam=fold"))
    assert item.rules.folded == f"spam@{village.key('labeller')}"
    assert item.rules.because == "labelled spam"
    [_, item] = village.shown(subscription(village, "spam=boost:-7"))
    assert item.rules.points == -7


def test_what_is_taken_back_is_shown_again(village: Village, post: StoredEntry) -> None:
    village.says("labeller", tagged("spam", post), tagged("spam", post, off=True))
    assert texts(village, subscription(village, "spam=hide")) == ["hello", "buy"]


def test_a_list_is_a_label_on_accounts(village: Village, post: StoredEntry) -> None:
    village.says("labeller", Label("bots", accounts=(post.account,)))
    village.says("ben", Post("look", quote=post.reference), Post("mine"))
    assert texts(village, subscription(village, "bots=hide")) == ["mine"]
    key = village.key("labeller")
    rule = f'[[rule]]\naction = "hide"\nlist = "bots@{key}"\nthrough = false\n'
    assert texts(village, rule + subscription(village)) == ["mine", "look"]


def test_labels_count_through_quotes_reposts_and_replies(
    village: Village, post: StoredEntry
) -> None:
    ref = post.reference
    made = village.says("ben", Post("see", quote=ref), Repost(ref), Post("re", reply=ref))
    village.says("labeller", tagged("spam", post))
    shown = {item.id for item in village.shown(subscription(village, "spam=hide"))}
    assert not shown & {entry.id.hex() for entry in made}
    facts = village.facts(made[0])
    assert facts.labels_through == ()  # nobody is subscribed to
    assert len(shown) == 1


def test_rules_ask_for_labels_by_name_and_by_whose(village: Village, post: StoredEntry) -> None:
    village.says("labeller", tagged("spam", post))
    key, other = village.key("labeller"), village.key("ben")
    for label, hides in ((f"spam@{key}", True), ("spam", True), (f"spam@{other}", False)):
        rule = f'[[rule]]\naction = "hide"\nlabel = "{label}"\n'
        assert ("buy" in texts(village, rule + subscription(village))) is not hides
        assert texts(village, rule) == ["hello", "buy"]  # not subscribed: nothing


def test_own_rules_and_exceptions_come_before_labels(village: Village, post: StoredEntry) -> None:
    village.says("labeller", tagged("spam", post))
    allow = f'[[rule]]\naction = "allow"\naccount = "{village.key("anna")}"\n'
    assert texts(village, allow + subscription(village, "spam=hide")) == ["hello", "buy"]
    assert texts(village, subscription(village, "spam=hide") + allow) == ["hello", "buy"]


def test_labels_on_the_own_posts_hide_nothing(village: Village) -> None:
    run = village.robin.post("mine")
    village.says("labeller", tagged("spam", village.held(run.tip)))
    assert texts(village, subscription(village, "spam=hide")) == ["mine"]


def test_a_name_that_no_rule_can_have_counts_for_nothing(
    village: Village, post: StoredEntry
) -> None:
    for name in ("spam@", "spam\nmore", " ", f"spam@{village.key('ben')}"):
        village.says("labeller", tagged(name, post))
    rule = '[[rule]]\naction = "hide"\nlabel = "spam"\n'
    assert texts(village, rule + subscription(village)) == ["hello", "buy"]


def test_who_labels_under_anothers_name_labels_under_his_own(
    village: Village, post: StoredEntry
) -> None:
    """There is no field for whose label it is: an entry is by who signed it."""
    village.says("forger", tagged("spam", post))
    village.says("labeller", Post("x"))
    assert texts(village, subscription(village, "spam=hide")) == ["x", "hello", "buy"]
    assert "buy" not in texts(village, subscription(village, "spam=hide", whose="forger"))


def test_a_labeller_goes_on_under_the_next_key(village: Village, post: StoredEntry) -> None:
    labeller = village["labeller"]
    village.says("labeller", tagged("spam", post), Post("x"))
    head = village.store.feed(labeller.feed)
    assert head is not None
    ends = [(labeller.feed, head.head, head.held[-1].top)]
    rotate = sign_rotate(labeller.next_key, labeller.account, ends)
    assert village.store.add_statements([rotate], LATER) == [True]
    hiding = subscription(village, "spam=hide")
    assert "buy" not in texts(village, hiding)
    heir = type(labeller)("heir", account=labeller.next_key)
    village.store.add_grant(heir.grant)
    run = heir.publish([tagged("spam", post, off=True)])
    village.store.append([run], LATER)
    assert "buy" in texts(village, hiding)


def test_what_a_labeller_revokes_counts_no_more(village: Village, post: StoredEntry) -> None:
    labeller = village["labeller"]
    village.says("labeller", tagged("spam", post))
    hiding = subscription(village, "spam=hide")
    assert "buy" not in texts(village, hiding)
    revoke = sign_revoke(labeller.account_key, labeller.feed, 0, None)
    assert village.store.add_statements([revoke], LATER) == [True]
    assert "buy" in texts(village, hiding)


# --- previews, lists, comparisons -----------------------------------------------------------


def previewed(village: Village, rules: str, *uses: Use) -> tuple[list[str], Tried]:
    tried, labeller = Tried(), village["labeller"].account
    chosen = uses or hide_all(names_of(village.store, labeller))
    compared_ = preview(read_rules(rules.encode()), labeller, chosen)
    found = compared_.changes(village.store, now_ms(), None, lambda _: None, tried)
    return [change.entry.id.hex() for change in newest_first(found, 50)], tried


def test_a_preview_tells_what_would_be_hidden(village: Village, post: StoredEntry) -> None:
    [near] = village.says("ben", Post("near"))
    village.says("labeller", tagged("spam", post), tagged("odd", near))
    ids, tried = previewed(village, "")
    assert ids == [near.id.hex(), post.id.hex()]
    assert (tried.counts["hidden"], tried.from_followed["hidden"], tried.posts) == (2, 2, 3)
    ids, tried = previewed(village, "", Use("spam", Action.HIDE))
    assert ids == [post.id.hex()]
    hiding = subscription(village, "spam=hide", "odd=hide")
    assert len(previewed(village, hiding)[0]) == 2  # what is in force is left out
    mute = f'[[rule]]\naction = "hide"\naccount = "{village.key("anna")}"\nthrough = false\n'
    assert previewed(village, mute)[0] == [near.id.hex()]
    assert texts(village, "") == ["near", "hello", "buy"]  # nothing was done


def test_labels_are_counted_listed_and_compared(village: Village, post: StoredEntry) -> None:
    anna, ben = village["anna"].account, village["ben"].account
    village.says("labeller", tagged("spam", post), Label("bots", accounts=(anna, ben)))
    village.says("other", Label("bots", accounts=(anna,)), Label("nice", accounts=(ben,)))
    first, second = village["labeller"].account, village["other"].account
    assert names_of(village.store, first) == {"spam": 1, "bots": 2}
    assert sorted(accounts_on(village.store, first, "bots")) == sorted([anna, ben])
    found = {(one.name, one.subject): who for one, who in compared(village.store, first, second)}
    assert found == {
        ("spam", post.id): "first",
        ("bots", anna): "both",
        ("bots", ben): "first",
        ("nice", ben): "second",
    }
    assert len(list(labels_of(village.store, first, until_ms=1))) == 0


def test_a_list_too_long_to_choose_from_is_refused(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [village[name].account for name in ("anna", "ben", "cleo")]
    village.says("labeller", Label("bots", accounts=tuple(keys)))
    labeller = village["labeller"].account
    assert sorted(accounts_on(village.store, labeller, "bots")) == sorted(keys)
    monkeypatch.setattr("sayso_node.labels.queries.MAX_LISTED", 2)
    with pytest.raises(NodeError, match="more than 2"):
        accounts_on(village.store, labeller, "bots")


def test_of_whom_nothing_is_held_is_said_how_to_get_it(village: Village) -> None:
    stranger = KeyPair.from_seed(b"s" * 32).public
    with pytest.raises(NotFound, match=f"labels subscribe {key_text(stranger)}"):
        check_held(village.store, stranger)
    village.says("labeller", Post("x"))
    check_held(village.store, village["labeller"].account)


# --- nobody decides but who was chosen ------------------------------------------------------

_NAMES = st.sampled_from(["spam", "nice", "z" * 64, "@", "hide", "\u202e"])
_LABELS = st.lists(
    st.tuples(
        st.sampled_from(["anna", "mallory", "trent"]),
        _NAMES,
        st.lists(st.integers(0, 3), max_size=3, unique=True),
        st.lists(st.sampled_from(["anna", "mallory", "trent", "robin"]), max_size=2, unique=True),
        st.booleans(),
    ),
    max_size=8,
)
RULES = '[[rule]]\naction = "hide"\nlabel = ["spam", "nice"]\n'


@long
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40, deadline=None)
@given(said=_LABELS, hit=st.booleans())
def test_no_label_changes_anything_unless_its_author_is_subscribed_to(
    said: list[tuple[str, str, list[int], list[str], bool]], hit: bool
) -> None:
    village = Village(MemoryStore(bytes(16)))
    on = village.says("anna", *(Post(f"post {n}") for n in range(4)))
    village.says("labeller", Post("x"))
    text = RULES + subscription(village, "spam=hide", "nice=fold", "hide=boost:5")
    before = village.shown(text)
    people = {"robin": village.robin.account} | {
        name: village[name].account for name in ("anna", "mallory", "trent")
    }
    for who, name, seqs, accounts, off in said:
        entries = tuple(on[n].reference for n in seqs) or (on[0].reference,)
        keys = tuple(people[one] for one in accounts)
        village.says(who, Label(name, entries, keys, off))
    assert village.shown(text) == before
    if hit:  # the control: the one who is subscribed to does change something
        village.says("labeller", tagged("spam", on[2]))
        assert len(village.shown(text)) == len(before) - 1
