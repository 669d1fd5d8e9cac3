"""The node as a service: it starts with the machine, and again where it fails.

It is a unit of your own, run by systemd (on a Mac by launchd), and needs no administrator. It ends
when you log out and starts when you log in, unless your services linger: `install` says so, and how
to change it.
"""

from __future__ import annotations

from sayso_protocol.translation import mark

COMMANDS = {
    "install": mark("run the node as a service from now on"),
    "remove": mark("stop that, and forget the service"),
    "status": mark("say whether it runs"),
}
