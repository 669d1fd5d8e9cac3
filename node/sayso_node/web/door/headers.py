"""The headers that every answer of the local server carries."""

from __future__ import annotations

from collections.abc import Iterable

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""The Content-Security-Policy of pages (W3C, CSP level 3)."""

BLOB_POLICY = "sandbox; default-src 'none'"
"""That of what others made: it runs nothing, wherever it is opened."""

SAFE_HEADERS = (
    (b"content-security-policy", PAGE_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    # With "no-referrer" Chromium sends `Origin: null` with our own forms.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cache-control", b"no-store"),
)

STAY_SECURE = (b"strict-transport-security", b"max-age=31536000")


def with_safe_headers(
    headers: Iterable[tuple[bytes, bytes]], *, hsts: bool = False
) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, and of the safe ones those that it does not set itself; with `hsts`
    browsers come by TLS alone from then on (RFC 6797)."""
    own = list(headers)
    names = {name.lower() for name, _ in own}
    more = (*SAFE_HEADERS, STAY_SECURE) if hsts else SAFE_HEADERS
    return own + [one for one in more if one[0] not in names]
