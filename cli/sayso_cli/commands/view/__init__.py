"""Open rankings of posts, for `sayso read --view NAME`.

Some come with sayso, yours are in views.toml in the data directory, which you can edit;
docs/views.md says how. What others offer does nothing until you adopt it.
"""

from __future__ import annotations

COMMANDS = {
    "list": "list the views, or every mistake in the file",
    "show": "show how a view ranks",
    "add": "add a view of your own",
    "remove": "remove a view of your own",
    "preview": "show the timeline under a view, beside today's",
    "publish": "offer a view to others",
    "adopt": "copy a view that somebody offers into your own file",
}
