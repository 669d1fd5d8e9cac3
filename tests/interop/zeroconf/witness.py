"""python-zeroconf looking for libp2p's nodes: `zeroconf_witness.py OWN_ADDRESS`. Prints a JSON
object a line: what was added, completely resolved, and what was removed."""

from __future__ import annotations

import json
import sys
import time

from zeroconf import ServiceBrowser, ServiceStateChange, Zeroconf

SERVICE = "_p2p._udp.local."


def say(**fields: object) -> None:
    print(json.dumps(fields), flush=True)


def changed(
    zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
) -> None:
    if state_change is ServiceStateChange.Removed:
        say(removed=name)
    elif state_change is ServiceStateChange.Added:
        info = zeroconf.get_service_info(service_type, name, timeout=5000)
        if info is None:
            say(unresolved=name)
            return
        say(
            added=name,
            port=info.port,
            server=info.server,
            addresses=info.parsed_addresses(),
            properties=info.decoded_properties,
        )


with Zeroconf(interfaces=[sys.argv[1]]) as own:
    browser = ServiceBrowser(own, SERVICE, handlers=[changed])
    say(ready=True)
    while True:
        time.sleep(1)
