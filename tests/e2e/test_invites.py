"""Invites between real nodes: followed, met, told, followed back; and what does not let in."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from tests.budget import long, some

from sayso_protocol.discovery.invite import Invite, invite_text, read_invite
from sayso_protocol.discovery.multiaddr import Address

from .support import Home, until

pytestmark = pytest.mark.e2e


@pytest.fixture
def ada(tmp_path: Path) -> Home:
    home = Home(tmp_path / "ada", "Ada")
    for number in range(5):
        home("post", f"post {number}")
    return home


@pytest.fixture
def ben(tmp_path: Path) -> Home:
    return Home(tmp_path / "ben", "Ben")


def invited(home: Home, *words: str) -> str:
    return str(home("invite", *words)[0]["link"])


def followed_by(home: Home) -> set[str]:
    return {row["account"] for row in home("following")}


@pytest.mark.parametrize("running", [False, True], ids=["stopped", "running"])
def test_one_line_brings_two_people_together(ada: Home, ben: Home, running: bool) -> None:
    with ada.node("--no-mdns") as node:
        link = invited(ada, "--follow-back", "--name", "ben", "--once")
        if running:
            with ben.node("--no-mdns"):
                met = ben("follow", link, "--name", "ada")[0]
                until(lambda: ada.have(ben.account) == 2)
        else:
            met = ben("follow", link, "--name", "ada")[0]
        assert (met["account"], met["petname"]) == (ada.account, "ada")
        assert (met["connected"], met["posts"], met["reply"]) == (True, 5, "followed")
        assert met["tried"] == [] and met["path"] == "direct" and met["doubts"] == []
        assert met["missing"] == 0 and met["seconds"] < 120
        assert ben.texts(ada.account) == [f"post {number}" for number in range(5)]
        assert followed_by(ada) == {ben.account}
        [row] = ada("following")
        assert row["petname"] == "ben"
        guest = node.wait_for("guest")
        assert (guest["account"], guest["followed"]) == (ben.account, True)
        [note] = [one for one in ada("notifications") if one["kind"] == "invite"]
        assert (note["by"], note["followed"]) == (ben.account, True)
        [taken] = ada("invite", "list", "--all")
        assert (taken["state"], taken["taken"]) == ("used", [ben.account])


@long
def test_who_is_connected_already_gets_the_posts_of_whom_he_follows_now(
    ada: Home, ben: Home
) -> None:
    with ada.node("--no-mdns") as node, ben.node("--no-mdns", "--peer", node.address) as here:
        here.wait_for("synced")
        met = ben("follow", invited(ada), "--name", "ada")[0]
        assert (met["connected"], met["posts"], met["reply"]) == (True, 5, "welcome")
        ada("post", "one more")
        met = ben("follow", invited(ada))[0]
        assert met["posts"] <= 1 and met["reply"] == "welcome"
        until(lambda: len(ben.texts(ada.account)) == 6)


@long
def test_a_thief_whom_a_newcomer_meets_first_is_refused(ada: Home, ben: Home) -> None:
    """Ben has a good invite; the node in it says another next key, as a thief's would."""
    with ada.node("--no-mdns"):
        invite = read_invite(invited(ada))
        changed = invite_text(replace(invite, promise=bytes(16)))
        met = ben("follow", changed)[0]
        assert met["connected"] and met["posts"] == 0 and met["have"] == 0
        assert "somebody stole the account's key" in met["doubts"][0]
        done = ben.run("follow", invited(ada))
        assert done.returncode == 1
        assert "somebody stole the account's key: ask its owner" in done.stderr
        ben("unfollow", ada.account)
        assert ben("follow", invited(ada))[0]["posts"] == 5


@long
def test_what_is_said_to_people(ada: Home, ben: Home) -> None:
    with ada.node("--no-mdns"):
        link = invited(ada)
        done = ben.run("follow", link, "--name", "ada")
        assert done.returncode == 0
        assert done.stdout.startswith("Following @ada. Connected; 5 posts came.\n")
        assert "post 4" in done.stdout and "post 1" not in done.stdout
        assert "@ada has been told that you came." in done.stdout
        assert "`sayso run`" in done.stderr
    assert followed_by(ada) == set()  # who takes an invite is followed only where it says so
    text = ada.run("notifications").stdout
    assert "“Ben”" not in text and "took your invite" in text
    assert f"To follow it: `sayso follow {ben.account}`" in text
    ada("follow", ben.account)
    text = ada.run("notifications").stdout
    assert "took your invite" in text and "To follow it" not in text


@long
def test_a_name_that_is_not_given_stands_in_quotation_marks(ada: Home, ben: Home) -> None:
    with ada.node("--no-mdns"):
        done = ben.run("follow", invited(ada))
    assert done.stdout.startswith("Following “Ada”")


@long
@pytest.mark.parametrize(
    ("ended", "reply"),
    some(
        [("revoked", "revoked"), ("expired", "expired"), ("used", "used"), ("unknown", "unknown")],
        1,
    ),
)
def test_what_has_ended_lets_nobody_in(
    ended: str, reply: str, ada: Home, ben: Home, tmp_path: Path
) -> None:
    words = {"expired": ["--expires", "1s"], "used": ["--once"]}.get(ended, [])
    with ada.node("--no-mdns"):
        made = ada("invite", "--follow-back", *words)[0]
        link = made["link"]
        if ended == "revoked":
            ada("invite", "revoke", made["id"])
        elif ended == "expired":
            time.sleep(1.1)
        elif ended == "used":
            Home(tmp_path / "cat", "Cat")("follow", link)
        else:
            invite = read_invite(link)
            link = invite_text(
                Invite(invite.account, invite.node, invite.addresses, token=bytes(6))
            )
        met = ben("follow", link)[0]
        assert (met["connected"], met["posts"], met["reply"]) == (True, 5, reply)
        assert ben.account not in followed_by(ada)
        said = ben.run("follow", link).stdout
        assert "told of you" in said or "knows nothing of this invite" in said


@long
def test_who_wants_to_stay_unknown_does(ada: Home, ben: Home) -> None:
    with ada.node("--no-mdns"):
        met = ben("follow", invited(ada, "--follow-back"), "--untold")[0]
        assert met["connected"] and met["reply"] is None
        time.sleep(0.5)
        assert followed_by(ada) == set()
        assert ada("notifications") == []


@long
def test_where_nobody_answers_it_says_so_and_goes_on_trying(ada: Home, ben: Home) -> None:
    with ada.node("--no-mdns") as node:
        link = invited(ada, "--follow-back")
        port = Address.parse(node.address).port
    done = ben.run("follow", link, "--name", "ada")
    assert done.returncode == 0
    assert "Following @ada. Not connected yet." in done.stdout
    assert "connection refused" in done.stdout and "`sayso run` goes on trying" in done.stdout
    with ben.node("--no-mdns"):
        met = ben("follow", link)[0]
        assert met["connected"] is False and "refused" in met["tried"][0]["detail"]
        with ada.node("--no-mdns", listen=f"/ip4/127.0.0.1/tcp/{port}"):
            until(lambda: len(ben.texts(ada.account)) == 5)
            until(lambda: followed_by(ada) == {ben.account})


@long
def test_an_invite_without_address_says_so(ada: Home, ben: Home) -> None:
    done = ben.run("follow", invited(ada))
    assert done.returncode == 0 and "names no address" in done.stdout


@long
def test_a_list_to_begin_with_is_followed_by_who_wants_it(
    ada: Home, ben: Home, tmp_path: Path
) -> None:
    cat = Home(tmp_path / "cat", "Cat")
    for one in (cat.account, ben.account):
        ada("label", one, "friends")
    with ada.node("--no-mdns"):
        link = invited(ada, "--list", "friends")
        done = ben.run("follow", link)
        assert "The invite offers 1 account to begin with, the list friends:" in done.stderr
        assert f"`sayso follow --list 'friends@{ada.account}'`" in done.stderr
        assert followed_by(ben) == {ada.account}
        rows = ben("follow", link, "--yes")
        assert [row["account"] for row in rows] == [ada.account, cat.account]
    assert followed_by(ben) == {ada.account, cat.account}


@long
def test_whoever_has_the_keys_sealed_follows_all_the_same(ada: Home, tmp_path: Path) -> None:
    secret = tmp_path / "passphrase"
    secret.write_text("correct horse")
    ben = Home(tmp_path / "ben", init=False)
    ben("init", "--name", "Ben", "--passphrase-file", str(secret))
    with ada.node("--no-mdns"):
        link = invited(ada, "--follow-back")
        done = ben.run("--json", "follow", link)
        met = json.loads(done.stdout)
        assert met["connected"] and met["posts"] == 5 and met["reply"] is None
        assert followed_by(ada) == set()
        met = ben("follow", link, "--passphrase-file", str(secret))[0]
        assert met["reply"] == "followed"


@long
def test_a_link_is_a_key_everywhere(ada: Home, ben: Home) -> None:
    link = invited(ada)
    for words in (["mute"], ["unmute"], ["follow"], ["profile"], ["unfollow"], ["block"]):
        assert ben.run(*words, link).returncode == 0, words
    for typed in (link[:60], link + "a"):
        done = ben.run("mute", typed)
        assert done.returncode == 1 and "copy the whole line again" in done.stderr


@long
def test_a_second_invite_tells_again(ada: Home, ben: Home) -> None:
    with ada.node("--no-mdns"), ben.node("--no-mdns"):
        assert ben("follow", invited(ada))[0]["reply"] == "welcome"
        assert ben("follow", invited(ada, "--follow-back"))[0]["reply"] == "followed"
        made = ada("invite")[0]
        ada("invite", "revoke", made["id"])
        assert ben("follow", made["link"])[0]["reply"] == "revoked"
        assert followed_by(ada) == {ben.account}
