"""The routes of the page."""

from __future__ import annotations

from typing import Final

from starlette.routing import Route

from .entrance import alive, entrance, leave, open_session
from .entries.acts import act_bookmark, act_fetch, act_label, act_react, act_repost, act_vote
from .entries.compose_pages import MAX_FILES, compose, compose_page, edit_page, make_edit
from .entries.entry_pages import (
    ask_reach,
    entry_page,
    history_page,
    reach_page,
    tally_page,
    why_page,
)
from .entries.retraction_pages import retraction_page, take_back
from .lists import bookmarks_page, notifications_page, search_page
from .live_stream import live_stream
from .message_pages import (
    conversation_page,
    forget_message,
    forget_page,
    messages_page,
    write_next,
    write_typed,
)
from .people_pages import (
    act_on_person,
    change_profile,
    follow_typed,
    own_profile_page,
    people_page,
    person_page,
)
from .rules.filter_pages import (
    add_filter,
    filters_page,
    ledger_page,
    new_filter_page,
    preview_filter,
    remove_filter,
    undo_rule,
)
from .rules.label_pages import labels_page, subscribe_typed, unsubscribe_typed
from .static_files import static_file
from .status_page import ask_status, connect_peer, status_page
from .stranger_pages import act_on_stranger, strangers_page
from .timeline_page import fresh_page, timeline_page
from .visit import Act, Build, form, page, page_with

_PAGES: Final[dict[str, Build]] = {
    "/": timeline_page,
    "/fresh": fresh_page,
    "/compose": compose_page,
    "/notifications": notifications_page,
    "/messages": messages_page,
    "/messages/{key}": conversation_page,
    "/messages/{key}/{id}/forget": forget_page,
    "/strangers": strangers_page,
    "/search": search_page,
    "/bookmarks": bookmarks_page,
    "/entries/{id}": entry_page,
    "/entries/{id}/history": history_page,
    "/entries/{id}/why": why_page,
    "/entries/{id}/tally": tally_page,
    "/entries/{id}/edit": edit_page,
    "/entries/{id}/retract": retraction_page,
    "/people": people_page,
    "/people/{key}": person_page,
    "/profile": own_profile_page,
    "/filters": filters_page,
    "/filters/new": new_filter_page,
    "/ledger": ledger_page,
    "/labels": labels_page,
}

_ACTS: Final[dict[str, Act]] = {
    "/entries/{id}/react": act_react,
    "/entries/{id}/repost": act_repost,
    "/entries/{id}/vote": act_vote,
    "/entries/{id}/bookmark": act_bookmark,
    "/entries/{id}/label": act_label,
    "/entries/{id}/retract": take_back,
    "/blobs/{cid}/fetch": act_fetch,
    "/messages": write_typed,
    "/messages/{key}": write_next,
    "/messages/{key}/{id}/forget": forget_message,
    "/strangers/{id}/accept": act_on_stranger("accept", "accepted"),
    "/strangers/{id}/decline": act_on_stranger("decline", "declined"),
    "/strangers/{id}/block": act_on_stranger("block", "blocked"),
    "/people": follow_typed,
    "/people/{key}/follow": act_on_person("follow", "followed"),
    "/people/{key}/unfollow": act_on_person("unfollow", "unfollowed"),
    "/people/{key}/mute": act_on_person("mute", "muted"),
    "/people/{key}/unmute": act_on_person("unmute", "unmuted"),
    "/people/{key}/block": act_on_person("block", "blocked"),
    "/people/{key}/unblock": act_on_person("unblock", "unblocked"),
    "/filters": add_filter,
    "/filters/preview": preview_filter,
    "/filters/remove": remove_filter,
    "/ledger/undo": undo_rule,
    "/labels": subscribe_typed,
    "/labels/unsubscribe": unsubscribe_typed,
    "/status/connect": connect_peer,
}

_WITH_FILES: Final[dict[str, tuple[Act, int]]] = {
    "/compose": (compose, MAX_FILES),
    "/entries/{id}/edit": (make_edit, MAX_FILES),
    "/profile": (change_profile, 1),
}


def page_routes() -> list[Route]:
    """Every route of the page."""
    return [
        Route("/enter", entrance, methods=["GET"]),
        Route("/enter", open_session, methods=["POST"]),
        Route("/leave", leave, methods=["POST"]),
        Route("/alive", alive, methods=["GET"]),
        Route("/static/{name}", static_file),
        Route("/live", live_stream, methods=["GET"]),
        Route("/status", page_with(ask_status, status_page), methods=["GET"]),
        Route("/entries/{id}/reach", page_with(ask_reach, reach_page), methods=["GET"]),
        *(Route(path, page(build), methods=["GET"]) for path, build in _PAGES.items()),
        *(Route(path, form(act), methods=["POST"]) for path, act in _ACTS.items()),
        *(
            Route(path, form(act, files=files), methods=["POST"])
            for path, (act, files) in _WITH_FILES.items()
        ),
    ]
