"""The instance, which is one owner's node, as apps ask about it."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..context import WebContext
from ..request import context_of
from ..site import bracketed
from .accounts.accounts import entities

VERSION: Final = "4.2.0 (compatible; sayso {})"
"""Apps look at the number to see what they may call."""

MAX_CHARACTERS: Final = 4000
"""Of a status: of the widest script so many fit an entry."""
MAX_MEDIA: Final = 8
MAX_OPTIONS: Final = 16
MAX_OPTION: Final = 100
MAX_FILE: Final = 1 << 30
MEDIA: Final = (
    *("image/jpeg", "image/png", "image/webp"),
    *("video/mp4", "video/quicktime", "audio/mp4"),
)
"""What metadata can be taken out of; other files are attached by `sayso post --keep-metadata`."""

Entity = dict[str, object]

_DESCRIPTION: Final = "A sayso node: it is its owner's alone, and shows what it holds."


async def instance_1(request: Request) -> Response:
    """Version 1."""
    context = context_of(request)

    def read() -> Entity:
        counts = context.store.counts()
        return {
            "uri": f"{context.site.host}:{context.site.port}",
            "title": "sayso",
            "short_description": _DESCRIPTION,
            "description": _DESCRIPTION,
            "email": "",
            "version": version(),
            "urls": {"streaming_api": _streaming(context)},
            "stats": {
                "user_count": 1,
                "status_count": counts.entries,
                "domain_count": 1,
            },
            "thumbnail": None,
            "languages": ["en"],
            "registrations": False,
            "approval_required": False,
            "invites_enabled": False,
            "configuration": _configuration(),
            "contact_account": entities(context).own(),
            "rules": [],
        }

    return JSONResponse(await context.read(read))


async def instance_2(request: Request) -> Response:
    """Version 2."""
    context = context_of(request)

    def read() -> Entity:
        more = {
            "urls": {"streaming": _streaming(context), "status": None, "about": None},
            "accounts": {"max_featured_tags": 0, "max_pinned_statuses": 0},
            "translation": {"enabled": False},
            "vapid": {"public_key": ""},
        }
        return {
            "domain": f"{context.site.host}:{context.site.port}",
            "title": "sayso",
            "version": version(),
            "source_url": "",
            "description": _DESCRIPTION,
            "usage": {"users": {"active_month": 1}},
            "thumbnail": {"url": f"{context.site.api_address}avatars/header.png"},
            "icon": [],
            "languages": ["en"],
            "configuration": _configuration() | more,
            "registrations": {"enabled": False, "approval_required": False, "message": None},
            "contact": {"email": "", "account": entities(context).own()},
            "rules": [],
        }

    return JSONResponse(await context.read(read))


async def nodeinfo_links(request: Request) -> Response:
    """Where more is said of this node (NodeInfo)."""
    address = f"{context_of(request).site.api_address}nodeinfo/2.0"
    rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"
    return JSONResponse({"links": [{"rel": rel, "href": address}]})


async def nodeinfo(_: Request) -> Response:
    """What this node is. It belongs to no network of servers."""
    return JSONResponse(
        {
            "version": "2.0",
            "software": {"name": "sayso", "version": _release()},
            "protocols": [],
            "services": {"inbound": [], "outbound": []},
            "openRegistrations": False,
            "usage": {"users": {"total": 1}},
            "metadata": {},
        }
    )


def version() -> str:
    """The version that apps are told."""
    return VERSION.format(_release())


def _release() -> str:
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("sayso")
    except PackageNotFoundError:
        return "0"


def _streaming(context: WebContext) -> str:
    site = context.site
    return f"{site.ws_scheme}://{bracketed(site.host)}:{site.port}"


def _configuration() -> dict[str, object]:
    return {
        "urls": {},
        "accounts": {"max_featured_tags": 0},
        "statuses": {
            "max_characters": MAX_CHARACTERS,
            "max_media_attachments": MAX_MEDIA,
            "characters_reserved_per_url": 23,
            "supported_mime_types": ["text/plain"],
        },
        "media_attachments": {
            "supported_mime_types": list(MEDIA),
            "image_size_limit": MAX_FILE,
            "image_matrix_limit": 2**31 - 1,
            "video_size_limit": MAX_FILE,
            "video_frame_rate_limit": 120,
            "video_matrix_limit": 2**31 - 1,
            "description_limit": 1500,
        },
        "polls": {
            "max_options": MAX_OPTIONS,
            "max_characters_per_option": MAX_OPTION,
            "min_expiration": 60,
            "max_expiration": 400 * 86_400,
        },
    }
