"""What is shown by rules: pages are filled, and muted stays muted on every way round."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.budget import long
from tests.node.support import Person
from tests.node.village import Village

from sayso_node.accounts.names import Names
from sayso_node.entries.loader import load_items
from sayso_node.entries.named import unheld_item
from sayso_node.timeline import filtered, timeline
from sayso_node.timeline.filtered import filtered_items, filtered_page
from sayso_protocol.content.body import KnownBody, Post, Repost
from sayso_protocol.content.reference import Reference
from sayso_protocol.limits import MAX_BODY
from sayso_storage.interface.store import StoredEntry

# --- muted stays muted (an account, a list) ---------------------------------------------


def reply(of: Reference) -> KnownBody:
    return Post("re", reply=of)


def deep_reply(of: Reference) -> KnownBody:
    other = Person("elsewhere")
    entry = other.store.entry(other.post("answer").ids[0])
    assert entry is not None
    return Post("re", reply=entry.reference, root=of)


def mention(of: Reference) -> KnownBody:
    return Post("hello", mentions=(of.account,))


WAYS = {
    "quote": lambda of: Post("look at this", quote=of),
    "repost": Repost,
    "reply": reply,
    "reply deep in its conversation": deep_reply,
    "mention": mention,
}


@long
@pytest.mark.parametrize("held", [True, False], ids=["held", "not held"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("condition", ["account", "list"])
def test_muted_stays_muted(way: str, condition: str, held: bool, village: Village) -> None:
    if held:
        [muted] = village.says("troll", Post("bait"))
    else:
        troll = village["troll"]
        found = troll.store.entry(troll.post("bait").ids[0])
        assert found is not None
        muted = found
    [entry] = village.says("ben", WAYS[way](muted.reference))
    key = village.key("troll")
    rule = {
        "account": f"[[rule]]\nname='no trolls'\naction='hide'\naccount='{key}'\n",
        "list": "[[rule]]\nname='no trolls'\naction='hide'\nlist='trolls'\n",
    }[condition]
    lists = f"[lists.trolls]\naccounts = ['{key}']\n"
    assert hiding(village, rule + lists, entry) == "no trolls"
    # The control: the same rule looks at the author alone when told so.
    assert hiding(village, rule + "through = false\n" + lists, entry) is None
    if held:
        assert hiding(village, rule + "through = false\n" + lists, muted) == "no trolls"


def hiding(village: Village, text: str, entry: StoredEntry) -> str | None:
    """The rule that hides an entry, which is then not shown."""
    names, choice = Names(village.store), village.choice(text)
    [item] = filtered_page(village.store, names, choice, [entry], unfiltered=True)
    shown = filtered_page(village.store, names, choice, [entry])
    assert bool(shown) is (item.rules.hidden is None)
    return item.rules.hidden


@pytest.mark.parametrize("way", ["quote", "repost", "reply"])
def test_another_name_on_it_does_not_help(way: str, village: Village) -> None:
    """Whoever quotes a muted account's entry may say that it is somebody else's."""
    [muted] = village.says("troll", Post("bait"))
    liar = Reference(village["anna"].account, muted.feed, muted.seq, muted.id)
    [entry] = village.says("ben", WAYS[way](liar))
    rule = f"[[rule]]\naction='hide'\naccount='{village.key('troll')}'\n"
    assert hiding(village, rule, entry) == "rule 1"


@pytest.mark.parametrize("way", ["quote", "repost"])
def test_muted_words_stay_muted(way: str, village: Village) -> None:
    [said] = village.says("anna", Post("the Casino is open"))
    [entry] = village.says("ben", WAYS[way](said.reference))
    for condition in ("words = 'casino'", "pattern = '(?i)casino'"):
        rule = f"[[rule]]\naction='hide'\n{condition}\n"
        assert hiding(village, rule, entry) == "rule 1"
        assert hiding(village, rule + "through = false\n", entry) is None


def test_the_own_posts_are_shown(village: Village) -> None:
    village.robin.post("my casino")
    [item] = village.shown("[[rule]]\naction='hide'\nwords='casino'\n")
    assert (item.text, item.rules.hidden) == ("my casino", None)


def test_other_lists_are_filtered_too(village: Village) -> None:
    [muted] = village.says("troll", Post("bait"))
    [answer] = village.says("ben", Post("re", reply=muted.reference))
    [other] = village.says("ben", Post("else"))
    choice = village.choice(f"[[rule]]\naction='hide'\naccount='{village.key('troll')}'\n")
    names = Names(village.store)
    missing = unheld_item(names, replace(other.reference, id=bytes(32)))
    first, second, last = load_items(village.store, names, [muted, answer, other])
    items = [first, second, missing, last]
    assert list(filtered_items(choice, items)) == items[2:]
    marked = list(filtered_items(choice, items, unfiltered=True))
    assert [one.rules.hidden for one in marked] == ["rule 1", "rule 1", None, None]
    assert marked[2:] == items[2:]


# --- pages --------------------------------------------------------------------------------

ODD = "[[rule]]\nname='odd'\naction='hide'\ntag='odd'\nbecause='odd ones'\n"


def many(village: Village, count: int) -> list[str]:
    posts = [Post(str(n), tags=("odd",) if n % 2 else ("even",)) for n in range(count)]
    village.says("ben", *posts)
    return [str(n) for n in range(count)][::-1]


@long
@pytest.mark.parametrize("page", [1, 3, 7, 5000])
@pytest.mark.parametrize("limit", [1, 4, 10, 11, 50])
def test_a_page_is_filled(
    page: int, limit: int, village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filtered, "PAGE", page)
    texts = many(village, 20)
    shown = [item.text for item in village.shown(ODD, limit)]
    assert shown == [text for text in texts if int(text) % 2 == 0][:limit]
    everything = village.shown(ODD, limit, unfiltered=True)
    assert [item.text for item in everything] == texts[:limit]
    assert {item.rules.hidden for item in everything if int(item.text) % 2} <= {"odd"}
    assert {item.rules.hidden for item in everything if int(item.text) % 2 == 0} <= {None}


def test_without_rules_it_is_the_timeline(village: Village) -> None:
    from sayso_storage.interface.store import TimelineQuery

    many(village, 9)
    plain = list(timeline.timeline(village.store, TimelineQuery(5)))
    assert village.shown("", 5) == plain
    assert [(one.rules.hidden, one.rules.folded, one.rules.points) for one in plain] == [
        (None, None, 0)
    ] * 5


def test_folded_and_boosted_are_shown_and_say_so(village: Village) -> None:
    many(village, 2)
    text = ODD.replace("hide", "fold") + "[[rule]]\naction='boost'\npoints=-7\ntag='even'\n"
    odd, even = village.shown(text)
    assert (odd.rules.folded, odd.rules.because, odd.rules.hidden, odd.rules.points) == (
        "odd", "odd ones", None, 0,
    )  # fmt: skip
    assert (even.rules.folded, even.rules.because, even.rules.points) == (None, None, -7)
    [_, unhidden] = village.shown(ODD, unfiltered=True)[::-1]
    assert (unhidden.rules.hidden, unhidden.rules.because) == ("odd", "odd ones")


def test_the_clock_is_an_argument(village: Village) -> None:
    from sayso_node.filters.judge import Judge
    from sayso_protocol.filters.syntax.parser import read_rules

    [entry] = village.says("ben", Post("old"))
    rules = read_rules(b"[[rule]]\naction='hide'\nolder='1d'\nuntil=2100-01-01T00:00:00Z\n")
    day, end = 86_400_000, 4_102_444_800_000
    moments = [entry.sort_ms + day - 1, entry.sort_ms + day, end - 1, end]
    hidden = [Judge(village.store, rules, at).judge([entry])[0].hidden for at in moments]
    assert [one is not None for one in hidden] == [False, True, True, False]


# --- hostile texts ------------------------------------------------------------------------

NAUGHTY = [
    "a" * (MAX_BODY - 100),
    "赌" * ((MAX_BODY - 100) // 3),
    "\u0301" * ((MAX_BODY - 100) // 2),
    "\ufdfa" * ((MAX_BODY - 100) // 3),
    "ﬃ" * ((MAX_BODY - 100) // 3),
    "\u200b\u202e\u2066" * 1000,
    "\x01\x1b[2J\x7f\x85\u2028",
    "(a+)+$ .*.*.*[[\\ (?R) {1000}",
    "http://" * 2000,
    "https://a@" * 1600,
    "#" * 16_000,
    "👩‍👩‍👧‍👦" * 600,
    "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    "İıſßẞΣς",
    "\U0010ffff\ufffe\ufdd0",
]

ALL_RULES = """
[[rule]]
action = "hide"
words = ["casino", "free money", "赌场", "aaaa", "x y z"]
[[rule]]
action = "hide"
pattern = ['(a|aa)+b', '(?i)(.*)casino(.*)$', '(\\p{Han}{2,9}x)+']
[[rule]]
action = "hide"
host = "a.example"
tag = "x"
"""


@long
@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_no_text_does_harm(text: str, village: Village) -> None:
    [entry] = village.says("ben", Post(text))
    assert hiding(village, ALL_RULES, entry) is None
    [found] = village.says("ben", Post(text[: MAX_BODY // 8] + " Free Money"))
    assert hiding(village, ALL_RULES, found) == "rule 1"
