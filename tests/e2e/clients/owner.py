"""The owner's browser: comes in by a one-time link, and clicks the consent for an app."""

from __future__ import annotations

import html
import http.client
import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit


class Browser:
    """A session of the page over HTTP; the name of the page is in `Host`, as a browser has it."""

    def __init__(self, link: str) -> None:
        parts = urlsplit(link)
        self.host = parts.netloc
        self._port = parts.port
        self._cookie = ""
        status, headers, _ = self.request("POST", "/enter", {"secret": parts.fragment})
        assert status == 303
        self._cookie = headers["set-cookie"].partition(";")[0]

    def request(
        self, method: str, path: str, form: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], str]:
        """Status, headers and text of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"Host": self.host, "Cookie": self._cookie}
        body = None if form is None else urlencode(form)
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"http://{self.host}"
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return response.status, found, response.read().decode()
        finally:
            connection.close()

    def consent(self, address: str) -> str:
        """Say yes to an app; the code that it is to be told, or where the browser is sent."""
        parts = urlsplit(address)
        status, headers, page = self.request("GET", f"{parts.path}?{parts.query}")
        assert status == 200, (headers, page)
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
        form = {name: html.unescape(value) for name, value in fields}
        status, headers, page = self.request("POST", "/oauth/authorize", {**form, "answer": "yes"})
        if status == 303:
            return headers["location"]
        found = re.search(r'id="code">([^<]+)<', page)
        assert found is not None, page
        return found[1]
