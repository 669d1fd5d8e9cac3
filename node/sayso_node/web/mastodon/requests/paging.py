"""Paging by ids, and the ``Link`` header that leads from page to page (RFC 8288)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse

from ...api.params import BadParam, Params
from ..names.ids import parse_id

IDS = ("max_id", "since_id", "min_id")


@dataclass(frozen=True, slots=True)
class Paging:
    """The page that is asked for: at most `limit`, all below `max_id` and above the others. With
    `min_id` the lowest of them are wanted, with `since_id` the highest."""

    limit: int
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None

    @property
    def above(self) -> int | None:
        """The id above which all are."""
        given = [one for one in (self.since_id, self.min_id) if one is not None]
        return max(given) if given else None

    def of_sorted(self, ids: Sequence[int]) -> list[int]:
        """The page of ids that are sorted from high to low, in that order."""
        low = self.above
        kept = [
            one
            for one in ids
            if (self.max_id is None or one < self.max_id) and (low is None or one > low)
        ]
        return kept[-self.limit :] if self.min_id is not None else kept[: self.limit]


def read_paging(params: Params, default: int = 20, most: int = 40) -> Paging:
    """The paging of a request. Raises `BadParam`."""
    return Paging(params.number("limit", default, 1, most), *(_id(params, name) for name in IDS))


def _id(params: Params, name: str) -> int | None:
    text = params.text(name)
    if text is None or text == "":
        return None
    number = parse_id(text)
    if number is None:
        raise BadParam(f"{name} is no id")
    return number


def paged(request: Request, content: Any, *, after: int | None, before: int | None) -> JSONResponse:
    """A page with the way to the next one, of what stands behind id `after`, and to the one before
    it, of what came since id `before`; None where there is none."""
    links = list[str]()
    for rel, name, number in (("next", "max_id", after), ("prev", "min_id", before)):
        if number is not None:
            links.append(f'<{_address(request, name, number)}>; rel="{rel}"')
    return JSONResponse(content, headers={"link": ", ".join(links)} if links else {})


def _address(request: Request, name: str, number: int) -> str:
    kept = [
        one for one in request.query_params.multi_items() if one[0] not in (*IDS, "access_token")
    ]
    host = request.headers["host"]  # which the door has checked
    query = urlencode([*kept, (name, str(number))])
    return f"{request.url.scheme}://{host}{request.url.path}?{query}"
