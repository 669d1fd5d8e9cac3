"""Links: own cases, and those that twitter-text set for all."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples
from tests.twitter_text import autolink_cases, extract_cases

from sayso_node.entries.urls import host_place, link_places, links_in, with_shown_hosts


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("", []),
        ("see http://example.org.", ["http://example.org"]),
        ("(HTTPS://Example.ORG/a_(b))", ["HTTPS://Example.ORG/a_(b)"]),
        ("http://example.org:8080/x?y=z#w, and", ["http://example.org:8080/x?y=z#w"]),
        ("example.org www.example.org setup.py", []),
        ("http://localhost http://127.0.0.1/ http://no-such-top", []),
        ("http://example.org@evil.com http://a:b@example.org", []),
        ("ftp://example.org javascript:alert(1) xhttp://example.org", []),
        ("http://" + "a" * 64 + ".org http://" + "a." * 130 + "org", []),
        (
            "http://foobar.みんな/ですhttp://example.みんなです",
            ["http://foobar.みんな/", "http://example.みんな"],
        ),
        (
            "http://example.org/\u202e http://example.org\u200b/a",
            ["http://example.org/", "http://example.org"],
        ),
        ("http://good.com⁄path.evil.com/", ["http://good.com⁄path.evil.com/"]),
        ("http://example.org/a(b", ["http://example.org/a"]),
        ("http://example.org/a(b)c(d", ["http://example.org/a(b)c"]),
    ],
)
def test_what_is_a_link(text, links):
    assert links_in(text) == links


def test_the_cases_of_twitter_text_that_name_a_scheme():
    """A bare name is text here, as in twitter-text's own Autolink; its Extract takes it too."""
    names = ["urls", "urls_with_indices", "urls_with_directional_markers", "tco_urls_with_params"]
    cases = [case for name in names for case in extract_cases(name)]
    assert len(cases) > 100
    for text, expected in cases:
        schemed = [link for link in expected if link.lower().startswith("http")]
        assert links_in(text) == schemed, text


def test_the_cases_of_twitter_text_for_autolink():
    cases = autolink_cases("urls")
    assert len(cases) > 60
    for text, expected in cases:
        assert links_in(text) == expected, text


@pytest.mark.parametrize(
    "unit",
    [
        "http://",
        "http://a.com/(",
        "http://a.com/(x(y)",
        "(",
        "http://a.b.",
        "http://a.com/!",
        "http://a.com/(a(b)",
        "http://a.com?",
        "a.",
        "http://" + "a." * 120,
        "http://é.",
        "http://a.com/((a)",
        "@",
        "https://ж",
    ],
)
def test_hostile_texts_take_linear_time(unit):
    def calls(size):
        """The number of functions that are called for a text of so many bytes."""
        count, text = 0, (unit * size)[:size]

        def called(frame, event, arg):
            nonlocal count
            count += event in ("call", "c_call")

        links_in(text)
        sys.setprofile(called)
        links_in(text)
        sys.setprofile(None)
        return count

    assert calls(16_000) <= 5 * calls(4_000) + 100


PARTS = ["http://", "a.com", *"()/éж.#? @\u202e", "xn--", "中国"]


@examples(200)
@given(st.lists(st.sampled_from(PARTS), max_size=20))
def test_every_link_stands_in_the_text_and_has_a_host(parts):
    text = "".join(parts)
    for start, end in link_places(text):
        first, stop = host_place(text[start:end])
        host = text[start:end][first:stop]
        assert "." in host and not set(host) & set("/?#@: \u202e")
    with_shown_hosts(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no link", "no link"),
        ("http://example.org/x http://münchen.de/y", "http://example.org/x http://münchen.de/y"),
        ("see http://аpple.com/a, ok", "see http://xn--pple-43d.com/a, ok"),
        ("http://аррӏе.com", "http://xn--80ak6aa92e.com"),
        ("http://日本abc.jp http://пример.рф", "http://日本abc.jp http://пример.рф"),
        ("http://good.com⁄path.evil.com/", "http://good.xn--compath-3d7c.evil.com/"),
        ("http://𝗮pple.com", "http://apple.com"),
    ],
)
def test_hosts_that_could_pass_for_others_are_shown_as_they_are_looked_up(text, shown):
    assert with_shown_hosts(text) == shown
