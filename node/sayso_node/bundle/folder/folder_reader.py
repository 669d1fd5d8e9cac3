"""What a home takes from a shared folder: of accounts that it carries, what it lacks."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Final

from sayso_protocol.limits import MAX_FEEDS_AN_ACCOUNT
from sayso_storage.interface.store import FeedState, Store

from .feed_directory import is_known, segments_in
from .file_name import AccountFileName, is_key_name, key_name
from .folder_limits import MAX_ACCOUNT_FILES, MAX_USELESS
from .segment_reader import FolderResult, SegmentReader
from .segment_writer import account_file
from .shared_directory import SharedDirectory

LISTINGS: Final = 2
"""How often a feed's directory is read, where files go meanwhile: another home writes them anew as
one, and has written that before they go."""


class FolderReader:
    """Takes what is lacking, the newest first. Raises `OSError` and `StoreError`.

    Nobody is looked for in the folder: only the accounts that are carried are, by name, so that it
    does not matter how much else lies there.
    """

    def __init__(
        self,
        store: Store,
        result: FolderResult,
        blocked: Container[bytes],
        progress: Callable[[int], None],
    ) -> None:
        self._store = store
        self._result = result
        self._blocked = blocked
        self._progress = progress
        self._files = SegmentReader(store, blocked, result)
        self.read_all = True
        """False once something was left unread, since what was read before brought nothing."""

    def take(self, feeds: SharedDirectory) -> None:
        """Take of all accounts; also of those that come to be carried meanwhile, since one that is
        was rotated to them."""
        done: set[bytes] = set()
        while waiting := [one for one in self._store.carried_accounts() if one not in done]:
            for account in waiting:
                done.add(account)
                if account in self._blocked:
                    continue
                with feeds.inside(key_name(account)) as directory:
                    if directory is not None:
                        self._take_account(directory, account)
                self._progress(1)
        carried = {key_name(account) for account in done}
        found = set(filter(is_key_name, feeds.names()))
        self._result.not_followed = len(found - carried)

    def _take_account(self, directory: SharedDirectory, account: bytes) -> None:
        names = directory.names()
        directory.remove_drafts(names)
        signed = [name for text in names if (name := AccountFileName.parse(text)) is not None]
        known = self._known_file(account)
        for name in signed[:MAX_ACCOUNT_FILES]:
            if name != known:
                self._files.take(directory, name)
        patience = MAX_USELESS
        for text in self._feed_names(names, account):
            with directory.inside(text) as feed:
                if feed is not None:
                    patience = self._take_feed(feed, account, text, patience)
            if patience < 0:
                self.read_all = False
                return

    def _known_file(self, account: bytes) -> AccountFileName | None:
        """The name of the file that says just what is known here, if there is anything."""
        states = self._store.feeds_of(account)
        if not states:
            return None
        return AccountFileName.of(account_file(states, self._store.statements_of(account)))

    def _feed_names(self, names: Sequence[str], account: bytes) -> list[str]:
        """The directories of feeds, as many as an account can have, those that are known first."""
        known = {key_name(state.feed) for state in self._store.feeds_of(account)}
        found = sorted(filter(is_key_name, names), key=lambda name: name not in known)
        return found[:MAX_FEEDS_AN_ACCOUNT]

    def _take_feed(
        self, directory: SharedDirectory, account: bytes, name: str, patience: int
    ) -> int:
        """Gives what is left of the patience: it shrinks with each file that brings nothing."""
        for _ in range(LISTINGS):
            are_gone = False
            for segment in segments_in(directory):
                state = self._state(account, name)
                if is_known(self._store, state, segment):
                    continue
                before = self._result.received
                are_gone |= not self._files.take(directory, segment)
                patience -= self._result.received == before
                if patience < 0:
                    return patience
            if not are_gone:
                break
        return patience

    def _state(self, account: bytes, name: str) -> FeedState | None:
        """The feed whose directory has this name, if it is known."""
        states = self._store.feeds_of(account)
        return next((one for one in states if key_name(one.feed) == name), None)
