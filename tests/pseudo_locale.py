"""A language that nobody speaks, from right to left: messages in Hebrew letters, a third longer.

``python -m tests.pseudo_locale WORDS…`` runs sayso in it.
"""

from __future__ import annotations

import re
import sys

from sayso_protocol.translation import English

LANGUAGE = "he"
_ALPHABET = "אבגדהוזחטיכלמנסעפצקרשת"
_KEPT = re.compile(r"(\{[^}]*\}|`[^`]*`|<[^>]*>|%\S)")
"""Fields, what is typed, tags of a page, and what argparse fills in."""


def turned(message: str) -> str:
    """The message in letters from right to left; what is filled in or typed stays."""
    parts = _KEPT.split(message)
    parts[::2] = [re.sub(r"[A-Za-z]+", lambda word: _word(word[0]), part) for part in parts[::2]]
    return "".join(parts)


def _word(word: str) -> str:
    letters = [_ALPHABET[ord(one.lower()) % len(_ALPHABET)] for one in word]
    return "".join([*letters, *letters[: -(-len(letters) // 3)]])


class RightToLeft(English):
    """Its catalogue."""

    def gettext(self, message: str, /) -> str:
        """The message, turned."""
        return turned(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int, /) -> str:
        """The form for a number, turned."""
        return turned(super().ngettext(msgid1, msgid2, n))

    def pgettext(self, context: str, message: str, /) -> str:
        """The message, turned."""
        return turned(message)

    def info(self) -> dict[str, str]:
        """A header with a language that is written from right to left."""
        return {"language": LANGUAGE}


def main() -> int:
    """Run a command line in this language, with --json, too: tests read the events of a node."""
    from sayso_cli import main as program
    from sayso_protocol.translation import install

    install(RightToLeft())
    program.use_language = lambda: LANGUAGE  # type: ignore[attr-defined]
    return program.main()


if __name__ == "__main__":
    sys.exit(main())
