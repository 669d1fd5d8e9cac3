"""The data directory: which files are in it, who may read them, who is using it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sayso_protocol.translation import _

from ..errors import HomeError

DIRECTORY_MODE = 0o700
FILE_MODE = 0o600

CACHES: Final = (
    "in_step.cache",
    "findings.cache",
    "detector.cache",
    "tally.cache",
    "coordinated.cache",
    "copies.cache",
)
"""Results that modules cache each in a file of its own; they can be deleted at any time."""


class Home:
    """Paths below one data directory. Making the object touches nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store = path / "store.sqlite"
        self.store_address = path / "store.url"
        """The database in which the store is, where it is in one: `home.kept_store`."""
        self.keys = path / "keys.json"
        self.next_keys = path / "keys.next.json"
        """The keys that a rotation of the account is about to move to."""
        self.enrolment_request = path / "request.json"
        """The key of a feed whose enrolment was requested and is not complete."""
        self.pending_devices = path / "awaited.json"
        """Devices whose enrolment was approved, and of whose feeds nothing has come."""
        self.clone_mark = path / "copied"
        """The feed that a clone of this home was seen to write."""
        self.signed = path / "signed"
        """The last number that this home signed: `accounts.signing_record`."""
        self.unanswered = path / "unanswered.json"
        """The last post, if the command that wrote it could not say so."""
        self.node_key = path / "node.key"
        self.listen_port = path / "port"
        """The port on which the node listens, in digits: `home.listen_port`."""
        self.proxy = path / "proxy"
        """The proxy by which alone this home reaches others: `home.kept_proxy`."""
        self.web_certificate = path / "web.pem"
        """The key and the certificate of the page on the local network."""
        self.web_link = path / "open.html"
        """What leads a browser to the page, by the last one-time link."""
        self.feed_tokens = path / "feed_tokens.json"
        """Hashes of the tokens in the addresses of feeds."""
        self.control = path / "control.sock"
        self.lock_file = path / "node.lock"
        self.log = path / "node.log"
        self.filters = path / "filters.toml"
        """The rules of the owner, who edits them."""
        self.filters_cache = path / "filters.cache"
        """The same rules, parsed; can be deleted at any time."""
        self.views = path / "views.toml"
        """The rankings of the owner, who edits them."""
        self.hub = path / "hub.toml"
        """Whom this home carries as a hub; its owner edits it."""
        self.bucket_key = path / "bucket.key"
        """What opens the bucket with the blobs of a hub; its owner writes it."""
        self.hub_key = path / "hub.key"
        """What signs the roster of this hub's front ends: `hub.roster`."""
        self.blobs = path / "blobs"
        """The folder of pictures and films, by their hashes."""
        self.sealed = path / "sealed"
        """The folder of files of private messages: sealed, and by the hashes of that."""
        self.media = path / "media.toml"
        """How much of them is kept, and what is fetched by itself; its owner edits it."""
        self.waiting = path / "waiting.json"
        """Whom the owner followed elsewhere, and what they marked there."""
        self.carriers = path / "carriers.json"
        """The hubs that this home asks to carry an account."""
        self.announcements = path / "announcements.cache"
        """Where nodes of followed accounts said that they are; can be deleted at any time."""
        self.domain_checks = path / "domains.json"
        """What domains said of accounts, when the owner asked them."""
        self.apps = path / "apps.json"
        """Apps that registered, and the tokens that the owner gave them, as hashes."""
        self.app_state = path / "app-state.json"
        """What apps keep here for their owner: lists, notes, how far was read."""
        self.letters = path / "letters.db"
        """Private messages, groups and the shelf of strangers, sealed."""
        self.letter_keys = path / "letters.key"
        """What opens them, sealed under the seed of this device's feed: `home.letter_keys`."""
        self.carried_letters = path / "carried.db"
        """Letters that this home holds for others."""
        self.acknowledges = path / "acknowledges"
        """Whether this home tells others that it holds an entry: yes or no."""

    @property
    def written_whole(self) -> tuple[Path, ...]:
        """The files that `new_file` writes."""
        return (
            self.store_address,
            self.keys,
            self.next_keys,
            self.enrolment_request,
            self.pending_devices,
            self.clone_mark,
            self.unanswered,
            self.node_key,
            self.listen_port,
            self.proxy,
            self.web_certificate,
            self.web_link,
            self.feed_tokens,
            self.filters,
            self.filters_cache,
            self.announcements,
            self.views,
            self.hub,
            self.hub_key,
            self.media,
            self.waiting,
            self.carriers,
            self.domain_checks,
            self.apps,
            self.app_state,
            self.letter_keys,
            self.acknowledges,
            *(self.path / name for name in CACHES),
        )

    @property
    def exists(self) -> bool:
        """Whether an account was made here."""
        return self.keys.exists()

    def prepare(self) -> None:
        """Make the directory for its owner alone. Raises `HomeError`."""
        try:
            self.path.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
            if self.path.stat().st_uid != os.getuid():
                raise HomeError(
                    _("{path} belongs to another user: name another --home").format(path=self.path)
                )
            self.path.chmod(DIRECTORY_MODE)
        except (FileExistsError, NotADirectoryError) as error:
            raise HomeError(
                _("{path} is not a directory: name another --home").format(path=self.path)
            ) from error
        except OSError as error:
            raise HomeError(
                _("cannot use {path}: {reason}").format(path=self.path, reason=error.strerror)
            ) from error

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only process that runs a node here. Raises `HomeError`.

        The lock goes with the process, however that ends.
        """
        descriptor = self._open_lock()
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise HomeError(
                    _(
                        "a node is running in {path} already: stop it first, or name another --home"
                    ).format(path=self.path)
                ) from error
            yield
        finally:
            os.close(descriptor)

    def _open_lock(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            return os.open(self.lock_file, flags, FILE_MODE)
        except OSError as error:
            raise HomeError(
                _("cannot write in {path}: {reason}").format(path=self.path, reason=error.strerror)
            ) from error


def default_home() -> Path:
    """``SAYSO_HOME``, or the platform's directory for a user's data."""
    named = os.environ.get("SAYSO_HOME")
    return Path(named).expanduser() if named else usual_home()


def usual_home() -> Path:
    """The platform's directory for a user's data."""
    from platformdirs import user_data_path

    return user_data_path("sayso", appauthor=False)
