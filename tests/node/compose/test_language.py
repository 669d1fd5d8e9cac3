import gzip
import json
import sys

import pytest

from sayso_node.compose.language import guess_language
from sayso_node.compose.post import Draft, compose
from sayso_storage.memory.store import MemoryStore
from testdata import data_file


@pytest.fixture(autouse=True)
def _with_detector():
    pytest.importorskip("gcld3", reason="the extra `language` is not installed")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The weather has been lovely this week, we went to the lake", "en"),
        ("Wir waren diese Woche am See, das Wetter war wunderbar", "de"),
        ("Сегодня мы ездили на озеро, погода была чудесная", "ru"),
        ("今日は湖に行きました。天気がとても良かったです", "ja"),
        ("הלכנו היום לאגם ומזג האוויר היה נפלא מאוד", "he"),
        ("", None),
        ("ok", None),
        ("haha", None),
        ("1234567890 1234567890 1234567890", None),
        ("https://example.org/the-weather-has-been-lovely-this-week @anna #lovely", None),
        ("\U0001f600" * 40, None),
    ],
)
def test_guesses(text, language):
    assert guess_language(text) == language


def test_what_is_given_wins():
    store, text = MemoryStore(bytes(16)), "The weather has been lovely this week, was it not"
    assert compose(store, Draft(text)).lang == "en"
    assert compose(store, Draft(text, lang="nl")).lang == "nl"


def test_without_the_detector_a_post_has_no_language(monkeypatch):
    monkeypatch.setitem(sys.modules, "gcld3", None)
    assert guess_language("The weather has been lovely this week, was it not") is None


def test_guesses_at_real_posts_are_mostly_right():
    with gzip.open(data_file("multilingual_xlmt.jsonl.gz"), "rt", encoding="utf-8") as file:
        posts = [json.loads(line) for line in file][::12]
    names = {"arabic": "ar", "english": "en", "french": "fr", "german": "de", "hindi": "hi"}
    names |= {"italian": "it", "portuguese": "pt", "spanish": "es"}
    guessed = [(names[one["lang"]], guess_language(one["text"])) for one in posts]
    known = [pair for pair in guessed if pair[1] is not None]
    right = sum(pair[1].partition("-")[0] == pair[0] for pair in known)
    assert len(known) > len(posts) / 2
    assert right > 0.88 * len(known)
