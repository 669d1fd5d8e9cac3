"""The collector of posts for the readers of all kinds of archives."""

from collections.abc import Collection, Mapping

from sayso_protocol.translation import _

from . import archive_limits
from .model import (
    Archive,
    ArchivedLists,
    ArchivedPost,
    ArchivedProfile,
    ArchivedRepost,
    ArchiveError,
    ArchiveKind,
    Reason,
    Skipped,
)

SortKey = tuple[int, int, int]
"""Oldest first: Unix milliseconds, or -1 without a time; the id as a number, or 0; the
position in the file. Posts without a time come first, in the order of the file."""


class Collector:
    """Gathers posts, counts what is left out, and puts the posts in order."""

    def __init__(self, kind: ArchiveKind) -> None:
        self._kind = kind
        self._skipped = Skipped()
        self._errors: list[str] = []
        self._notes: list[str] = []
        self._posts: list[tuple[SortKey, ArchivedPost]] = []
        self._origins: set[str] = set()
        self._reposts: list[ArchivedRepost] = []
        self.profile = ArchivedProfile()
        self.lists = ArchivedLists()

    def skip(self, reason: Reason) -> None:
        """Count a record that is left out."""
        self._skipped.add(reason)

    def unreadable(self, text: str) -> None:
        """Count a record that can't be read, and report where it stands."""
        self.skip(Reason.UNREADABLE)
        self.report(text)

    def report(self, text: str) -> None:
        """Put `text` among the errors, while there is room."""
        if len(self._errors) < archive_limits.MAX_ERRORS:
            self._errors.append(text)

    def no_time(self, where: str) -> None:
        """Count a post whose time is not understood: it would go without one for ever."""
        self.skip(Reason.TIME_NOT_READ)
        self.report(_("{where} has a time that is not understood; left out").format(where=where))

    def note(self, text: str) -> None:
        """Put `text` among the notes, about what only the owner can decide."""
        self._notes.append(text)

    def note_unread(self, names: Collection[str], known: Mapping[str, str]) -> None:
        """Note what else an archive holds that is not imported; `known` has words for its files."""
        words = list(dict.fromkeys(_(what) for name, what in known.items() if name in names))
        if words:
            self.note(_("Not imported: {names}.").format(names=", ".join(words)))

    def keep(self, key: SortKey, post: ArchivedPost) -> None:
        """Take a post; one whose origin is taken already is counted as a duplicate.

        Raises ArchiveError when there are more posts than memory is meant for.
        """
        if post.origin in self._origins:
            self.skip(Reason.DUPLICATE)
            return
        if len(self._posts) >= archive_limits.MAX_POSTS:
            most = archive_limits.MAX_POSTS
            raise ArchiveError(
                _("more than {most} posts; split the archive and import the parts").format(
                    most=most
                )
            )
        self._origins.add(post.origin)
        self._posts.append((key, post))

    def repost(self, repost: ArchivedRepost) -> None:
        """Take a repost; raises as `keep`."""
        if len(self._reposts) >= archive_limits.MAX_POSTS:
            raise ArchiveError(_("more reposts than memory is meant for; split the archive"))
        self._reposts.append(repost)

    @property
    def kept(self) -> int:
        """The number of posts that were taken."""
        return len(self._posts)

    @property
    def seen(self) -> int:
        """The number of records so far."""
        return self.kept + len(self._reposts) + self._skipped.total

    @property
    def broken(self) -> int:
        """The number of records, or rests of files, that could not be read."""
        return self._skipped[Reason.UNREADABLE]

    @property
    def read(self) -> int:
        """The number of records that could be read, taken or not."""
        return self.seen - self.broken

    def archive(self) -> Archive:
        """All that was gathered, oldest first."""
        self._posts.sort(key=lambda pair: pair[0])
        posts = tuple(post for _, post in self._posts)
        reposts = tuple(sorted(self._reposts, key=lambda one: one.written_ms))
        return Archive(
            self._kind,
            posts,
            self._skipped,
            self._errors,
            self._notes,
            reposts,
            self.profile,
            self.lists,
        )
