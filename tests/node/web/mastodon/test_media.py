"""Media: sent first, named in a status then, and without what a camera writes."""

from __future__ import annotations

import json
from io import BytesIO

from PIL import Image
from tests.node.web.apps import App, app_of
from tests.node.web.serving import Answer

from sayso_node.home.directory import Home
from sayso_node.web.mastodon.entities.attachment import attachment_id
from sayso_storage.interface.store import Store

BOUNDARY = "b0undary"


def _picture(size: int = 20) -> bytes:
    made = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "a camera of mine"
    Image.new("RGB", (size, size), "teal").save(made, "JPEG", exif=exif)
    return made.getvalue()


async def _send(app: App, data: bytes, description: str | None = None) -> Answer:
    parts = [(b'name="file"; filename="x.jpg"', data)]
    if description is not None:
        parts.append((b'name="description"', description.encode()))
    body = b"".join(
        b"--%s\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (BOUNDARY.encode(), name, one)
        for name, one in parts
    )
    body += f"--{BOUNDARY}--\r\n".encode()
    headers = [
        ("content-type", f"multipart/form-data; boundary={BOUNDARY}"),
        ("authorization", f"Bearer {app.token}"),
    ]
    return await app.at.ask("POST", "/api/v2/media", headers, body, app.host)


async def test_a_picture_is_sent_described_and_shown(home: Home, store: Store) -> None:
    async with app_of(home, store) as app:
        sent = json.loads((await _send(app, _picture(), "The harbour")).body)
        path = f"/api/v1/media/{sent['id']}"
        assert (await app.get(path))["description"] == "The harbour"
        await app.post(path, {"description": "At dawn"}, "PUT")
        form = {"status": "", "media_ids[]": sent["id"], "sensitive": "true"}
        made = await app.post("/api/v1/statuses", form)
        [media] = made["media_attachments"]
        assert (media["type"], media["description"]) == ("image", "At dawn")
        assert made["sensitive"]
        assert media["id"] == attachment_id(int(made["id"]), 0)
        shown = await app.ask("GET", media["url"].partition(app.host)[2], token=None)
        assert (shown.status, shown.headers["content-type"]) == (200, "image/jpeg")
        assert b"a camera of mine" not in shown.body
        bare = media["url"].partition(app.host)[2].partition("?")[0]
        assert (await app.ask("GET", bare, token=None)).status == 401
        assert await app.refused("GET", path) == 404  # it is the status's now
        form = {
            "status": "again",
            "media_ids[]": media["id"],
            "media_attributes[][id]": media["id"],
            "media_attributes[][description]": "At dusk",
        }
        changed = await app.post(f"/api/v1/statuses/{made['id']}", form, "PUT")
        assert changed["media_attachments"][0]["description"] == "At dusk"
        assert (await app.get(f"/api/v1/media/{media['id']}"))["description"] == "At dusk"


async def test_what_cannot_be_attached_is_refused_by_its_own_name(home: Home, store: Store) -> None:
    async with app_of(home, store) as app:
        answer = await _send(app, b"no picture at all")
        assert answer.status == 422
        said = json.loads(answer.body)["error"]
        assert "x.jpg" in said
        assert str(home.path) not in said
        assert await app.refused("POST", "/api/v2/media", {"file": "x"}) == 422
        for bad in ("999", "x", str(2**62 + 5)):
            form = {"status": "x", "media_ids[]": bad}
            assert await app.refused("POST", "/api/v1/statuses", form) in (404, 422)
        sent = json.loads((await _send(app, _picture())).body)
        await app.post(f"/api/v1/media/{sent['id']}", method="DELETE")
        assert await app.refused("GET", f"/api/v1/media/{sent['id']}") == 404
