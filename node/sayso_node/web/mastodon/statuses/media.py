"""Media for apps: a file is sent first, and named in a status then."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sayso_protocol.translation import _

from ....errors import NotFound
from ....media.attachment_file import AttachmentFile, Attachments, MediaError, attached, with_alt
from ...api.params import BadParam, params_with_files, read_params
from ...context import WebContext
from ...request import context_of
from ..entities.attachment import attachment, attachment_place
from ..names.ids import parse_id
from ..requests.app_memory import memory_of
from ..requests.lookup import NO_RECORD, path_id, status_item

Entity = dict[str, object]


async def upload(request: Request) -> Response:
    """Take in a file, without where, when and with what it was made."""
    context, memory = context_of(request), memory_of(request)
    async with params_with_files(request, 1) as params:
        files = [one for one in params.files if one.field == "file"]
        if not files:
            raise BadParam("there is no file")

        def take_in() -> Attachments:
            file = AttachmentFile(files[0].path, params.text("description") or "")
            try:
                with attached(context.home, [file]) as made:
                    return made
            except MediaError as error:
                raise MediaError(files[0].with_name(str(error))) from error

        made = await context.read_blob(take_in)
    number = memory.uploads.add(made)
    return JSONResponse(_entity(context, number, made))


async def show(request: Request) -> Response:
    """A file that was sent. It is whole at once, so nobody has to ask twice."""
    context = context_of(request)
    number = _number(request)
    if attachment_place(number) is None:
        return JSONResponse(_entity(context, str(number), memory_of(request).uploads.get(number)))
    return JSONResponse(await context.read(_of_status, context, number))


async def describe(request: Request) -> Response:
    """Give a file that no status shows yet other words for what it shows."""
    params, context = await read_params(request), context_of(request)
    number, uploads = _number(request), memory_of(request).uploads
    made = uploads.get(number)
    if params.has("description"):
        made = tuple(with_alt(one, params.text("description") or "") for one in made)
        uploads.put(number, made)
    return JSONResponse(_entity(context, str(number), made))


async def forget(request: Request) -> Response:
    """Forget a file that no status shows."""
    number, uploads = _number(request), memory_of(request).uploads
    uploads.get(number)
    uploads.remove(number)
    return JSONResponse({})


def _number(request: Request) -> int:
    number = parse_id(path_id(request))
    if number is None:
        raise NotFound(_(NO_RECORD))
    return number


def _of_status(context: WebContext, number: int) -> Entity:
    place = attachment_place(number)
    assert place is not None
    every = status_item(context, str(place[0])).attachments
    if place[1] >= len(every):
        raise NotFound(_(NO_RECORD))
    one = every[place[1]]
    return attachment(context, str(number), one.cid, one.type, one.alt)


def _entity(context: WebContext, number: str, made: Attachments) -> Entity:
    one = made[0]
    return attachment(context, number, one.cid, one.type, one.alt)
