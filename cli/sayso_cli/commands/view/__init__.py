"""Open rankings of posts, for `sayso read --view NAME`.

Some come with sayso, yours are in views.toml in the data directory, which you can edit;
docs/views.md says how. What others offer does nothing until you adopt it.
"""

from __future__ import annotations

from sayso_protocol.translation import mark

COMMANDS = {
    "list": mark("list the views, or every mistake in the file"),
    "show": mark("show how a view ranks"),
    "add": mark("add a view of your own"),
    "remove": mark("remove a view of your own"),
    "preview": mark("show the timeline under a view, beside today's"),
    "publish": mark("offer a view to others"),
    "adopt": mark("copy a view that somebody offers into your own file"),
}
