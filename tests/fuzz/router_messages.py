"""The decoders of what routers say, and of AutoNAT, and what they begin with."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any

from sayso_protocol.discovery.autonat.limits import PRICE
from sayso_protocol.discovery.autonat.messages import (
    DataRequest,
    DialRequest,
    DialResponse,
    decode_answer,
    decode_request,
    dialable,
    encode_data_request,
    encode_request,
    encode_response,
)
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.port_mapping import igd, nat_pmp, pcp
from sayso_protocol.discovery.port_mapping.http_answer import HttpAnswer
from sayso_protocol.discovery.port_mapping.outcome import PortMappingError
from sayso_protocol.discovery.port_mapping.router_url import RouterUrl

from .properties import ACCEPTED, verdict

HOST = "192.168.9.1"
WHERE = RouterUrl(HOST, 5000, "/root/description.xml")
NONCE = bytes(range(12))
PORT = 4001


def _of_router(read: Callable[[], Any]) -> tuple[str, Any]:
    try:
        return ACCEPTED, read()
    except PortMappingError as error:
        return error.failure, None


def check_dial_request(data: bytes, read: Callable[[bytes], DialRequest] = decode_request) -> str:
    """A request to be dialled: nothing but a public address comes of it."""
    said, request = verdict(read, data)
    if said == ACCEPTED and (found := dialable(request)) is not None:
        index, address = found
        assert address.is_public
        assert address.is_ip
        assert Address.from_bytes(request.addresses[index]) == address
    return said


def check_dial_answer(data: bytes) -> str:
    """What a server says: it never wants more than it may."""
    said, answer = verdict(decode_answer, data)
    assert not (isinstance(answer, DataRequest) and answer.size > PRICE[1])
    return said


def check_router_datagram(data: bytes) -> str:
    """What comes from a router's port for PCP and NAT-PMP."""
    said = "no answer"
    if pcp.is_answer(data):
        said, answer = _of_router(lambda: pcp.decode_map(data, NONCE, PORT))
        if said == ACCEPTED:
            assert data[24:36] == NONCE
            assert answer.external_port or not answer.lifetime_s
    if nat_pmp.is_map_answer(data, PORT):
        other, mapping = _of_router(lambda: nat_pmp.decode_map(data, PORT))
        if other == ACCEPTED:
            assert mapping.external_port or not mapping.lifetime_s
            said = other
    return said


def check_description(data: bytes) -> str:
    """A router's description: whatever it says, calls go to that router."""
    said, services = _of_router(lambda: igd.decode_description(data, WHERE))
    if said == ACCEPTED:
        for service in services:
            assert service.url.host == HOST
            assert 0 < service.url.port < 1 << 16
            request = igd.encode_call(service, "GetExternalIPAddress", {})
            assert request.count(b"\r\n\r\n") == 1, "a path that ends the head"
    return said


def check_http(data: bytes) -> str:
    """An answer over HTTP, in one piece and in two: the same comes of both."""

    def read(*parts: bytes) -> tuple[int, bytes]:
        answer = HttpAnswer()
        for part in (*parts, b""):
            if answer.receive(part):
                break
        return answer.status, answer.body

    said, whole = _of_router(lambda: read(data))
    half = len(data) // 2
    if half > 0:
        again, parts = _of_router(lambda: read(data[:half], data[half:]))
        assert (again == ACCEPTED) == (said == ACCEPTED)
        assert parts == whole
    return said


def dial_requests() -> Iterator[bytes]:
    """Requests with addresses of each family, public and not."""
    public = ("/ip4/193.0.14.129/tcp/4001", "/ip6/2001:7fd::1/tcp/4001", "/dns4/a.example/tcp/1")
    private = ("/ip4/192.168.1.2/tcp/4001", "/ip6/fe80::1/tcp/4001")
    for texts in (public, private, (*private, *public), ()):
        yield encode_request([Address.parse(text) for text in texts], 2**63)
    yield b"\x12\x00"


def dial_answers() -> Iterator[bytes]:
    """Answers, prices, and a price that is too high."""
    for status in (0, 100, 101, 200):
        yield encode_response(DialResponse(status, 0, status))
    yield encode_data_request(DataRequest(0, PRICE[0]))
    yield encode_data_request(DataRequest(0, PRICE[1] + 1))


def router_datagrams() -> Iterator[bytes]:
    """Answers of both languages, good and bad."""
    for result in (0, 2, 8):
        head = struct.pack("!BBBBII12x", 2, 0x81, 0, result, 7200, 99)
        body = struct.pack("!12sB3xHH", NONCE, 6, PORT, PORT)
        yield head + body + bytes(10) + b"\xff\xff" + bytes((45, 45, 45, 1))
    yield struct.pack("!BBHIHHI", 0, 130, 0, 99, PORT, PORT, 7200)
    yield struct.pack("!BBHI", 0, 130, 3, 99)


def descriptions() -> Iterator[bytes]:
    """Descriptions with URLs here and elsewhere."""
    for kind in ("WANIPConnection:1", "WANIPConnection:2", "WANPPPConnection:1"):
        for url in ("/ctl/IPConn", "ctl", f"http://{HOST}:49152/c", "http://10.0.0.9/c"):
            yield (
                '<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>'
                f"<serviceList><service><serviceType>urn:schemas-upnp-org:service:{kind}"
                f"</serviceType><controlURL>{url}</controlURL></service></serviceList>"
                "</device></root>"
            ).encode()
    yield b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'


def http_answers() -> Iterator[bytes]:
    """Answers with each end of a body."""
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    yield b"HTTP/1.0 500 No\r\nServer: x\r\n\r\nhello"
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    yield b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"
