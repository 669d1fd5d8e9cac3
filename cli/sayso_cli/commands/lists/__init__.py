"""Lists of accounts, for yourself: `sayso read --list NAME` shows what these write.

They are in filters.toml, which you can edit, so that rules can name them and backups hold them.
Apps show and change them too. Nobody else learns of them.
"""

from __future__ import annotations

from sayso_protocol.translation import mark

COMMANDS = {
    "show": mark("show the lists, or who is on one of them"),
    "add": mark("put accounts on a list, a new one where there is none of that name"),
    "remove": mark("take accounts off a list, or remove the whole list"),
    "rename": mark("give a list another name"),
}
