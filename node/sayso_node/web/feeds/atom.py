"""Feeds as Atom (RFC 4287), and who is followed as OPML 2.0."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from .feed import Feed, FeedEntry

NAMESPACE: Final = "http://www.w3.org/2005/Atom"
ATOM_TYPE: Final = "application/atom+xml; charset=utf-8"
OPML_TYPE: Final = "text/x-opml; charset=utf-8"


def atom(feed: Feed) -> bytes:
    """A feed as Atom. Text is plain text: nothing of it is markup."""
    root = Element("feed", xmlns=NAMESPACE)
    _text(root, "id", feed.address)
    _text(root, "title", feed.title)
    _text(root, "updated", feed.updated)
    SubElement(root, "link", rel="self", type="application/atom+xml", href=feed.address)
    SubElement(root, "link", rel="alternate", type="text/html", href=feed.home_address)
    _text(root, "generator", "sayso")
    author = SubElement(root, "author")
    _text(author, "name", "sayso")
    for entry in feed.entries:
        _add(SubElement(root, "entry"), entry)
    return _document(root)


def opml(title: str, outlines: Iterable[tuple[str, str]]) -> bytes:
    """An outline of feeds, each with its title and address."""
    root = Element("opml", version="2.0")
    _text(SubElement(root, "head"), "title", title)
    body = SubElement(root, "body")
    for name, address in outlines:
        SubElement(body, "outline", type="rss", text=name, title=name, xmlUrl=address)
    return _document(root)


def _add(parent: Element, entry: FeedEntry) -> None:
    _text(parent, "id", entry.id)
    _text(parent, "title", entry.title)
    _text(parent, "updated", entry.updated)
    _text(parent, "published", entry.published)
    author = SubElement(parent, "author")
    _text(author, "name", entry.author)
    _text(author, "uri", entry.author_id)
    SubElement(parent, "link", rel="alternate", type="text/html", href=entry.address)
    for one in entry.enclosures:
        SubElement(
            parent,
            "link",
            rel="enclosure",
            type=one.type,
            length=str(one.size),
            href=one.address,
            title=one.alt,
        )
    for tag in entry.tags:
        SubElement(parent, "category", term=tag)
    _text(parent, "content", entry.text).set("type", "text")


def _text(parent: Element, name: str, text: str) -> Element:
    made = SubElement(parent, name)
    made.text = text
    return made


def _document(root: Element) -> bytes:
    written: str = tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{written}'.encode()
