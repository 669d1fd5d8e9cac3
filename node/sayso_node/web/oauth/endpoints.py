"""Endpoints that apps use themselves: registration, tokens, and their end."""

from __future__ import annotations

import base64
import binascii

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from trio import current_time as seconds

from sayso_protocol.translation import _

from ...text.sanitize import foreign_line
from ..access.codes import Consent
from ..access.grants import App
from ..access.redirects import MAX_URIS, OUT_OF_BAND, BadRedirect, check_redirect
from ..access.scopes import UnknownScope, allow_all, parse_scopes
from ..api.params import BadParam, Params, read_params
from ..context import REGISTRATION_SECONDS
from ..request import context_of

MAX_NAME = 60


def oauth_error(status: int, error: str, description: str) -> JSONResponse:
    """An error as RFC 6749, section 5.2, has it."""
    return JSONResponse({"error": error, "error_description": description}, status)


async def register_app(request: Request) -> Response:
    """Register an app. It may do nothing by that: the owner is asked first. Whoever registers many
    would push others out, so all of them together may register so many in a time."""
    if not context_of(request).registrations.spend(1, seconds() * 1000):
        wait = {"retry-after": str(REGISTRATION_SECONDS)}
        raise HTTPException(429, _("Too many apps register here: try again in a while"), wait)
    params = await read_params(request)
    name = foreign_line(params.text("client_name") or "", MAX_NAME).strip()
    if not name:
        raise BadParam("client_name is missing")
    uris = [part for one in params.every("redirect_uris") for part in one.split()]
    uris = list(dict.fromkeys(uris)) or [OUT_OF_BAND]
    if len(uris) > MAX_URIS:
        raise BadParam(f"at most {MAX_URIS} redirect_uris are taken")
    try:
        checked = [check_redirect(one) for one in uris]
        scopes = parse_scopes(" ".join(params.every("scopes")))
    except (BadRedirect, UnknownScope) as error:
        raise BadParam(str(error)) from error
    website = foreign_line(params.text("website") or "", 200) or None
    context = context_of(request)
    app, secret = await context.read(context.grants.register, name, website, checked, scopes)
    number = str(int.from_bytes(bytes.fromhex(app.secret[:14]), "big"))
    return JSONResponse(_app_json(app) | {"id": number, "client_secret": secret})


def _app_json(app: App) -> dict[str, object]:
    return {
        "name": app.name,
        "website": app.website,
        "scopes": list(app.scopes),
        "redirect_uri": "\n".join(app.redirect_uris),
        "redirect_uris": list(app.redirect_uris),
        "client_id": app.client_id,
        "client_secret_expires_at": 0,
        "vapid_key": "",
    }


async def give_token(request: Request) -> Response:
    """A token: for a code that the owner's consent made, or for the app itself alone."""
    params = await read_params(request)
    context = context_of(request)
    app = _client(request, params)
    if app is None:
        return oauth_error(401, "invalid_client", "This app is not registered here.")
    kind = params.text("grant_type")
    if kind == "client_credentials":
        try:
            scopes = parse_scopes(params.text("scope") or "")
        except UnknownScope as error:
            return oauth_error(400, "invalid_scope", str(error))
        if not allow_all(app.scopes, scopes):
            return oauth_error(400, "invalid_scope", "The app did not register for this.")
        token = context.grants.give(app.client_id, scopes, owner=False)
        return _token_response(token, scopes)
    if kind != "authorization_code":
        return oauth_error(400, "unsupported_grant_type", "Only codes of the owner's are taken.")
    consent = context.codes.redeem(params.text("code") or "")
    if consent is None or not _is_of(consent, app, params):
        return oauth_error(
            400, "invalid_grant", "This code was used, is older than a minute, or is not yours."
        )
    given = await context.read(context.grants.give, app.client_id, consent.scopes)
    return _token_response(given, consent.scopes)


def _is_of(consent: Consent, app: App, params: Params) -> bool:
    return (
        consent.client_id == app.client_id
        and consent.redirect_uri == params.text("redirect_uri")
        and consent.is_answered(params.text("code_verifier") or "")
    )


def _token_response(token: str, scopes: tuple[str, ...]) -> JSONResponse:
    from ...clock import now_ms

    content = {
        "access_token": token,
        "token_type": "Bearer",
        "scope": " ".join(scopes),
        "created_at": now_ms() // 1000,
    }
    return JSONResponse(content, headers={"cache-control": "no-store"})


async def revoke_token(request: Request) -> Response:
    """End a token of the app that asks (RFC 7009)."""
    params = await read_params(request)
    context = context_of(request)
    app = _client(request, params)
    if app is None:
        return oauth_error(403, "unauthorized_client", "This app is not registered here.")
    await context.read(context.grants.revoke, params.text("token") or "", app.client_id)
    return JSONResponse({})


def _client(request: Request, params: Params) -> App | None:
    """The app that asks, by its id and secret, in the body or as HTTP Basic."""
    client_id, secret = params.text("client_id") or "", params.text("client_secret") or ""
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
    app = context_of(request).grants.app(client_id)
    return app if app is not None and app.has_secret(secret) else None
