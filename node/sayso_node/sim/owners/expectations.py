"""The expectations of an owner, and what they mean for an entry: told plainly, beside the rules.

An `Expectation` writes the owner's files, and says of each entry what they must do with it. It
shares nothing with what reads rules, finds words, looks labels up or ranks: it goes through all
that is held. So it says exactly what others can cause in what an owner is shown:

- the rules `ALONE` look at nothing but the entry and the files; nobody changes what they do;
- a label does what the owner wrote beside its name, where a labeller of the file says it now;
- the rule `ECHO` counts how many others say the same, because the owner had it count them;
- the rule `MUTED` looks at who wrote what an entry carries or answers: besides what the entry
  says of that, it counts who really did, once that is held.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from unicodedata import category, normalize

from sayso_protocol.content.body import Body, Label, Post, Repost, Unknown, Unrepost, read_body
from sayso_protocol.crypto.keys import key_text
from sayso_storage.interface.store import StoredEntry

from ..authors import COMMON_TEXT

ALLOWED, LOUD, CATS, NEAR, ORDER = "allowed", "no gambling", "no cats", "a friend", "not relayed"
MUTED, ECHO = "muted", "an echo"
ALONE: Final = frozenset({ALLOWED, LOUD, CATS, NEAR, ORDER})


COPIES: Final = 1
ORDERS: Final = "rule"
"""A kind of entry that does not exist: what an order to this node might look like."""

POINTS: Final = 3
LABELS: Final = {"spam": "hide", "loud": "fold", "good": "boost:5", "odd": "show"}
VIEW: Final = "long-reads"

_FILTERS = f"""[[rule]]
name = "{ALLOWED}"
action = "allow"
words = "beans"
through = false
[[rule]]
name = "{LOUD}"
action = "hide"
words = ["casino", "free money"]
through = false
[[rule]]
name = "{MUTED}"
action = "hide"
account = "{{muted}}"
[[rule]]
name = "{CATS}"
action = "fold"
account = "{{folded}}"
words = "cats"
through = false
[[rule]]
name = "{ECHO}"
action = "fold"
words = "chant with us"
copies = {COPIES}
through = false
[[rule]]
name = "{NEAR}"
action = "boost"
points = {POINTS}
account = "{{liked}}"
through = false
[[rule]]
name = "{ORDER}"
action = "store"
kind = "{ORDERS}"
[[rule]]
name = "nobody whom the owner asked"
action = "hide"
label = "spam@{{stranger}}"
[[rule]]
name = "nor here"
action = "hide"
list = "spam@{{stranger}}"
"""

_VIEWS = f"""[views.{VIEW}]
about = "the owner's own"
expression = "length + (kind == 'repost' ? -5 : 0)"
[views.civil]
expression = "0"
"""


class RuleTitles(NamedTuple):
    """The titles of the rules that show, boost, carry, allow an entry."""

    show: str | None = None
    boost: str | None = None
    carry: str | None = None
    allow: str | None = None


class HeldEntry:
    """All that a store holds, gone through once."""

    def __init__(self, entries: Sequence[StoredEntry]) -> None:
        self.entries = entries
        self.bodies: dict[bytes, Body] = {one.id: read_body(one.body or b"") for one in entries}
        """By id."""
        self.authors: dict[bytes, bytes] = {one.id: one.account for one in entries}
        """Who really wrote each entry, by id."""
        self._labels: dict[tuple[bytes, str, bytes], tuple[tuple[int, int], bool]] = {}
        self._said: dict[str, set[bytes]] = {}
        self._reposts: dict[tuple[bytes, bytes], tuple[tuple[int, int, bytes], bytes]] = {}
        for entry in entries:
            self._note(entry, self.bodies[entry.id])

    def _note(self, entry: StoredEntry, body: Body) -> None:
        if isinstance(body, Post):
            self._said.setdefault(body.text, set()).add(entry.account)
        if isinstance(body, Repost | Unrepost):
            about = entry.account, body.of.id
            place = (entry.time_ms, entry.seq, entry.id), entry.id
            self._reposts[about] = max(self._reposts.get(about, place), place)
        if isinstance(body, Label):
            order = entry.time_ms, entry.seq
            for subject in (*body.accounts, *(on.id for on in body.entries)):
                key = entry.account, body.name, subject
                before = self._labels.get(key, (order, False))
                self._labels[key] = max(before, (order, not body.off))

    def is_shown(self, entry: StoredEntry) -> bool:
        """Whether it is on timelines: a post, or the newest of an account's reposts of an entry,
        where it did not take that back."""
        body = self.bodies[entry.id]
        if isinstance(body, Repost):
            return self._reposts[entry.account, body.of.id][1] == entry.id
        return isinstance(body, Post)

    def labelled(self, labeller: bytes, name: str, subject: bytes) -> bool:
        """Whether the newest word of a labeller on a subject, id or key, is that it has this
        label."""
        return self._labels.get((labeller, name, subject), ((0, 0), False))[1]

    def others_with(self, text: str, account: bytes) -> int:
        """The number of other accounts that say this."""
        return len(self._said.get(text, set()) - {account})


@dataclass(frozen=True, slots=True)
class Expectation:
    """Accounts by what their owner thinks of them, and the labellers subscribed to."""

    own: bytes
    muted: bytes
    folded: bytes
    liked: bytes
    stranger: bytes
    """Somebody whose labels nobody asked for."""
    labellers: Mapping[bytes, Mapping[str, str]]
    """The effect of each label of a labeller."""
    blocked: bytes | None = None

    def filters(self) -> str:
        """The file of rules."""
        keys = {name: key_text(getattr(self, name)) for name in ("muted", "folded", "liked")}
        text = "# the owner's own, in the owner's words\n"
        if self.blocked is not None:  # first: above all that may say otherwise of an entry
            key = key_text(self.blocked)
            text += f'[[rule]]\naction = "drop"\naccount = "{key}"\nthrough = false\n'
        text += _FILTERS.format(stranger=key_text(self.stranger), **keys)
        for account, uses in self.labellers.items():
            on = ", ".join(f'{name} = "{use}"' for name, use in uses.items())
            text += f'[[labeller]]\naccount = "{key_text(account)}"\non = {{ {on} }}\n'
        return text

    def views(self) -> str:
        """The file of views."""
        return _VIEWS

    def says(self, entry: StoredEntry, held: HeldEntry) -> RuleTitles:
        """The rules that are to apply to an entry."""
        body, text = held.bodies[entry.id], _text(held.bodies[entry.id])
        if entry.account == self.own:
            return RuleTitles()
        if _has(text, "beans"):
            return RuleTitles(allow=ALLOWED)
        through = set(_through(body, held)) - {entry.account}
        shows = [
            (LOUD, _has(text, "casino") or _has(text, "free money")),
            (MUTED, self.muted in {entry.account, *through}),
            (CATS, entry.account == self.folded and _has(text, "cats")),
            (ECHO, text == COMMON_TEXT and held.others_with(text, entry.account) >= COPIES),
        ]
        boosts = [(NEAR, entry.account == self.liked)]
        for title, use, holds in self._labels(entry, through, held):
            if use in ("hide", "fold"):
                shows.append((title, holds))
            elif use.startswith("boost"):
                boosts.append((title, holds))
        stored = isinstance(body, Unknown) and body.kind == ORDERS
        return RuleTitles(_first(shows), _first(boosts), ORDER if stored else None)

    def hides(self, said: RuleTitles) -> bool:
        """Whether an entry is left out of what is shown; folded ones are not."""
        return said.show in (LOUD, MUTED) or self._use(said.show) == "hide"

    def _points(self, said: RuleTitles) -> int:
        if said.boost == NEAR:
            return POINTS
        return int(self._use(said.boost).partition(":")[2] or 0)

    def _use(self, title: str | None) -> str:
        """The effect of the label by which a rule is called; empty for other rules."""
        name, _, key = (title or "").removesuffix(" (account)").partition("@")
        uses = {key_text(account): one for account, one in self.labellers.items()}
        return uses.get(key, {}).get(name, "")

    def score(self, entry: StoredEntry, held: HeldEntry) -> int:
        """The place of an entry under the view of the file."""
        body = held.bodies[entry.id]
        plain = -5 if isinstance(body, Repost) else len(_text(body))
        return plain + self._points(self.says(entry, held))

    def _labels(
        self, entry: StoredEntry, through: Iterable[bytes], held: HeldEntry
    ) -> Iterable[tuple[str, str, bool]]:
        ids = [entry.id, *_carried(held.bodies[entry.id])]
        for labeller, uses in self.labellers.items():
            for name, use in uses.items():
                title = f"{name}@{key_text(labeller)}"
                on = [held.labelled(labeller, name, one) for one in ids]
                yield title, use, any(on)
                of = [held.labelled(labeller, name, one) for one in (entry.account, *through)]
                yield f"{title} (account)", use, any(of)


def _text(body: Body) -> str:
    return body.text if isinstance(body, Post) else ""


def _has(text: str, words: str) -> bool:
    """Whether words are in a text, whatever their case and width and what cannot be seen."""
    seen = "".join(one for one in normalize("NFKC", text) if category(one) != "Cf")
    return re.search(rf"\b{words}\b", seen.casefold()) is not None


def _carried(body: Body) -> list[bytes]:
    """The ids of what an entry carries or answers."""
    if isinstance(body, Repost):
        return [body.of.id]
    if isinstance(body, Post):
        return [one.id for one in (body.reply, body.root, body.quote) if one is not None]
    return []


def _through(body: Body, held: HeldEntry) -> Iterable[bytes]:
    """The accounts whose words an entry carries or answers, and whom it names."""
    if isinstance(body, Repost):
        yield body.of.account
    if isinstance(body, Post):
        yield from body.mentions
        yield from (one.account for one in (body.reply, body.root, body.quote) if one is not None)
    yield from (held.authors[one] for one in _carried(body) if one in held.authors)


def _first(rules: Iterable[tuple[str, bool]]) -> str | None:
    return next((title for title, holds in rules if holds), None)
