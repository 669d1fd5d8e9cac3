"""Import run: a plan that its owner has seen, carried out.

Media first, then the posts that show them, oldest first, then reposts and the profile, at last the
lists that are the owner's alone. Each step can be repeated: what is here is known, so a run that
was interrupted goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sayso_storage.interface.store import Store

from ..accounts.author import Author
from ..compose.profile import set_profile
from ..home.directory import Home
from .importer import Imported, import_posts, known_origins
from .media_intake import MediaIntake, take_in_media
from .model import ArchivedProfile
from .pending_lists import keep_pending
from .plan import Plan
from .reposts import publish_reposts


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import run did: with posts, how many files it attached, how many of them could not be
    read, and how much waits that did not before."""

    posts: Imported
    attached: int = 0
    unreadable: int = 0
    waiting: int = 0


def steps_of(plan: Plan) -> int:
    """How often a run of this plan tells its progress."""
    return len(plan.media) + len(plan.posts)


def carry_out(
    home: Home,
    store: Store,
    author: Author,
    path: Path,
    plan: Plan,
    progress: Callable[[int], None],
) -> Outcome:
    """Import what a plan of the archive at a path says; `progress` is told of each step. Raises
    `ArchiveError`, `NodeError`, `StoreError`; what was done until then stays."""
    intake = take_in_media(home, path, plan.media, progress)
    imported = import_posts(store, author, plan.posts, progress, intake.attachments)
    imported.imported += publish_reposts(store, author, plan.reposts)
    _set_profile(home, store, author, path, plan.profile)
    waiting = keep_pending(home, store, plan.lists, known_origins(store))
    return Outcome(imported, len(intake.attachments), intake.unreadable, waiting)


def _set_profile(
    home: Home, store: Store, author: Author, path: Path, profile: ArchivedProfile
) -> None:
    if profile == ArchivedProfile():
        return
    intake, name = MediaIntake({}), profile.picture
    if name is not None:
        intake = take_in_media(home, path, {name}, lambda _: None)
    picture = None if name is None else intake.attachments.get(name)
    set_profile(store, author, profile.name, profile.bio, picture=picture)
