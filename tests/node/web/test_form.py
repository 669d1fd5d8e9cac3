"""Forms: bounded in fields, files, bytes and time, and nothing of them stays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message
from tests.budget import long

from sayso_node.home.directory import Home
from sayso_node.web import body as body_module
from sayso_node.web import form as form_module
from sayso_node.web.body import read_body
from sayso_node.web.form import Form, read_form

BOUNDARY = "b0undary"


class _Context:
    """What `read_form` uses of a context: the folder of blobs, and a thread."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.read_blob = trio.to_thread.run_sync


def _request(home: Home, parts: list[bytes], kind: str, pause: float = 0.0) -> Request:
    app = Starlette()
    app.state.context = _Context(home)
    sent = iter([*parts, None])

    async def receive() -> Message:
        await trio.sleep(pause)
        part = next(sent)
        return {"type": "http.request", "body": part or b"", "more_body": part is not None}

    scope = {
        "type": "http", "method": "POST", "path": "/", "app": app, "query_string": b"",
        "headers": [(b"content-type", kind.encode())],
    }  # fmt: skip
    return Request(scope, receive)


def _part(name: str, data: bytes, file: str | None = None) -> bytes:
    more = "" if file is None else f'; filename="{file}"'
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    return head.encode() + data + b"\r\n"


def _multipart(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


KIND = f"multipart/form-data; boundary={BOUNDARY}"


@asynccontextmanager
async def _read(
    home: Home, data: bytes, kind: str = KIND, files: int = 4, step: int = 1000
) -> AsyncIterator[Form]:
    cut = [data[at : at + step] for at in range(0, len(data), step)]
    async with read_form(_request(home, cut, kind), files=files) as form:
        yield form


async def _status(home: Home, data: bytes, kind: str = KIND, files: int = 4) -> int:
    with pytest.raises(HTTPException) as raised:
        async with _read(home, data, kind, files):
            pass
    assert not list(home.blobs.iterdir() if home.blobs.exists() else ())
    return raised.value.status_code


@long
@pytest.mark.parametrize("step", [1, 7, 1000, 10**7])
async def test_fields_and_files_come_as_they_were_sent(home: Home, step: int) -> None:
    long = bytes(range(256)) * 40
    data = _multipart(
        _part("text", "Grüße\r\n--b0undar".encode()), _part("tag", b"a"), _part("tag", b"b"),
        _part("file", long, "../../x\u202e.png"), _part("file", b"", ""), _part("more", b"1", "y"),
    )  # fmt: skip
    async with _read(home, data, step=step) as form:
        assert form.text("text") == "Grüße\r\n--b0undar"
        assert form.all("tag") == ["a", "b"]
        assert form.text("none", "-") == "-"
        [file] = form.files_of("file")
        assert file.path.parent == home.blobs
        assert file.path.stat().st_mode & 0o777 == 0o600
        assert (file.path.read_bytes(), file.size) == (long, len(long))
        assert "\u202e" not in file.name
        assert file.with_name(f"cannot read {file.path}") == f"cannot read {file.name}"
        assert [one.path.read_bytes() for one in form.files] == [long, b"1"]
    assert not list(home.blobs.iterdir())


async def test_a_plain_form(home: Home) -> None:
    kind = "application/x-www-form-urlencoded; charset=utf-8"
    async with _read(home, "a=1+2%2B&b=%C3%BC&a=ü&c".encode(), kind) as form:
        assert form.fields == {"a": ["1 2+", "ü"], "b": ["ü"], "c": [""]}


@pytest.mark.parametrize(
    ("data", "files", "status"),
    [
        (_multipart(*[_part("f", b"x", "n") for _ in range(5)]), 4, 413),
        (_multipart(_part("f", b"x", "n")), 0, 413),
        (_multipart(*[_part("f", b"x") for _ in range(65)]), 4, 413),
        (_multipart(*[_part("f", b"", "n") for _ in range(65)]), 4, 413),
        (_multipart(_part("f", b"x" * 70_000)), 4, 413),
        (_multipart(*[_part("n" * 3000, b"") for _ in range(30)]), 4, 413),
        (_part("f", b"x", "n"), 4, 400),
        (b"", 4, 400),
        (b"--wrong\r\n\r\n", 4, 400),
        (_multipart(b"--" + BOUNDARY.encode() + b"\r\nContent-Type: x\r\n\r\ny\r\n"), 4, 400),
        (f"--{BOUNDARY}\r\n".encode() + b"X: " + b"y" * 100_000, 4, 400),
    ],
)
async def test_what_is_too_much_or_no_form_is_refused(
    home: Home, data: bytes, files: int, status: int
) -> None:
    assert await _status(home, data, files=files) == status


async def test_the_bytes_of_files_are_bounded(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form_module, "MAX_FILE", 3000)
    monkeypatch.setattr(form_module, "MAX_FILES_SIZE", 5000)
    monkeypatch.setattr(form_module, "WRITE", 100)
    fits = _multipart(_part("f", b"x" * 3000, "n"), _part("f", b"x" * 2000, "n"))
    async with _read(home, fits) as form:
        assert [one.size for one in form.files] == [3000, 2000]
    assert await _status(home, _multipart(_part("f", b"x" * 3001, "n"))) == 413
    long = _multipart(_part("f", b"x" * 3000, "n"), _part("f", b"x" * 2001, "n"))
    assert await _status(home, long) == 413


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data", ""])
async def test_another_type_is_no_form(home: Home, kind: str) -> None:
    assert await _status(home, b"{}", kind) == 415


async def test_a_body_that_drips_is_cut_off(
    home: Home, autojump_clock: trio.testing.MockClock
) -> None:
    async def seconds(pause: float) -> float:
        began = trio.current_time()
        with pytest.raises(HTTPException) as raised:
            await read_body(_request(home, [b"x"] * 1000, "", pause))
        assert raised.value.status_code == 408
        return trio.current_time() - began

    whole = body_module.SMALL_SECONDS + body_module.SMALL / body_module.BYTES_A_SECOND
    assert await seconds(1000) <= whole
    assert await seconds(1) == pytest.approx(whole)


async def test_a_body_is_bounded_without_a_length(home: Home) -> None:
    with pytest.raises(HTTPException) as raised:
        await read_body(_request(home, [b"x" * 1000] * 100, ""), 5000)
    assert raised.value.status_code == 413
    assert await read_body(_request(home, [b"x" * 1000] * 5, ""), 5000) == b"x" * 5000
