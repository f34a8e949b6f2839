"""Text -> terms: what a sentence is found by. Words as stems, numbers whole, function words left out."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import NamedTuple

from .stems import stem

# Words that carry no content of their own; negations and quantifiers are read elsewhere and are no content either.
STOP = frozenset(
    "a about above after again against all also although am among an and any are as at be because been before being below "
    "between both but by can cannot could did do does doing during each either et for from further had has have having he "
    "hence her here hers him his how however i if in into is it its itself just me more most my neither no nor not of off on "
    "once only or other our ours out over own per s same she should since so some such than that the their theirs them then "
    "there therefore these they this those through thus to too under until up upon us very via was we were what when where "
    "whereas whether which while who whom whose why will with within without would you your yours".split()
)
# A word with its inner points and primes (8.2, 1.5, U.S, Crohn's); hyphens part it, and so 'mT5-Large' meets 'mT5 Large'.
WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:['\u2019][^\W_]+)?")
SEVERAL = re.compile(r"[A-Z0-9]{2,}s")  # PDFs, LLMs
LIGATURES = str.maketrans({
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st",
    "\u2019": "'", "\u00ad": None, "\u2212": "-",
})  # fmt: skip


class Term(NamedTuple):
    """A term and the word that it was read from, `text[start:end]` of the text."""

    term: str
    start: int
    end: int


def terms(text: str) -> list[Term]:
    """The terms of a text in the order of reading."""
    found = list[Term]()
    for match in WORD.finditer(text):
        made = term(match[0])
        if made:
            found.append(Term(made, match.start(), match.end()))
    return found


@functools.lru_cache(maxsize=200_000)
def term(word: str) -> str:
    """What a word is found by; empty for a function word."""
    plain = (word[:-1] if SEVERAL.fullmatch(word) else word).translate(LIGATURES).casefold()
    if plain.endswith("n't"):
        return ""
    if plain.isascii():
        return "" if plain in STOP else plain.replace(",", "") if plain[0].isdigit() else stem(plain)
    plain = "".join(one for one in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(one))
    return "" if plain in STOP else stem(plain)
