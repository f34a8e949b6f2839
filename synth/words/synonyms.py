"""Words that mean the same in any sentence of results, and words that carry little: what reports exchange without a thought."""

from __future__ import annotations

from ..evidence.stems import stem

# One line is one meaning.
SAME = """
begin start commence
need require
diverse varied various different
consistent steady
dataset corpus
examine study investigate explore analyse analyze
paper article publication
comprise contain include hold held cover encompass consist
use employ utilize utilise apply leverage
build built construct create develop
release publish
big large
select choose chose chosen pick
approximately roughly about
currently presently
particularly especially
author writer
expensive costly
fast quick rapid
method approach technique
show demonstrate
aid help assist
""".strip()
# Verbs that link what a sentence is about, words of reporting, and what every sentence of a paper may hold.
LIGHT = frozenset(
    stem(word)
    for word in (
        "yield give given gave provide show shown exhibit obtain reach achieve attain see seen find found report observe "
        "demonstrate state note describe present perform performance performing make made take taken have get become remain lead "
        "led result results resulting indicate reveal confirm conclude respectively overall also well use using used employ "
        "utilize utilise apply there here new our we they contain contains include includes comprise hold held cover compare "
        "compared additionally moreover furthermore finally further several etc way able kind come came do done leave left"
    ).split()
)
DEGREE = frozenset(
    stem(word)
    for word in (
        "large substantial considerable significant significantly substantially considerably strong strongly dramatic drastic "
        "dramatically drastically marked markedly great greatly much very highly slight slightly small modest clear clearly "
        "particularly especially notable notably remarkable remarkably quite fairly currently presently roughly approximately"
    ).split()
)


def _groups() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in SAME.splitlines():
        words = [stem(word) for word in line.split() if "-" not in word]
        for word in words:
            found.setdefault(word, found.get(words[0], words[0]))
    return found


GROUPS = _groups()


def group(term: str) -> str:
    """One term for all words of a meaning."""
    return GROUPS.get(term, term)
