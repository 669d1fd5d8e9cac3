"""Forms with files: each part goes to the disk as it comes, into the folder of blobs, so that not
more than a part of a film is in memory, and nothing of it outside the home."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, QuerystringParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request

from sayso_storage.blobs.durable_file import new_path, open_new
from sayso_storage.blobs.file_errors import as_store_errors

from ..text.sanitize import foreign_line
from .body import SMALL, body_parts
from .context import WebContext
from .request import context_of

MAX_FILES: Final = 4
MAX_FILE: Final = 1 << 30
"""Bytes of one file."""
MAX_FILES_SIZE: Final = 1 << 30
"""Bytes of all files of a form."""
MAX_FIELDS: Final = 64
MAX_FIELD: Final = 64 << 10
"""Bytes of one field, and of all names of parts."""
MAX_NAME: Final = 200
"""Columns of the name of a file as it is shown."""
WRITE: Final = 1 << 20
"""Bytes of files that are written at a time, in a thread."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a browser sent: `path` of its bytes, there until the form is closed; `name` as
    the browser has it, safe to show, never a path of ours."""

    field: str
    name: str
    path: Path
    size: int

    def with_name(self, text: str) -> str:
        """A message about the file by the name that its owner knows."""
        return text.replace(str(self.path), self.name).replace(self.path.name, self.name)


@dataclass(slots=True)
class Form:
    """The fields of a form and its files, in the order of the page. Fields are as they were typed:
    what shows them makes them safe."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    files: list[Upload] = field(default_factory=list)

    def text(self, name: str, default: str = "") -> str:
        """The first value of a field."""
        return self.fields.get(name, [default])[0]

    def all(self, name: str) -> Sequence[str]:
        """Every value of a field."""
        return self.fields.get(name, [])

    def files_of(self, name: str) -> list[Upload]:
        """The files of a field. A browser sends one that nobody chose as an empty file: not
        here."""
        return [one for one in self.files if one.field == name]


class FormRefused(HTTPException):
    """A form that is not taken; `form` has the fields of it that had come."""

    def __init__(self, error: HTTPException, form: Form) -> None:
        super().__init__(error.status_code, error.detail, error.headers)
        self.form = form


@asynccontextmanager
async def read_form(request: Request, *, files: int = 0) -> AsyncIterator[Form]:
    """A form, urlencoded or multipart, with at most so many `files`, which are removed when the
    context ends. Raises `HTTPException`: 415, and 400, 408 and 413 as `FormRefused`;
    `StoreError`."""
    kind, options = parse_options_header(request.headers.get("content-type"))
    most = SMALL if not files else MAX_FILES_SIZE + MAX_FIELDS * MAX_FIELD
    reader = _FormReader(context_of(request), min(files, MAX_FILES))
    if kind == b"application/x-www-form-urlencoded":
        parser: MultipartParser | QuerystringParser = reader.urlencoded()
        most = min(most, MAX_FIELDS * MAX_FIELD)
    elif kind == b"multipart/form-data" and 0 < len(options.get(b"boundary", b"")) <= 200:
        parser = reader.multipart(options[b"boundary"])
    else:
        raise HTTPException(415, "This is no form.")
    try:
        try:
            async with aclosing(body_parts(request, most)) as parts:
                async for part in parts:
                    parser.write(part)
                    await reader.write_files()
            parser.finalize()
            reader.check_end()
        except FormParserError as error:
            refusal = HTTPException(400, "The form is not well-formed.")
            raise FormRefused(refusal, reader.form) from error
        except HTTPException as error:
            raise FormRefused(error, reader.form) from error
        await reader.write_files(end=True)
        yield reader.form
    finally:
        reader.close()


class _FormReader:
    """Takes what the parsers of python-multipart tell: each piece by a function."""

    def __init__(self, context: WebContext, most_files: int) -> None:
        self.form = Form()
        self._context = context
        self._most_files = most_files
        self._paths: list[Path] = []
        self._open: BinaryIO | None = None
        self._size = self._files_size = self._parts_with_files = 0
        self._fields = self._names_size = 0
        self._header, self._value = bytearray(), bytearray()
        self._disposition = b""
        self._name, self._file_name = "", ""
        self._file: Path | None = None
        self._data = bytearray()
        self._ended = False
        self._queue: list[_Piece] = []

    # --- parsers

    def urlencoded(self) -> QuerystringParser:
        """A parser of ``application/x-www-form-urlencoded``."""
        name = bytearray()

        def end() -> None:
            self._count_field(len(name))
            self._add_field(_unquoted(name), _unquoted(self._data))
            name.clear()

        self._ended = True
        return QuerystringParser(
            {
                "on_field_start": self._data.clear,
                "on_field_name": lambda data, start, end: _append(name, data[start:end]),
                "on_field_data": lambda data, start, end: _append(self._data, data[start:end]),
                "on_field_end": end,
            }
        )

    def multipart(self, boundary: bytes) -> MultipartParser:
        """A parser of ``multipart/form-data`` (RFC 7578)."""
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": lambda data, start, end: _append(self._header, data[start:end]),
                "on_header_value": lambda data, start, end: _append(self._value, data[start:end]),
                "on_header_end": self._end_header,
                "on_headers_finished": self._begin_data,
                "on_part_data": self._take_data,
                "on_part_end": self._end_part,
                "on_end": self._end,
            },
        )

    def check_end(self) -> None:
        """Raise `HTTPException` 400 unless the form came whole."""
        if not self._ended:
            raise HTTPException(400, "The form ended early.")

    # --- parts

    def _begin_part(self) -> None:
        self._disposition, self._file = b"", None
        self._data.clear()

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _begin_data(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"name")
        if name is None:
            raise HTTPException(400, "A part of the form has no name.")
        self._names_size += len(self._disposition)
        self._name = name.decode(errors="replace")
        if b"filename" not in options:
            self._count_field(0)
            return
        self._file_name = foreign_line(options[b"filename"].decode(errors="replace"), MAX_NAME)
        self._parts_with_files += 1
        if self._parts_with_files > MAX_FIELDS:
            raise HTTPException(413, f"At most {self._most_files} files are taken.")
        self._file, self._size = new_path(self._context.home.blobs), 0

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is None:
            _append(self._data, data[start:end])
            return
        self._size += end - start
        self._files_size += end - start
        if len(self.form.files) >= self._most_files:
            raise HTTPException(413, f"At most {self._most_files} files are taken here.")
        if self._size > MAX_FILE or self._files_size > MAX_FILES_SIZE:
            raise HTTPException(413, f"At most {MAX_FILES_SIZE >> 20} MiB of files are taken.")
        self._queue.append(_Piece(self._file, data[start:end]))

    def _end_part(self) -> None:
        if self._file is None:
            self._add_field(self._name, self._data.decode(errors="replace"))
        elif self._size:
            self._queue.append(_Piece(self._file, None))
            upload = Upload(self._name, self._file_name or "file", self._file, self._size)
            self.form.files.append(upload)

    def _end(self) -> None:
        self._ended = True

    def _count_field(self, size: int) -> None:
        self._fields += 1
        self._names_size += size
        if self._fields > MAX_FIELDS or self._names_size > MAX_FIELD:
            raise HTTPException(413, f"At most {MAX_FIELDS} fields are taken.")

    def _add_field(self, name: str, value: str) -> None:
        self.form.fields.setdefault(name, []).append(value)

    # --- files

    async def write_files(self, *, end: bool = False) -> None:
        """Write what has come of files, once it is enough for a turn of a thread."""
        size = sum(len(one.data or b"") for one in self._queue)
        if self._queue and (end or size >= WRITE):
            await self._context.read_blob(self._write_now)

    def _write_now(self) -> None:
        queue, self._queue = self._queue, []
        with as_store_errors(self._context.home.blobs):
            for piece in queue:
                self._write_piece(piece)

    def _write_piece(self, piece: _Piece) -> None:
        if piece.data is None:
            self._close_file()
            return
        if self._open is None:
            piece.path.parent.mkdir(mode=0o700, exist_ok=True)
            self._open = os.fdopen(open_new(piece.path), "wb")
            self._paths.append(piece.path)
        self._open.write(piece.data)

    def _close_file(self) -> None:
        file, self._open = self._open, None
        if file is not None:
            file.close()

    def close(self) -> None:
        """Remove the files."""
        self._close_file()
        for path in self._paths:
            path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Piece:
    """The next bytes of a file; None at its end."""

    path: Path
    data: bytes | None


def _append(whole: bytearray, part: bytes) -> None:
    if len(whole) + len(part) > MAX_FIELD:
        raise HTTPException(413, f"A field has more than {MAX_FIELD} bytes.")
    whole += part


def _unquoted(data: bytearray) -> str:
    return unquote_to_bytes(bytes(data).replace(b"+", b" ")).decode(errors="replace")
