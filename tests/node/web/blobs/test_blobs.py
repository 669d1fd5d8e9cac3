"""Blobs over HTTP, from the real server: whole, in ranges, and while they arrive."""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncIterator

import h11
import pytest
import trio
from tests.node.web.serving import served

from sayso_node.home.directory import Home
from sayso_node.media.blob_store import add_blob, open_blobs
from sayso_node.web.blobs.blob_address import blob_path
from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_protocol.blob.cid import cid_text
from sayso_protocol.blob.verified_tree import VerifiedTree
from sayso_storage.interface.store import Store

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20
FILM = (
    b"\0\0\0\x18ftypisom" + b"".join(hashlib.sha256(bytes([n])).digest() for n in range(250)) * 90
)


def _add(home: Home, data: bytes) -> bytes:
    return add_blob(home, io.BytesIO(data)).cid


async def test_a_blob_is_given_whole_and_by_its_bytes_alone(home: Home, store: Store) -> None:
    picture, page = _add(home, PNG), _add(home, b"<script>alert(1)</script>")
    async with served(home, store) as at:
        cookie = ("cookie", await at.cookie())
        shown = await at.ask("GET", f"/blobs/{cid_text(picture)}", [cookie])
        assert (shown.status, shown.body) == (200, PNG)
        assert shown.headers["content-type"] == "image/png"
        assert shown.headers["etag"] == f'"{cid_text(picture)}"'
        assert shown.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert shown.headers["cross-origin-resource-policy"] == "same-origin"
        assert "content-disposition" not in shown.headers
        saved = await at.ask("GET", f"/blobs/{cid_text(page)}", [cookie])
        assert saved.headers["content-type"] == "application/octet-stream"
        assert saved.headers["content-disposition"].startswith("attachment;")


async def test_ranges_of_a_blob(home: Home, store: Store) -> None:
    cid = _add(home, FILM)
    path = f"/blobs/{cid_text(cid)}"
    async with served(home, store) as at:
        cookie = ("cookie", await at.cookie())

        async def ask(
            *more: tuple[str, str], method: str = "GET"
        ) -> tuple[int, dict[str, str], bytes]:
            found = await at.ask(method, path, [cookie, *more])
            return found.status, dict(found.headers), found.body

        status, headers, body = await ask(("range", "bytes=100-199"))
        assert (status, body) == (206, FILM[100:200])
        assert headers["content-range"] == f"bytes 100-199/{len(FILM)}"
        assert (await ask(("range", "bytes=-7")))[2] == FILM[-7:]
        status, headers, body = await ask(("range", "bytes=1-3,300000-300009,-2"))
        assert status == 206
        assert int(headers["content-length"]) == len(body)
        mark = headers["content-type"].partition("boundary=")[2]
        assert (
            body
            == b"".join(
                f"\r\n--{mark}\r\nContent-Type: video/mp4\r\n"
                f"Content-Range: bytes {start}-{end - 1}/{len(FILM)}\r\n\r\n".encode()
                + FILM[start:end]
                for start, end in [(1, 4), (300000, 300010), (len(FILM) - 2, len(FILM))]
            )
            + f"\r\n--{mark}--\r\n".encode()
        )
        status, headers, body = await ask(("range", f"bytes={len(FILM)}-"))
        assert (status, body) == (416, b"")
        assert headers["content-range"] == f"bytes */{len(FILM)}"
        status, headers, body = await ask(method="HEAD")
        assert (status, body, headers["content-length"]) == (200, b"", str(len(FILM)))
        assert (await ask(("if-none-match", f'"x", W/"{cid_text(cid)}"')))[0] == 304
        assert (await ask(("range", "bytes=0-0"), ("if-range", '"other"')))[0] == 200
        assert (await ask(("range", "bytes=0-0"), ("if-range", f'"{cid_text(cid)}"')))[0] == 206


async def test_blobs_are_for_the_owner_or_an_address_with_its_key(home: Home, store: Store) -> None:
    one, other = _add(home, PNG), _add(home, FILM)
    async with served(home, store) as at:
        assert (await at.ask("GET", f"/blobs/{cid_text(one)}")).status == 401
        keyed = blob_path(at.context, one, keyed=True)
        found = await at.ask("GET", keyed, host=f"127.0.0.1:{at.site.port}")
        assert (found.status, found.body) == (200, PNG)
        assert found.headers["cross-origin-resource-policy"] == "cross-origin"
        key = keyed.partition("?")[2]
        for wrong in (f"/blobs/{cid_text(other)}?{key}", f"/blobs/{cid_text(one)}?key=\u0663"):
            target = wrong.encode("ascii", "backslashreplace").decode()
            assert (await at.ask("GET", target)).status == 403
        again = blob_path(at.context, one, keyed=True)
        assert again == keyed


@pytest.mark.parametrize(
    "name", ["x", "..%2f..%2fkeys.json", "%00", "b" * 59, "bafkrei" + "a" * 52, "B" + "a" * 58]
)
async def test_what_is_no_blob_here_is_not_found(home: Home, store: Store, name: str) -> None:
    async with served(home, store) as at:
        cookie = ("cookie", await at.cookie())
        found = await at.ask("GET", f"/blobs/{name}", [cookie])
        assert found.status == (400 if name == "%00" else 404)  # the door takes no NUL


async def test_a_film_plays_while_it_arrives(home: Home, store: Store) -> None:
    """The node verifies it leaf by leaf; the answer gives each as soon as it is in order."""
    whole = Home(home.path.parent / "other")
    cid = add_blob(whole, io.BytesIO(FILM)).cid
    reader = open_blobs(whole).open(cid)
    assert reader is not None
    tree = VerifiedTree(cid, len(FILM))
    for block in reader.inner_blocks():
        tree.add(block)
    leaves = [FILM[at : at + LEAF_SIZE] for at in range(0, len(FILM), LEAF_SIZE)]
    assert len(leaves) > 2
    partial = open_blobs(home).begin(cid, len(FILM))
    state = {"held": False, "ended": False, "size": len(FILM), "in_order": 0}
    moved = trio.Event()

    async def fetch(request: dict[str, object]) -> dict[str, object]:
        nonlocal moved
        if request.get("seen") == state["in_order"] and not state["ended"]:
            await moved.wait()
        return dict(state)

    def arrive(index: int) -> None:
        nonlocal moved
        partial.write(index, leaves[index])
        state["in_order"] = min((index + 1) * LEAF_SIZE, len(FILM))
        moved.set()
        moved = trio.Event()

    async with served(home, store) as at:
        at.context._actions = {**at.context._actions, "fetch": fetch}
        cookie = ("cookie", await at.cookie())
        arrive(0)
        client = h11.Connection(h11.CLIENT)
        async with await at.open() as stream:
            head = [("host", at.host), cookie, ("range", f"bytes={LEAF_SIZE - 10}-")]
            request = h11.Request(method="GET", target=f"/blobs/{cid_text(cid)}", headers=head)
            await stream.send_all(client.send(request) or b"")
            await stream.send_all(client.send(h11.EndOfMessage()) or b"")
            got = await _read_bytes(stream, client, 10)
            assert got == FILM[LEAF_SIZE - 10 : LEAF_SIZE]
            arrive(1)
            assert await _read_bytes(stream, client, LEAF_SIZE) == leaves[1]
            for index in range(2, len(leaves)):
                arrive(index)
            partial.complete(tree, 1)
            state.update(held=True, ended=True)
            rest = await read_rest(stream, client)
            assert rest == b"".join(leaves[2:])
        open_again = await at.ask("GET", f"/blobs/{cid_text(cid)}", [cookie])
        assert open_again.body == FILM


async def test_a_film_that_stops_arriving_is_not_taken_for_whole(
    home: Home, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    cid = add_blob(Home(home.path.parent / "other"), io.BytesIO(FILM)).cid
    partial = open_blobs(home).begin(cid, len(FILM))
    partial.write(0, FILM[:LEAF_SIZE])
    state = {"held": False, "ended": False, "size": len(FILM), "in_order": LEAF_SIZE}

    async def fetch(request: dict[str, object]) -> dict[str, object]:
        found = dict(state)
        state["ended"] = True
        return found

    async with served(home, store) as at:
        at.context._actions = {**at.context._actions, "fetch": fetch}
        head = f"GET /blobs/{cid_text(cid)} HTTP/1.1\r\nHost: {at.host}\r\n"
        cookie = await at.cookie()
        with trio.fail_after(60):
            said = await at.raw(f"{head}Cookie: {cookie}\r\n\r\n".encode())
        got, _, data = said.partition(b"\r\n\r\n")
        assert f"content-length: {len(FILM)}".encode() in got
        assert data == FILM[:LEAF_SIZE]
    partial.close()
    assert not [one for one in caplog.records if one.levelname in ("ERROR", "WARNING")]


async def _read_bytes(stream: trio.SocketStream, client: h11.Connection, size: int) -> bytes:
    got = bytearray()
    with trio.fail_after(60):
        while len(got) < size:
            event = client.next_event()
            if event is h11.NEED_DATA:
                client.receive_data(await stream.receive_some(65536))
            elif isinstance(event, h11.Data):
                got += event.data
    return bytes(got)


async def read_rest(stream: trio.SocketStream, client: h11.Connection) -> bytes:
    return b"".join([part async for part in _parts(stream, client)])


async def _parts(stream: trio.SocketStream, client: h11.Connection) -> AsyncIterator[bytes]:
    with trio.fail_after(60):
        while True:
            event = client.next_event()
            if event is h11.NEED_DATA:
                client.receive_data(await stream.receive_some(65536))
            elif isinstance(event, h11.Data):
                yield bytes(event.data)
            else:
                assert isinstance(event, h11.EndOfMessage), event
                return
