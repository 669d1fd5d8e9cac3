"""Why: what each rule answered, whose labels, how an entry came; equal on every machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.budget import long
from tests.node.support import Person, in_sync, join, running
from tests.node.village import Village

from sayso_node.clock import now_ms
from sayso_node.filters.explanation import explain
from sayso_node.filters.judge import Judge
from sayso_node.home.directory import Home
from sayso_protocol.accounts.statement import sign_rotate
from sayso_protocol.content.body import Post, Repost
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.feed.entry import id_text
from sayso_protocol.filters.syntax.parser import read_rules
from sayso_protocol.views.ranking import Term
from sayso_storage.sqlite import open_store


def ask(village: Village, entry, text: str, **more) -> dict:
    return explain(village.store, village.choice(text), entry, **more).as_json()


def test_each_rule_that_was_tried_and_its_answer(village: Village) -> None:
    [post] = village.says("anna", Post("Casino night! #ads", tags=("ads",)))
    rules = f"""
[[rule]]
action = "hide"
words = "casino"
until = 2001-01-01
[[rule]]
action = "hide"
tag = "cats"
[[rule]]
name = "no bets"
action = "fold"
words = ["bingo", "casino"]
because = "noise"
[[rule]]
action = "hide"
account = "{village.key("anna")}"
[[rule]]
action = "boost"
points = 7
distance = 1
not = {{ tag = "ads" }}
[[rule]]
action = "store"
rate = 2
[[rule]]
action = "allow"
kind = "post"
[[rule]]
action = "drop"
kind = "post"
"""
    found = ask(village, post, rules)
    assert (found["shown"], found["hidden"], found["folded"]) == (True, None, "no bets")
    assert (found["because"], found["points"], found["carry"]) == ("noise", 0, None)
    replies = [(one["number"], one["why"], one["applies"]) for one in found["rules"]]
    assert replies == [
        (1, "expired", False),
        (2, "no", False),
        (3, "applies", True),
        (4, "decided", False),
        (5, "except", False),
        (6, "no", False),
        (7, "applies", True),  # and nothing is asked after what allows
    ]
    assert found["rules"][2] == {
        "number": 3,
        "rule": "no bets",
        "action": "fold",
        "by": "owner",
        "applies": True,
        "why": "applies",
        "answers": [{"condition": "words", "holds": True, "found": ["casino"]}],
    }
    [rate] = found["rules"][5]["answers"]
    assert rate == {"condition": "rate", "holds": False, "value": 0, "at_least": 2}
    assert found["score"] == []


def test_it_says_what_the_rules_do(village: Village) -> None:
    """Beside `judge`, which decides what is shown."""
    [root] = village.says("anna", Post("casino"))
    entries = [root, *village.says("ben", Repost(root.reference), Post("cats"), Post("bet"))]
    rules = "\n".join(
        f"[[rule]]\naction = '{action}'\n{points}words = '{word}'\n"
        for action, points, word in (
            ("hide", "", "casino"),
            ("fold", "", "cats"),
            ("drop", "", "cats"),
            ("boost", "points = 3\n", "bet"),
        )
    )
    for entry, verdict in zip(entries, village.choice(rules).judge(entries), strict=True):
        found = ask(village, entry, rules)
        assert found["shown"] is not bool(verdict.hidden)
        assert found["hidden"] == (verdict.hidden.title if verdict.hidden else None)
        assert found["folded"] == (verdict.folded.title if verdict.folded else None)
        assert found["carry"] == (verdict.carry.title if verdict.carry else None)
        assert found["points"] == verdict.points
    assert [ask(village, one, rules)["shown"] for one in entries] == [False, False, True, True]


def test_lists_are_named_with_what_they_are_on(village: Village) -> None:
    [root] = village.says("anna", Post("hello"))
    [answer] = village.says("ben", Post("hm", reply=root.reference))
    lists = f"[lists.loud]\naccounts = ['{village.key('anna')}']\n"
    assert ask(village, root, lists)["labels"] == [
        {"label": "loud", "by": "owner", "on": "account"}
    ]
    [through] = ask(village, answer, lists)["labels"]
    assert through["on"] == "carried or answered account"


def test_the_terms_of_a_score_are_passed_on(village: Village) -> None:
    [post] = village.says("anna", Post("hello"))
    terms = ask(village, post, "", score=lambda facts: [Term("length", facts.length)])
    assert terms["score"] == [{"term": "length", "value": 5, "failure": None}]


async def test_how_it_came(village: Village) -> None:
    """By whose follow, from which peer, and when."""
    robin, anna, ben = village.robin, Person("anna"), Person("ben")
    robin.store.follow(anna.account, "annie", 1_700_000_000_000)
    ben.follow(anna)
    first = anna.post("one").tip
    one, two, three = robin.engine(), anna.engine(), ben.engine()
    async with running(one, two, three) as nursery:
        join(nursery, three, two)
        await in_sync(three, two)
        join(nursery, one, three)
        await in_sync(one, three)
    begun = now_ms()
    found = ask(village, village.held(first), "")["came"]
    assert found["follows"] == [
        {"account": key_text(anna.account), "petname": "annie", "since": "2023-11-14T22:13:20.000Z"}
    ]
    assert (found["own"], found["peers"]) == (False, ["ben"])
    assert found["arrived"].startswith("20") and begun > 0
    own = village.held(robin.post("mine").tip)
    assert ask(village, own, "")["came"] | {"arrived": ""} == {
        "own": True,
        "follows": [],
        "labellers": [],
        "peers": [],
        "arrived": "",
    }
    robin.store.set_labellers([anna.account], now_ms())
    both = ask(village, village.held(first), "")["came"]
    assert both["follows"] == found["follows"]
    assert both["labellers"] == [{"account": key_text(anna.account), "petname": "annie"}]
    robin.store.unfollow(anna.account)
    alone = ask(village, village.held(first), "")["came"]
    assert alone["labellers"] == [{"account": key_text(anna.account), "petname": None}]
    assert alone["follows"] == []
    robin.store.set_labellers([], now_ms())
    assert ask(village, village.held(first), "")["came"]["labellers"] == []


def test_a_labeller_is_told_under_the_key_that_was_subscribed_to(village: Village) -> None:
    """Also of what it says under its next key."""
    anna = Person("anna")
    village.store.set_labellers([anna.account], 1)
    village.store.add_grant(anna.grant)
    rotate = sign_rotate(anna.next_key, anna.account, [])
    assert village.store.add_statements([rotate], 1) == [True]
    heir = Person("heir", account=anna.next_key)
    village.store.add_grant(heir.grant)
    run = heir.post("hello")
    village.store.append([run], now_ms())
    came = ask(village, village.held(run.tip), "")["came"]
    assert came["labellers"] == [{"account": key_text(anna.account), "petname": None}]


RULES = """
[[rule]]
action = "fold"
words = ["zebra", "casino", "ärger"]
tag = ["ads", "Bets", "ÉTÉ"]
[[rule]]
action = "hide"
older = "1h"
not = { list = ["b", "a"] }
[lists]
"""


@long
def test_another_machine_gives_the_same_bytes(tmp_path: Path) -> None:
    """Store and files copied, another process, hash seed, time zone, locale and directory."""
    home = Home(tmp_path / "home")
    home.prepare()
    with open_store(home.store) as store:
        robin = Person("robin", store)
        anna = Person("anna", store=None)
        robin.follow(anna)
        store.add_grant(anna.grant)
        tags = ("ads", "été", "bets", "x")
        run = anna.publish([Post("Casino zebra Ärger", tags=tags, mentions=(robin.account,))])
        store.append([run], now_ms(), ["12D3peer"])
        entry = store.entry(run.tip)
        assert entry is not None
        rules = RULES + "".join(
            f"{name} = {{ accounts = ['{key_text(anna.account)}'] }}\n" for name in "badc"
        )
        home.filters.write_text(rules, encoding="utf-8")
        home.filters.chmod(0o600)
        at = entry.sort_ms + 7_200_000
        judge = Judge(store, read_rules(rules.encode()), at)
        here = explain(store, judge, entry).as_json()
    home.keys.write_text("{}")
    there = Path(shutil.copytree(home.path, tmp_path / "elsewhere" / "ein Ort"))
    word = id_text(entry.id)
    runs = {
        told(home.path, word, at, PYTHONHASHSEED="1", TZ="Asia/Kolkata", LC_ALL="C"),
        told(there, word, at, PYTHONHASHSEED="77", TZ="America/Lima", LC_ALL="C.UTF-8"),
        told(there, word[:12], at, PYTHONHASHSEED="0", TZ="", LC_ALL="tr_TR.UTF-8"),
    }
    assert len(runs) == 1
    assert json.loads(runs.pop()) == here
    assert len(here["labels"]) == 4 and here["came"]["peers"] == ["12D3peer"]
    assert here["hidden"] is None and here["folded"] == "rule 1"


def test_another_moment_counts_only_where_a_rule_asks_for_it(village: Village) -> None:
    [post] = village.says("anna", Post("hello"))
    rules = read_rules(b"[[rule]]\naction = 'hide'\nolder = '2h'\n")

    def at(hours: int) -> dict:
        judge = Judge(village.store, rules, post.sort_ms + hours * 3600_000)
        return explain(village.store, judge, post).as_json()

    early, late = at(1), at(3)
    assert (early["shown"], late["shown"]) == (True, False)
    [answer] = late["rules"][0]["answers"]
    assert answer["value"] == 10_800
    plain = read_rules(b"[[rule]]\naction = 'hide'\nwords = 'x'\n")
    both = [
        explain(village.store, Judge(village.store, plain, post.sort_ms + ms), post)
        for ms in (0, 10**10)
    ]
    assert both[0] == both[1]


def told(home: Path, word: str, at_ms: int, **environment: str) -> bytes:
    from sayso_node.timestamps import time_text

    line = [sys.executable, "-m", "sayso_cli.main", "why", word, "--at", time_text(at_ms)]
    done = subprocess.run(
        [*line, "--json", "--home", str(home)],
        env=os.environ | environment,
        capture_output=True,
        cwd=home,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout
