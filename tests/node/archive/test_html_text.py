import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import long, some

from sayso_node.archive.html.text import html_to_text

LONG_LINK = (
    '<a href="https://www.example.org/moss/and/ferns"><span class="invisible">https://www.</span>'
    '<span class="ellipsis">example.org/moss</span><span class="invisible">/and/ferns</span></a>'
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p>one<br>two<br/>three<br />four</p>", "one\ntwo\nthree\nfour"),
        ("<p>one\n   two</p>", "one two"),
        ("<p>a<br />\n b</p>", "a\nb"),
        ("plain", "plain"),
        ("", ""),
        ("<p></p><p>x</p><p></p><p></p><p>y</p>", "x\n\ny"),
        ("&lt;b&gt; &amp;amp; &#39;x&#39; &nbsp;y", "<b> &amp; 'x' \xa0y"),
        (LONG_LINK, "https://www.example.org/moss/and/ferns"),
        ('<a href="https://example.org/">example.org</a>', "https://example.org/"),
        ('<a href="https://example.org/long">example.org/lo…</a>', "https://example.org/long"),
        ('<a href="https://example.org">moss</a>', "moss (https://example.org)"),
        ('<a href="https://example.org"></a>', "https://example.org"),
        ('<a href="javascript:x()">moss</a>', "moss"),
        (
            '<a href="https://x.example/@bo" class="u-url mention">@<span>bo</span></a> hi',
            "@bo@x.example hi",
        ),
        ('<a href="https://x.example/tags/moss" class="mention hashtag">#moss</a>', "#moss"),
        (
            '<a href="https://a.example">a <a href="https://b.example">b',
            "a (https://a.example)b (https://b.example)",
        ),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ("<pre><code>if x:\n    y</code></pre>", "if x:\n    y"),
        ("<script>x()</script>y<style>z</style>", "y"),
        ('<img alt=":moss:" src="x">', ":moss:"),
        ("a <b>bold</b> <i>word</i>", "a bold word"),
        ("1 < 2 & 3", "1 < 2 & 3"),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>We will <del>never</del> ship</p>", "We will ~~never~~ ship"),
        ("<s>a</s> <strike> b </strike>c<del></del>", "~~a~~ ~~b~~ c"),
        ("<del><p>one</p><p>two</p></del>", "~~one~~\n\n~~two~~"),
        ("10<sup>6</sup> people", "10^6 people"),
        ("10<sup>-3</sup>, x<sup>n+1</sup>, e<sup>2.5</sup>", "10^-3, x^(n+1), e^2.5"),
        ("H<sub>2</sub>O, a<sub>i, j</sub>", "H_2O, a_(i, j)"),
        ("the 19<sup>th</sup>", "the 19th"),
        (
            "<blockquote><p>All must leave.</p></blockquote><p>I disagree.</p>",
            "> All must leave.\n\nI disagree.",
        ),
        ("<blockquote>a<br>b<blockquote>c</blockquote></blockquote>", "> a\n> b\n>\n> > c"),
        ("<ol><li>one</li><li>two</li></ol>", "1. one\n2. two"),
        ('<ol start="9"><li>one<li>two</ol>', "9. one\n10. two"),
        ("<ul><li>a<ol><li>b</li></ol></li><li><p>c</p></li></ul>", "- a\n  1. b\n- c"),
        ("type <code>rm *</code>", "type `rm *`"),
        ("<pre><code>a  b\n    c</code></pre>", "a  b\n    c"),
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>字", "漢(かん)字"),
        ("<ruby>漢<rt>かん</rt></ruby>", "漢(かん)"),
        ('he <span class="spoiler">dies</span>', "he ||dies||"),
        ("<q>so</q> she said", "“so” she said"),
        ('<abbr title="World Health Organization">WHO</abbr>', "WHO (World Health Organization)"),
        ("<table><tr><th>a<th>b<tr><td>1<td>2</table>", "a | b\n1 | 2"),
        ("a<hr>b", "a\n\n---\n\nb"),
        ('<math alttext="x^2"><mi>x</mi><mn>2</mn></math>', "$x^2$"),
        ("<details><summary>End</summary>all die</details>", "End\n\nall die"),
    ],
)
def test_what_changes_the_meaning_is_kept(html: str, text: str) -> None:
    assert html_to_text(html) == text


BIRCH, CEDAR = (
    {"type": "Mention", "href": f"https://{host}/users/mo", "name": f"@mo@{host}"}
    for host in ("birch.example", "cedar.example")
)
SPLIT = {"type": "Mention", "href": "https://web.example/users/mo", "name": "@mo@elm.example"}
NO_SERVER = {"type": "Mention", "href": "https://oak.example/users/mo", "name": "@mo"}


@pytest.mark.parametrize(
    ("target", "tags", "name"),
    [
        ("https://birch.example/@mo", [BIRCH, CEDAR], "@mo@birch.example"),
        ("https://cedar.example/users/mo", [BIRCH, CEDAR], "@mo@cedar.example"),
        ("https://web.example/@mo", [SPLIT], "@mo@elm.example"),
        ("https://elsewhere.example/mo", [SPLIT], "@mo@elm.example"),
        ("https://oak.example/@mo", [NO_SERVER], "@mo@oak.example"),
        ("https://fir.example/@mo", [BIRCH, CEDAR], "@mo@fir.example"),
        ("https://fir.example/@mo", [], "@mo@fir.example"),
        ("javascript:x()", [BIRCH, CEDAR], "@mo"),
        ("https://[bad/@mo", [], "@mo"),
    ],
)
@pytest.mark.parametrize("seen", ["@<span>mo</span>", "@mo"])
def test_mentions_keep_their_server(
    target: str, tags: list[dict[str, object]], name: str, seen: str
) -> None:
    html = f'<p><a href="{target}" class="u-url mention">{seen}</a> agrees</p>'
    assert html_to_text(html, tags) == f"{name} agrees"


def test_a_mention_with_its_server_stays_as_it_is() -> None:
    html = '<a href="https://birch.example/@mo" class="mention">@mo@elm.example</a>'
    assert html_to_text(html) == "@mo@elm.example"


TAG: list[dict[str, object]] = [{"type": "Hashtag", "name": "#moss"}]


@pytest.mark.parametrize(
    ("link", "tags"),
    [
        ('class="hashtag" data-tag="moss" href="https://a.example/x" rel="tag ugc"', []),
        ('class="mention hashtag" href="https://a.example/x"', []),
        ('href="https://a.example/x" rel="tag"', []),
        ('href="https://a.example/tag/moss"', []),
        ('href="https://a.example/tags/Moss/"', []),
        ('href="https://a.example/search?tag=moss"', []),
        ('href="https://a.example/?q=%23moss"', TAG),
        ('href="https://a.example/anything"', TAG),
    ],
)
def test_hashtags_of_all_servers_are_words(link: str, tags: list[dict[str, object]]) -> None:
    html = f"<p>I love <a {link}>#moss</a> walls</p>"
    assert html_to_text(html, tags) == "I love #moss walls"


def test_a_tag_outside_of_its_link_is_a_word() -> None:
    html = '#<a href="https://a.example/search?tag=moss" rel="tag">moss</a>'
    assert html_to_text(html) == "#moss"


_BLOCKS = ["p", "div", "blockquote", "ul", "ol", "li", "pre", "table", "tr", "td", "details"]
_INLINE = ["del", "s", "sup", "sub", "code", "a", "span", "rt", "q", "b"]
ELEMENTS = st.sampled_from([*_BLOCKS, *_INLINE])


@st.composite
def documents(draw: st.DrawFn, depth: int = 4) -> tuple[str, list[str]]:
    """Well-formed HTML, and the words in it."""
    html: str = ""
    words: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        if depth and draw(st.booleans()):
            inner, more = draw(documents(depth - 1))
            tag = draw(ELEMENTS)
            html, words = f"{html}<{tag}>{inner}</{tag}>", words + more
        else:
            words.append(f"w{draw(st.integers(0, 99))}x")
            html += f" {words[-1]} "
    return html, words


@given(documents())
def test_every_word_stays_once_and_in_order(document: tuple[str, list[str]]) -> None:
    html, words = document
    assert re.findall(r"w\d+x", html_to_text(html)) == words


HOSTILE = [
    *("<", "<a ", '<a href="', "<!--", "</", "<![", "<?", "<blockquote>", "<ul><li>", "<del>"),
    *("<p>", "</p>", "<script>", "&", "&#", "<a href='https://x'>", "<table><tr><td>", '="', "='"),
    *("<a href='x\">", '<a ="', "<a '\"", "<br>", " ", "\n "),
]


@long
@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("more", some(["", "x", ">", '"'], 1))
def test_time_grows_with_the_length_and_no_faster(piece: str, more: str) -> None:
    """A quadratic parser takes 64 times as long for eight times as much; none here takes 24."""
    took = []
    for size in (6_000, 48_000):
        html = ((piece + more) * size)[:size]
        runs = []
        for _ in range(3):
            began = time.process_time()
            html_to_text(html)
            runs.append(time.process_time() - began)
        took.append(min(runs))
    assert took[1] < 24 * took[0] + 0.05


@given(st.text(alphabet=st.sampled_from("<>/=\"'&;!-ap br\nx\ud800"), max_size=200))
def test_nothing_crashes_it_and_all_can_be_encoded(html: str) -> None:
    html_to_text(html).encode()


@given(st.lists(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1), max_size=5))
def test_words_survive(words: list[str]) -> None:
    html = "".join(f"<p>{word}</p>" for word in words)
    assert html_to_text(html) == "\n\n".join(words)
