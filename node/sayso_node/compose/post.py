"""Writing a post: from what a person typed to a durable entry."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sayso_protocol.content.attachment import Attachment
from sayso_protocol.content.body import Post, Reference
from sayso_protocol.content.post import MAX_LANG, MAX_TAG, MAX_TAGS, MAX_WARNING
from sayso_protocol.errors import Refused, TooLarge
from sayso_protocol.limits import MAX_BODY
from sayso_protocol.quantity import quantity
from sayso_protocol.text.line import is_line
from sayso_protocol.text.normal_form import keep
from sayso_protocol.translation import _
from sayso_storage.index.body_facts import fold_tag
from sayso_storage.interface.store import Store, StoredEntry

from ..accounts.author import Author, Published, published
from ..accounts.lookup import find_entry
from ..entries.body import body_of, root_named
from ..entries.hashtags import hashtags, merge_tags
from ..entries.version import original_of, version_of
from ..errors import PostError
from ..text_encoding import with_line_feeds
from .language import guess_language
from .mentions import mentions

_LANG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
"""The form of a language tag (RFC 5646, section 2.1). The first part may be longer there, but no
such language is registered: whoever writes one means a language's name."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A post as typed; `reply` and `quote` are ids or beginnings of them."""

    text: str
    reply: str | None = None
    quote: str | None = None
    tags: list[str] = field(default_factory=list)
    lang: str | None = None
    warn: str | None = None
    attach: tuple[Attachment, ...] = ()
    """What is attached, in the store of blobs already."""


def publish_post(store: Store, author: Author, draft: Draft) -> Published:
    """Append a post. Raises `NodeError` or `StoreError`."""
    post = compose(store, draft)
    try:
        run = author.publish([post])
    except TooLarge as error:
        size = quantity(len(draft.text.encode()), "byte")
        raise PostError(
            _(
                "the post is too long: {size} of text, and with its tags and references "
                "{max_body} fit; write it as several posts"
            ).format(size=size, max_body=MAX_BODY)
        ) from error
    except Refused as error:
        raise PostError(_("the post cannot be written: {error}").format(error=error)) from error
    return published(store, run)


def compose(store: Store, draft: Draft) -> Post:
    """Turn a draft into a post. Raises `NodeError` where it names what is not known."""
    text, warn = with_line_feeds(draft.text), with_line_feeds(draft.warn or "") or None
    check_text(draft.text, draft.warn, *draft.tags)
    if not text.strip() and draft.quote is None and not draft.attach:
        raise PostError(
            _(
                "nothing is written in the post: write something, --quote an entry, or --attach a "
                "file"
            )
        )
    check_warning(warn)
    reply = None if draft.reply is None else original_of(store, find_entry(store, draft.reply))
    quote = None if draft.quote is None else original_of(store, find_entry(store, draft.quote))
    return Post(
        text=text,
        reply=None if reply is None else reply.reference,
        root=None if reply is None else root_above(reply),
        quote=None if quote is None else quote.reference,
        mentions=mentions(store, text),
        tags=merge_tags(_given_tags(draft.tags), hashtags(text)),
        lang=_checked_lang(draft.lang) if draft.lang else guess_language(text),
        warn=warn,
        attach=draft.attach,
        reply_version=None if reply is None else version_of(store, reply),
        quote_version=None if quote is None else version_of(store, quote),
    )


def root_above(replied: StoredEntry) -> Reference | None:
    """The `root` of a reply to this entry: None where the entry itself is the root."""
    return root_named(body_of(replied))


def is_tag(tag: str) -> bool:
    """Whether a post may have this tag: one word of a bounded length that can be shown."""
    is_word = bool(fold_tag(tag)) and tag.split() == [tag] and is_line(tag)
    return is_word and len(tag.encode()) <= MAX_TAG


def check_warning(warn: str | None) -> None:
    """Refuse a content warning that is too long. Raises `PostError`."""
    if warn and len(warn.encode()) > MAX_WARNING:
        raise PostError(
            _(
                "a content warning has at most {max_warning} bytes, and this one has "
                "{size}: shorten it"
            ).format(max_warning=MAX_WARNING, size=len(warn.encode())),
            "warn",
        )


def check_text(text: str, warn: str | None, *tags: str) -> None:
    """Refuse what is no plain text. Raises `PostError`."""
    if "\0" in text:
        raise PostError(_("the text holds a NUL character: it is no plain text"))
    try:
        "".join([text, warn or "", *tags]).encode()
    except UnicodeEncodeError as error:
        raise PostError(_("the text is not valid UTF-8: convert it first")) from error


def _given_tags(tags: list[str]) -> list[str]:
    given = [keep(tag.strip().removeprefix("#").removeprefix("＃")) for tag in tags]
    for tag in given:
        if not is_tag(tag) and len(tag.encode()) <= MAX_TAG:
            raise PostError(_("a tag is one word without spaces or control characters"), "tags")
        if not is_tag(tag):
            raise PostError(_("a tag has at most {max_tag} bytes").format(max_tag=MAX_TAG), "tags")
    if len(given) > MAX_TAGS:
        raise PostError(_("a post has at most {max_tags} tags").format(max_tags=MAX_TAGS), "tags")
    return given


def _checked_lang(lang: str | None) -> str | None:
    if lang is not None and (len(lang) > MAX_LANG or not _LANG.fullmatch(lang)):
        raise PostError(
            _("a language is a tag of two or three letters, and more behind a dash: en, pt-BR"),
            "lang",
        )
    return lang
