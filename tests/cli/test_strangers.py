"""Strangers who knock, on the command line: listed, accepted, declined, blocked, and counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.budget import long
from tests.node.knocks.support import Knocker, day

from sayso_node.clock import now_ms
from sayso_node.filters.file import load_rules
from sayso_node.home.directory import Home
from sayso_node.home.keystore import read_keystore
from sayso_node.home.letter_keys import open_letters
from sayso_node.home.open_store import open_home
from sayso_node.knocks.incoming import TakenKnock, take_knocks
from sayso_node.knocks.outgoing import first_word_of, own_knocks, queue_new
from sayso_protocol.content.body import Follow, KnownBody, Post, Profile
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.letters.stranger import KnockRule
from sayso_protocol.private.contents.first_word import write_first_word

from .conftest import Sayso


def knock(path: Path, sam: Knocker, body: KnownBody, bits: int = 24) -> KnockRule | None:
    """Let somebody write something, and bring it to a home's door as its node would."""
    queue_new(sam.store, sam.records, now_ms())
    sam.publish([body])
    queue_new(sam.store, sam.records, now_ms())
    one = own_knocks(sam.records)[-1]
    word = first_word_of(sam.store, one)
    assert word is not None
    home = Home(path)
    letter = sam.account[:8] + one.seq.to_bytes(8, "big")
    taken = TakenKnock(letter, day(), bits, b"net1", sam.account, write_first_word(word))
    records = open_letters(home, read_keystore(home.keys).feed.seed)
    with open_home(home) as store:
        [rule] = take_knocks(store, records, load_rules(home), [taken], now_ms())
    records.close()
    return rule


@pytest.fixture
def sam() -> Knocker:
    sam = Knocker("sam")
    sam.publish([Profile("Sam\x1b[31m")])
    return sam


@pytest.fixture
def post(sayso: Sayso, home: Path) -> str:
    return str(sayso("post", "hello world", "--home", home, "--json").record["id"])


def answer(home: Path, post: str, text: str) -> Post:
    with open_home(Home(home)) as store:
        reference = store.find_entries(post)[0].reference
    return Post(text, reply=reference, root=reference)


def test_before_anybody_knocked(sayso: Sayso, home: Path) -> None:
    done = sayso("notifications", "--strangers", "--home", home)
    assert (done.code, done.out) == (0, "")
    assert "No stranger has knocked" in done.err
    for command in ("accept", "decline"):
        done = sayso(command, "12345678", "--home", home)
        assert done.code != 0
        assert "no stranger has knocked yet" in done.err
    assert not Home(home).letters.exists()
    assert sayso("notifications", "--all", "--home", home).code == 2


@long
def test_a_stranger_is_listed_and_accepted(
    sayso: Sayso, home: Path, post: str, sam: Knocker
) -> None:
    assert knock(home, sam, answer(home, post, "welcome\x1b[2J here")) is None
    done = sayso("notifications", "--strangers", "--home", home)
    assert "answers you (from farther away)" in done.out
    assert "“Sam" in done.out
    assert "welcome" in done.out
    assert "\x1b" not in done.out
    record = sayso("notifications", "--strangers", "--json", "--home", home).record
    assert (record["kind"], record["by"]) == ("reply", key_text(sam.account))
    assert (record["on"], record["distance"], record["first_page"]) == (post, "farther", True)
    assert sayso("notifications", "--json", "--home", home).records == []
    thread = sayso("thread", post, "--home", home)
    assert "welcome" not in thread.out
    assert "1 answer from strangers: `sayso notifications --strangers`" in thread.out
    accepted = sayso("accept", record["id"], "--json", "--home", home)
    assert accepted.record["entry"] == record["entry"]
    thread = sayso("thread", post, "--home", home)
    assert "welcome" in thread.out
    assert "from strangers" not in thread.out
    assert sayso("notifications", "--strangers", "--json", "--home", home).records == []
    assert knock(home, sam, answer(home, post, "free now"), 0) is None
    assert "free now" in sayso("thread", post, "--home", home).out
    assert sayso("verify", "--home", home).code == 0


def test_a_stranger_with_the_name_of_somebody_known_is_told_apart(
    sayso: Sayso, home: Path, post: str
) -> None:
    known = key_text(Knocker("baker").account)
    assert sayso("follow", known, "--name", "Baker", "--home", home).code == 0
    eve = Knocker("eve")
    eve.publish([Profile("Βaker")])  # its first letter is Greek
    assert knock(home, eve, answer(home, post, "send me money")) is None
    said = sayso("notifications", "--strangers", "--home", home).out
    assert "“Βaker”" in said
    assert "looks like @Baker" in said
    record = sayso("notifications", "--strangers", "--json", "--home", home).record
    assert (record["name"], record["looks_like"]) == ("Βaker", known)
    assert record["vouched_by"] == []


def test_more_than_the_first_page(sayso: Sayso, home: Path) -> None:
    with open_home(Home(home)) as store:
        own = store.own_feed()
    assert own is not None
    for number in range(3):
        assert knock(home, Knocker(f"k{number}"), Follow(own.account)) is None
    done = sayso("notifications", "--strangers", "--home", home)
    assert done.out.count("follows you") == 1
    assert "1 more came this way" in done.out
    assert "2 more wait: `sayso notifications --strangers --all`" in done.err
    done = sayso("notifications", "--strangers", "--all", "--home", home)
    assert done.out.count("follows you") == 3
    records = sayso("notifications", "--strangers", "--json", "--home", home).records
    assert [one["first_page"] for one in records] == [True, False, False]
    declined = sayso("decline", records[0]["id"][:12], "--home", home)
    assert "declined:" in declined.out
    done = sayso("notifications", "--strangers", "--home", home)
    assert done.out == ""
    assert "2 more wait" in done.err
    assert sayso("decline", records[0]["id"], "--home", home).code != 0


def test_a_block_and_what_was_refused_stand_in_the_ledger(
    sayso: Sayso, home: Path, post: str, sam: Knocker
) -> None:
    assert knock(home, sam, answer(home, post, "one")) is None
    assert knock(home, sam, answer(home, post, "two"), 20) is KnockRule.PRICE
    assert sayso("block", key_text(sam.account), "--home", home).code == 0
    assert sayso("notifications", "--strangers", "--json", "--home", home).records == []
    assert knock(home, sam, answer(home, post, "three")) is KnockRule.BLOCKED
    records = sayso("ledger", "--json", "--home", home).records
    counts = {one["rule"]: one["count"] for one in records if one["what"] == "knocks"}
    assert counts == {"price": 1, "blocked": 2}
    said = sayso("ledger", "--home", home).out
    assert "1 knock  refused: they paid less than they must" in said
    assert "2 knocks  refused: their accounts are blocked" in said


def test_the_profile_tells_the_prices(sayso: Sayso, home: Path, post: str, sam: Knocker) -> None:
    Home(home).filters.write_text("[knock]\nthird = 20\nfarther = 26\n")
    assert sayso("profile", "--bio", "of a garden", "--home", home).code == 0
    with open_home(Home(home)) as store:
        own = store.own_feed()
        assert own is not None
        from sayso_node.accounts.profile import profile_of

        assert profile_of(store, own.account).knock == (0, 20, 21, 26)
    # The old price is enough for two days.
    assert knock(home, sam, answer(home, post, "cheap"), 23) is KnockRule.PRICE
    assert knock(home, sam, answer(home, post, "dear"), 24) is None


@long
def test_locked_letters_ask_for_nothing_in_a_conversation(
    sayso: Sayso, tmp_path: Path, sam: Knocker
) -> None:
    home, secret = tmp_path / "locked", tmp_path / "secret"
    secret.write_text("open sesame\n")
    sayso("init", "--home", home, "--name", "Ann", "--passphrase-file", secret)
    words = ("--passphrase-file", secret, "--home", home)
    post = sayso("post", "hello", *words, "--json").record["id"]
    seed = read_keystore(Home(home).keys, b"open sesame").feed.seed
    open_letters(Home(home), seed).close()
    assert sayso("thread", post, "--home", home).code == 0
    assert sayso("ledger", "--home", home).code == 0
    assert sayso("notifications", "--strangers", "--home", home).code != 0
    assert sayso("notifications", "--strangers", *words).code == 0


def test_damaged_letters_keep_nobody_from_reading(
    sayso: Sayso, home: Path, post: str, sam: Knocker
) -> None:
    assert knock(home, sam, answer(home, post, "welcome")) is None
    Home(home).letters.write_bytes(b"x" * 5000)
    for command in (("thread", post), ("ledger",)):
        done = sayso(*command, "--home", home)
        assert done.code == 0
        assert "move that file away" in done.err
    assert "hello world" in sayso("thread", post, "--home", home).out
    done = sayso("notifications", "--strangers", "--home", home)
    assert done.code != 0
    assert "move that file away" in done.err
