"""Closed groups and circles: their members read what is written in them, and nobody else does.

`sayso post --to GROUP` writes into one, `sayso read --group GROUP` shows it. In a circle its owner
alone writes. Who comes to a kept group reads its past too; a forgetting one shows newcomers nothing
of it, and erases its keys. Nothing of them enters a feed: all travels in letters.

GROUP is a group's name, or its id, of which 8 digits are enough.
"""

from __future__ import annotations

from sayso_protocol.translation import mark

COMMANDS = {
    "create": mark("begin a group, or a circle"),
    "invite": mark("add somebody, who accepts or declines"),
    "remove": mark("remove somebody for all of the group"),
    "leave": mark("leave a group"),
    "list": mark("list groups and invitations"),
    "show": mark("show a group and who is in it"),
}
