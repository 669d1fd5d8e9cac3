"""Feeds as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from typing import Final

from .feed import Feed, FeedEntry

VERSION: Final = "https://jsonfeed.org/version/1.1"
JSON_TYPE: Final = "application/feed+json"


def json_feed(feed: Feed) -> bytes:
    """A feed as JSON Feed. Text is plain text: nothing of it is markup."""
    made = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.home_address,
        "feed_url": feed.address,
        "items": [_item(one) for one in feed.entries],
    }
    return json.dumps(made, ensure_ascii=False).encode()


def _item(entry: FeedEntry) -> dict[str, object]:
    return {
        "id": entry.id,
        "url": entry.address,
        "title": entry.title,
        "content_text": entry.text,
        "date_published": entry.published,
        "date_modified": entry.updated,
        "authors": [{"name": entry.author, "url": entry.author_address}],
        "tags": list(entry.tags),
        "attachments": [
            {
                "url": one.address,
                "mime_type": one.type,
                "size_in_bytes": one.size,
                "title": one.alt,
            }
            for one in entry.enclosures
        ],
    }
