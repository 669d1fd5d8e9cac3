"""Archives of a person's posts from other networks.

`open_archive` takes a Twitter/X export (the layouts of 2013, 2020 and 2024), a Mastodon
export, the notes of a Misskey account or JSON, as a file, packed or not, or as an unpacked
directory, and gives its posts oldest first. Nothing is stored, nothing is unpacked to disk, and no
name inside an archive is ever used as a path.

The rules, which are the same for every kind:

- only the owner's own words: reposts, and posts of other people, are skipped;
- only what was public, unless the owner asks otherwise; direct messages never;
- what an archive leaves open, whether a post was public, is marked as doubtful;
- what is skipped is counted by reason, and what can't be read is told in `Archive.errors`.

Origins, the stable ids of the originals, are `twitter:<number>`, `mastodon:<URL of the
post>`, `misskey:<id>` and `jsonl:<id>`. The same post read from two layouts has the same origin.
"""

from .detect import open_archive
from .model import (
    DOUBTFUL,
    Archive,
    ArchivedPost,
    ArchiveError,
    ArchiveKind,
    Audience,
    Part,
    Reason,
    Skipped,
)

__all__ = [
    "DOUBTFUL",
    "Archive",
    "ArchiveError",
    "ArchiveKind",
    "ArchivedPost",
    "Audience",
    "Part",
    "Reason",
    "Skipped",
    "open_archive",
]
