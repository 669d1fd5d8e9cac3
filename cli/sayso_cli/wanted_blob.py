"""What `fetch` brings: a blob that an entry attaches, or a file of a private message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from sayso_protocol.translation import _

from .context import Context
from .errors import Failure
from .letters import read_letters

if TYPE_CHECKING:
    from sayso_node.messages.conversation import ShownMessage
    from sayso_protocol.private.contents.message_file import MessageFile, SealedFile
    from sayso_storage.interface.blobs import Blobs
    from sayso_storage.interface.sealed_records import SealedRecords
    from sayso_storage.interface.store import Store


_Found = TypeVar("_Found")


class Opener(Protocol):
    """Gives the bytes of a file as those of its blob come, in their order."""

    def feed(self, data: bytes) -> bytes:
        """What can be given now. Raises `Refused`."""
        ...

    def finish(self) -> None:
        """All has come. Raises `Refused` where something is missing."""
        ...


@dataclass(frozen=True, slots=True)
class WantedBlob:
    """A blob to be fetched. Of a `sealed` file of a message, `accounts` may have it."""

    cid: bytes
    sealed: SealedFile | None = None
    accounts: tuple[bytes, ...] = ()

    def blobs(self, context: Context) -> Blobs:
        """Where it lies, or will."""
        if self.sealed is not None:
            from sayso_node.messages.sealed_files import open_sealed

            return open_sealed(context.home)
        from sayso_node.media.blob_store import open_blobs

        return open_blobs(context.home)

    def request(self) -> dict[str, object] | None:
        """What the running node is told besides, of a file of a message."""
        if self.sealed is None:
            return None
        from sayso_protocol.crypto.keys import key_text

        return {"size": self.sealed.size, "accounts": [*map(key_text, self.accounts)]}

    def opener(self) -> Opener:
        """What makes its file of its bytes."""
        if self.sealed is None:
            return _Plain()
        from sayso_protocol.private.sealed_blob import SealedBlobReader

        return SealedBlobReader(self.sealed.key, self.sealed.size)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an ID or CID means: blobs, or some files of a message."""

    blobs: Sequence[WantedBlob]
    message: ShownMessage | None = None
    files: Sequence[MessageFile] = ()
    """Those of the message that are meant."""


def find_wanted(context: Context, store: Store, text: str, number: int | None) -> Wanted:
    """What is meant: all of it, or the one that counts so from 1. Raises `Failure`, `NodeError`,
    `StoreError`."""
    from sayso_node.media.attached_blob import as_cid

    cid = as_cid(text)
    found = read_letters(context, lambda records: _of_message(store, records, text, cid))
    if found is not None:
        message, files = found
        files = _chosen(files, number)
        return Wanted(_sealed_among(store, message, files), message, files)
    cids = _chosen([cid] if cid is not None else _attached(store, text), number)
    return Wanted([WantedBlob(one) for one in cids])


def _attached(store: Store, text: str) -> list[bytes]:
    from sayso_node.accounts.lookup import find_entry
    from sayso_node.media.attached_blob import attachments_in

    entry = find_entry(store, text)
    cids = list(dict.fromkeys(one.cid for one in attachments_in(entry)))
    if not cids:
        raise Failure(_("nothing is attached to this entry"), "not-found")
    return cids


def _of_message(
    store: Store, records: SealedRecords, text: str, cid: bytes | None
) -> tuple[ShownMessage, Sequence[MessageFile]] | None:
    """The message that is meant, and those of its files that are; None where it is an entry or any
    other blob."""
    from sayso_node.accounts.lineage import own_accounts
    from sayso_node.errors import Ambiguous, NodeError, NotFound
    from sayso_node.messages.conversation import ShownMessage, find_message
    from sayso_node.messages.sealed_files import message_with

    if cid is not None:
        kept = message_with(records, cid)
        if kept is None:
            return None
        files = [one for one in kept.message.attachments if getattr(one, "cid", None) == cid]
    else:
        try:
            kept = find_message(records, text)
        except NotFound:
            return None
        try:
            entries = _attached(store, text)
        except (NodeError, Failure):
            entries = []
        if entries:
            raise Ambiguous(
                _("a message and an entry begin so: write more of the id"),
                [kept.message.id.hex(), text],
            )
        files = list(kept.message.attachments)
    if not files:
        raise Failure(_("nothing is attached to this message"), "not-found")
    return ShownMessage(kept, kept.author in own_accounts(store)), files


def _sealed_among(
    store: Store, message: ShownMessage, files: Sequence[MessageFile]
) -> list[WantedBlob]:
    from sayso_node.accounts.lineage import own_account
    from sayso_protocol.private.contents.message_file import SealedFile

    accounts = tuple(dict.fromkeys((message.kept.author, own_account(store))))
    return [WantedBlob(one.cid, one, accounts) for one in files if isinstance(one, SealedFile)]


def _chosen(found: Sequence[_Found], number: int | None) -> Sequence[_Found]:
    if number is None:
        return found
    if not 1 <= number <= len(found):
        raise Failure(
            _("it has {count} attachments: --number counts them from 1").format(count=len(found)),
            "not-found",
        )
    return [found[number - 1]]


class _Plain:
    """Gives what it is fed."""

    def feed(self, data: bytes) -> bytes:
        """See `Opener`."""
        return data

    def finish(self) -> None:
        """See `Opener`."""
