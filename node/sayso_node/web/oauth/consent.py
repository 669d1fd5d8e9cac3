"""Consent: the owner is asked, in a session of the page, whether an app may come in."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sayso_protocol.translation import _

from ..access.codes import Consent
from ..access.grants import App
from ..access.redirects import OUT_OF_BAND, form_target, with_query
from ..access.scopes import UnknownScope, allow_all, in_words, parse_scopes
from ..api.params import Params, read_params
from ..context import WebContext
from ..door.door import SESSION
from ..door.headers import PAGE_POLICY
from ..door.sessions import Session
from ..pages.templates import render
from ..request import check_form, context_of

KEPT = (
    *("client_id", "redirect_uri", "response_type", "scope", "state"),
    *("code_challenge", "code_challenge_method"),
)
"""Fields that the form carries on."""

MAX_STATE = 2048
_CHALLENGE = 43
"""Characters of an S256 challenge."""


@dataclass(frozen=True, slots=True)
class _Asked:
    app: App
    consent: Consent
    state: str | None


class _Refused(Exception):
    """A request that names no app of ours, or not its address: it leads nowhere."""


class _Denied(Exception):
    """A request of a known app that cannot be granted; the app is told."""

    def __init__(self, uri: str, error: str, state: str | None) -> None:
        super().__init__(error)
        self.uri, self.error, self.state = uri, error, state


async def ask_owner(request: Request) -> Response:
    """The page with the question. The cookie of the page is with its own name alone, and not sent
    where another site leads here: the page then leads to itself once."""
    context = context_of(request)
    path = f"{request.url.path}?{request.url.query}"
    if request.url.hostname != context.site.name:
        return RedirectResponse(context.site.page_address.rstrip("/") + path, 307)
    session = request.scope.get(SESSION)
    params = Params(request.query_params.multi_items())
    if not isinstance(session, Session):
        if params.text("again") != "1":
            return render("oauth/again.html", None, to=f"{path}&again=1")
        return render("oauth/enter.html", None, 401, to=path)
    asked = _asked(context, session, params)
    if isinstance(asked, Response):
        return asked
    kept = {key: value for key in KEPT if (value := params.text(key)) is not None}
    uri = asked.consent.redirect_uri
    page: HTMLResponse = render(
        "oauth/consent.html",
        session,
        app_name=asked.app.name,
        target=None if uri == OUT_OF_BAND else uri,
        allows=in_words(asked.consent.scopes),
        kept=kept,
    )
    if uri != OUT_OF_BAND:  # this also governs where the form is redirected to
        policy = PAGE_POLICY.replace("form-action 'self'", f"form-action 'self' {form_target(uri)}")
        page.headers["content-security-policy"] = policy
    return page


async def take_answer(request: Request) -> Response:
    """The owner's answer: a code for the app, or none."""
    params = await read_params(request)
    session = check_form(request, params.text("csrf"))
    context = context_of(request)
    asked = _asked(context, session, params)
    if isinstance(asked, Response):
        return asked
    uri = asked.consent.redirect_uri
    if params.text("answer") != "yes":
        if uri == OUT_OF_BAND:
            return RedirectResponse("/", 303)
        return _redirect(uri, error="access_denied", state=asked.state)
    code = context.codes.make(asked.consent)
    if uri == OUT_OF_BAND:
        return render("oauth/code.html", session, code=code, app_name=asked.app.name)
    return _redirect(uri, code=code, state=asked.state)


def _asked(context: WebContext, session: Session, params: Params) -> _Asked | Response:
    """What an app asks for, or the answer where it cannot have it."""
    try:
        return _read(context, params)
    except _Refused as error:
        return render("oauth/refused.html", session, 400, message=str(error))
    except _Denied as denied:
        return _redirect(denied.uri, error=denied.error, state=denied.state)


def _redirect(uri: str, **fields: str | None) -> RedirectResponse:
    return RedirectResponse(with_query(uri, **fields), 303)


def _read(context: WebContext, params: Params) -> _Asked:
    app = context.grants.app(params.text("client_id") or "")
    uri = params.text("redirect_uri") or ""
    if app is None:
        raise _Refused(_("This app is not registered here. Let it log in anew."))
    if uri not in app.redirect_uris:
        raise _Refused(_("The app wants its answer at an address that it did not register."))
    state = params.text("state")
    if state is not None and len(state) > MAX_STATE:
        raise _Refused(_("The app sent a state that is too long."))

    def denied(error: str) -> Exception:
        return _Refused(error) if uri == OUT_OF_BAND else _Denied(uri, error, state)

    if params.text("response_type") != "code":
        raise denied("unsupported_response_type")
    try:
        scopes = parse_scopes(params.text("scope") or "")
    except UnknownScope as error:
        raise denied("invalid_scope") from error
    if not allow_all(app.scopes, scopes):
        raise denied("invalid_scope")
    challenge = params.text("code_challenge") or None
    if challenge is not None and (
        len(challenge) != _CHALLENGE or params.text("code_challenge_method") != "S256"
    ):
        raise denied("invalid_request")
    return _Asked(app, Consent(app.client_id, uri, scopes, challenge), state)
