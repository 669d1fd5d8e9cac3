"""Labels: signed opinions on entries and accounts, and the role that finds them again.

Of one labeller, name and subject the newest counts, by (`time_ms`, `seq`, id); accounts are one
with those that they were rotated to and from, labellers and labelled alike.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sayso_protocol.content.body import Label


class Labelling(NamedTuple):
    """One label on one subject: the id of an entry, or an account."""

    on_account: bool
    subject: bytes
    name: str
    off: bool = False
    """Takes the label back."""


LabelPlace = tuple[bool, bytes, str]
"""Order in which a labeller's labels are listed: those on entries first, then by subject, name."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label that counts. `labeller` is the key that was asked for."""

    labeller: bytes
    on_account: bool
    subject: bytes
    name: str
    time_ms: int
    """As signed."""

    @property
    def place(self) -> LabelPlace:
        """The place among the labeller's others."""
        return self.on_account, self.subject, self.name


def labellings_of(body: object) -> tuple[Labelling, ...]:
    """The labellings of a body as `read_body` gives it, one for each subject, without repeats."""
    if not isinstance(body, Label):
        return ()
    entries = dict.fromkeys(reference.id for reference in body.entries)
    accounts = dict.fromkeys(body.accounts)
    return (
        *(Labelling(False, one, body.name, body.off) for one in entries),
        *(Labelling(True, one, body.name, body.off) for one in accounts),
    )


class Labels(ABC):
    """See the module."""

    @abstractmethod
    def labels_on(
        self, subjects: Iterable[bytes], labellers: Sequence[bytes], *, on_account: bool = False
    ) -> dict[bytes, list[Labelled]]:
        """The labels of these labellers that count on each entry, by its id, or about each account,
        by labeller in the order given, then by name; those without any left out.

        Of each feed of a labeller and each key of the subject the first `MAX_LABELS_ON_ONE`
        names are looked at, in the order of their characters, those taken back included."""

    @abstractmethod
    def followed_labellers(
        self, accounts: Iterable[bytes], name: str, limit: int
    ) -> dict[bytes, list[bytes]]:
        """Those of the followed accounts of whom a label of this name counts on each account, in
        order of their keys; accounts without any left out. At most `limit` labels of the name on
        one key are looked at, and a few times as many of others than the followed; where there are
        none it costs one look at an index."""

    @abstractmethod
    def labels_by(
        self,
        labeller: bytes,
        *,
        after: LabelPlace | None = None,
        until_ms: int | None = None,
        limit: int = 1000,
    ) -> list[Labelled]:
        """The labels of a labeller that count, by `Labelled.place`, from behind `after` on.
        `until_ms`: as it was when nothing signed later was known. Subjects are as the labeller
        named them last."""
