"""The rules of the home: what each does, and more or fewer of them, with the effect shown before it
counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _, mark

from .. import destinations
from ..block_list import Block
from ..layout import Look, plain_line, said_lines
from ..rule_blocks import effect, rule_of, rules
from .entry_list import EntryListScreen
from .list_screen import ListScreen

NEWLY: Final = {
    "hidden": mark("{count} newly hidden, {followed} of people you follow"),
    "folded": mark("{count} newly folded, {followed} of people you follow"),
    "shown": mark("{count} newly shown, {followed} of people you follow"),
}


class FilterScreen(ListScreen):
    """Lists rules."""

    heading = mark("filters")
    nothing = mark("There are no rules: a adds one, and shows first what it would hide.")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", mark("add")),
        Binding("d", "remove", mark("remove")),
    ]

    def source(self) -> Iterator[Block]:
        """See `ListScreen`."""
        return rules(self.reader.library)

    def action_add(self) -> None:
        """Write a rule."""
        self.reader.open(destinations.RuleForm())

    def action_remove(self) -> None:
        """Remove the selected rule, once its effect was seen."""
        block = self.view.current
        if block is None:
            self.reader.say(_("no rule is selected"))
            return
        from sayso_node.filters.edit import without

        rule, reader = rule_of(block), self.reader
        self.reader.open(
            destinations.Effect(
                _("without the rule {title}").format(title=rule.title),
                lambda: without(reader.library.home, block.key),
                lambda: reader.pen.remove_rule(block.key),
            )
        )


class EffectScreen(EntryListScreen):
    """What other rules would change among the posts that are held; y lets them count."""

    nothing = mark("No post that is held would be shown in another way.")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,ctrl+s", "save", mark("let it count"), key_display="y"),
    ]

    def __init__(self, to: destinations.Effect) -> None:
        super().__init__()
        self._title, self._rules, self._save = to.heading, to.rules, to.save
        self._counted: list[str] = []

    def head_words(self) -> str:
        """See `ListScreen`."""
        return self._title

    def source(self) -> Iterator[Block]:
        """See `ListScreen`."""
        tried, blocks = effect(self.reader.library, self._rules())
        self._counted = [
            _(words).format(count=tried.counts[how], followed=tried.from_followed[how])
            for how, words in NEWLY.items()
            if tried.counts[how]
        ]
        self._counted.append(_("of {n_post}").format(n_post=quantity(tried.posts, "post")))
        return iter(blocks)

    def on_mount(self) -> None:
        """Say what is waited for: all posts are looked at."""
        self.say(plain_line(_("looking at all posts that are held …"), look=Look.FAINT))

    def loaded(self, is_first: bool) -> None:
        """Say how many posts change."""
        parts = (*self._counted, _("y: let it count"))
        self.say(*said_lines(self.size.width, *parts, look=Look.STRONG))

    def action_save(self) -> None:
        """Let the rules count."""
        self.reader.start(self._saved())

    async def _saved(self) -> None:
        await self.reader.off(self._save)
        self.reader.reload()
        self.reader.go(destinations.Filters())
        self.reader.say(_("the rules count from now on"))

    async def _draw_again(self, key: str, *, read: bool = False) -> None:
        """A post stands here with what becomes of it."""
