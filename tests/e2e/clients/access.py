"""A token for an app, as OAuth gives it after the owner's consent."""

from __future__ import annotations

import json
import urllib.request
from urllib.parse import urlencode

from .owner import Browser

NOWHERE = "urn:ietf:wg:oauth:2.0:oob"


def token_for(base: str, browser: Browser, scopes: str) -> str:
    """A token with these scopes of the owner's."""
    app = _post(f"{base}/api/v1/apps", client_name="a test", redirect_uris=NOWHERE, scopes=scopes)
    client = {"client_id": app["client_id"], "redirect_uri": NOWHERE}
    asked = urlencode({**client, "response_type": "code", "scope": scopes})
    code = browser.consent(f"{base}/oauth/authorize?{asked}")
    grant = {"grant_type": "authorization_code", "code": code}
    secret = app["client_secret"]
    return _post(f"{base}/oauth/token", **client, **grant, client_secret=secret)["access_token"]


def _post(address: str, **form: str) -> dict[str, str]:
    request = urllib.request.Request(address, urlencode(form).encode())
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: dict[str, str] = json.loads(answer.read())
        return found
