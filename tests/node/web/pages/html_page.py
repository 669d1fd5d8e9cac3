"""A page of HTML, read back as a browser would: what stands in it, and what must not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


VOID = frozenset({"meta", "link", "input", "img", "br"})

ELEMENTS = VOID | words(
    "html head title body main header footer nav section article figure figcaption blockquote "
    "h1 h2 h3 p div span a b bdi code time ul ol li dl dt dd table caption thead tbody tr th td "
    "form fieldset legend label button select option textarea progress details summary script "
    "video audio ins del"
)
"""Elements that the templates have; another one was injected."""

ATTRIBUTES = words(
    "lang dir charset name content media rel href type src defer class id tabindex role title "
    "method action enctype value for required disabled checked selected hidden rows autofocus size "
    "autocomplete autocapitalize spellcheck accept form formaction controls preload loading "
    "decoding alt datetime max open scope reversed readonly"
)
"""Attributes that the templates have, beside ``aria-*`` and ``data-*``."""


@dataclass
class Element:
    """An element, its attributes and what is in it."""

    name: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in it."""
        return "".join(one if isinstance(one, str) else one.text for one in self.children)

    def all(self, name: str = "") -> Iterator[Element]:
        """Every element in it, of a name where one is given."""
        for one in self.children:
            if isinstance(one, Element):
                if name in ("", one.name):
                    yield one
                yield from one.all(name)

    def of_class(self, name: str) -> list[Element]:
        """The elements in it that are of a class."""
        return [one for one in self.all() if name in one.attributes.get("class", "").split()]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self._at = Element("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"an attribute twice: {tag} {attrs}"
        made = Element(tag, {name: value or "" for name, value in attrs}, self._at)
        self._at.children.append(made)
        if tag not in VOID:
            self._at = made

    def handle_endtag(self, tag: str) -> None:
        assert self._at.name == tag, f"</{tag}> within <{self._at.name}>"
        assert self._at.parent is not None
        self._at = self._at.parent

    def handle_data(self, data: str) -> None:
        self._at.children.append(data)


def read_page(html: str) -> Element:
    """The page; every element is closed where it should be."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader._at is reader.root, "an element is not closed"
    return reader.root


def check_page(page: Element) -> None:
    """Fail where something stands in a page that no template has, that its policy would refuse, or
    that a reader by ear or by keyboard could not use."""
    every = list(page.all())
    ids = [one.attributes["id"] for one in every if "id" in one.attributes]
    assert len(set(ids)) == len(ids), sorted(one for one in ids if ids.count(one) > 1)
    for one in every:
        assert one.name in ELEMENTS, one
        for name in one.attributes:
            assert name in ATTRIBUTES or name.startswith(("aria-", "data-")), (one.name, name)
        _check_addresses(one)
        _check_names(one, ids)
    for form in page.all("form"):
        if form.attributes.get("method") == "post" and form.attributes["action"] != "/enter":
            named = [one.attributes.get("name") for one in form.all("input")]
            assert named.count("csrf") == 1, form.attributes


def _check_addresses(one: Element) -> None:
    for name in ("href", "src", "action", "formaction"):
        if name not in one.attributes:
            continue
        address = urlsplit(one.attributes[name])
        if address.scheme or address.netloc:
            assert one.name == "a" and name == "href", one
            assert address.scheme in ("http", "https") and "@" not in address.netloc, address
            assert {"noopener", "noreferrer", "nofollow"} <= set(one.attributes["rel"].split())
            assert address.netloc.isascii()
    if one.name == "script":
        assert one.attributes["src"].startswith("/static/") and not one.text


def _check_names(one: Element, ids: list[str]) -> None:
    kind = one.attributes.get("type")
    if one.name == "img":
        assert one.attributes["alt"].strip(), one
    if one.name in ("a", "button", "summary"):
        assert one.text.strip() or one.attributes.get("aria-label") or list(one.all("img")), one
    for reference in one.attributes.get("aria-describedby", "").split():
        assert reference in ids, reference
    if one.name in ("input", "select", "textarea") and kind != "hidden":
        is_within = any(above.name == "label" for above in _above(one))
        assert is_within or one.attributes["id"] in _labelled(one), one


def _above(one: Element) -> Iterator[Element]:
    while one.parent is not None:
        one = one.parent
        yield one


def _labelled(one: Element) -> set[str]:
    *_, root = _above(one)
    return {label.attributes.get("for", "") for label in root.all("label")}
