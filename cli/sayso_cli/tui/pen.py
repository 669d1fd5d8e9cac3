"""The pen: everything that the full-screen reader writes, through `compose`.

Its methods wait for the disk and perhaps for a peer, as those of the library.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sayso_protocol.translation import _

from ..context import has_locked_keys
from .library import Library
from .rows import AnyRow, Rows

if TYPE_CHECKING:
    from sayso_node.accounts.author import Author, Published
    from sayso_node.compose.post import Draft
    from sayso_node.media.attachment_file import AttachmentFile
    from sayso_storage.interface.store import Store

Act = Callable[["Store", "Author"], "Published"]
"""Writes one entry of the own feed."""

MAX_SHOWN_MENTIONS = 5


class Pen:
    """Writes for the owner of a home."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self.passphrase: bytes | None = None

    def is_locked(self) -> bool:
        """Whether a passphrase has to be asked for before anything is signed."""
        return self.passphrase is None and has_locked_keys(self._library.home)

    def clock_doubt(self) -> str | None:
        """Why the clock seems to be wrong, which an entry should not be written by."""
        from sayso_node.clock import now_ms
        from sayso_node.compose.clock_check import clock_doubt

        return clock_doubt(self._library.store, now_ms())

    def do(self, act: Act) -> tuple[Published, str | None]:
        """Write an entry and tell the running node; gives it, and what is to be said beside it.
        Raises `NodeError`, `StoreError`."""
        from sayso_node.accounts.author import Author
        from sayso_node.control.client import notify

        from ..own_feed import unheard

        home, store = self._library.home, self._library.store
        said = unheard(home, store)
        made = act(store, Author(home, store, self.passphrase))
        if not made.already:
            notify(home, "entries", made.run)
        return made, said

    # --- posts --------------------------------------------------------------------------

    def post(self, draft: Draft, files: Sequence[AttachmentFile]) -> Act:
        """An act that publishes a post with files attached."""

        def act(store: Store, author: Author) -> Published:
            from dataclasses import replace

            from sayso_node.compose.post import publish_post
            from sayso_node.media.attachment_file import attached

            with attached(self._library.home, files) as attachments:
                return publish_post(store, author, replace(draft, attach=attachments))

        return act

    def edit(self, entry_id: str, text: str, warn: str, files: Sequence[AttachmentFile]) -> Act:
        """An act that publishes another version of an own post."""

        def act(store: Store, author: Author) -> Published:
            from sayso_node.compose.edit import EditDraft, edit
            from sayso_node.media.attachment_file import attached

            with attached(self._library.home, files) as attachments:
                draft = EditDraft(text, warn, attachments)
                return edit(store, author, entry_id, draft).made

        return act

    def preview(self, draft: Draft, files: Sequence[AttachmentFile]) -> list[AnyRow]:
        """How a post would look. Raises `NodeError`."""
        from sayso_node.accounts.lineage import own_account
        from sayso_node.compose.post import compose
        from sayso_node.entries.urls import with_shown_hosts

        from ..render.people.name import account_text, name_text

        store, names, out = self._library.store, self._library.names(), Rows()
        post = compose(store, _with_some(draft, files))
        out.heading(
            name_text(names.of(own_account(store))), _("a preview: nothing is published yet")
        )
        if post.warn:
            out.indented(_("content warning:"), post.warn)
        out.paragraph(with_shown_hosts(post.text))
        for file in files:
            out.indented(
                f"[{file.path.name}]", file.alt or _("without words for who cannot see it")
            )
        facts = [f"#{tag}" for tag in post.tags]
        if post.lang:
            facts.append(_("language: {lang}").format(lang=post.lang))
        if post.mentions:
            shown = [account_text(names, one) for one in post.mentions[:MAX_SHOWN_MENTIONS]]
            facts.append(_("mentions {names}").format(names=", ".join(shown)))
        out.indented(*facts)
        return out.rows

    def file(self, path: str, alt: str) -> AttachmentFile:
        """A file that is to be attached. Raises `NodeError` where it cannot be."""
        from sayso_node.errors import NodeError
        from sayso_node.media.attachment_file import AttachmentFile

        place = Path(path).expanduser()
        if not place.is_file():
            raise NodeError(_("there is no file {place}: check the path").format(place=place))
        return AttachmentFile(place, alt)

    # --- people and rules: nothing of it is signed -------------------------------------------

    def follow(self, typed: str, petname: str | None = None) -> bytes:
        """Subscribe to an account; gives its key. Raises `NodeError`."""
        from sayso_node.accounts.lookup import find_account, invite_of
        from sayso_node.compose.follow import follow

        invite = invite_of(typed)
        if invite is not None:
            from sayso_node.errors import NodeError

            raise NodeError(_("an invite link is taken at the command line: `sayso follow LINK`"))
        store = self._library.store
        account = find_account(store, typed)
        follow(store, account, petname, None)
        self._notify()
        return account

    def unfollow(self, account: bytes) -> None:
        """End a subscription. Raises `NotFound`."""
        from sayso_node.compose.follow import unfollow

        unfollow(self._library.store, account, None)
        self._notify()

    def mute(self, account: bytes, *, on: bool) -> None:
        """Hide an account, or show it again. Raises `NodeError`."""
        from sayso_node.filters.edit import mute, unmute

        home, store = self._library.home, self._library.store
        if on:
            mute(home, store, account, None)
        else:
            unmute(home, account)
        self._notify()

    def block(self, account: bytes, *, on: bool) -> None:
        """Hide an account and neither store nor relay it, or take that back. Raises
        `NodeError`."""
        from sayso_node.filters.edit import block, unblock

        home, store = self._library.home, self._library.store
        if on:
            block(home, store, account)
        else:
            unblock(home, account)
        self._notify()

    def add_rule(self, fields: dict[str, Any]) -> None:
        """Add a rule behind the others. Raises `FiltersError`."""
        from sayso_node.filters.edit import add

        add(self._library.home, fields, first=False)
        self._notify()

    def remove_rule(self, number: str) -> None:
        """Remove a rule. Raises `NodeError`."""
        from sayso_node.filters.edit import remove

        remove(self._library.home, number)
        self._notify()

    def bookmark(self, entry_id: str) -> bool:
        """Set a mark, or take it off where there is one; True where it is set now."""
        from sayso_node.compose.bookmark import bookmark, remove_bookmark

        store = self._library.store
        _, is_new = bookmark(store, entry_id)
        if not is_new:
            remove_bookmark(store, entry_id)
        return is_new

    def _notify(self) -> None:
        from sayso_node.control.client import notify

        notify(self._library.home, "all")


def _with_some(draft: Draft, files: Sequence[AttachmentFile]) -> Draft:
    """A draft that may have no text, where files will be attached."""
    from dataclasses import replace

    if draft.text.strip() or not files:
        return draft
    return replace(draft, text=" ".join(file.path.name for file in files))
