import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_node.archive.html_text import html_to_text

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
        ('<a href="https://x.example/@bo" class="u-url mention">@<span>bo</span></a> hi', "@bo hi"),
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


@given(st.text(alphabet=st.sampled_from("<>/=\"'&;!-ap br\nx\ud800"), max_size=200))
def test_nothing_crashes_it_and_all_can_be_encoded(html: str) -> None:
    html_to_text(html).encode()


@given(st.lists(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1), max_size=5))
def test_words_survive(words: list[str]) -> None:
    html = "".join(f"<p>{word}</p>" for word in words)
    assert html_to_text(html) == "\n\n".join(words)
