"""The look of an entry's versions: what each changed, word by word."""

from __future__ import annotations

from collections.abc import Iterable

from sayso_node.entries.item import Item, Version
from sayso_protocol.feed.entry import id_text
from sayso_protocol.translation import _

from ...terminal.output import Output
from ..short import SHORT_ID

_MARKS = {"+": ("{+", "+}"), "-": ("[-", "-]")}
"""The signs around words that are new and gone: those of ``wdiff`` and ``git diff --word-diff``."""


def show_history(out: Output, item: Item) -> None:
    """Print the versions of an entry, oldest first; after `show_entry`."""
    versions = item.history or ()
    if len(versions) < 2:
        if versions:
            out.line(_("It was never edited, as far as is known here."))
        return
    for number, version in enumerate(versions, 1):
        when = _when(version)
        out.line(
            _("version {number}").format(number=number), when, id_text(version.entry.id)[:SHORT_ID]
        )
        if version.warn:
            out.indented(_("content warning:"), version.warn)
        out.paragraph(changes_text(version.changes) if version.changes else version.text)


def changes_text(changes: Iterable[tuple[str, str]]) -> str:
    """Stretches of words as one text: new ones in ``{+ +}``, gone ones in ``[- -]``."""
    return "".join(
        _MARKS[sign][0] + text + _MARKS[sign][1] if sign in _MARKS else text
        for sign, text in changes
    )


def _when(version: Version) -> str:
    from sayso_node.clock import now_ms
    from sayso_node.text.relative_time import for_people

    return for_people(version.entry.time_ms, now_ms())
