"""Closed groups on the command line; letters are carried by hand, and everything else is real."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from tests.budget import long, some
from tests.node.knocks.support import Knocker
from tests.node.support import Person

from sayso_node.clock import now_ms
from sayso_node.home.directory import Home
from sayso_node.home.keystore import read_keystore
from sayso_node.home.letter_keys import open_letters
from sayso_node.home.open_store import open_home
from sayso_node.messages.group_book import GroupBook
from sayso_node.messages.group_records import forget_waiting, waiting_contents, waiting_letters
from sayso_protocol.crypto.keys import key_text, parse_key
from sayso_protocol.private.groups.group_limits import DAY_MS
from sayso_storage.interface.sealed_records import SealedRecords

from .conftest import Done, Sayso
from .test_strangers import answer, knock

BEN = key_text(Person("ben").account)


@contextmanager
def opened(home: Path) -> Iterator[tuple[SealedRecords, GroupBook]]:
    """The letters of a home and its groups, as the running node has them."""
    with open_home(Home(home)) as store:
        own = store.own_feed()
        device = read_keystore(Home(home).keys, None).feed
        assert own is not None
        records = open_letters(Home(home), device.seed)
        try:
            yield records, GroupBook(records, device, own.grant)
        finally:
            records.close()


class Club:
    """Robin, who owns a group, and Anna."""

    def __init__(self, sayso: Sayso, robin: Path, anna: Path) -> None:
        self._sayso = sayso
        self.homes = {"robin": robin, "anna": anna}
        self.keys = {
            name: str(sayso("profile", "--home", home, "--json").record["account"])
            for name, home in self.homes.items()
        }

    def run(self, name: str, *words: object) -> Done:
        return self._sayso(*words, "--home", self.homes[name])

    def json(self, name: str, *words: object) -> list[dict[str, Any]]:
        done = self.run(name, *words, "--json")
        assert done.code == 0, done.err
        return done.records

    def carry(self) -> None:
        """What waits in one home comes to the other, until nothing waits."""
        while any([self._carry("robin", "anna"), self._carry("anna", "robin")]):
            pass

    def _carry(self, source: str, target: str) -> bool:
        with opened(self.homes[source]) as (records, _), opened(self.homes[target]) as (_, book):
            sender, reader = (parse_key(self.keys[name]) for name in (source, target))
            contents, letters = waiting_contents(records), waiting_letters(records)
            for one in contents:
                if reader in one.accounts:
                    book.take(sender, one.content, now_ms())
                forget_waiting(records, one)
            for letter in letters:
                boxes = {seed: place for *place, seed in book.boxes(letter.day)}
                if letter.box_seed in boxes:
                    group, epoch = boxes[letter.box_seed]
                    book.take_letter(group, epoch, letter.letter, now_ms())
                forget_waiting(records, letter)
            return bool(contents or letters)


@pytest.fixture
def club(sayso: Sayso, home: Path, other: Path) -> Club:
    return Club(sayso, home, other)


@pytest.fixture
def chess(club: Club) -> Club:
    """With a group of Robin's, to which Anna is invited."""
    club.run("robin", "group", "create", "Chess")
    club.run("robin", "post", "--to", "chess", "e4")
    club.run("robin", "group", "invite", "chess", club.keys["anna"])
    club.run("anna", "messages")
    club.carry()
    return club


@pytest.fixture
def joined(chess: Club) -> Club:
    """Anna has accepted, and has what was written."""
    assert chess.run("anna", "accept", "chess").code == 0
    chess.carry()
    return chess


def test_before_there_is_any(sayso: Sayso, home: Path) -> None:
    done = sayso("group", "list", "--home", home)
    assert done.code == 0 and "There are no groups" in done.err
    for words in (["group", "show", "chess"], ["post", "--to", "chess", "x"]):
        done = sayso(*words, "--home", home)
        assert done.code == 1 and "sayso group create NAME" in done.err
    assert not (home / "letters.db").exists()


@long
@pytest.mark.parametrize("circle", [False, True])
@pytest.mark.parametrize("forgetting", [False, True])
def test_a_group_says_what_it_is(club: Club, circle: bool, forgetting: bool) -> None:
    options = ["--circle"] * circle + ["--forgetting"] * forgetting
    [made] = club.json("robin", "group", "create", "Chess club", *options)
    assert len(made["group"]) == 32 and made["name"] == "Chess club"
    assert made["mode"] == ("circle" if circle else "group")
    assert made["past"] == ("forgetting" if forgetting else "kept")
    assert made["state"] == "in" and made["owner"] == club.keys["robin"]
    [member] = made["members"]
    assert member["account"] == club.keys["robin"] and member["admin"] and member["since"]
    assert club.json("robin", "group", "show", "CHESS CLUB") == [made]
    assert club.json("robin", "group", "list") == [made]
    shown = club.run("robin", "group", "show", made["group"][:8]).out
    assert ("circle" in shown) is circle and ("forgetting" in shown) is forgetting
    assert "“Chess club”" in shown and "owner" in shown
    assert club.json("robin", "read") == []


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "a\x1bb", "\u202ename", "é" * 33])
def test_what_is_no_name(club: Club, name: str) -> None:
    done = club.run("robin", "group", "create", name)
    assert done.code == 1 and "a group's name" in done.err
    assert club.json("robin", "group", "list") == []


def test_a_name_is_taken_once(club: Club) -> None:
    club.run("robin", "group", "create", "Chess")
    done = club.run("robin", "group", "create", "CHESS")
    assert done.code == 1 and "already" in done.err
    club.run("robin", "group", "leave", "chess", "--yes")
    assert club.run("robin", "group", "create", "chess").code == 0


@long
def test_posts_are_in_the_group_and_in_no_feed(joined: Club) -> None:
    [made] = joined.json("anna", "post", "--to", "chess", "e5 #open", "--lang", "en")
    assert made["author"] == joined.keys["anna"] and made["seq"] is None
    joined.carry()
    for name in joined.homes:
        newest, oldest = joined.json(name, "read", "--group", "chess")
        assert (newest["text"], oldest["text"]) == ("e5 #open", "e4")
        assert newest["id"] == made["id"] and newest["group"] == made["group"]
        assert newest["tags"] == ["open"] and newest["lang"] == "en"
        assert newest["author"] == joined.keys["anna"]
        assert newest["parents"] == [oldest["id"]] and newest["unread"] == 0
        assert joined.json(name, "read") == []
    shown = joined.run("robin", "read", "--group", "chess").out
    assert "\n  e5 #open\n" in shown and shown.index("\n  e5") < shown.index("\n  e4")
    assert len(joined.json("robin", "read", "--group", "chess", "--limit", "1")) == 1
    assert joined.json("robin", "read", "--group", "chess", "--since", "2100-01-01") == []


@long
def test_an_answer_names_its_post(joined: Club) -> None:
    [first] = joined.json("anna", "read", "--group", "chess")
    words = ["post", "--to", "chess", "well played", "--reply", first["id"][:8], "--warn", "chess!"]
    joined.run("anna", *words)
    joined.carry()
    newest, _ = joined.json("robin", "read", "--group", "chess")
    assert newest["reply_to"] == first["id"] and newest["warn"] == "chess!"
    shown = joined.run("robin", "read", "--group", "chess").out
    assert "content warning:" in shown and "well played" not in shown and "↳" in shown
    advised = f"sayso read --group {newest['group'][:12]} --unfiltered"
    assert advised in shown
    assert "well played" in joined.run("robin", *advised.split()[1:]).out
    done = joined.run("anna", "post", "--to", "chess", "to what?", "--reply", "0" * 32)
    assert done.code == 1 and "no such post" in done.err


WRONG = [
    (["post", "--to", "nosuch", "secret"], "no such group"),
    (["post", "--to", "", "secret"], "no such group"),
    (["post", "--to", "che", "secret"], "no such group"),
    (["post", "--to", "chess", ""], "nothing is written"),
    (["post", "--to", "chess", "x" * 40_000], "too long"),
    (["post", "--to", "chess", "secret", "--attach", "/etc/hostname"], "--keep-metadata"),
    (["post", "--to", "chess", "secret", "--attach", "/nosuch"], "cannot read"),
    (["post", "--to", "chess", "secret", "--quote", "0" * 64], "cannot quote"),
    (["post", "--to", "chess", "secret", "--reply", "0" * 64], "no such post"),
    (["post", "--to", "chess", "secret", "--tag", "two words"], "a tag"),
]


@long
@pytest.mark.parametrize(("words", "said"), WRONG)
def test_what_cannot_be_written_is_published_nowhere(
    club: Club, words: list[str], said: str
) -> None:
    club.run("robin", "group", "create", "Chess")
    before = club.json("robin", "status")[0]["entries"]
    done = club.run("robin", *words)
    assert done.code == 1 and said in done.err
    assert club.json("robin", "read") == club.json("robin", "read", "--group", "chess") == []
    assert club.json("robin", "status")[0]["entries"] == before
    with opened(club.homes["robin"]) as (records, _):
        assert waiting_letters(records) == []


@long
def test_who_left_writes_nowhere(joined: Club) -> None:
    assert joined.run("anna", "group", "leave", "chess").code == 0
    done = joined.run("anna", "post", "--to", "chess", "one more thing")
    assert done.code == 1 and "not in this group" in done.err
    assert joined.json("anna", "read") == []
    joined.carry()
    [group] = joined.json("robin", "group", "show", "chess")
    assert [one["account"] for one in group["members"]] == [joined.keys["robin"]]
    assert joined.json("anna", "group", "list")[0]["state"] == "left"
    assert len(joined.json("anna", "read", "--group", "chess")) == 1


def test_in_a_circle_its_owner_alone_writes(club: Club) -> None:
    club.run("robin", "group", "create", "Diary", "--circle")
    club.run("robin", "group", "invite", "diary", club.keys["anna"], "--admin")
    club.run("anna", "messages")
    club.carry()
    club.run("anna", "accept", "diary")
    done = club.run("anna", "post", "--to", "diary", "my turn")
    assert done.code == 1 and "only its owner writes" in done.err
    assert club.json("anna", "read") == []


@long
def test_an_invitation_waits_until_it_is_accepted(chess: Club) -> None:
    [invited] = chess.json("anna", "group", "list")
    assert invited["state"] == "invited" and invited["invited_by"] == chess.keys["robin"]
    assert chess.run("anna", "read", "--group", "chess").code == 1
    shown = chess.run("anna", "group", "list").out
    assert "invited by" in shown and "group, kept" in shown and "sayso accept" in shown
    done = chess.run("anna", "post", "--to", "chess", "hello")
    assert done.code == 1
    [known] = chess.json("anna", "accept", invited["group"][:8])
    assert known["state"] == "in"
    chess.carry()
    assert [one["text"] for one in chess.json("anna", "read", "--group", "chess")] == ["e4"]
    assert chess.run("anna", "accept", "chess").code == 1


@long
def test_an_invitation_is_told_of_where_its_sender_belongs(chess: Club) -> None:
    """Anna does not follow Robin: he is a stranger."""
    assert chess.json("anna", "notifications") == []
    [told] = chess.json("anna", "notifications", "--strangers")
    assert told["kind"] == "invitation" and told["by"] == chess.keys["robin"]
    assert told["text"] == "Chess" and told["mode"] == "group" and told["past"] == "kept"
    shown = chess.run("anna", "notifications", "--strangers").out
    assert "invited you to “Chess”" in shown and "sayso accept" in shown
    chess.run("anna", "follow", chess.keys["robin"])
    assert [one["id"] for one in chess.json("anna", "notifications")] == [told["id"]]
    assert "invited you to “Chess”" in chess.run("anna", "notifications").out
    assert chess.json("anna", "notifications", "--since", "2100-01-01") == []
    assert chess.json("anna", "notifications", "--strangers") == []
    chess.run("anna", "block", chess.keys["robin"])
    for more in ([], ["--strangers"]):
        assert chess.json("anna", "notifications", *more) == []


@long
def test_what_was_declined_is_gone(chess: Club) -> None:
    assert chess.run("anna", "decline", "chess").code == 0
    assert chess.json("anna", "group", "list") == []
    chess.run("robin", "post", "--to", "chess", "where is Anna?")
    chess.carry()
    assert chess.json("anna", "group", "list") == []
    done = chess.run("anna", "decline", "chess")
    assert done.code == 1 and "invited to no group" in done.err


@long
def test_a_group_that_is_called_like_an_id_gets_in_no_ones_way(chess: Club) -> None:
    home = chess.homes["anna"]
    [post] = chess.json("anna", "post", "hello world")
    assert knock(home, Knocker("sam"), answer(home, post["id"], "welcome")) is None
    told = chess.json("anna", "notifications", "--strangers")
    [stranger] = [one for one in told if one["kind"] == "reply"]
    chess.run("robin", "group", "create", stranger["id"][:8])
    chess.run("robin", "group", "invite", stranger["id"][:8], chess.keys["anna"])
    chess.carry()
    [accepted] = chess.json("anna", "accept", stranger["id"][:8])
    assert accepted["id"] == stranger["id"]
    assert [one["state"] for one in chess.json("anna", "group", "list")] == ["invited"] * 2
    [group] = chess.json("anna", "decline", stranger["id"][:8])
    assert group["name"] == stranger["id"][:8]


@long
def test_a_name_of_others_does_not_take_an_own_group(chess: Club) -> None:
    """Anna has a group of that name herself: what she writes goes there."""
    chess.run("anna", "group", "create", "Chess")
    own, invited = chess.json("anna", "group", "list")
    assert (own["state"], invited["state"]) == ("in", "invited")
    [made] = chess.json("anna", "post", "--to", "chess", "mine")
    assert made["group"] == own["group"]
    chess.run("anna", "accept", "chess")
    done = chess.run("anna", "post", "--to", "chess", "whose?")
    assert done.code == 1 and "several groups" in done.err and invited["group"] in done.err
    [made] = chess.json("anna", "post", "--to", invited["group"], "yours")
    assert made["group"] == invited["group"]


@long
def test_who_is_removed_reads_no_further(joined: Club) -> None:
    done = joined.run("robin", "group", "remove", "chess", joined.keys["anna"])
    assert done.code == 0 and "keeps what it has" in done.err
    joined.run("robin", "post", "--to", "chess", "without Anna")
    joined.carry()
    assert [one["text"] for one in joined.json("anna", "read", "--group", "chess")] == ["e4"]
    assert joined.json("anna", "group", "list")[0]["state"] == "left"
    done = joined.run("robin", "group", "remove", "chess", joined.keys["anna"])
    assert done.code == 1 and "not in the group" in done.err


@long
def test_what_is_done_without_the_right_to(joined: Club) -> None:
    for words in (["invite", "chess", BEN], ["remove", "chess", joined.keys["robin"]]):
        done = joined.run("anna", "group", *words)
        assert done.code == 1 and "only admins" in done.err
    done = joined.run("robin", "group", "invite", "chess", joined.keys["anna"])
    assert done.code == 1 and "already" in done.err
    done = joined.run("robin", "group", "remove", "chess", joined.keys["robin"])
    assert done.code == 1 and "leaves" in done.err
    assert joined.run("robin", "group", "invite", "chess", joined.keys["anna"], "--admin").code == 0
    joined.carry()
    assert joined.run("anna", "group", "invite", "chess", BEN).code == 0
    done = joined.run("anna", "group", "remove", "chess", joined.keys["robin"])
    assert done.code == 1 and "nobody removes the owner" in done.err


@pytest.mark.parametrize(("forgetting", "said"), [(False, "ever written"), (True, "from now on")])
def test_whoever_invites_is_told_what_will_be_read(club: Club, forgetting: bool, said: str) -> None:
    club.run("robin", "group", "create", "Chess", *["--forgetting"] * forgetting)
    assert said in club.run("robin", "group", "invite", "chess", BEN).err


def test_at_a_terminal_it_asks_first(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    club.run("robin", "group", "create", "Chess")
    monkeypatch.setattr("sayso_cli.terminal.prompt.is_terminal", lambda: True)
    monkeypatch.setattr("sys.stdin", StringIO("n\n" * 3))
    for words in (["invite", "chess", BEN], ["leave", "chess"]):
        done = club.run("robin", "group", *words)
        assert done.code == 1 and "nothing was done" in done.err
    [group] = club.json("robin", "group", "list")
    assert group["state"] == "in" and len(group["members"]) == 1
    assert club.run("robin", "group", "invite", "chess", BEN, "--yes").code == 0


@long
def test_what_was_written_before_a_change_says_so(joined: Club) -> None:
    """Anna writes while she does not know yet that Ben was removed, and Robin wrote meanwhile."""
    joined.run("robin", "group", "invite", "chess", BEN)
    joined.run("robin", "post", "--to", "chess", "welcome, Ben")
    joined.carry()
    joined.run("robin", "group", "remove", "chess", BEN)
    joined.run("robin", "post", "--to", "chess", "sorry, Ben")
    joined.run("anna", "post", "--to", "chess", "hello, Ben")
    joined.carry()
    posts = {one["text"]: one for one in joined.json("robin", "read", "--group", "chess")}
    said = posts["hello, Ben"]
    assert said["before"] == [{"kind": "remove", "account": BEN}] and said["changes"] == 1
    assert said["unread"] == 1 and posts["sorry, Ben"]["unread"] == 0
    shown = joined.run("robin", "read", "--group", "chess").out
    assert "written before" in shown and "was removed" in shown
    assert "without knowing 1 post that came before" in shown


@long
def test_what_comes_from_outside_is_folded(joined: Club) -> None:
    joined.run("anna", "post", "--to", "chess", "I was still in")
    joined.run("robin", "group", "remove", "chess", joined.keys["anna"])
    joined.carry()
    [late, _] = joined.json("robin", "read", "--group", "chess")
    assert late["folded"] == "group" and late["before"][0]["kind"] == "remove"
    shown = joined.run("robin", "read", "--group", "chess").out
    assert "I was still in" not in shown and "not in the group any more" in shown
    shown = joined.run("robin", "read", "--group", "chess", "--unfiltered").out
    assert "I was still in" in shown and "was removed" in shown


@long
def test_the_own_rules_hold_in_groups(joined: Club) -> None:
    joined.run("anna", "post", "--to", "chess", "buy my crypto")
    joined.carry()
    joined.run("robin", "filter", "add", "--action", "hide", "--words", "crypto")
    assert len(joined.json("robin", "read", "--group", "chess")) == 1
    assert len(joined.json("robin", "read", "--group", "chess", "--unfiltered")) == 2
    joined.run("anna", "post", "--to", "chess", "fold me")
    joined.carry()
    joined.run("robin", "filter", "add", "--action", "fold", "--words", "fold me")
    assert joined.json("robin", "read", "--group", "chess")[0]["folded"]


HOSTILE = ["\u202eegdirb", "a\x1b[31mred", "\u0007bell", "”  (you)", "x" * 64, "é" * 32, "＠robin"]


@long
@pytest.mark.parametrize("name", some(HOSTILE, 4))
def test_a_name_of_others_does_no_harm(club: Club, name: str) -> None:
    with opened(club.homes["robin"]) as (_, book):
        made = book.create(now_ms(), name)
        book.invite(made.id, now_ms(), parse_key(club.keys["anna"]))
    club.run("anna", "messages")
    club.carry()
    id = made.id.hex()
    runs = [
        club.run("anna", "group", "list"),
        club.run("anna", "group", "show", id),
        club.run("anna", "notifications", "--strangers"),
        club.run("anna", "accept", id),
        club.run("anna", "post", "--to", id, "hello"),
        club.run("anna", "read", "--group", id),
        club.run("anna", "group", "leave", id),
        club.run("anna", "forget", id),
    ]
    for done in runs:
        assert done.code == 0, done.err
        text = done.out + done.err
        assert not any(sign in text for sign in "\x1b\x07\u202e")
        assert "””" not in text and "”  (you)" not in text
    assert club.json("anna", "group", "list") == []


@long
def test_what_others_write_does_no_harm(joined: Club) -> None:
    with opened(joined.homes["robin"]) as (_, book):
        [group] = book.groups()
        for body in (b"", b"\xff" * 50, b"\x82\xa4kind\xa4post\xa4text\xa9\x1b[31m\xe2\x80\xaex"):
            book.write(group.id, now_ms(), body)
    joined.run("robin", "post", "--to", "chess", "\x1b[31m red \u202e")
    joined.carry()
    done = joined.run("anna", "read", "--group", "chess")
    assert done.code == 0 and "does not know" in done.out
    assert "\x1b" not in done.out and "\u202e" not in done.out
    kinds = [one["kind"] for one in joined.json("anna", "read", "--group", "chess")]
    assert sorted(kinds) == ["post", "post", "post", "unreadable", "unreadable"]


@long
def test_a_wrong_clock_moves_no_post_to_the_top(joined: Club) -> None:
    with opened(joined.homes["robin"]) as (_, book):
        [group] = book.groups()
        book.write(group.id, now_ms() + 300 * DAY_MS, b"\x82\xa4kind\xa4post\xa4text\xa5early")
    joined.carry()
    joined.run("anna", "post", "--to", "chess", "later")
    assert [one["text"] for one in joined.json("anna", "read", "--group", "chess")] == [
        "later",
        "early",
        "e4",
    ]


def files_hold(home: Path, words: bytes) -> bool:
    return any(words in path.read_bytes() for path in home.rglob("*") if path.is_file())


@long
def test_what_is_forgotten_is_erased(joined: Club, tmp_path: Path) -> None:
    [made] = joined.json("robin", "post", "--to", "chess", "a word too many")
    before = tmp_path / "before"
    shutil.copytree(joined.homes["robin"], before)
    [done] = joined.json("robin", "forget", made["id"][:8])
    assert done == {"forgotten": 1, "erased": True}
    with opened(joined.homes["robin"]) as (records, _):
        assert waiting_letters(records) == []
    assert [one["text"] for one in joined.json("robin", "read", "--group", "chess")] == ["e4"]
    assert (before / "letter.keys").exists() or any(before.glob("*letter*"))
    joined.run("robin", "post", "--to", "chess", "d4 then")
    joined.carry()
    texts = [one["text"] for one in joined.json("anna", "read", "--group", "chess")]
    assert texts == ["d4 then", "e4"]
    [late, _] = joined.json("robin", "read", "--group", "chess")
    assert late["unread"] == 0
    assert joined.json("robin", "forget", "chess") == [{"forgotten": 2, "erased": True}]
    assert joined.json("robin", "read", "--group", "chess") == []
    assert joined.json("robin", "group", "list")[0]["state"] == "in"
    assert not files_hold(joined.homes["robin"], b"d4 then")


@long
def test_files_lie_sealed_and_go_with_their_post(joined: Club, tmp_path: Path) -> None:
    large, small = tmp_path / "board.bin", tmp_path / "move.txt"
    large.write_bytes(b"a board of sixty-four squares " * 20_000)
    small.write_bytes(b"knight takes bishop")
    words = ["--attach", large, "--alt", "a board", "--attach", small, "--keep-metadata"]
    [made] = joined.json("robin", "post", "--to", "chess", *words)
    joined.carry()
    [shown, _] = joined.json("anna", "read", "--group", "chess")
    board, move = shown["attachments"]
    assert shown["id"] == made["id"] and shown["text"] == ""
    assert (board["name"], board["alt"], board["held"]) == ("board.bin", "a board", False)
    assert (move["size"], move["cid"], move["held"]) == (19, None, True)
    assert "board.bin" in joined.run("anna", "read", "--group", "chess").out
    out = tmp_path / "out"
    [told] = joined.json("anna", "fetch", made["id"][:8], "--number", 2, "--to", out)
    assert told["post"] == made["id"] and out.read_bytes() == small.read_bytes()
    assert joined.run("anna", "fetch", made["id"], "--number", 1).code == 1, "no node runs"
    for named in (made["id"], board["cid"]):
        out = tmp_path / f"out-{named}"
        joined.json("robin", "fetch", named, "--number", 1, "--to", out)
        assert out.read_bytes() == large.read_bytes()
    for word in (b"sixty-four squares", b"takes bishop"):
        assert not files_hold(joined.homes["robin"], word)
    assert list((joined.homes["robin"] / "sealed").iterdir())
    joined.json("robin", "forget", made["id"])
    assert not list((joined.homes["robin"] / "sealed").iterdir())
    joined.json("robin", "post", "--to", "chess", *words)
    joined.json("robin", "forget", "chess")
    assert not list((joined.homes["robin"] / "sealed").iterdir())


@long
def test_what_was_forgotten_is_not_asked_for_again(joined: Club) -> None:
    joined.run("anna", "forget", "chess")
    with opened(joined.homes["anna"]) as (_, book):
        book.tick(now_ms() + DAY_MS)
    joined.carry()
    assert joined.json("anna", "read", "--group", "chess") == []


@long
def test_a_group_that_was_left_is_forgotten_whole(joined: Club) -> None:
    joined.run("anna", "group", "leave", "chess")
    joined.carry()
    done = joined.run("anna", "forget", "chess")
    assert "1 post is erased" in done.out and "the group is erased" in done.out
    assert joined.json("anna", "group", "list") == []
    joined.run("robin", "post", "--to", "chess", "quiet here")
    joined.carry()
    assert joined.json("anna", "group", "list") == []


def test_what_does_not_go_together(joined: Club) -> None:
    for more in (["--watch"], ["--tag", "x"], ["--author", BEN], ["--view", "v"], ["--list", "l"]):
        assert joined.run("robin", "read", "--group", "chess", *more).code == 2


@pytest.mark.parametrize("command", ["show", "leave"])
def test_an_unknown_group(joined: Club, command: str) -> None:
    done = joined.run("robin", "group", command, "bridge")
    assert done.code == 1 and "no such group" in done.err


@long
def test_a_locked_home_needs_its_passphrase(sayso: Sayso, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("correct horse")

    def home(*words: object) -> Done:
        return sayso(*words, "--home", tmp_path / "sealed")

    home("init", "--passphrase-file", secret)
    assert home("group", "create", "Chess").code == 1
    assert home("group", "create", "Chess", "--passphrase-file", secret).code == 0
    assert home("post", "--to", "chess", "e4").code == 1
    assert home("post", "--to", "chess", "e4", "--passphrase-file", secret).code == 0
    assert home("read", "--group", "chess", "--passphrase-file", secret).out
    assert home("notifications").code == 0
    assert home("read", "--json").out == ""


def test_an_admin_who_changes_his_key_stays_one_and_reads_on(
    sayso: Sayso, tmp_path: Path, anna: str
) -> None:
    home, phrase = tmp_path / "ann", tmp_path / "phrase"
    phrase.write_text(sayso("init", "--home", home, "--name", "Ann", "--json").record["phrase"])
    sayso("group", "create", "chess", "--home", home)
    sayso("group", "invite", "chess", anna, "--yes", "--home", home)
    sayso("post", "--to", "chess", "before", "--home", home)
    assert sayso("rotate", "--phrase-file", phrase, "--yes", "--home", home).code == 0
    account = sayso("profile", "--home", home, "--json").record["account"]
    shown = sayso("group", "show", "chess", "--home", home, "--json").record
    [own] = [one for one in shown["members"] if one["account"] == account]
    assert own["admin"] and len(shown["members"]) == 3
    assert sayso("post", "--to", "chess", "after", "--home", home).code == 0
    texts = [
        one["text"] for one in sayso("read", "--group", "chess", "--home", home, "--json").records
    ]
    assert texts == ["after", "before"]
