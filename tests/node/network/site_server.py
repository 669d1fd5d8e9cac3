"""A site on 127.0.0.1 that speaks real TLS, with certificates of an authority of the test."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Queue

import trio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Answer = Callable[[trio.SSLStream, bytes], Awaitable[None]]


def ok(body: bytes, more: str = "") -> bytes:
    """An answer with a file."""
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


def says(raw: bytes) -> Answer:
    """Answers everything so, and ends the connection."""

    async def answer(stream: trio.SSLStream, _request: bytes) -> None:
        await stream.send_all(raw)
        await stream.aclose()

    return answer


def certificates(folder: Path, domain: str) -> tuple[Path, Path]:
    """An authority, and a key with its certificate for a domain: paths of two PEM files."""
    authority, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority of a test")])
    ca_key_id = x509.SubjectKeyIdentifier.from_public_key(authority.public_key())

    def made(name: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(root)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
        )

    uses = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    ca = (
        made(root, authority)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(uses, critical=True)
        .add_extension(ca_key_id, critical=False)
        .sign(authority, hashes.SHA256())
    )
    issued = (
        made(x509.Name([]), leaf)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ca_key_id),
            critical=False,
        )
        .sign(authority, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    ca_path, leaf_path = folder / "authority.pem", folder / "site.pem"
    ca_path.write_bytes(ca.public_bytes(pem))
    secret = leaf.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    leaf_path.write_bytes(secret + issued.public_bytes(pem))
    return ca_path, leaf_path


async def serve_site(
    certificate: Path,
    answer: Answer,
    asked: list[bytes],
    *,
    task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve until cancelled; says which port it has, and adds each request to `asked`."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    async def one(stream: trio.SSLStream) -> None:
        try:
            request = b""
            while b"\r\n\r\n" not in request:
                data = await stream.receive_some()
                if not data:
                    return
                request += data
            asked.append(request)
            await answer(stream, request)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # a client that refuses the certificate, or has had enough

    listeners = await trio.open_ssl_over_tcp_listeners(
        0, context, host="127.0.0.1", https_compatible=True
    )
    task_status.started(listeners[0].transport_listener.socket.getsockname()[1])
    await trio.serve_listeners(one, listeners)


@contextmanager
def in_thread(*services: Callable[..., Awaitable[None]]) -> Iterator[list[int]]:
    """Run services that say their ports, in a loop of their own; each is given the ports before
    it."""
    started: Queue[tuple[list[int], trio.CancelScope, trio.lowlevel.TrioToken]] = Queue()

    async def run() -> None:
        async with trio.open_nursery() as nursery:
            ports: list[int] = []
            for service in services:
                ports.append(await nursery.start(service, ports))
            started.put((ports, nursery.cancel_scope, trio.lowlevel.current_trio_token()))
            await trio.sleep_forever()

    thread = threading.Thread(target=trio.run, args=(run,))
    thread.start()
    ports, scope, token = started.get(timeout=120)
    try:
        yield ports
    finally:
        token.run_sync_soon(scope.cancel)
        thread.join()
