"""What `fetch` brings: a blob that an entry attaches, or a file of what is private, a message or a
post in a closed group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from sayso_protocol.translation import _

from .context import Context
from .errors import Failure
from .letters import read_groups, read_letters

if TYPE_CHECKING:
    from sayso_node.messages.group_book import GroupBook
    from sayso_node.messages.group_records import KeptPost
    from sayso_node.messages.kept_message import KeptMessage
    from sayso_protocol.private.contents.message_file import MessageFile, SealedFile
    from sayso_storage.interface.blobs import Blobs
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
            from sayso_node.media.sealed_store import open_sealed

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
class Private:
    """A private message or a post of a closed group: its `kind`, its id, and what is attached."""

    kind: str
    id: str
    files: Sequence[MessageFile]
    accounts: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an ID or CID means: blobs, or some files of what is private."""

    blobs: Sequence[WantedBlob]
    private: Private | None = None
    files: Sequence[MessageFile] = ()
    """Those of its files that are meant."""


def find_wanted(context: Context, store: Store, text: str, number: int | None) -> Wanted:
    """What is meant: all of it, or the one that counts so from 1. Raises `Failure`, `NodeError`,
    `StoreError`."""
    from sayso_node.media.attached_blob import as_cid
    from sayso_node.media.sealed_store import sealed_among

    cid = as_cid(text)
    found = _private(context, store, text, cid)
    if found is None:
        cids = _chosen([cid] if cid is not None else _attached(store, text), number)
        return Wanted([WantedBlob(one) for one in cids])
    if not found.files:
        raise Failure(_("nothing is attached to this message"), "not-found")
    files = [one for one in found.files if cid is None or getattr(one, "cid", None) == cid]
    files = [*_chosen(files, number)]
    blobs = [WantedBlob(one.cid, one, found.accounts) for one in sealed_among(files)]
    return Wanted(blobs, found, files)


def _attached(store: Store, text: str) -> list[bytes]:
    from sayso_node.accounts.lookup import find_entry
    from sayso_node.media.attached_blob import attachments_in

    entry = find_entry(store, text)
    cids = list(dict.fromkeys(one.cid for one in attachments_in(entry)))
    if not cids:
        raise Failure(_("nothing is attached to this entry"), "not-found")
    return cids


def _private(context: Context, store: Store, text: str, cid: bytes | None) -> Private | None:
    """The message or post of a group that is meant; None where it is an entry or another blob."""
    from sayso_node.errors import Ambiguous
    from sayso_node.messages.sealed_files import kept_with

    if cid is not None:
        kept = read_letters(context, lambda records: kept_with(records, cid))
        return None if kept is None else _of_kept(context, store, kept)
    found = [_of_kept(context, store, kept) for kept in _begun(context, store, text)]
    if len(found) + bool(found and _is_entry(store, text)) > 1:
        raise Ambiguous(
            _("several messages and entries begin so: write more of the id"),
            [one.id for one in found],
        )
    return found[0] if found else None


def _begun(context: Context, store: Store, text: str) -> list[KeptMessage | KeptPost]:
    """The messages and posts of groups whose ids begin so. Raises `Ambiguous`."""
    from sayso_node.errors import Ambiguous, NotFound
    from sayso_node.messages.conversation import find_message
    from sayso_node.messages.group_writing import find_group_post
    from sayso_node.messages.known_groups import known_groups

    refused: list[Ambiguous] = []

    def tried(find: Callable[[], _Found]) -> _Found | None:
        try:
            return find()
        except NotFound:
            return None
        except Ambiguous as error:  # reading would only note it
            refused.append(error)
            return None

    def post(book: GroupBook) -> KeptPost | None:
        return tried(lambda: find_group_post(book, known_groups(book), text))

    found = [
        read_letters(context, lambda records: tried(lambda: find_message(records, text))),
        read_groups(context, store, post),
    ]
    if refused:
        raise refused[0]
    return [one for one in found if one is not None]


def _of_kept(context: Context, store: Store, kept: KeptMessage | KeptPost) -> Private:
    from sayso_node.accounts.lineage import own_account
    from sayso_node.messages.group_book import NoSuchGroup
    from sayso_node.messages.kept_message import KeptMessage
    from sayso_protocol.private.groups.text_post import read_text

    if isinstance(kept, KeptMessage):
        accounts = tuple(dict.fromkeys((kept.author, own_account(store))))
        message = kept.message
        return Private("message", message.id.hex(), message.attachments, accounts)
    post = kept.post
    said = read_text(post.body)
    try:
        group = read_groups(context, store, lambda book: book.get(post.group))
    except NoSuchGroup:  # it was forgotten meanwhile
        group = None
    members = [] if group is None else [*group.members]
    accounts = tuple(dict.fromkeys((post.author, own_account(store), *members)))
    return Private("post", post.id.hex(), () if said is None else said.files, accounts)


def _is_entry(store: Store, text: str) -> bool:
    from sayso_node.errors import NodeError

    try:
        return bool(_attached(store, text))
    except (NodeError, Failure):
        return False


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
