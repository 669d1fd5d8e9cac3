"""The certificate of the page on the local network: the node's own, which a person compares by its
fingerprint."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sayso_protocol.translation import _

from ...errors import HomeError
from ...home.directory import Home
from ...home.secret_file import read_secret, write_secret

DAYS: Final = 730


def tls_context(home: Home, addresses: Sequence[str]) -> tuple[ssl.SSLContext, str]:
    """What TLS needs, and the SHA-256 of the certificate in hexadecimal. It is made where there is
    none, or where it has ended; its key is for the owner alone. Raises `HomeError`."""
    if not home.web_certificate.exists() or _has_ended(home.web_certificate):
        write_secret(home.web_certificate, _made(addresses), replace=True)
    data = read_secret(home.web_certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(home.web_certificate)
        found = x509.load_pem_x509_certificate(data)
    except (OSError, ValueError) as error:
        raise HomeError(
            _("{web_certificate} is damaged: remove it, and `sayso run` makes a new one").format(
                web_certificate=home.web_certificate
            )
        ) from error
    digest = hashlib.sha256(found.public_bytes(serialization.Encoding.DER))
    return context, digest.digest().hex(":").upper()


def _has_ended(path: Path) -> bool:
    try:
        found = x509.load_pem_x509_certificate(read_secret(path))
    except ValueError:
        return False  # said where it is loaded
    return found.not_valid_after_utc <= datetime.now(UTC)


def _made(addresses: Sequence[str]) -> bytes:
    """A key and its certificate, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sayso")])
    names: list[x509.GeneralName] = [x509.IPAddress(ip_address(one)) for one in addresses]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return secret + certificate.public_bytes(serialization.Encoding.PEM)
