"""An import as one line of a timeline."""

from __future__ import annotations

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _
from sayso_storage.interface.records import ImportedPosts

from ..accounts.names import Names
from ..timestamps import year_of
from .item import Import, Item


def import_item(names: Names, line: ImportedPosts) -> Item:
    """The item of an import: it goes by the last of its posts, of which it shows nothing."""
    entry = line.entry
    imported = Import(line.posts, line.from_ms, line.to_ms)
    return Item(entry.reference, names.of(entry.account), entry, imported=imported)


def import_text(imported: Import) -> str:
    """What a person reads of an import, without who made it."""
    first, last = year_of(imported.from_ms), year_of(imported.to_ms)
    years = str(first) if first == last else f"{first} to {last}"
    return _("imported {n_post} of {years}").format(
        n_post=quantity(imported.entries, "post"), years=years
    )
