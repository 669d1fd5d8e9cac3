"""The cases of twitter-text, out of the two files of the real posts that have them."""

import html
import json
import re

from testdata import data_file

_TEXT = re.compile(r"""^      text: +(".*"|'.*')$""", re.MULTILINE)
_EXPECTED = re.compile(r"""^      expected: +(".*"|'.*'|\[.*\])$""", re.MULTILINE)
_NAMED = re.compile(r'(?:url|screen_name): (".*")$', re.MULTILINE)


def extract_cases(section: str) -> list[tuple[str, list[str]]]:
    """Texts, and what is to be found in each; places are left out."""
    found = []
    for case in _cases("twitter_text_extract.yml", section):
        text, expected = _TEXT.search(case), _EXPECTED.search(case)
        assert text is not None, case
        names = [_read(one) for one in _NAMED.findall(case)]
        found.append((_read(text[1]), names if expected is None else _read(expected[1])))
    return found


def autolink_cases(section: str) -> list[tuple[str, list[str]]]:
    """Texts, and the links that are to be found in each."""
    found = []
    for case in _cases("twitter_text_autolink.yml", section):
        text, expected = _TEXT.search(case), _EXPECTED.search(case)
        if text is not None and expected is not None:  # one is written over several lines
            shown = re.findall('<a href="[^"]*">([^<]*)</a>', _read(expected[1]))
            links = [html.unescape(one) for one in shown]
            found.append((_read(text[1]), links))
    return found


def _cases(name: str, section: str) -> list[str]:
    whole = data_file(name).read_text(encoding="utf-8")
    begin = whole.index(f"\n  {section}:\n")
    end = re.compile(r"\n  \w+:\n").search(whole, begin + 3)
    return whole[begin : None if end is None else end.start()].split("\n    - description")[1:]


def _read(yaml: str):
    """A quoted string or a list of them: JSON but for escapes of eight digits."""
    if yaml.startswith("'"):
        return yaml[1:-1].replace("''", "'")
    return json.loads(re.sub(r"\\U([0-9a-fA-F]{8})", lambda hit: chr(int(hit[1], 16)), yaml))
