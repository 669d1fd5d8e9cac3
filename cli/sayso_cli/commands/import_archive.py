"""Import your posts and what belongs to them from a Twitter/X, Mastodon or Misskey export.

First it shows what would be published, what is left out and what is doubtful, and asks. It takes
pictures, polls and the profile, too; whom you followed and what you marked stays on this machine.
JSON lines have `text`, and may have `time`, `id` and `reply_to`. The original times are kept. A
second run imports nothing twice; an interrupted one goes on.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ..context import Context
from ..errors import DONE, Failure, UsageError
from ..options import add_signing, add_yes
from ..terminal.prompt import confirm, sees_output
from ..terminal.wait_notice import waiting

if TYPE_CHECKING:
    from sayso_node.archive import Archive
    from sayso_node.archive.choice import Choice
    from sayso_node.archive.import_run import Outcome
    from sayso_node.archive.importer import Imported
    from sayso_node.archive.plan import Plan
    from sayso_storage.interface.store import Store

KINDS = (
    *("post", "thread", "reply", "own-repost", "repost", "profile"),
    *("unlisted", "limited", "doubtful"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "path", metavar="PATH", help=_("the archive: a file, a directory, or - for standard input")
    )
    parser.add_argument(
        "--dry-run", action="store_true", help=_("show what would be published, and write nothing")
    )
    add_yes(parser)
    parser.add_argument(
        "--only",
        metavar="KIND",
        action="append",
        default=[],
        help=_("publish this kind alone, or several: {names}").format(names=", ".join(KINDS)),
    )
    parser.add_argument(
        "--include-private",
        action="store_true",
        help=_("publish what was not public, too; direct messages never are"),
    )
    parser.add_argument(
        "--include-doubtful",
        action="store_true",
        help=_("publish what perhaps was not public, too"),
    )
    parser.add_argument(
        "--without-media", action="store_true", help=_("leave pictures and films behind")
    )
    add_signing(parser)


def run(context: Context) -> int:
    """Read the archive, show the plan, and publish what was confirmed."""
    from sayso_node.archive import open_archive
    from sayso_node.archive.import_run import Outcome
    from sayso_node.archive.importer import Imported
    from sayso_node.archive.plan import make_plan

    args, choice = context.args, _choice(context)
    with context.store() as store, _archive_path(args.path) as path:
        with waiting("reading the archive"):  # a large one takes a minute
            archive = open_archive(path, include_private=choice.reaches_private)
            plan = make_plan(store, archive, choice)
        if not args.dry_run and _is_confirmed(context, archive, plan):
            result = _publish(context, store, path, plan)
            _show_result(context, archive, plan, result)
        else:
            _show_plan(context, archive, plan)
            _record(context, archive, plan, Outcome(Imported(plan.count)), dry_run=True)
    return DONE


def _choice(context: Context) -> Choice:
    from sayso_node.archive.choice import Kind, choice_of

    args = context.args
    # `posts` and `replies` are words for the same.
    plurals = {"posts": "post", "threads": "thread", "replies": "reply", "reposts": "repost"}
    only = [plurals.get(word, word) for word in args.only]
    for word in only:
        if word not in KINDS:
            raise UsageError(
                _("{word} is no kind of post: choose of {names}").format(
                    word=word, names=", ".join(KINDS)
                )
            )
    return choice_of(
        map(Kind, only),
        private=args.include_private,
        doubtful=args.include_doubtful,
        media=not args.without_media,
    )


@contextmanager
def _archive_path(named: str) -> Iterator[Path]:
    """The archive as a file; standard input is laid down in one first."""
    if named != "-":
        yield Path(named).expanduser()
        return
    from sayso_node.archive import ArchiveError

    from ..terminal.text_input import spooled_input

    with spooled_input() as path:
        try:
            yield path
        except ArchiveError as error:
            raise ArchiveError(str(error).replace(str(path), "standard input")) from error


def _is_confirmed(context: Context, archive: Archive, plan: Plan) -> bool:
    """Whether the owner wants the plan to be carried out. Raises `Failure` where nobody can say."""
    args, out = context.args, context.out
    if args.yes or not (plan.publishes or plan.doubts):
        return True
    if out.json:
        if not plan.doubts:
            return True
        _record(context, archive, plan, None)
        raise Failure(
            _(
                "nothing was published: {n_post} may not have been "
                "public; look with --dry-run, then run it again with --yes, which leaves them "
                "out, or "
                "with --yes --include-doubtful"
            ).format(n_post=quantity(plan.doubts.total(), "post")),
            "doubtful",
        )
    if not plan.publishes:
        return False
    _show_plan(context, archive, plan)
    if not sees_output():
        raise Failure(
            _(
                "nothing was published: here nobody can be asked; look at the plan above, then "
                "run it "
                "again with --yes"
            ),
            "unconfirmed",
        )
    out.flush()
    confirm(_("What is published cannot be taken back. Publish it?"))
    return True


def _publish(context: Context, store: Store, path: Path, plan: Plan) -> Outcome:
    from sayso_node.archive.import_run import carry_out, steps_of
    from sayso_node.archive.importer import published
    from sayso_storage.interface.errors import StoreFull

    author, total = context.author(store), len(plan.posts)
    with context.out.progress(_("importing"), steps_of(plan), unit="") as progress:
        try:
            return carry_out(context.home, store, author, path, plan, progress)
        except StoreFull as error:
            done = published(store, plan.posts)
            raise Failure(
                _(
                    "the disk is full: {done} of {n_post} stand published; make room "
                    "and run it again: it goes on where it stopped"
                ).format(done=done, n_post=quantity(total, "post")),
                "disk-full",
            ) from error
        except KeyboardInterrupt as error:
            done = published(store, plan.posts)
            raise KeyboardInterrupt(
                _(
                    "interrupted: {done} of {n_post} stand published; run it again: it goes on "
                    "where it stopped"
                ).format(done=done, n_post=quantity(total, "post"))
            ) from error
        finally:
            context.notify("all")


# --- what is shown ------------------------------------------------------------------------


def _show_plan(context: Context, archive: Archive, plan: Plan) -> None:
    from ..render.archive_plan import show_plan

    show_plan(context.out, archive, plan)
    if plan.doubts and "doubtful" not in plan.kinds:
        context.out.note(
            _(
                "What is doubtful stays out: see it with --only doubtful --dry-run, publish it "
                "with "
                "--include-doubtful."
            )
        )


def _show_result(context: Context, archive: Archive, plan: Plan, outcome: Outcome) -> None:
    from ..render.archive_plan import counted, show_left_out, show_remarks

    out, result = context.out, outcome.posts
    _record(context, archive, plan, outcome)
    in_parts = len(plan.posts) > plan.count
    more = ""
    if in_parts:
        entries = quantity(result.imported, "entry")
        more = _(", in {n_entry}, since some are long").format(n_entry=entries)
    known = plan.known + result.skipped
    out.line(
        _("{counted} imported{more}, {known} here already").format(
            counted=counted(_imported(plan, result), "post"), more=more, known=known
        )
    )
    if outcome.attached:
        out.line(
            _("with {n_picture_or_film}").format(
                n_picture_or_film=quantity(
                    outcome.attached, "picture or film", "pictures and films"
                )
            )
        )
    if outcome.unreadable:
        out.line(
            _(
                "{n_file} of the archive could not be read: the posts say in words what was there"
            ).format(n_file=quantity(outcome.unreadable, "file"))
        )
    if outcome.waiting:
        out.line(
            _(
                "{n_account_or_post} that you "
                "followed or marked wait on this machine until they come over"
            ).format(
                n_account_or_post=quantity(outcome.waiting, "account or post", "accounts and posts")
            )
        )
    show_left_out(out, archive, plan.left_out, plan.refused + result.errors)
    show_remarks(out, archive)


def _imported(plan: Plan, result: Imported) -> int:
    """The number of posts, each counted once, in however many entries it came."""
    return max(plan.count - result.errors.total() - result.skipped, 0)


def _record(
    context: Context,
    archive: Archive,
    plan: Plan,
    outcome: Outcome | None,
    *,
    dry_run: bool = False,
) -> None:
    from sayso_node.archive.plan import unreadable

    result = outcome.posts if outcome else None
    refused = plan.refused + (result.errors if result else Counter())
    context.out.record(
        {
            "imported": _imported(plan, result) if result else 0,
            "skipped": plan.known + (result.skipped if result else 0),
            "errors": refused.total() + unreadable(archive),
            "doubtful": plan.doubts.total(),
            "left_out": dict(plan.left_out),
            "reasons": dict(refused),
            "doubts": dict(plan.doubts),
            "kinds": {str(kind): count for kind, count in plan.kinds.items()},
            "media": len(plan.media),
            "media_errors": outcome.unreadable if outcome else 0,
            "profile": {key: one for key, one in asdict(plan.profile).items() if one is not None},
            "waiting": {key: len(one) for key, one in asdict(plan.lists).items()},
            "unreadable": list(archive.errors),
            "notes": list(archive.notes),
            "dry_run": dry_run,
        }
    )
