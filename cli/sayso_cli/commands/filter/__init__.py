"""The rules of this node: what it hides, folds, boosts, stores and relays.

They are in filters.toml in the data directory, which you can edit; docs/filters.md says how.
Nobody else can change them, and nobody is told.
"""

from __future__ import annotations

COMMANDS = {
    "list": "list the rules, or every mistake in the file",
    "add": "add a rule",
    "remove": "remove a rule",
    "try": "show what another file of rules would change, before it does",
    "stats": "show what each rule does to the posts that are held",
}
