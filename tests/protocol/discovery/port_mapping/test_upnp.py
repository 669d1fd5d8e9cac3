"""UPnP: what honest gateways say is read, and what others say costs little."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.discovery.port_mapping import igd, ssdp
from sayso_protocol.discovery.port_mapping.http_answer import HttpAnswer
from sayso_protocol.discovery.port_mapping.limits import MAX_HTTP_ANSWER, MAX_XML_DEPTH
from sayso_protocol.discovery.port_mapping.outcome import MappingFailure, PortMappingError
from sayso_protocol.discovery.port_mapping.router_url import RouterUrl, parse_url, resolve
from sayso_protocol.discovery.port_mapping.xml_fields import read_fields

HOST = "192.168.9.1"
WHERE = RouterUrl(HOST, 5000, "/rootDesc.xml")


def description(*services: tuple[str, str], base: str = "") -> bytes:
    inner = "".join(
        f"<service><serviceType>urn:schemas-upnp-org:service:{kind}</serviceType>"
        f"<serviceId>x</serviceId><controlURL> {url}\n</controlURL><SCPDURL>/s.xml</SCPDURL>"
        "</service>"
        for kind, url in services
    )
    return (
        '<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0">'
        f"{f'<URLBase>{base}</URLBase>' if base else ''}<device><friendlyName>r</friendlyName>"
        "<deviceList><device><deviceList><device><serviceList>"
        f"{inner}</serviceList></device></deviceList></device></deviceList></device></root>"
    ).encode()


def answer_of(*parts: bytes) -> HttpAnswer:
    answer = HttpAnswer()
    for part in parts:
        if answer.receive(part):
            return answer
    assert answer.receive(b"")
    return answer


# --- the search ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "location"),
    [
        (b"HTTP/1.1 200 OK\r\nST: x\r\nLOCATION: http://192.168.9.1:5000/d.xml\r\n\r\n", "/d.xml"),
        (b"HTTP/1.1 200 OK\r\nlocation:http://192.168.9.1:5000/d.xml\r\nUSN: x\r\n\r\n", "/d.xml"),
        (b"HTTP/1.0 200 OK\nLocation: http://192.168.9.1:5000/x\n\n", "/x"),
        (b"HTTP/1.1 404 No\r\nLOCATION: http://192.168.9.1:5000/d.xml\r\n\r\n", None),
        (b"NOTIFY * HTTP/1.1\r\nLOCATION: http://192.168.9.1:5000/d.xml\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\nLOCATION: http://192.168.9.1:5000/a b\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\nLOCATION: http://192.168.9.1:5000/\x01\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\nLOCATION: http://192.168.9.1:5000/" + b"a" * 3000, None),
        (b"", None),
    ],
)
def test_an_answer_to_the_search_names_a_description(answer, location) -> None:
    found = ssdp.location_of(answer)
    assert (found and found.removeprefix("http://192.168.9.1:5000")) == location


@given(st.binary(max_size=300))
def test_no_datagram_breaks_the_search(data: bytes) -> None:
    for one in (data, b"HTTP/1.1 200 OK\r\nLocation: " + data):
        found = ssdp.location_of(one)
        assert found is None or found.isascii()


# --- URLs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("http://192.168.9.1:5000/d.xml", (5000, "/d.xml")),
        ("http://192.168.9.1/d.xml?a=b", (80, "/d.xml?a=b")),
        ("http://192.168.9.1:80", (80, "/")),
        ("HTTP://192.168.9.1:8080/", (8080, "/")),
    ],
)
def test_a_url_at_the_host_that_answered_is_taken(text: str, want) -> None:
    url = parse_url(text, HOST)
    assert (url.port, url.path) == want


@pytest.mark.parametrize(
    "text",
    [
        "http://192.168.9.2/d.xml",
        "http://example.org/d.xml",
        "http://192.168.9.1.example.org/d.xml",
        "http://192.168.9.1@192.168.9.7/d.xml",
        "http://user:secret@192.168.9.1/d.xml",
        "https://192.168.9.1/d.xml",
        "file:///etc/passwd",
        "http://192.168.9.1:0/",
        "http://192.168.9.1:70000/",
        "http://192.168.9.1/a b",
        "http://192.168.9.1/a\r\nX: y",
        "http://127.0.0.1/",
        "http://0xc0a80901/",
        "http://3232237825/",
        "//192.168.9.1/d.xml",
        "",
        "http://192.168.9.1/" + "a" * 600,
    ],
)
def test_a_url_elsewhere_is_refused(text: str) -> None:
    with pytest.raises(PortMappingError):
        parse_url(text, HOST)


def test_an_ipv6_url_is_taken() -> None:
    url = parse_url("http://[fe80::1]:5000/d.xml", "fe80::1")
    assert url.authority == "[fe80::1]:5000"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/ctl/IPConn", "/ctl/IPConn"),
        ("ctl/IPConn", "/igd/ctl/IPConn"),
        ("?x=y", "/igd/?x=y"),
        ("http://192.168.9.1:7/c", "/c"),
    ],
)
def test_control_urls_are_relative_to_the_description(text: str, path: str) -> None:
    assert resolve(RouterUrl(HOST, 5000, "/igd/root.xml?now"), text).path == path


@pytest.mark.parametrize("text", ["//other/c", "http://10.0.0.9/c", "/a b", "/a\r\nHost: x"])
def test_a_control_url_elsewhere_is_refused(text: str) -> None:
    with pytest.raises(PortMappingError):
        resolve(WHERE, text)


# --- HTTP ------------------------------------------------------------------------------------

CHUNKS = b"2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
BODIES = [
    (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more", b"hello"),
    (b"HTTP/1.0 200 OK\r\n\r\nhello", b"hello"),
    (b"HTTP/1.1 200\r\nTRANSFER-ENCODING: Chunked\r\n\r\n" + CHUNKS, b"hello"),
    (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-length:5\r\n\r\nhello", b"hello"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
]  # fmt: skip


@pytest.mark.parametrize(("data", "body"), BODIES)
@given(st.data())
def test_an_answer_comes_in_any_pieces(data: bytes, body: bytes, draw: st.DataObject) -> None:
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=5)))
    edges = [0, *cuts, len(data)]
    parts = [part for a, b in pairwise(edges) if (part := data[a:b])]
    found = answer_of(*parts)
    assert (found.status, found.body) == (200, body)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1e9\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/1.1 999 ?\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 9000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * MAX_HTTP_ANSWER,
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"a" * MAX_HTTP_ANSWER,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 2500,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 3000,
    ],
)
def test_an_answer_that_is_none_or_too_long_is_refused(data: bytes) -> None:
    with pytest.raises(PortMappingError):
        answer_of(data)


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader_of_answers(data: bytes) -> None:
    for one in (data, b"HTTP/1.1 200 OK\r\n" + data, b"HTTP/1.1 200 OK\r\n\r\n" + data):
        try:
            answer_of(*([one] if one else []))
        except PortMappingError:
            pass


# --- descriptions ----------------------------------------------------------------------------


def test_the_best_service_of_a_description_comes_first() -> None:
    xml = description(
        ("WANPPPConnection:1", "/ppp"),
        ("Layer3Forwarding:1", "/l3"),
        ("WANIPConnection:1", "ip1"),
        ("WANIPConnection:2", f"http://{HOST}:7/ip2"),
    )
    found = igd.decode_description(xml, WHERE)
    assert [(one.kind, one.url.port, one.url.path) for one in found] == [
        ("WANIPConnection:2", 7, "/ip2"),
        ("WANIPConnection:1", 5000, "/ip1"),
        ("WANPPPConnection:1", 5000, "/ppp"),
    ]
    assert [one.chooses_ports for one in found] == [True, False, False]


def test_a_base_url_counts() -> None:
    xml = description(("WANIPConnection:1", "c"), base=f"http://{HOST}:99/x/")
    assert igd.decode_description(xml, WHERE)[0].url == RouterUrl(HOST, 99, "/x/c")


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<root>",
        description(),
        description(("Layer3Forwarding:1", "/l3")),
        description(("WANIPConnection:1", "")),
        description(("WANIPConnection:1", "http://10.0.0.9/c")),
        description(("WANIPConnection:1", "/c"), base="http://10.0.0.9/"),
        b'<!DOCTYPE root [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><root>&b;</root>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a []><a/>'.encode("utf-16"),
        b'<!DOCTYPE root SYSTEM "http://10.0.0.9/x.dtd"><root/>',
        b"<a>" * (MAX_XML_DEPTH + 1) + b"</a>" * (MAX_XML_DEPTH + 1),
        b"<a>" * 20_000,
        b"<a/>" + b" " * MAX_HTTP_ANSWER,
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        b'<?xml version="1.0" encoding="rot13"?><a/>',
        b"<a>&undefined;</a>",
        b"<a>\x00</a>",
    ],
)
def test_a_description_of_nothing_or_of_too_much_is_refused(xml: bytes) -> None:
    with pytest.raises(PortMappingError):
        igd.decode_description(xml, WHERE)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader_of_xml(data: bytes) -> None:
    for one in (data, b"<a>" + data + b"</a>", b'<?xml version="1.0"?><a b="' + data + b'"/>'):
        try:
            read_fields(one)
        except PortMappingError:
            pass


def test_a_text_is_kept_no_longer_than_needed() -> None:
    [(path, text)] = read_fields(b"<a>" + b"x" * 60_000 + b"</a>")
    assert (path, len(text)) == (("a",), 1024)


# --- calls -----------------------------------------------------------------------------------

SERVICE = igd.IgdService(RouterUrl(HOST, 5000, "/ctl"), "WANIPConnection:1")


def soap_error(code: object) -> bytes:
    return (
        '<s:Envelope xmlns:s="x"><s:Body><s:Fault><detail><UPnPError xmlns="y">'
        f"<errorCode>{code}</errorCode></UPnPError></detail></s:Fault></s:Body></s:Envelope>"
    ).encode()


def test_a_call_is_one_request_with_its_length() -> None:
    request = igd.encode_call(SERVICE, "AddPortMapping", igd.add_fields("192.168.9.2", 1, 2, 7200))
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /ctl HTTP/1.1\r\nHost: 192.168.9.1:5000\r\n")
    assert f"Content-Length: {len(body)}\r\n".encode() in head
    assert b'SOAPAction: "urn:schemas-upnp-org:service:WANIPConnection:1#AddPortMapping"' in head
    fields = {path[-1]: text for path, text in read_fields(body)}
    assert fields["NewInternalClient"] == "192.168.9.2"
    assert (fields["NewInternalPort"], fields["NewExternalPort"]) == ("1", "2")


def test_what_a_call_returned_is_read() -> None:
    inner = '<u:R xmlns:u="y"><NewReservedPort>4002</NewReservedPort></u:R>'
    body = f'<s:Envelope xmlns:s="x"><s:Body>{inner}</s:Body></s:Envelope>'.encode()
    assert igd.port_field(igd.decode_call(200, body), "NewReservedPort") == 4002


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "four", "1e3", "４００１"])
def test_a_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(PortMappingError):
        igd.port_field({"NewReservedPort": text}, "NewReservedPort")


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (500, soap_error(725), MappingFailure.LEASE),
        (500, soap_error(718), MappingFailure.CONFLICT),
        (500, soap_error(714), MappingFailure.GONE),
        (500, soap_error(606), MappingFailure.REFUSED),
        (500, soap_error(728), MappingFailure.NO_ROOM),
        (200, soap_error(718), MappingFailure.CONFLICT),
        (500, soap_error("nine"), MappingFailure.BROKEN),
        (500, b"<html>oops</html>", MappingFailure.BROKEN),
        (500, b"oops", MappingFailure.BROKEN),
        (404, b"", MappingFailure.ABSENT),
        (401, b"", MappingFailure.REFUSED),
        (302, b"<a/>", MappingFailure.BROKEN),
    ],
)
def test_a_call_says_why_it_failed(status: int, body: bytes, failure: MappingFailure) -> None:
    with pytest.raises(PortMappingError, match="UPnP") as caught:
        igd.decode_call(status, body)
    assert caught.value.failure is failure
