"""Show two nodes on this machine at work: publish, follow, gossip, read, talk.

They are real processes with data of their own in a temporary folder, talk over 127.0.0.1,
and are gone afterwards. Nothing of yours is touched.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _, mark

from ..context import Context
from ..demo_nodes import DemoNode, Record, demo_nodes
from ..demo_picture import demo_picture
from ..errors import DONE, Failure, problem_of
from ..terminal.output import Output
from ..terminal.own_text import Whole


def add_arguments(_parser: ArgumentParser) -> None:
    """This command has no options of its own."""


def run(context: Context) -> int:
    """Play it through, explaining each step."""
    story = _Story(context.out)
    began = time.monotonic()
    with demo_nodes("ada", "ben") as (ada, ben):
        _make_accounts(story, ada, ben)
        _write(story, ada, ben)
        _follow(story, ada, ben)
        _meet(story, ada, ben)
        _talk(story, ada, ben)
        _show_picture(story, ada, ben)
        _ask(story, ada, ben)
        _quote(story, ada, ben)
        _correct(story, ada, ben)
        _catch_up(story, ada, ben)
        _verify(story, ada, ben)
    seconds = round(time.monotonic() - began, 1)
    context.out.record({"demo": "ok", "seconds": seconds})
    context.out.heading(
        _("It works."),
        _("{seconds} s; both nodes and their data are gone again.").format(seconds=seconds),
    )
    context.out.line(
        _("Next: `sayso init --name NAME` makes your account, `sayso help` lists more.")
    )
    return DONE


class _Story:
    """Tells each step before it is done, and that it was done."""

    def __init__(self, out: Output) -> None:
        self._out = out

    @contextmanager
    def step(self, name: str, explanation: str) -> Iterator[Record]:
        """Tell a step. What is put into the record is told at its end."""
        self._out.heading(name, explanation)
        self._out.flush()
        facts: Record = {}
        began = time.monotonic()
        try:
            yield facts
        except BaseException as error:
            reason = problem_of(error).message
            self._out.record({"step": name, "ok": False, "reason": reason})
            raise
        seconds = round(time.monotonic() - began, 3)
        self._out.record({"step": name, "ok": True, "seconds": seconds, **facts})
        for key, value in facts.items():
            self._out.indented(f"{_(key)}:", value if isinstance(value, Whole) else str(value))
        self._out.flush()


def _make_accounts(story: _Story, *nodes: DemoNode) -> None:
    with story.step(
        "init", _("Two people make accounts: key pairs, made on their own machines.")
    ) as f:
        for node in nodes:
            [made] = node.sayso("init", "--name", node.name.capitalize())
            node.account = made["account"]
            f[node.name] = Whole(made["account"])


def _write(story: _Story, ada: DemoNode, ben: DemoNode) -> None:
    with story.step(
        "post", _("Each writes a few posts. They are signed and on the disk at once.")
    ) as f:
        for text in ("Hello, is anyone there?", "My node is my own. #home"):
            [posted] = ada.sayso("post", text)
        for text in ("First!", "Reading list: signed feeds, gossip, small machines."):
            ben.sayso("post", text)
        f[mark("newest post")] = Whole(posted["id"])


def _follow(story: _Story, ada: DemoNode, ben: DemoNode) -> None:
    with story.step(
        "follow", _("They follow each other's keys. Nothing of the other is here yet.")
    ):
        ada.sayso("follow", ben.account, "--name", ben.name)
        ben.sayso("follow", ada.account, "--name", ada.name)


def _meet(story: _Story, ada: DemoNode, ben: DemoNode) -> None:
    with story.step(
        "gossip", _("Both start their nodes; Ben's dials Ada's, and they swap posts.")
    ) as f:
        ada.start()
        ben.start("--peer", ada.address)
        f[mark("ben reads")] = ben.wait_for_text("Hello, is anyone there?")["text"]
        f[mark("ada reads")] = ada.wait_for_text("First!")["text"]


def _talk(story: _Story, ada: DemoNode, ben: DemoNode) -> None:
    with story.step("live", _("Ben answers; the answer is pushed to Ada within a blink.")) as f:
        question = ben.wait_for_text("Hello, is anyone there?")
        began = time.monotonic()
        [answer] = ben.sayso("post", "Yes, right here.", "--reply", question["id"])
        arrived = ada.wait_for_text("Yes, right here.")
        f[mark("seconds to write, send and read it")] = round(time.monotonic() - began, 2)
        assert arrived["id"] == answer["id"] and arrived["reply_to"] == question["id"]
        f[mark("ada reads")] = arrived["text"]


def _show_picture(story: _Story, ada: DemoNode, ben: DemoNode) -> None:
    with story.step(
        "picture", _("Ada posts a picture. Ben's node fetches it, and checks that it is the same.")
    ) as f:
        taken, fetched = ada.home / "sunset.png", ben.home / "fetched.png"
        taken.write_bytes(demo_picture())
        ada.sayso("post", "From my window.", "--attach", str(taken), "--alt", "The sun sets.")
        post = ben.wait_for_text("From my window.")
        ben.sayso("fetch", post["id"], "--to", str(fetched))
        if fetched.read_bytes() != taken.read_bytes():
            raise Failure(_("another picture came than was sent"))
        [attached] = post["attachments"]
        size = quantity(attached["size"], "byte")
        f[mark("ben sees")] = f"{attached['alt']} ({attached['type']}, {size})"


def _ask(story: _Story, ada: DemoNode, ben: DemoNode) -> None:
    with story.step(
        "poll", _("Ada asks, Ben votes. Each counts the votes alone; nobody can do it for them.")
    ) as f:
        [poll] = ada.sayso("poll", "Tea or coffee?", "--option", "Tea", "--option", "Coffee")
        ben.wait_for_text("Tea or coffee?")
        ben.sayso("vote", poll["id"], "2")
        tally = ada.wait_for_item("tally", lambda counted: counted["votes"] == 1, poll["id"])
        counted = zip(tally["options"], tally["counts"], strict=True)
        f[mark("ada counts")] = ", ".join(f"{option} {count}" for option, count in counted)


def _quote(story: _Story, ada: DemoNode, ben: DemoNode) -> None:
    with story.step("quote", _("Ben shows Ada's words to whoever follows him.")) as f:
        [post] = [item for item in ben.sayso("read") if item["text"] == "From my window."]
        ben.sayso("post", "Look at this.", "--quote", post["id"])
        f[mark("ada reads")] = ada.wait_for_text("Look at this.")["text"]


def _correct(story: _Story, ada: DemoNode, ben: DemoNode) -> None:
    with story.step(
        "edit", _("Ben corrects a slip. What he said first stays for all to see.")
    ) as f:
        [slip] = ben.sayso("post", "My nod runs, too.")
        ada.wait_for_text("My nod runs, too.")
        ben.sayso("edit", slip["id"], "My node runs, too.")
        f[mark("ada reads")] = ada.wait_for_text("My node runs, too.")["text"]
        [shown] = ada.sayso("show", slip["id"], "--history")
        f[mark("versions that she can look at")] = len(shown["history"])


def _catch_up(story: _Story, ada: DemoNode, ben: DemoNode) -> None:
    with story.step(
        "catch up", _("Ben's node stops; Ada writes on; it starts again and catches up.")
    ) as f:
        ben.stop()
        ada.sayso("post", "Written while Ben was away.")
        ben.start("--peer", ada.address)
        f[mark("ben reads")] = ben.wait_for_text("Written while Ben was away.")["text"]


def _verify(story: _Story, *nodes: DemoNode) -> None:
    with story.step(
        "verify", _("Each checks every entry that it holds, signature by signature.")
    ) as f:
        for node in nodes:
            [found] = node.sayso("verify")
            f[node.name] = ", ".join(
                (quantity(found["entries"], "entry"), quantity(found["errors"], "error"))
            )
