"""Whatever a stranger calls himself: no command shows anything else for it than the quoted name.

So no self-chosen name looks like a petname, like the own name, or like another line of ours.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.budget import long, rounds

from sayso_cli.main import main
from sayso_cli.render.people.name import with_names
from sayso_node.accounts.author import Author
from sayso_node.accounts.names import Names
from sayso_node.bundle.reader import BundleResult, read_bundle
from sayso_node.compose.profile import set_profile
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_protocol.content.profile import MAX_NAME
from sayso_protocol.crypto.keys import key_text
from sayso_storage.interface.store import TimelineQuery

from ..conftest import Sayso

QUERY = TimelineQuery(1000)
KEY = re.compile(r"z6Mk[1-9A-HJ-NP-Za-km-z]{44}")

NAMES = st.text(min_size=1, max_size=30).filter(
    lambda name: len(name.encode(errors="replace")) <= MAX_NAME and "\0" not in name
)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Robin follows Ada by petname and Mallory without one; Mallory and Ada have done everything
    that commands show."""
    place = tmp_path_factory.mktemp("scene")
    keys = {}
    for who in ("robin", "ada", "mallory"):
        run("init", "--home", place / who, "--name", who.capitalize())
        with open_home(Home(place / who)) as store:
            own = store.own_feed()
            assert own is not None
            keys[who] = key_text(own.account)
    robin = place / "robin"
    run("follow", keys["ada"], "--name", "ada", "--home", robin)
    run("follow", keys["mallory"], "--home", robin)
    run("post", "hello", "--home", robin)
    [post] = ids(robin)
    move(robin, place / "ada", place / "mallory")
    for who in ("ada", "mallory"):
        home = place / who
        run("follow", keys["robin"], "--public", "--name", "rob", "--home", home)
        move(robin, home)
        run("post", f"hello @rob says {who} to @ada", "--home", home)
        run("post", "an answer", "--reply", post, "--home", home)
        run("react", post, "yes", "--home", home)
        run("repost", post, "--home", home)
        run("label", keys["ada" if who == "mallory" else "mallory"], "kind", "--home", home)
        run("label", post, "kind", "--home", home)
        run("view", "add", "mine", "replies", "--home", home)
        run("view", "publish", "mine", "--home", home)
        move(home, robin)
    run("labels", "subscribe", keys["mallory"], "--on", "kind=fold", "--home", robin)
    run("labels", "subscribe", "@ada", "--on", "kind=boost:2", "--home", robin)
    run("mute", keys["mallory"], "--home", robin)
    run("view", "adopt", keys["mallory"], "mine", "--home", robin)
    (place / "post").write_text(post)
    (place / "mallory.key").write_text(keys["mallory"])
    return place


def run(*words: object) -> None:
    assert main([str(word) for word in words]) == 0


def move(source: Path, *targets: Path) -> None:
    """Carry everything that one home holds to others."""
    bundle = source / "bundle"
    bundle.unlink(missing_ok=True)
    run("export", bundle, "--home", source)
    for target in targets:
        with open_home(Home(target)) as store:
            read_bundle(
                store,
                bundle,
                follow=False,
                progress=lambda _: None,
                result=BundleResult(),
                blocked=(),
            )


def ids(home: Path) -> list[str]:
    with open_home(Home(home)) as store:
        return [one.id.hex() for one in store.shown_after(0)]


COMMANDS: tuple[tuple[str, ...], ...] = (
    ("read",),
    ("read", "--unfiltered"),
    ("thread", "POST"),
    ("show", "POST"),
    ("search", "hello"),
    ("notifications",),
    ("notifications", "--unfiltered"),
    ("following",),
    ("status",),
    ("ledger",),
    ("why", "POST"),
    ("why", "THEIRS"),
    ("show", "THEIRS"),
    ("filter", "list"),
    ("filter", "stats"),
    ("labels", "list"),
    ("labels", "list", "@ada"),
    ("labels", "list", "MALLORY"),
    ("labels", "compare", "@ada", "MALLORY"),
    ("labels", "preview", "MALLORY"),
    ("labels", "replay", "@ada", "--until", "2100-01-01"),
    ("view", "list"),
    ("view", "list", "--by", "MALLORY"),
    ("view", "preview", "mine"),
    ("coordination",),
    ("device", "list"),
    ("verify",),
    ("follow", "MALLORY"),
    ("follow", "MALLORY", "--name", "ada"),
    ("unmute", "@ada"),
    ("unmute", "MALLORY"),
    ("mute", "MALLORY"),
    ("block", "MALLORY"),
    ("unblock", "MALLORY"),
    ("unfollow", "MALLORY"),
    ("labels", "unsubscribe", "MALLORY"),
)
"""In this order: the last of them change what is there."""


def outputs(scene: Path, name: str, sayso: Sayso) -> list[str]:
    """What each command says to Robin where Mallory calls himself so."""
    place = scene / "now"
    shutil.rmtree(place, ignore_errors=True)
    for who in ("robin", "mallory"):
        shutil.copytree(scene / who, place / who)
    with open_home(Home(place / "mallory")) as store:
        set_profile(store, Author(Home(place / "mallory"), store), name, None)
        theirs = next(one.id.hex() for one in store.timeline(QUERY) if "mallory" in str(one.body))
    move(place / "mallory", place / "robin")
    values = {
        "POST": (scene / "post").read_text(),
        "THEIRS": theirs,
        "MALLORY": (scene / "mallory.key").read_text(),
    }
    told = []
    for words in COMMANDS:
        done = sayso(*(values.get(word, word) for word in words), "--home", place / "robin")
        told.append(done.out + done.err)
    return told


def without_quotations(text: str) -> list[str]:
    """The lines of a text with nothing left of what stands in quotation marks, of the fences around
    it, of numbers and times."""
    bare = re.sub("“[^”]*”", "“”", text).replace("ǀ", " ")
    lines = re.sub(r"\d+|just now|min ago", " ", bare).split("\n")
    return [" ".join(line.split()) for line in lines]


@pytest.fixture(scope="module")
def plain() -> dict[str, list[str]]:
    """What the commands say of somebody with an ordinary name; filled by the first example."""
    return {}


@long
@settings(max_examples=rounds(8, 3), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NAMES)
@example("@ada")
@example("Robin (you)")
@example("\u202eada@”\n@ada  z6Mk\x1b[1m")
@example("ada” @ada “")
@example("٢ שרה")
def test_a_name_changes_nothing_but_what_is_quoted(
    scene: Path, sayso: Sayso, plain: dict[str, list[str]], name: str
) -> None:
    if not plain:
        plain["Mallory"] = outputs(scene, "Mallory", sayso)
    hostile = outputs(scene, name, sayso)
    for words, one, other in zip(COMMANDS, plain["Mallory"], hostile, strict=True):
        assert without_quotations(other) == without_quotations(one), words


@long
def test_keys_are_whole_for_programs_alone(scene: Path, sayso: Sayso) -> None:
    told = outputs(scene, "Mallory", sayso)
    assert any("@ada" in one for one in told)
    for words, one in zip(COMMANDS, told, strict=True):
        assert not KEY.search(one), words
    mallory = (scene / "mallory.key").read_text()
    place = scene / "now" / "robin"
    assert sayso("profile", mallory, "--json", "--home", place).record["account"] == mallory


@long
def test_what_is_shown_of_a_key_can_be_typed(scene: Path, sayso: Sayso) -> None:
    outputs(scene, "Mallory", sayso)
    place = scene / "now" / "robin"
    run("follow", (scene / "mallory.key").read_text(), "--home", place)
    run("mute", (scene / "mallory.key").read_text(), "--home", place)
    [line] = [one for one in sayso("following", "--home", place).out.splitlines() if "“" in one]
    short = line.split()[1]
    assert len(short) == 12
    assert sayso("profile", short, "--home", place).code == 0
    assert sayso("filter", "remove", f"mute {short}", "--home", place).code == 0
    assert sayso("mute", "@ada", "--home", place).code == 0
    assert sayso("ledger", "undo", "mute @ada", "--home", place).code == 0


@long
@given(st.text(max_size=60), st.text(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_only_keys_are_named_within_a_text(scene: Path, before: str, after: str) -> None:
    key = (scene / "mallory.key").read_text()
    with open_home(Home(scene / "robin")) as store:
        names = Names(store)
        assert with_names(f"{before} {key} {after}", names) == f"{before} {key[:12]} {after}"
        assert with_names(before + after, names) == before + after


@pytest.mark.parametrize("text", ["", " ", "\u00a0", "()", '""'])
@pytest.mark.parametrize("command", ["show", "thread", "why", "mute", "profile"])
def test_what_names_nothing_is_said_to_name_nothing(
    command: str, text: str, sayso: Sayso, home: Path
) -> None:
    done = sayso(command, text, "--home", home)
    assert (done.code, done.out) == (1, "")
    assert done.err == "sayso: nothing is named: give at least 8 characters\n"
