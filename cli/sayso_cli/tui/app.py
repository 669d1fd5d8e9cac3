"""The full-screen reader: the screens of all places."""

from __future__ import annotations

from . import places
from .base_app import BaseApp
from .reader_screen import ReaderScreen
from .screens.timeline import TimelineScreen


class ReaderApp(BaseApp):
    """Shows one home on the whole screen. All screens but the first are loaded when they are
    opened."""

    def get_default_screen(self) -> TimelineScreen:
        """See `App`: the timeline, so that nothing is drawn twice."""
        return TimelineScreen()

    def made(self, place: places.Place) -> ReaderScreen:
        """See `BaseApp`."""
        match place:
            case places.Timeline():
                return TimelineScreen()
            case places.Help():
                from .screens.help import HelpScreen

                return HelpScreen()
            case places.People():
                from .screens.people import PeopleScreen

                return PeopleScreen()
            case places.Compose():
                from .screens.compose import ComposeScreen

                return ComposeScreen(place)
            case places.Filters() | places.Effect() | places.RuleForm():
                return _of_rules(place)
            case _:
                return _of_entries(place)


def _of_rules(place: places.Filters | places.Effect | places.RuleForm) -> ReaderScreen:
    from .screens import filters, rule_form

    match place:
        case places.Filters():
            return filters.FilterScreen()
        case places.Effect():
            return filters.EffectScreen(place)
        case _:
            return rule_form.RuleForm()


def _of_entries(
    place: places.Thread
    | places.Search
    | places.Author
    | places.Why
    | places.Notifications
    | places.Bookmarks,
) -> ReaderScreen:
    from .screens import lists

    match place:
        case places.Thread(entry_id):
            return lists.ThreadScreen(entry_id)
        case places.Search(typed):
            return lists.SearchScreen(typed)
        case places.Author(key, name):
            return lists.AuthorScreen(key, name)
        case places.Why(entry_id):
            return lists.WhyScreen(entry_id)
        case places.Notifications():
            return lists.NotificationScreen()
        case _:
            return lists.BookmarkScreen()
