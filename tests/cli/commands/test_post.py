import io
import re
import sys
from pathlib import Path

import pytest
from tests.budget import long

from ..conftest import Sayso

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_init_gives_what_scripts_need_and_the_phrase_once(sayso: Sayso, tmp_path: Path) -> None:
    done = sayso("init", "--home", tmp_path / "new", "--name", "Ada", "--json")
    assert done.code == 0
    assert done.record.keys() == {"account", "feed", "home", "phrase"}
    assert done.record["account"].startswith("z6Mk")
    assert done.record["home"] == str(tmp_path / "new")
    phrase = done.record["phrase"]
    assert len(phrase.split()) == 24
    files = [path.read_bytes() for path in (tmp_path / "new").iterdir() if path.is_file()]
    assert not any(phrase.encode() in data for data in files)


def test_init_tells_a_person_to_write_the_phrase_down(sayso: Sayso, tmp_path: Path) -> None:
    done = sayso("init", "--home", tmp_path / "new")
    assert "Write it on paper now" in done.out
    assert done.err == ""


def test_init_does_not_touch_an_account_that_is_there(sayso: Sayso, home: Path) -> None:
    before = (home / "keys.json").read_bytes()
    done = sayso("init", "--home", home)
    assert (done.code, done.out) == (1, "")
    assert "has an account already" in done.err
    assert (home / "keys.json").read_bytes() == before


def test_the_environment_names_the_home_and_the_option_overrides_it(
    sayso: Sayso, home: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAYSO_HOME", str(home))
    assert sayso("profile", "--json").record["name"] == "Robin"
    assert sayso("profile", "--json", "--home", other).record["name"] == "Anna"
    assert sayso("--home", other, "--json", "profile").record["name"] == "Anna"


def test_post_gives_the_entry_that_read_then_shows(sayso: Sayso, home: Path) -> None:
    posted = sayso("post", "hello", "--home", home, "--json").record
    assert posted.keys() == {"id", "author", "feed", "seq", "time"}
    assert RFC3339.fullmatch(posted["time"])
    item = sayso("read", "--home", home, "--json").record
    assert {key: item[key] for key in posted} == posted
    assert (item["kind"], item["text"], item["name"]) == ("post", "hello", "Robin")
    assert (item["reply_to"], item["root"], item["hidden"]) == (None, None, None)
    assert (item["tags"], item["replies"], item["reactions"]) == ([], 0, {})


@pytest.mark.parametrize("words", [["-"], []])
def test_post_reads_standard_input(
    words: list[str], sayso: Sayso, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("zwei\nZeilen ü\n".encode())))
    assert sayso("post", *words, "--home", home).code == 0
    assert sayso("read", "--home", home, "--json").record["text"] == "zwei\nZeilen ü"


@pytest.mark.parametrize(
    ("words", "data", "reason"),
    [
        (["-"], "Grüße".encode("cp1252"), "UTF-8"),
        ([], b"\n", "no text"),
        ([], b"", "no text"),
        (["-"], b"x" * 2**21, "too long"),
        (["-"], b"", "nothing is written"),
        (["-"], b"\r\n", "nothing is written"),
        (["-"], b" \t\n\n", "nothing is written"),
        (["-"], "\u2003\u3000\n".encode(), "nothing is written"),
    ],
)
def test_post_refuses_input_that_is_no_text(
    words: list[str],
    data: bytes,
    reason: str,
    sayso: Sayso,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    done = sayso("post", *words, "--home", home)
    assert done.code == 1
    assert reason in done.err


@pytest.mark.parametrize(
    "typed", ["zwei\r\nZeilen ü\r\n", "zwei\nZeilen ü\n", "zwei\nZeilen ü\r\n", "zwei\r\nZeilen ü"]
)
def test_a_post_has_line_feeds_wherever_it_was_typed(
    typed: str, sayso: Sayso, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
    assert sayso("post", "-", "--warn", "a\r\nb", "--home", home).code == 0
    assert sayso("profile", "--bio", "me\r\nand you", "--home", home).code == 0
    item = sayso("read", "--home", home, "--json").record
    assert (item["text"], item["warn"]) == ("zwei\nZeilen ü", "a\nb")
    assert sayso("profile", "--home", home, "--json").record["bio"] == "me\nand you"


def test_a_quote_needs_no_words_of_its_own(sayso: Sayso, home: Path) -> None:
    quoted = sayso("post", "x", "--home", home, "--json").record["id"]
    assert sayso("post", "", "--quote", quoted, "--home", home).code == 0
    assert sayso("post", "", "--reply", quoted, "--home", home).code == 1
    assert (
        sayso("post", "\u200b", "--home", home).code == 0
    )  # a letter to some, and not ours to judge


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([""], "nothing is written in the post: write something"),
        ([" "], "nothing is written"),
        (["\n\t\u2028\u00a0"], "nothing is written"),
        (
            ["x", "--warn", "w" * 513],
            "a content warning has at most 512 bytes, and this one has 513",
        ),
        (["x", "--warn", "戦" * 171], "512 bytes, and this one has 513"),
        (["x" * 16_384], "too long"),
        (["a\0b"], "NUL"),
        (["bad \udcff byte"], "UTF-8"),
        (["x", "--lang", "not a language"], "a language is a tag of two or three letters"),
        (["x", "--lang", "english"], "en, pt-BR"),
        (["x", "--lang", "Deutsch"], "en, pt-BR"),
        (["x", "--lang", "e"], "en, pt-BR"),
        (["x", "--lang", "en_GB"], "en, pt-BR"),
        (["x", "--lang", "日本語"], "en, pt-BR"),
        (["x", "--tag", "two words"], "one word"),
        (["x", "--tag", "#"], "one word"),
        (["x", "--tag", "t" * 129], "128"),
        (["x", "--reply", "0123456789abcdef"], "no entry"),
        (["x", "--quote", "0123"], "too short"),
    ],
)
def test_a_post_that_cannot_be_written_says_why_in_one_line(
    words: list[str], reason: str, sayso: Sayso, home: Path
) -> None:
    done = sayso("post", *words, "--home", home)
    assert (done.code, done.out) == (1, "")
    assert reason in done.err
    assert done.err.count("\n") == 1
    assert sayso("read", "--home", home, "--json").records == []


def test_tags_come_from_options_and_text_without_repeats(sayso: Sayso, home: Path) -> None:
    words = ["post", "#One and #two, #ONE again", "--tag", "#Three", "--tag", "TWO"]
    assert sayso(*words, "--home", home).code == 0
    item = sayso("read", "--home", home, "--json").record
    assert item["tags"] == ["Three", "TWO", "One"]
    assert sayso("read", "--tag", "#tHree", "--home", home, "--json").record["id"] == item["id"]
    assert sayso("read", "--tag", "four", "--home", home, "--json").records == []


def test_a_reply_names_what_it_answers_and_the_root(sayso: Sayso, home: Path) -> None:
    def post(*words: str) -> str:
        return str(sayso("post", *words, "--home", home, "--json").record["id"])

    first = post("first")
    second = post("second", "--reply", first[:8])
    third = post("third", "--reply", second.upper(), "--quote", first)
    newest, middle, oldest = sayso("read", "--home", home, "--json").records
    assert (oldest["replies"], middle["replies"]) == (1, 1)
    assert (middle["reply_to"], middle["root"]) == (first, first)
    assert (newest["reply_to"], newest["root"], newest["quote"]) == (second, first, first)
    assert newest["id"] == third


def test_language_and_warning_travel(sayso: Sayso, home: Path) -> None:
    sayso("post", "The butler did it.", "--lang", "en-GB", "--warn", "spoiler", "--home", home)
    item = sayso("read", "--home", home, "--json").record
    assert (item["lang"], item["warn"], item["text"]) == ("en-GB", "spoiler", "The butler did it.")
    shown = sayso("read", "--home", home).out
    assert "spoiler" in shown
    assert "butler" not in shown
    assert "butler" in sayso("show", item["id"][:12], "--home", home).out


@long
def test_a_locked_home_posts_with_the_passphrase_only(
    sayso: Sayso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, wrong, empty = tmp_path / "right", tmp_path / "wrong", tmp_path / "empty"
    right.write_text("open sesame\nsecond line\n")
    wrong.write_text("open barley\n")
    empty.write_text("")
    home = tmp_path / "locked"
    assert sayso("init", "--home", home, "--passphrase-file", right).code == 0
    assert "locked" in sayso("post", "x", "--home", home).err
    assert "wrong passphrase" in sayso("post", "x", "--home", home, "--passphrase-file", wrong).err
    assert "no passphrase" in sayso("post", "x", "--home", home, "--passphrase-file", empty).err
    missing = sayso("post", "x", "--home", home, "--passphrase-file", tmp_path / "none")
    assert (missing.code, "cannot read" in missing.err) == (1, True)
    assert sayso("post", "x", "--home", home, "--passphrase-file", right).code == 0
    monkeypatch.setenv("SAYSO_PASSPHRASE_FILE", str(right))
    assert sayso("post", "y", "--home", home).code == 0
    assert len(sayso("read", "--home", home, "--json").records) == 2
