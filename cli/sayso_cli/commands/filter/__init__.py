"""The rules of this node: what it hides, folds, boosts, stores and relays.

They are in filters.toml in the data directory, which you can edit; docs/filters.md says how.
Nobody else can change them, and nobody is told.
"""

from __future__ import annotations

from sayso_protocol.translation import mark

COMMANDS = {
    "list": mark("list the rules, or every mistake in the file"),
    "add": mark("add a rule"),
    "remove": mark("remove a rule"),
    "try": mark("show what another file of rules would change, before it does"),
    "stats": mark("show what each rule does to the posts that are held"),
}
