"""A device that says it is a gateway, and behaves as its first word says.

    python -m tests.reach.upnp_device MODE OWN-ADDRESS

It prints a line for each request over HTTP, with the call's name and the value of the lease.
"""

from __future__ import annotations

import re
import socket
import struct
import sys
import threading
import time

MODE, HOST = sys.argv[1:3]
VERSION = 2 if MODE == "any" else 1
KIND = f"urn:schemas-upnp-org:service:WANIPConnection:{VERSION}"
taken: dict[str, str] = {}


def search() -> None:
    """Answer whoever looks for a gateway."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("", 1900))
    group = socket.inet_aton("239.255.255.250")
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group + socket.inet_aton(HOST))
    print("ready", flush=True)
    while True:
        _, asker = sock.recvfrom(2048)
        host = "45.45.45.9" if MODE == "location" else HOST
        location = f"LOCATION: http://{host}:5000/d.xml\r\n"
        if MODE == "noise":
            for junk in (b"", b"\xff" * 3000, b"HTTP/1.1 200 OK\r\nLOCATION: file:///etc\r\n\r\n"):
                sock.sendto(junk[:1400], asker)
        sock.sendto(f"HTTP/1.1 200 OK\r\n{location}\r\n".encode(), asker)


def description() -> bytes:
    where = {"control": "http://45.45.45.9:5000/c", "split": "/c\r\nX: y"}.get(MODE, "/c")
    begin = "<!DOCTYPE a [<!ENTITY b 'c'>]>" if MODE == "doctype" else ""
    text = (
        f'<?xml version="1.0"?>{begin}<root><device><serviceList><service><serviceType>{KIND}'
        f"</serviceType><controlURL>{where}</controlURL></service></serviceList></device></root>"
    )
    return text.encode() + (b" " * (1 << 20) if MODE == "huge" else b"")


def call(request: str) -> tuple[int, str]:
    """The status and inner part of an answer to a call."""
    action = re.search(r"#(\w+)\"", request)[1]  # type: ignore[index]
    fields = dict(re.findall(r"<(New\w+)>([^<]*)<", request))
    print(action, fields.get("NewExternalPort"), fields.get("NewLeaseDuration"), flush=True)
    port = fields.get("NewExternalPort", "")
    match action:
        case "GetExternalIPAddress":
            return 200, "<NewExternalIPAddress>45.45.45.1</NewExternalIPAddress>"
        case "AddPortMapping" if MODE == "forever" and fields["NewLeaseDuration"] != "0":
            return 500, "<errorCode>725</errorCode>"
        case "AddPortMapping" if MODE in ("taken", "any") and port == "4001":
            return 500, "<errorCode>718</errorCode>"
        case "AddPortMapping":
            taken[port] = fields["NewInternalClient"]
            return 200, ""
        case "AddAnyPortMapping":
            taken["40123"] = fields["NewInternalClient"]
            return 200, "<NewReservedPort>40123</NewReservedPort>"
        case "GetSpecificPortMappingEntry" if port in taken:
            client = "192.168.1.77" if MODE == "stolen" else taken[port]
            return 200, (
                f"<NewInternalClient>{client}</NewInternalClient>"
                "<NewInternalPort>4001</NewInternalPort>"
            )
        case "DeletePortMapping":
            taken.pop(port, None)
            return 200, ""
    return 500, "<errorCode>714</errorCode>"


def serve(stream: socket.socket) -> None:
    """Answer one request."""
    with stream:
        request = ""
        while "\r\n\r\n" not in request or ("POST" in request and "</s:Envelope>" not in request):
            part = stream.recv(8192).decode(errors="replace")
            if not part:
                return
            request += part
        if MODE == "drip":
            stream.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                time.sleep(0.3)
                stream.sendall(b" ")
        if MODE == "silent":
            time.sleep(600)
        status, body = 200, description()
        if request.startswith("POST"):
            status, inner = call(request)
            body = f"<e><b><r>{inner}</r></b></e>".encode()
        if MODE == "reset":
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        try:
            stream.sendall(head + body)
        except OSError:
            pass


server = socket.create_server((HOST, 5000))
threading.Thread(target=search, daemon=True).start()
while True:
    connected, _ = server.accept()
    threading.Thread(target=serve, args=(connected,), daemon=True).start()
