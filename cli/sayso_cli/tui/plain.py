"""The reader as a conversation in lines: for screen readers, and terminals that cannot be drawn on.

Nothing is drawn and nothing moves: what is said is printed below what was said before. Each entry
has a number, by which it is named until another list is printed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final

from sayso_protocol.translation import _

from ..context import Context
from ..errors import Failure, UsageError, problem_of
from .plain_acts import Acts
from .plain_help import HELP

if TYPE_CHECKING:
    from sayso_node.entries.item import Item
    from sayso_node.timeline.reader import TimelineReader, TimelineRequest
    from sayso_node.timeline.watch import Watch
    from sayso_storage.interface.store import Store

PAGE: Final = 10
"""Entries that are read out at once."""

MOST: Final = 10_000
"""Entries of one list."""

END: Final = "."
"""The line that ends a text."""


class Conversation:
    """Reads commands from standard input and answers on standard output, until there are no
    more."""

    def __init__(self, context: Context, store: Store) -> None:
        self._context = context
        self._store = store
        self._out = context.out
        self._items: list[Item] = []
        """Those with a number, from 1."""
        self._waiting: Iterator[Item] = iter(())
        self._unfiltered = False
        self._watch: Watch | None = None
        self._answered = True
        self._acts = Acts(context, store, self)
        self._is_over = False

    def hold(self) -> None:
        """Print the timeline, then do what is typed."""
        self._answer(self._timeline, "")
        while not self._is_over:
            self._out.flush()
            typed = self._ask("sayso> ")
            if typed is None:
                return
            word, _, rest = typed.partition(" ")
            self._do(word.lower(), rest.strip())

    def _do(self, word: str, rest: str) -> None:
        if word.isdecimal():
            self._answer(self._thread, word)
        elif (command := self._commands().get(word)) is not None:
            self._answer(command, rest)
        else:
            self._out.line(_("This is not known here: type help for a list."))

    def _answer(self, command: Callable[[str], None], rest: str) -> None:
        try:
            command(rest)
        except (KeyboardInterrupt, BrokenPipeError):
            raise
        except Exception as error:
            self._out.line(problem_of(error).line)

    def _commands(self) -> dict[str, Callable[[str], None]]:
        acts = self._acts
        return {
            "": self._next,
            "next": self._next,
            "n": self._next,
            "new": self._new,
            "show": self._show,
            "timeline": self._timeline,
            "search": self._search,
            "notifications": self._notifications,
            "bookmarks": lambda rest: self._begin(_("Bookmarks"), self._reader.bookmarks()),
            "people": self._people,
            "post": lambda _: acts.post(),
            "reply": lambda rest: acts.post(reply=self._id(rest)),
            "quote": lambda rest: acts.post(quote=self._id(rest)),
            "react": acts.react,
            "repost": acts.repost,
            "vote": acts.vote,
            "edit": acts.edit,
            "retract": acts.retract,
            "bookmark": acts.bookmark,
            "follow": acts.follow,
            "mute": acts.mute,
            "block": acts.block,
            "why": self._why,
            "unfiltered": self._toggle,
            "help": lambda rest: self._print_lines(_(HELP)),
            "?": lambda rest: self._print_lines(_(HELP)),
            "quit": lambda _: self._end(),
            "q": lambda _: self._end(),
        }

    # --- reading ------------------------------------------------------------------------

    @property
    def _reader(self) -> TimelineReader:
        from sayso_node.control.client import is_running
        from sayso_node.timeline.reader import TimelineReader

        home = self._context.home
        return TimelineReader(
            self._store,
            home,
            unfiltered=self._unfiltered,
            warn=self._out.note,
            has_node=lambda: is_running(home),
        )

    def _timeline(self, rest: str) -> None:
        from sayso_node.timeline.reader import TimelineRequest

        reader, view = self._reader, self._context.args.view
        self._watch = reader.watch(TimelineRequest(MOST))
        request = TimelineRequest(PAGE if view is None else MOST)
        self._begin(_("Timeline, newest first"), self._pages(reader, request, view))

    def _pages(
        self, reader: TimelineReader, request: TimelineRequest, view: str | None
    ) -> Iterator[Item]:
        from dataclasses import replace

        first = list(reader.timeline(request, view))
        yield from first
        if view is None and len(first) == request.limit:
            rest = reader.timeline(replace(request, limit=MOST))
            yield from islice(rest, len(first), None)

    def _thread(self, rest: str) -> None:
        self._begin(_("Conversation"), self._reader.thread(self._id(rest)), answered=False)

    def _search(self, rest: str) -> None:
        from sayso_node.timeline.reader import TimelineRequest
        from sayso_node.timeline.search import index_a_little
        from sayso_node.timeline.search_syntax import read_query

        from ..options import moment

        asked = read_query(rest)
        since, until = moment(asked.since), moment(asked.until, end=True)
        request = TimelineRequest(MOST, asked.author, asked.tag, since, until)
        index_a_little(self._store)
        self._begin(_("Found"), self._reader.search(asked.terms, request, asked.lang))

    def _begin(self, title: str, items: Iterable[Item], *, answered: bool = True) -> None:
        self._items, self._waiting, self._answered = [], iter(items), answered
        self._out.line(f"{title}.")
        self._next("")

    def _next(self, rest: str) -> None:
        page = list(islice(self._waiting, PAGE))
        for item in page:
            self._number(item)
        if not page:
            self._out.line(_("That is all.") if self._items else _("Nothing is here."))

    def _new(self, rest: str) -> None:
        found = [] if self._watch is None else list(self._watch.look())
        for item in found:
            self._number(item)
        if not found:
            self._out.line(_("Nothing has come."))

    def _number(self, item: Item, *, whole: bool = False) -> None:
        from ..render.entry.item import show_entry

        if item not in self._items:
            self._items.append(item)
        self._out.line(_("Number {index}.").format(index=self._items.index(item) + 1))
        names = self._context.names(self._store)
        unfold = self._unfiltered or whole
        show_entry(self._out, item, names, whole=whole, unfold=unfold, in_tree=not self._answered)

    def _show(self, rest: str) -> None:
        self._number(self.item(rest), whole=True)

    def _notifications(self, rest: str) -> None:
        from sayso_node.timeline.notification_groups import entries_named, grouped

        from ..render.entry.notification import show_notification

        store, reader, unfold = self._store, self._reader, self._unfiltered
        names = self._context.names(store)
        found = reader.notifications(5 * PAGE)
        shown = set(store.shown_accounts())
        groups = grouped(found, shown, unfold=unfold)
        own = reader.held(entries_named(groups))
        for one in groups:
            show_notification(self._out, one, names, own, shown, unfold=unfold)
        if not groups:
            self._out.line(_("Nothing yet: only what accounts do that you follow gets here."))

    def _people(self, rest: str) -> None:
        from sayso_node.accounts.follows import following
        from sayso_node.clock import now_ms
        from sayso_node.filters.edit import mutes_and_blocks
        from sayso_protocol.crypto.keys import key_text

        from ..render.people.account import show_following

        names = self._context.names(self._store)
        hidden = mutes_and_blocks(self._context.home, now_ms())
        found = following(self._store, names)
        marks = {one.account: hidden.get(key_text(one.account)) for one in found}
        shown = {account: how for account, how in marks.items() if how is not None}
        show_following(self._out, found, names, shown)
        if not found:
            self._out.line(_("Nobody is followed yet: follow KEY does."))

    def _why(self, rest: str) -> None:
        from sayso_node.filters.explanation import explain_entry

        from ..render.rules.explanation import show_explanation

        entry_id = self._id(rest)
        found = explain_entry(self._context.home, self._store, entry_id)
        item = self._reader.held([entry_id])[entry_id]
        show_explanation(self._out, found, self._context.names(self._store), item)

    def _toggle(self, rest: str) -> None:
        self._unfiltered = not self._unfiltered
        self._out.line(
            _("Your rules hide nothing now.") if self._unfiltered else _("Your rules count again.")
        )
        self._timeline("")

    # --- within -------------------------------------------------------------------------

    def item(self, typed: str) -> Item:
        """The entry with a number, or of a repost what it shows. Raises `UsageError`."""
        if not typed.isdecimal() or not 1 <= int(typed) <= len(self._items):
            most = len(self._items)
            if not most:
                raise UsageError(_("no post is here"))
            raise UsageError(_("give the number of a post, 1 to {most}").format(most=most))
        item = self._items[int(typed) - 1]
        return item if item.original is None else item.original

    def _id(self, typed: str) -> str:
        return self.item(typed).id

    def _ask(self, prompt: str) -> str | None:
        """A line that is typed; None where there are no more."""
        sys.stdout.write(prompt)
        sys.stdout.flush()
        line = sys.stdin.readline()
        return line.strip() if line else None

    def text(self, prompt: str) -> str:
        """A text of many lines that is typed. Raises `Failure` where there is none."""
        self._out.line(_("{prompt}; a line with a full stop alone ends it.").format(prompt=prompt))
        self._out.flush()
        lines: list[str] = []
        while (line := sys.stdin.readline()) and line.rstrip("\n") != END:
            lines.append(line)
        text = "".join(lines).removesuffix("\n")
        if not text.strip():
            raise Failure(_("nothing was written"))
        return text

    def _print_lines(self, text: str) -> None:
        for line in text.split("\n"):
            self._out.line(line)

    def _end(self) -> None:
        self._is_over = True
