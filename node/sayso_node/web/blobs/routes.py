"""The routes of blobs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route

from sayso_protocol.blob.cid import cid_text, parse_cid
from sayso_protocol.errors import Refused

from ..context import WebContext
from ..request import context_of, session_of
from .blob_address import is_key
from .blob_response import BlobResponse
from .blob_source import open_source


def blob_routes() -> list[Route]:
    """Every route of blobs."""
    return [Route("/blobs/{cid}", blob, methods=["GET", "HEAD"])]


async def blob(request: Request) -> BlobResponse:
    """A blob that is held or on its way, for the owner's session or an address with its key."""
    context = context_of(request)
    cid = None
    with suppress(Refused):
        cid = parse_cid(request.path_params["cid"])
    key = request.query_params.get("key")
    if key is None:
        session_of(request)
    elif cid is None or not is_key(context, cid, key):
        raise HTTPException(403, "This address is not complete.")
    source = None if cid is None else await open_source(context, cid)
    if cid is None or source is None:
        raise HTTPException(404, "This is not here: fetch it first.")
    return BlobResponse(cid, source, apart=key is not None)


async def begin_fetch(context: WebContext, cid: bytes) -> Mapping[str, object]:
    """Ask the node to fetch a blob; gives how far it is: `held`, `ended`, `size`, `have`,
    `in_order` (bytes), `failure`. Whoever fetches tells a few peers what is looked at, so only call
    it when the owner asked. Raises `NodeError`, `StoreError`."""
    return await context.ask("fetch", cid=cid_text(cid), start=True)
