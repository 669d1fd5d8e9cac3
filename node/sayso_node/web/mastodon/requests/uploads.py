"""Uploads: attachments that apps have sent and that no status shows yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sayso_protocol.translation import _

from ....errors import NotFound
from ..entities.attachment import OF_STATUSES

if TYPE_CHECKING:
    from ....media.attachment_file import Attachments

MAX_UPLOADS: Final = 64
"""Of more the oldest is forgotten; its file stays as long as there is room."""


class Uploads:
    """In memory: who sends a file and posts it after a new start of the node sends it again."""

    def __init__(self) -> None:
        self._next = 1
        self._waiting: dict[int, Attachments] = {}

    def add(self, made: Attachments) -> str:
        """Keep what one file became; gives its id."""
        while len(self._waiting) >= MAX_UPLOADS:
            self._waiting.pop(next(iter(self._waiting)))
        number, self._next = self._next, (self._next + 1) % OF_STATUSES
        self._waiting[number] = made
        return str(number)

    def get(self, number: int) -> Attachments:
        """The attachment of an id, as one. Raises `NotFound`."""
        found = self._waiting.get(number)
        if found is None:
            raise NotFound(_("this file was not uploaded, or a while ago: upload it again"))
        return found

    def put(self, number: int, made: Attachments) -> None:
        """Keep it with other words."""
        self.get(number)
        self._waiting[number] = made

    def remove(self, number: int) -> None:
        """Forget one that a status shows now, or that is not wanted."""
        self._waiting.pop(number, None)
