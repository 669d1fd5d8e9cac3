"""Small archives of made-up posts, in the shapes that the networks use."""

import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Record = dict[str, Any]
Files = Mapping[str, str | bytes]

OWNER = "7001"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ACTOR = "https://social.example/users/ada"
FOLLOWERS = f"{ACTOR}/followers"


def as_bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def write_zip(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def write_tar(path: Path, files: Files, mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            data = as_bytes(content)
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def write_directory(path: Path, files: Files) -> Path:
    for name, content in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(as_bytes(content))
    return path


def write_lines(path: Path, *records: object) -> Path:
    lines = (r if isinstance(r, str) else json.dumps(r) for r in records)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


# -- Twitter


def ytd(variable: str, records: list[Record], part: int = 0) -> str:
    return f"window.YTD.{variable}.part{part} = {json.dumps(records, indent=2)}"


def tweet(number: int, text: str, **more: Any) -> Record:
    """A record of `tweets.js`."""
    return {
        "id": str(number),
        "id_str": str(number),
        "created_at": "Wed Feb 05 12:30:15 +0000 2020",
        "full_text": text,
        "entities": {"urls": [], "hashtags": [], "user_mentions": []},
        **more,
    }


def tweets_file(*tweets: Record, variable: str = "tweets", part: int = 0) -> str:
    return ytd(variable, [{"tweet": each} for each in tweets], part)


def account_file(owner: str = OWNER) -> str:
    return ytd("account", [{"account": {"accountId": owner, "username": "ada"}}])


def new_layout(*tweets: Record, **more: str) -> dict[str, str]:
    """The layout of 2024; `more` are further files of `data/`, `_` for `-`."""
    files = {"data/account.js": account_file(), "data/tweets.js": tweets_file(*tweets)}
    extra = {f"data/{name.replace('_', '-')}.js": content for name, content in more.items()}
    return {**files, **extra}


def old_tweet(number: int, text: str, author: str = OWNER, **more: Any) -> Record:
    """A record of the layout of 2013."""
    return {
        "id": number,
        "id_str": str(number),
        "created_at": "2009-03-01 00:00:00 +0000",
        "text": text,
        "entities": {"urls": [], "media": [], "hashtags": []},
        "user": {"id": int(author), "id_str": author, "protected": False},
        **more,
    }


def old_layout(months: Mapping[str, list[Record]]) -> dict[str, str]:
    """The layout of 2013; `months` are named as `2009_03`."""
    files = {
        f"data/js/tweets/{month}.js": f"Grailbird.data.tweets_{month} = \n {json.dumps(tweets)}"
        for month, tweets in months.items()
    }
    details = json.dumps({"id": OWNER, "screen_name": "ada"})
    return {"data/js/user_details.js": f"var user_details =  {details}", **files}


def link(short: str, target: str) -> Record:
    return {"url": short, "expanded_url": target, "display_url": target[:12]}


def note(text: str, created: str, **core: Any) -> Record:
    """A record of `note-tweet.js`."""
    return {"noteTweet": {"noteTweetId": "1", "createdAt": created, "core": {"text": text, **core}}}


# -- Mastodon


def create(number: int, content: str, **more: Any) -> Record:
    """A public `Create`; `to` and `cc` go into the envelope and the post alike."""
    addressed = {"to": more.pop("to", [PUBLIC]), "cc": more.pop("cc", [FOLLOWERS])}
    status = f"{ACTOR}/statuses/{number}"
    post = {
        "id": status,
        "type": "Note",
        "attributedTo": ACTOR,
        "published": "2023-01-02T03:04:05Z",
        "url": f"https://social.example/@ada/{number}",
        "content": content,
        **addressed,
        **more,
    }
    return {
        "id": f"{status}/activity",
        "type": "Create",
        "actor": ACTOR,
        "object": post,
        **addressed,
    }


def announce(number: int, of: str = "https://other.example/users/bo/statuses/9") -> Record:
    return {
        "id": f"{ACTOR}/statuses/{number}/activity",
        "type": "Announce",
        "actor": ACTOR,
        "to": [PUBLIC],
        "cc": [],
        "published": "2023-01-03T03:04:05Z",
        "object": of,
    }


def mastodon(*activities: Record) -> dict[str, str]:
    outbox = {
        "@context": ["https://www.w3.org/ns/activitystreams"],
        "type": "OrderedCollection",
    }
    actor = {"id": ACTOR, "type": "Person", "followers": FOLLOWERS}
    return {
        "outbox.json": json.dumps({**outbox, "orderedItems": list(activities)}),
        "actor.json": json.dumps(actor),
    }
