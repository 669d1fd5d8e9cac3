"""Runs where Mastodon.py is installed: the calls that its users make. Prints where the owner is to
consent, reads the code, and prints what it found."""

import json
import queue
import sys

from mastodon import Mastodon, MastodonAPIError, StreamListener
from mastodon.errors import MastodonIllegalArgumentError, MastodonUnauthorizedError

PATIENCE = 60
SCOPES = ["read", "write", "follow"]


class Heard(StreamListener):
    """Puts what a stream tells into a queue."""

    def __init__(self):
        self.events = queue.Queue()

    def on_update(self, status):
        self.events.put(("update", status.id))

    def on_status_update(self, status):
        self.events.put(("status.update", status.id))

    def on_delete(self, status_id):
        self.events.put(("delete", status_id))

    def next(self, wanted):
        """The next event about a status."""
        while True:
            name, number = self.events.get(timeout=PATIENCE)
            if str(number) == str(wanted):
                return name


def main(base, picture):
    client, secret = Mastodon.create_app("day", api_base_url=base, scopes=SCOPES)
    app = Mastodon(client_id=client, client_secret=secret, api_base_url=base)
    print(app.auth_request_url(scopes=SCOPES), flush=True)
    code = sys.stdin.readline().strip()
    app.log_in(code=code, scopes=SCOPES)
    try:
        app.log_in(code=code, scopes=SCOPES)
        raise AssertionError("a code was taken twice")
    except MastodonIllegalArgumentError:
        pass
    me = app.me()
    assert me.acct == "me", me

    read(app, me)
    write(app, picture)
    choose(app, me)
    streamed, last = stream(app)
    app.revoke_access_token()
    try:
        Mastodon(access_token=app.access_token, api_base_url=base).me()
    except (MastodonUnauthorizedError, MastodonAPIError, MastodonIllegalArgumentError):
        pass
    print(json.dumps({"streamed": streamed, "last": last}))


def read(app, me):
    first = app.timeline_home(limit=5)
    second = app.fetch_next(first)
    ids = [one.id for one in [*first, *second]]
    assert len(set(ids)) == 10, ids
    newer = app.timeline_home(min_id=second[-1].id)
    assert (
        set(map(int, [one.id for one in newer]))
        >= {int(one) for one in ids if int(one) > int(second[-1].id)}
        or len(newer) == 20
    )
    assert app.timeline_public() and app.timeline_local()
    assert app.account_statuses(me.id)
    assert next(one.acct for one in app.account_following(me.id)).startswith("anna@")
    anna = app.account_search("anna")[0]
    assert app.account_lookup(anna.acct).id == anna.id
    assert app.account(anna.id).acct == anna.acct
    assert app.account_relationships([anna.id])[0].following
    assert app.search_v2("harbour", result_type="statuses").statuses
    assert app.instance_v1().version.startswith("4.2.0")
    assert app.instance_v2().domain
    assert app.preferences() and app.custom_emojis() == [] and app.announcements() == []
    assert app.trending_tags() == [] and app.conversations() == []


def write(app, picture):
    media = app.media_post(picture, description="The harbour")
    assert app.media(media.id).description == "The harbour"
    media = app.media_update(media.id, description="The harbour at dawn")
    made = app.status_post(
        "With a picture", media_ids=[media], spoiler_text="harbour", idempotency_key="one"
    )
    again = app.status_post("With a picture", idempotency_key="one")
    assert again.id == made.id
    assert made.sensitive and made.media_attachments[0].description == "The harbour at dawn"
    reply = app.status_reply(made, "An answer to myself")
    assert reply.in_reply_to_id == made.id
    context = app.status_context(made.id)
    assert [one.id for one in context.descendants] == [reply.id]
    assert [one.id for one in app.status_context(reply.id).ancestors] == [made.id]
    assert app.status_favourite(made.id).favourited
    assert next(one.id for one in app.favourites()) == made.id
    assert not app.status_unfavourite(made.id).favourited
    assert app.status_reblog(made.id).reblog.id == made.id
    assert [one.id for one in app.status_reblogged_by(made.id)]
    assert not app.status_unreblog(made.id).reblogged
    assert app.status_bookmark(made.id).bookmarked
    assert next(one.id for one in app.bookmarks()) == made.id
    assert not app.status_unbookmark(made.id).bookmarked
    edited = app.status_update(made.id, "With a better picture")
    assert edited.edited_at and edited.media_attachments
    assert len(app.status_history(made.id)) == 2
    assert app.status_source(made.id).text == "With a better picture"
    asked = app.status_post("Tea?", poll=app.make_poll(["yes", "no"], 3600))
    assert app.poll_vote(asked.poll.id, [0]).own_votes == [0]
    assert app.poll(asked.poll.id).votes_count == 1
    assert app.status_delete(reply.id).text == "@me An answer to myself"


def choose(app, me):
    anna = app.account_search("anna")[0]
    made = app.list_create("friends")
    app.list_accounts_add(made.id, [anna.id])
    assert [one.id for one in app.list_accounts(made.id)] == [anna.id]
    assert all(one.account.id == anna.id for one in app.timeline_list(made.id))
    app.list_accounts_delete(made.id, [anna.id])
    app.list_delete(made.id)
    assert app.account_mute(anna.id).muting
    assert [one.id for one in app.mutes()] == [anna.id]
    assert not app.account_unmute(anna.id).muting
    assert app.account_note_set(anna.id, "met at the harbour").note == "met at the harbour"
    rule = app.create_filter_v2(
        "spam", ["home"], "hide", keywords_attributes=[{"keyword": "lottery", "whole_word": True}]
    )
    rule = app.update_filter_v2(rule.id, title="spam", filter_action="warn")
    assert rule.filter_action == "warn"
    word = app.add_filter_keyword_v2(rule.id, "casino")
    app.delete_filter_keyword_v2(word.id)
    app.delete_filter_v2(rule.id)
    app.markers_set(["home"], [made_id(app)])
    assert app.markers_get(["home"])["home"].version >= 1
    app.account_update_credentials(note="At the sea")
    assert "At the sea" in app.me().note
    app.notifications()
    app.notifications_clear()


def made_id(app):
    return app.timeline_home(limit=1)[0].id


def stream(app):
    heard = Heard()
    handle = app.stream_user(heard, run_async=True)
    try:
        made, told = wait_for_first(app, heard)
        app.status_update(made, "Streamed, and edited")
        told.append(heard.next(made))
        app.status_delete(made)
        told.append(heard.next(made))
        last = "The last word"
        app.status_post(last)
        return told, last
    finally:
        handle.close()


def wait_for_first(app, heard):
    """A stream begins a moment after it was asked for: post until it tells of one."""
    posted = []
    while True:
        posted.append(app.status_post(f"Is anybody there? {len(posted)}").id)
        try:
            name, number = heard.events.get(timeout=2)
        except queue.Empty:
            continue
        if str(number) in map(str, posted):
            return number, [name]


if __name__ == "__main__":
    main(*sys.argv[1:])
