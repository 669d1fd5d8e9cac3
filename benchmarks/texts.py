"""How long texts take that were made to take long, and ordinary ones beside them.

    python -m benchmarks.texts [--posts 500] [--seed 1]

Each kind is so many posts of the greatest length, 8 MB of 500. Prints one JSON object: seconds of
processor time for the whole of each, to look for the word of one rule, to look for those of a
hundred, and to find the words for the index.
"""

from __future__ import annotations

import argparse
import json
import random
import time
import unicodedata
from collections.abc import Callable

from sayso_protocol.filters.word_matcher import WordMatcher, fold_word
from sayso_protocol.limits import MAX_BODY
from sayso_storage.search.tokenizer import words

MARKS = [char for char in map(chr, range(0x300, 0x20000)) if unicodedata.combining(char)]
ACCENTS = [chr(point) for point in range(0x300, 0x34E)]
KINDS: dict[str, Callable[[random.Random], str]] = {
    "English": lambda _: "The quick brown fox can't jump over 3.5 dogs. ",
    "English, curly": lambda _: "The quick brown fox can’t jump – over 3.5 dogs. ",
    "French": lambda _: "Portez ce vieux whisky au juge blond qui fume, où l’été a été. ",
    "Chinese": lambda rnd: "".join(chr(rnd.randrange(0x4E00, 0x9FA5)) for _ in range(20)),
    "Thai": lambda _: "เป็นมนุษย์สุดประเสริฐเลิศคุณค่า",
    "accents alone": lambda rnd: "".join(rnd.choices(ACCENTS, k=5000)),
    "marks of all scripts": lambda rnd: "".join(rnd.choices(MARKS, k=5000)),
    "thirty a letter": lambda rnd: "a" + "".join(rnd.choices(ACCENTS, k=29)),
    "a sentence a sign": lambda _: "\ufdfa",
    "any character": lambda rnd: chr(rnd.randrange(0x900, 0xD7FF)),
    "apostrophes": lambda _: "é’a",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--posts", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    one = WordMatcher([fold_word("casino")])
    hundred = WordMatcher([fold_word(f"casino{n}") for n in range(100)])
    looks = {"one_rule": one.found_in, "hundred_rules": hundred.found_in, "index": words}
    result = {}
    for name, part in KINDS.items():
        rnd = random.Random(options.seed)
        posts = [post_of(part, rnd) for _ in range(options.posts)]
        result[name] = {what: round(seconds(look, posts), 3) for what, look in looks.items()}
    print(json.dumps({"posts": options.posts, "seconds": result}))


def post_of(part: Callable[[random.Random], str], rnd: random.Random) -> str:
    """Parts until the post is full."""
    parts, size = list[str](), 0
    while size < MAX_BODY:
        parts.append(part(rnd))
        size += len(parts[-1].encode())
    return "".join(parts).encode()[: MAX_BODY - 100].decode(errors="ignore")


def seconds(look: Callable[[str], object], posts: list[str]) -> float:
    start = time.process_time()
    for post in posts:
        look(post)
    return time.process_time() - start


if __name__ == "__main__":
    main()
