"""The facts of one entry, which rules and views may look at, in their documented names.

The names are part of the language of `filters.toml` and of views. Values are integers, texts
and tuples of texts, never floats; they depend on the store, the owner's files and the clock
handed in alone, so that they are the same on every machine. Tuples are sorted and without
repeats where nothing else is said. Accounts are key texts (``z6Mk…``), ids hexadecimal.

Whoever gathers facts does so when one is asked for: `FACTS` says which are dear.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol


class Facts(Protocol):
    """The facts of one entry. Asking may read the store, and raises what that raises.

    Of an entry whose body is not held the facts of its body are empty, or 0.
    """

    # --- the entry's header ------------------------------------------------------------

    @property
    def account(self) -> str:
        """Who wrote it, by key."""

    @property
    def feed(self) -> str:
        """Key of the feed that it is in."""

    @property
    def id(self) -> str:
        """Id of the entry."""

    @property
    def age(self) -> int:
        """Seconds since the time by which it sorts; 0 where that is to come."""

    # --- its body ----------------------------------------------------------------------

    @property
    def kind(self) -> str:
        """Kind of the body, as ``post``; empty where it is not held or cannot be read."""

    @property
    def text(self) -> str:
        """Text of a post, as written."""

    @property
    def tags(self) -> tuple[str, ...]:
        """Tags, folded (`sayso_protocol.text.fold`), without ``#``."""

    @property
    def lang(self) -> str:
        """Language tag in lower case; empty where none is said."""

    @property
    def warn(self) -> str:
        """The author's content warning; empty where there is none."""

    @property
    def length(self) -> int:
        """Characters (code points) of the text."""

    @property
    def links(self) -> int:
        """Links in the text, repeats counted."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts of the links in the text, folded; Punycode as the letters it stands for."""

    @property
    def media(self) -> int:
        """Number of attachments."""

    @property
    def media_kinds(self) -> tuple[str, ...]:
        """What is attached: ``image``, ``video``, ``audio`` …"""

    @property
    def media_bytes(self) -> int:
        """Bytes of all attachments together."""

    # --- one look into the store -------------------------------------------------------

    @property
    def lists(self) -> tuple[str, ...]:
        """Lists that the account is on: own ones of `filters.toml` as ``name``, those of
        labellers who are subscribed to as ``name@z6Mk…``. A list that has one of the account's
        keys has the account."""

    @property
    def other_keys(self) -> tuple[str, ...]:
        """Further keys of the account: those that it was rotated to and from, as far as is known
        here."""

    @property
    def through(self) -> tuple[str, ...]:
        """Others whose words the entry carries or answers: authors of what it quotes, reposts
        or replies to, of the conversation's root, and who is mentioned. Not its own author.

        Both whom the entry names as such an author and, where that entry is held, who it is; with
        all keys of theirs."""

    @property
    def lists_through(self) -> tuple[str, ...]:
        """Lists that any account of `through` is on, as in `lists`."""

    @property
    def carried_text(self) -> str:
        """Text of the post that it quotes or reposts, where that is held: it is shown with it."""

    @property
    def carried_warn(self) -> str:
        """Content warning of that post; empty where there is none."""

    @property
    def distance(self) -> int:
        """0 own, 1 followed, 2 publicly followed by one who is followed, 3 anybody else."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels on the entry by labellers who are subscribed to, as ``name@z6Mk…``, the name
        composed."""

    @property
    def labels_through(self) -> tuple[str, ...]:
        """Such labels on what it quotes, reposts or replies to."""

    @property
    def replies(self) -> int:
        """Replies that are held."""

    @property
    def replies_followed(self) -> int:
        """Of these, those by accounts that are followed."""

    @property
    def reactions(self) -> int:
        """Accounts that react to it, as far as is held."""

    @property
    def reactions_followed(self) -> int:
        """Of these, those that are followed."""

    @property
    def reposts(self) -> int:
        """Accounts that reposted it, as far as is held."""

    @property
    def reposts_followed(self) -> int:
        """Of these, those that are followed."""

    @property
    def coordinated(self) -> int:
        """Permille score of a finding of coordination that names the entry; 0 for none."""

    # --- several looks -----------------------------------------------------------------

    @property
    def my_replies(self) -> int:
        """Own replies to entries of the account."""

    @property
    def my_reactions(self) -> int:
        """Own reactions to entries of the account."""

    @property
    def account_age(self) -> int:
        """Seconds from the first held entry of the account to this one."""

    @property
    def rate(self) -> int:
        """Entries of the account in the hour up to this one, itself not counted."""

    @property
    def posts_week(self) -> int:
        """Posts and reposts of the account in the last seven days, as of now; 1000 at most."""

    @property
    def reply_depth(self) -> int:
        """Replies between this one and the root, as far as held; 0 for no reply."""

    @property
    def copies(self) -> int:
        """Near-copies of the text by other accounts in the own store."""


class Kind(Enum):
    """The type of a fact's value."""

    INTEGER = "integer"
    TEXT = "text"
    TEXTS = "texts"


class Cost(IntEnum):
    """The price of asking, in the order in which conditions ask."""

    HEADER = 0
    """Known with the entry."""
    BODY = 1
    """Its body is read."""
    LOOK = 2
    """One look into the store, for a page of entries at once."""
    LOOKS = 3
    """Several looks for each entry."""


class Fact(NamedTuple):
    """One fact's kind of value and cost."""

    kind: Kind
    cost: Cost


def _facts(kind: Kind, cost: Cost, names: str) -> dict[str, Fact]:
    return dict.fromkeys(names.split(), Fact(kind, cost))


FACTS: Final[Mapping[str, Fact]] = MappingProxyType(
    _facts(Kind.TEXT, Cost.HEADER, "account feed id")
    | _facts(Kind.INTEGER, Cost.HEADER, "age")
    | _facts(Kind.TEXT, Cost.BODY, "kind text lang warn")
    | _facts(Kind.INTEGER, Cost.BODY, "length links media media_bytes")
    | _facts(Kind.TEXTS, Cost.BODY, "tags hosts media_kinds")
    | _facts(Kind.TEXTS, Cost.LOOK, "lists other_keys through lists_through labels labels_through")
    | _facts(Kind.TEXT, Cost.LOOK, "carried_text carried_warn")
    | _facts(Kind.INTEGER, Cost.LOOK, "distance replies replies_followed reactions")
    | _facts(Kind.INTEGER, Cost.LOOK, "reactions_followed reposts reposts_followed coordinated")
    | _facts(Kind.INTEGER, Cost.LOOKS, "my_replies my_reactions account_age rate")
    | _facts(Kind.INTEGER, Cost.LOOKS, "posts_week")
    | _facts(Kind.INTEGER, Cost.LOOKS, "reply_depth copies")
)
"""Every fact by its name: all that `Facts` has, and nothing else."""
