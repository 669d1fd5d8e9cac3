"""Editing a post or a poll: from what a person typed to a durable entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sayso_protocol.content.attachment import Attachment
from sayso_protocol.content.body import Edit, Poll, Post, Reference
from sayso_protocol.errors import Refused, TooLarge
from sayso_protocol.limits import MAX_BODY
from sayso_protocol.translation import _
from sayso_storage.index.body_facts import fold_tag
from sayso_storage.interface.store import Store, StoredEntry

from ..accounts.author import Author, Published, published
from ..accounts.lineage import own_accounts
from ..accounts.lookup import find_entry
from ..entries.body import body_of
from ..entries.hashtags import hashtags, merge_tags
from ..entries.version import original_of, shown_body
from ..errors import PostError
from ..text_encoding import with_line_feeds
from .mentions import mentions
from .post import check_text, check_warning
from .standing import already


@dataclass(frozen=True, slots=True)
class EditDraft:
    """A new version as typed. `warn` is None where the content warning stays, and empty where it
    goes; `attach`, where it is not empty, takes the place of what was attached."""

    text: str
    warn: str | None = None
    attach: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Edited:
    """What was written, and the bodies before and after: posts or polls."""

    made: Published
    before: Post | Poll
    after: Post | Poll


def edit(store: Store, author: Author, entry: str, draft: EditDraft) -> Edited:
    """Append a new version of the own post or poll that an ID names, itself or by an edit of it.
    Nothing is written where it says the same already. Raises `NodeError` or `StoreError`."""
    original = original_of(store, find_entry(store, entry))
    body = body_of(original)
    if not isinstance(body, Post | Poll):
        raise PostError(_("only posts and polls can be edited"))
    if original.account not in own_accounts(store):
        raise PostError(_("it is somebody else's: only its author can edit it"))
    newest = store.shown_edits([original.id]).get(original.id)
    before = shown_body(body, newest)
    assert isinstance(before, Post | Poll)
    new = _edit(store, draft, before, original.reference, newest)
    after = _applied(before, new)
    if after == before:
        return Edited(already(newest or original), before, before)
    try:
        run = author.publish([new])
    except TooLarge as error:
        raise PostError(
            _(
                "the new version is too long: with its tags and references {max_body} bytes fit"
            ).format(max_body=MAX_BODY)
        ) from error
    except Refused as error:
        raise PostError(_("the edit cannot be written: {error}").format(error=error)) from error
    return Edited(published(store, run), before, after)


def _edit(
    store: Store, draft: EditDraft, before: Post | Poll, of: Reference, newest: StoredEntry | None
) -> Edit:
    text, warn = with_line_feeds(draft.text), before.warn
    if draft.warn is not None:
        warn = with_line_feeds(draft.warn) or None
    check_text(text, warn)
    check_warning(warn)
    attach = draft.attach or (before.attach if isinstance(before, Post) else ())
    if attach and not isinstance(before, Post):
        raise PostError(_("a poll has no attachments: write a post that answers it"))
    if not text.strip() and not attach and not (isinstance(before, Post) and before.quote):
        raise PostError(_("nothing is written in the new version: write something"))
    return Edit(
        of,
        of if newest is None else newest.reference,
        text,
        attach=attach,
        mentions=mentions(store, text),
        tags=merge_tags(_tags_beside(before), hashtags(text)),
        lang=before.lang,
        warn=warn,
    )


def _tags_beside(before: Post | Poll) -> Sequence[str]:
    """The tags that were given beside the text; those in it are found anew."""
    in_text = {fold_tag(tag) for tag in hashtags(before.text)}
    return [tag for tag in before.tags if fold_tag(tag) not in in_text]


def _applied(before: Post | Poll, new: Edit) -> Post | Poll:
    from dataclasses import replace

    values: dict[str, object] = {"text": new.text, "mentions": new.mentions}
    values |= {"tags": new.tags, "warn": new.warn}
    if isinstance(before, Post):
        values["attach"] = new.attach
    return replace(before, **values)  # type: ignore[arg-type]
