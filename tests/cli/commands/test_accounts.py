import json
import re
from pathlib import Path

import pytest
from tests.budget import long

from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_protocol.content.body import Follow, Unfollow, read_body

from ..conftest import Sayso

UNKNOWN = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"


def public_acts(home: Path) -> list[object]:
    store = open_home(Home(home))
    bodies = [read_body(entry.body or b"") for entry in store.arrived_after(0)]
    store.close()
    return [body for body in bodies if isinstance(body, Follow | Unfollow)]


@pytest.mark.parametrize("form", ["{}", "did:key:{}", "sayso:{}", "sayso:{}?addr=x&name=y"])
def test_follow_takes_every_form_of_a_key(form: str, sayso: Sayso, home: Path, anna: str) -> None:
    done = sayso("follow", form.format(anna), "--home", home, "--json")
    assert done.code == 0
    item = done.record
    assert (item["account"], item["feeds"], item["head"], item["have"], item["missing"]) == (
        anna, 0, 0, 0, 0,
    )  # fmt: skip
    assert [one["account"] for one in sayso("following", "--home", home, "--json").records] == [
        anna
    ]


def test_a_petname_stands_for_its_account(sayso: Sayso, home: Path, anna: str) -> None:
    sayso("follow", anna, "--name", "@anna", "--home", home)
    [item] = sayso("following", "--home", home, "--json").records
    assert item["name"] == "anna"
    assert sayso("profile", "@anna", "--home", home, "--json").record["account"] == anna
    sayso("follow", "@anna", "--name", "Ännchen von T.", "--home", home)
    assert sayso("profile", "@Ännchen von T.", "--home", home, "--json").record["account"] == anna
    assert sayso("profile", "@anna", "--home", home).code == 1


def test_a_petname_is_given_once(sayso: Sayso, home: Path, anna: str) -> None:
    sayso("follow", anna, "--name", "anna", "--home", home)
    done = sayso("follow", UNKNOWN, "--name", "anna", "--home", home)
    assert done.code == 1
    assert "you call another account @anna already" in done.err
    assert len(sayso("following", "--home", home, "--json").records) == 1


@pytest.mark.parametrize("petname", ["", "a\nb", "a\x1b[1mb", "\u202ex", "x" * 300])
def test_a_petname_must_be_readable(petname: str, sayso: Sayso, home: Path, anna: str) -> None:
    assert sayso("follow", anna, "--name", petname, "--home", home).code == 1
    assert sayso("following", "--home", home, "--json").records == []


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("z6Mk", "too short"),
        ("z6Mkzzzzzzzz", "no account"),
        ("@nobody", "no account"),
        ("z6Mk" + "0" * 44, "not a key"),
        ("sayso:nonsense", "not copied letter for letter"),
        (UNKNOWN + "x", "not a key"),
    ],
)
def test_a_key_that_is_none_says_so(key: str, reason: str, sayso: Sayso, home: Path) -> None:
    done = sayso("follow", key, "--home", home)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert reason in done.err


@long
def test_who_types_a_name_is_told_how_to_write_it(
    sayso: Sayso, home: Path, other: Path, anna: str, tmp_path: Path
) -> None:
    """By petname first; and by what somebody calls himself only with the key, since anybody may."""

    def said(*words: str) -> str:
        done = sayso(*words, "--home", home)
        assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
        return done.err

    assert "did you mean" not in said("block", "anna")
    sayso("follow", anna, "--home", home)
    assert "did you mean" not in said("block", "anna")
    assert sayso("export", tmp_path / "bundle", "--home", other).code == 0
    assert sayso("import", tmp_path / "bundle", "--home", home).code == 0
    by_profile = f"; did you mean `{anna[:12]}`, by the name in the profile?"
    assert said("block", "anna").startswith(
        f"sayso: anna is too short: give at least 8 characters{by_profile}"
    )
    assert by_profile in said("mute", "@Anna")
    sayso("follow", anna, "--name", "Ännchen", "--home", home)
    assert "; did you mean @Ännchen, by the name in the profile?" in said("block", "anna")
    assert said("block", "ännchen").rstrip().endswith("; did you mean @Ännchen?")
    sayso("follow", anna, "--name", "Annabella", "--home", home)
    for words in (
        ["block"],
        ["mute"],
        ["labels", "preview"],
        ["follow"],
        ["export", "x", "--feed"],
    ):
        text = said(*words, "annabella")
        assert "no account annabella is known here; did you mean @Annabella?" in text
    assert "did you mean" not in said("post", "x", "--reply", "anna")
    assert sayso("block", "@Annabella", "--home", home).code == 0


def test_what_is_offered_in_place_of_a_wrong_key_can_be_typed(
    sayso: Sayso, home: Path, anna: str
) -> None:
    """The own account has no petname: what begins its key is named. Nothing is said twice."""
    sayso("profile", "--name", "Robin Own", "--home", home)
    [hint] = re.findall("`(z6Mk[^`]*)`", sayso("profile", "robin own", "--home", home).err)
    assert sayso("read", "--author", hint, "--home", home).code == 0
    sayso("follow", anna, "--name", "anna", "--home", home)
    slip = sayso("read", "--author", "@anan", "--home", home)
    assert slip.err.endswith("; did you mean @anna?\n")
    unlike = sayso("read", "--author", "@zz", "--home", home)
    assert unlike.err.endswith("; `sayso following` lists whom you follow; known: @anna\n")
    assert json.loads(sayso("read", "--author", "@anan", "--json", "--home", home).err)[
        "candidates"
    ] == [anna]
    cut = sayso("follow", "z6MkhaXgBZDvotDkL5257f", "--home", home).err
    assert "a whole key has 48 characters" in cut


def test_an_ambiguous_prefix_names_the_candidates(sayso: Sayso, home: Path) -> None:
    from sayso_protocol.crypto.keys import KeyPair, key_text

    keys: dict[str, str] = {}
    number = 0
    while True:  # some thousand keys share their first eight characters with another
        key = key_text(KeyPair.from_seed(number.to_bytes(32, "big")).public)
        if key[:8] in keys:
            break
        keys[key[:8]] = key
        number += 1
    pair = {key, keys[key[:8]]}
    for one in pair:
        assert sayso("follow", one, "--home", home).code == 0
    done = sayso("unfollow", key[:8], "--home", home, "--json")
    assert done.code == 1
    import json

    problem = json.loads(done.err)
    assert problem["code"] == "ambiguous"
    assert set(problem["candidates"]) == pair
    assert sayso("unfollow", key, "--home", home).code == 0


def test_following_is_private_unless_asked(sayso: Sayso, home: Path, anna: str) -> None:
    sayso("follow", anna, "--home", home)
    sayso("unfollow", anna, "--home", home)
    assert public_acts(home) == []
    sayso("follow", anna, "--public", "--home", home)
    sayso("unfollow", anna, "--public", "--home", home)
    assert [type(act) for act in public_acts(home)] == [Follow, Unfollow]


def test_unfollow_ends_it(sayso: Sayso, home: Path, anna: str) -> None:
    sayso("follow", anna, "--name", "anna", "--home", home)
    assert sayso("unfollow", "@anna", "--home", home, "--json").record["account"] == anna
    assert sayso("following", "--home", home, "--json").records == []
    done = sayso("unfollow", anna, "--home", home)
    assert (done.code, "not followed" in done.err) == (1, True)


def test_nobody_follows_himself(sayso: Sayso, home: Path) -> None:
    own = sayso("profile", "--home", home, "--json").record["account"]
    assert sayso("follow", own, "--home", home).code == 1


def test_profile_is_set_field_by_field(sayso: Sayso, home: Path) -> None:
    item = sayso("profile", "--bio", "Grows beans.", "--home", home, "--json").record
    assert (item["name"], item["bio"], item["feeds"]) == ("Robin", "Grows beans.", 1)
    item = sayso("profile", "--name", "Rob", "--home", home, "--json").record
    assert (item["name"], item["bio"]) == ("Rob", "Grows beans.")
    item = sayso("profile", "--bio", "", "--home", home, "--json").record
    assert (item["name"], item["bio"]) == ("Rob", None)
    assert "Rob" in sayso("profile", "--home", home).out


def test_only_the_own_profile_is_set(sayso: Sayso, home: Path, anna: str) -> None:
    assert sayso("profile", anna, "--home", home).code == 1
    sayso("follow", anna, "--home", home)
    assert sayso("profile", anna, "--name", "X", "--home", home).code == 2
    done = sayso("profile", "--bio", "x" * 5000, "--home", home)
    assert (done.code, "biography" in done.err) == (1, True)
    assert sayso("profile", anna, "--home", home, "--json").record["feeds"] == 0
