"""Section 15. `text` is kept as `keep`, compared as `fold` where it stands for something and as
`bare` where it is searched, and cut into `tokens`; what is left out is the same as the one before.
Characters that Unicode 14 had; decides nothing that must be the same everywhere.
"""

from __future__ import annotations

from ..cases import Case

CGJ = "\u034f"


def make() -> list[Case]:
    """Texts with each step of the fold, and each edge of a word."""
    return [*_kept(), *_folded(), *_bare(), *_cut()]


def _case(name: str, text: str, **forms: str | list[str]) -> Case:
    keep = forms.get("keep", text)
    fold = forms.get("fold", keep)
    bare = forms.get("bare", fold)
    return {
        "name": name,
        "text": text,
        "keep": keep,
        "fold": fold,
        "bare": bare,
        "tokens": forms.get("tokens", [bare]),
    }


def _kept() -> list[Case]:
    return [
        _case("nothing", "", tokens=[]),
        _case("composed already", "caf\u00e9", bare="cafe"),
        _case("decomposed", "cafe\u0301", keep="caf\u00e9", bare="cafe"),
        _case("marks out of order", "a\u0301\u0323", keep="\u1ea1\u0301", bare="a"),
        _case("Hangul in letters", "\u1112\u1161\u11ab", keep="\ud55c"),
        _case("a singleton", "\u212b", keep="\u00c5", fold="\u00e5", bare="a"),
        _case("30 marks", "x" + "\u0327" * 30, bare="x"),
        _case(
            "31 marks",
            "x" + "\u0327" * 31,
            keep="x" + "\u0327" * 30 + CGJ + "\u0327",
            fold="x" + "\u0327" * 30,
            bare="x",
        ),
        _case(
            "100 marks, in an order to be changed",
            "q" + "\u0301\u0323" * 50,
            keep="q" + CGJ.join("\u0323" * n + "\u0301" * n for n in (15, 15, 15, 5)),
            fold="q" + "\u0323" * 30,
            bare="q",
        ),
        _case(
            "marks that are part of a letter count",
            "\u00e9" + "\u0327" * 30,
            keep="\u0229" + "\u0327" * 28 + "\u0301" + CGJ + "\u0327",
            fold="\u0229" + "\u0327" * 29,
            bare="e",
        ),
        _case("marks of letters that stay", "\u0915" + "\u093c" * 31, **_nukta(31)),
    ]


def _nukta(count: int) -> dict[str, str]:
    kept = "\u0915" + "\u093c" * 30
    return {"keep": kept + CGJ + "\u093c" * (count - 30), "fold": kept}


def _folded() -> list[Case]:
    return [
        _case("capitals", "HELLO", fold="hello"),
        _case("full case folding", "Stra\u00dfe", fold="strasse"),
        _case("a final sigma", "\u039f\u03c2", fold="\u03bf\u03c3"),
        _case("width", "\uff21\uff22\uff23\uff11", fold="abc1"),
        _case("a ligature", "\ufb01ne", fold="fine"),
        _case("half-width kana", "\uff76\uff9e", fold="\u30ac"),
        _case("a circled digit", "\u2460", fold="1"),
        _case("dotted capital", "\u0130ZM\u0130R", fold="izmir"),
        _case("dotted capital, decomposed", "I\u0307", keep="\u0130", fold="i"),
        _case("dotless small", "\u0131\u015f\u0131k", fold="i\u015fik", bare="isik"),
        _case("dotless capital", "I\u015eIK", fold="i\u015fik", bare="isik"),
        _case("soft hyphen", "Donau\u00addampf", fold="donaudampf"),
        _case("zero width", "a\u200bb\u200cc\u200dd\u2060e", fold="abcde"),
        _case("grapheme joiner", "ca\u034fsino", fold="casino"),
        _case("variation selector", "\u2764\ufe0f", fold="\u2764"),
        _case("direction", "\u202eabc\u202c", fold="abc"),
        _case("Hangul filler", "a\u3164b\u115fc", fold="abc"),
        _case("tag characters", "a\U000e0062c", fold="ac"),
        _case(
            "a flag is its tags",
            "\U0001f3f4\U000e0067\U000e0062\U000e007f",
            tokens=["\U0001f3f4", "\U000e0067", "\U000e0062", "\U000e007f"],
        ),
        _case("skin tones stay", "\U0001f44d\U0001f3fd", tokens=["\U0001f44d", "\U0001f3fd"]),
        _case("apostrophes", "don\u2019t", fold="don't"),
        _case("an acute as apostrophe", "l\u00b4eau", fold="l'eau"),
        _case("a letter as apostrophe", "o\u02bbzbek", fold="o'zbek"),
        _case("a prime", "5\u2032", fold="5'", tokens=["5", "'"]),
        _case("n with apostrophe", "\u0149", fold="'n", tokens=["'", "n"]),
        _case("quotation marks", "\u201ea\u201c", fold='"a"', tokens=['"', "a", '"']),
        _case("a dash", "a\u2013b", fold="a-b", tokens=["a", "-", "b"]),
        _case("a hyphen that does not break", "a\u2011b", fold="a-b", tokens=["a", "-", "b"]),
        _case(
            "maqaf", "\u05d0\u05be\u05d1", fold="\u05d0-\u05d1", tokens=["\u05d0", "-", "\u05d1"]
        ),
    ]


def _bare() -> list[Case]:
    return [
        _case("Latin accents", "na\u00efve", bare="naive"),
        _case("letters of their own stay", "\u0142\u00f8", bare="\u0142\u00f8"),
        _case("Greek", "\u1f48\u03b4\u03c5", fold="\u1f40\u03b4\u03c5", bare="\u03bf\u03b4\u03c5"),
        _case("Cyrillic", "\u0451\u043b\u043a\u0430", bare="\u0435\u043b\u043a\u0430"),
        _case(
            "Hebrew points",
            "\u05e9\u05c1\u05b8\u05dc",
            keep="\u05e9\u05b8\u05c1\u05dc",
            bare="\u05e9\u05dc",
        ),
        _case("Arabic vowels", "\u0633\u064e\u0644\u0627\u0645", bare="\u0633\u0644\u0627\u0645"),
        _case("an Arabic letter that widens", "\u0633\u0640\u0644", bare="\u0633\u0644"),
        _case("hamza above", "\u0623", bare="\u0627"),
        _case("voiced kana stay", "\u304c", bare="\u304c"),
        _case("vowel signs of Hindi stay", "\u0939\u093f\u0928"),
        _case("a sign with a stroke", "a \u2260 b", bare="a = b", tokens=["a", " ", "=", " ", "b"]),
    ]


def _cut() -> list[Case]:
    cases = {
        "spaces": ("  a \t\n b\u00a0c ", ["a", " ", "b", " ", "c"]),
        "apostrophe within": ("j'ai", ["j'ai"]),
        "apostrophe at the edge": ("'n' it", ["'", "n", "'", " ", "it"]),
        "apostrophe between digits": ("1'000", ["1'000"]),
        "apostrophe between letter and digit": ("a'1", ["a", "'", "1"]),
        "two apostrophes": ("a''b", ["a", "'", "'", "b"]),
        "middle dot": ("col\u00b7lega", ["col\u00b7lega"]),
        "gershayim": ('\u05e6\u05d4"\u05dc', ['\u05e6\u05d4"\u05dc']),
        "gershayim before another script": ('\u05d0"a', ["\u05d0", '"', "a"]),
        "geresh at the end": ("\u05d0'", ["\u05d0", "'"]),
        "quotation mark": ('a"b', ["a", '"', "b"]),
        "full stop between letters": ("example.org", ["example", ".", "org"]),
        "full stop between digits": ("3.14", ["3.14"]),
        "comma between digits": ("1,000, 2", ["1,000", ",", " ", "2"]),
        "colon": ("12:30 a:b", ["12", ":", "30", " ", "a", ":", "b"]),
        "letters and digits": ("mp3player", ["mp3player"]),
        "low line": ("snake_case _", ["snake_case", " ", "_"]),
        "signs": ("c++ #1", ["c", "+", "+", " ", "#", "1"]),
        "Han": ("\u8d4c\u573aab", ["\u8d4c", "\u573a", "ab"]),
        "Thai with marks": ("\u0e01\u0e34\u0e19", ["\u0e01\u0e34", "\u0e19"]),
        "Hangul": ("\ud55c\uad6d", ["\ud55c", "\uad6d"]),
        "Katakana": ("\u30ab\u30ca", ["\u30ab", "\u30ca"]),
        "Devanagari": (
            "\u0939\u093f\u0928\u094d\u0926\u0940",
            ["\u0939\u093f\u0928\u094d\u0926\u0940"],
        ),
        "emoji": ("ok\U0001f600\U0001f600", ["ok", "\U0001f600", "\U0001f600"]),
    }
    forms = {"spaces": {"fold": "  a \t\n b c "}}
    return [
        _case(name, text, tokens=tokens, **forms.get(name, {}))
        for name, (text, tokens) in cases.items()
    ]
