"""Every limit of reading archives, with its reason.

An archive comes from another company's server, or from a stranger who says it does, so
each size that it could choose is bounded here.
"""

from typing import Final

MAX_MEMBER_BYTES: Final = 2 << 30
"""One file inside an archive, unpacked. A post takes about 3 kB in a 2024 export, so this
is room for 700,000 of them in one file; beyond it a bomb is likelier than a diligent
person."""

MAX_TOTAL_BYTES: Final = 4 << 30
"""All that is unpacked and parsed of one archive. At about 50 MB/s this is a minute and a
half: the longest a person should wait to be told that a file is no good."""

MAX_TAR_BYTES: Final = 32 << 30
"""All of a tar, its pictures and films included, which must be walked over to find the
posts. Larger ones can be unpacked first and given as a directory."""

MAX_TAR_READ: Final = 8 << 20
"""One read from a tar. The tar reader takes a whole extended header into memory, whatever
its size; real ones are below a kilobyte. More than the longest record, with room to buffer."""

MAX_MEMBERS: Final = 200_000
"""Files in an archive. Each attachment is one; twice the attachments of the largest
account at hand. About 100 MB of names at worst."""

MAX_DEPTH: Final = 5
"""Levels of an unpacked directory that are looked at. The deepest layout needs three."""

MAX_RECORD_CHARS: Final = 4 << 20
"""One post as JSON. The largest seen is 50 kB; a poll or a long text stays below 1 MB."""

MAX_HEADER_CHARS: Final = 1 << 20
"""Text before the list of posts in a file: a JSON-LD context of some kB."""

MAX_TEXT_CHARS: Final = 200_000
"""The text of one post, as HTML or plain. The longest that X allows has 25,000 characters,
and Mastodon servers with raised limits allow 100,000. The HTML parser of the standard
library is quadratic on some hostile inputs, so this bounds it too."""

MAX_ID_CHARS: Final = 2_048
"""An original id; the usual bound for a URL."""

MAX_POSTS: Final = 1_000_000
"""Posts held in memory to be sorted: about 1 GB at worst. The most diligent account at
hand has 94,754."""

MAX_TAGS: Final = 64
"""Tags of one post, a guess: more than fit into a post of any network read here."""

MAX_MEDIA: Final = 64
"""Attachments of one post that are looked at. X and Mastodon allow 4, Misskey 16."""

MAX_LISTED: Final = 200_000
"""Follows, likes and bookmarks that are kept of one archive, each: 20 MB at worst."""

MAX_ACCOUNTS_BYTES: Final = 16 << 20
"""A list of accounts alone: some 300,000 of them."""

MAX_SWELL: Final = 4
"""Times its own size that the media of a packed archive may be in all: pictures and films do not
pack, so more is a bomb."""

MAX_CHOICES: Final = 64
"""Choices of a poll that are kept. Mastodon allows 4, other servers up to 20."""

MAX_XZ_MEMORY: Final = 96 << 20
"""Bytes that unpacking xz may take: `xz -9` makes files that need 65 MiB, and a header can ask
for 4 GiB."""

MAX_STDIN_BYTES: Final = 8 << 30
"""Bytes of an archive that is read from standard input: it is laid down on the disk first."""

MAX_ERRORS: Final = 100
"""Texts about unreadable records. Whoever sees a hundred needs no more; all are counted."""

CHUNK_BYTES: Final = 1 << 18
"""Bytes unpacked at a time. Larger is not faster; smaller parses records twice."""
