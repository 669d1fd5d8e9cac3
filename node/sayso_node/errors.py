"""The errors of a node; each text says what happened and what to do next."""

from __future__ import annotations

from sayso_protocol.translation import _


class NodeError(Exception):
    """Base of all of them: something that was asked for was not done."""


class HomeError(NodeError):
    """The data directory is missing, foreign, locked or cannot be used."""


class KeystoreError(NodeError):
    """The key file is damaged, or the passphrase is missing or wrong."""


class KeystoreLocked(KeystoreError):
    """The keys have a passphrase, and none was given."""


class AccountMoved(NodeError):
    """The account was given its next key on another device, and this one has not followed;
    `enrolled` where it holds no key of the account, since it was enrolled without the phrase."""

    def __init__(self, *, enrolled: bool = False) -> None:
        text = _("the account has another key: follow it with `sayso rotate --phrase-file F` first")
        if enrolled:
            text = _(
                "the account has another key by now, and this device was let in under the old "
                "one: nothing that it posts counts. Ask anew, in an empty home, with `sayso "
                "--home NEW device add --request`, and let a device under the new key answer; "
                "or, with the phrase, follow it with `sayso rotate --phrase-file F`"
            )
        super().__init__(text)


def new_feed(feed: str) -> str:
    """How to go on after a feed that cannot; `feed` is its text form."""
    return _(
        "Open a new feed: `sayso backup FILE`, then `sayso --home NEW restore FILE`, and from "
        "there end this one with `sayso device revoke {feed}`; or `sayso rotate --phrase-file F`"
    ).format(feed=feed)


class HomeCloned(NodeError):
    """A clone of the home writes the same feed; `feed` is its text form."""

    def __init__(self, feed: str) -> None:
        super().__init__(
            _(
                "another copy of this home is in use: two that write one feed would fork it, so "
                "nothing more is posted from here. {new_feed}, which ends the other copy too"
            ).format(new_feed=new_feed(feed))
        )


class StoreBehind(NodeError):
    """The store lacks entries that this home signed: it was put back from an older copy. `feed`
    is the own feed's text form, `first` and `last` the numbers that are missing."""

    def __init__(self, feed: str, first: int, last: int) -> None:
        lacking = (
            _("entry {first}").format(first=first)
            if first == last
            else _("entries {first} to {last}").format(first=first, last=last)
        )
        super().__init__(
            _(
                "the store is older than what was written here: {lacking} of your feed are "
                "missing, and what is written now would take those numbers again and fork it. "
                "Run the node with a peer that has them (`sayso run --peer MADDR`), or put the "
                "newer store back. Where nobody has them: {new_feed}"
            ).format(lacking=lacking, new_feed=new_feed(feed))
        )


class NotFound(NodeError):
    """No such account, feed or entry is known here; `candidates` are similar full names. `guessed`
    where the text says already which of them may have been meant."""

    def __init__(
        self, message: str, candidates: list[str] | None = None, *, guessed: bool = False
    ) -> None:
        super().__init__(message)
        self.candidates = candidates or []
        self.guessed = guessed


class Ambiguous(NodeError):
    """An abbreviation stands for several things; `candidates` are their full names."""

    def __init__(self, message: str, candidates: list[str]) -> None:
        super().__init__(message)
        self.candidates = candidates


class ControlError(NodeError):
    """The running node did not answer, or refused."""


class NodeStopped(ControlError):
    """No node is running."""


class ServiceError(NodeError):
    """The system does not run services here, or refuses one."""


class FolderError(NodeError):
    """A shared folder cannot be read or written, or is gone."""


class BundleError(NodeError):
    """A bundle file that cannot be read or written."""


class BackupError(NodeError):
    """A backup that cannot be written, or that nothing is restored from."""


class PeerError(NodeError):
    """A peer could not be reached, or left before the exchange was done."""


class QueryError(NodeError):
    """A query that cannot be searched for."""


class PostError(NodeError):
    """Something that was written cannot become an entry. `part` says what of it is wrong: ``text``,
    ``tags``, ``lang``, ``warn``, ``option`` or ``file``."""

    def __init__(self, text: str, part: str = "text") -> None:
        super().__init__(text)
        self.part = part


class LibraryMissing(NodeError):
    """A library is not installed that only some commands need."""
