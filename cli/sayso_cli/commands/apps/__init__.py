"""List the apps that you let in, and end what they may do.

An app of Mastodon asks for access on the page of the running node, and gets a token when you say
yes there. docs/clients.md says how to connect one.
"""

from __future__ import annotations

from sayso_protocol.translation import mark

COMMANDS = {
    "list": mark("list the apps that you let in, and what each may do"),
    "revoke": mark("end the access of an app"),
}
