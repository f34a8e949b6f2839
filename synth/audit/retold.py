"""One sentence told twice: the abstract against the body, where the same words carry another number that stands nowhere else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..english.numbers import BETWEEN, Number
from ..reading.document import ABSTRACT, APPENDIX, BODY, CAPTION, Document, Sentence
from ..vocabulary import TASK, key, mentions
from .findings import LIKELY, POSSIBLE, Finding, Outcome
from .spoken import interval_of, sentences, spoken
from .values import content

WORD = re.compile(r"[^\W\d_]{3,}")
IDLE = frozenset(
    "the and for with that this our are was were has have from into than when which also over under their its not but all can "
    "may more most both these those such using use used show shows shown find found finds propose present presents paper work "
    "results result yields achieves obtains get gets large improvements improvement points percent".split()
)
LIKE, ENOUGH = 0.6, 5  # share of content words, and how many of them two sentences have in common
SHARED, WIDE, SIZE = 3, 6, Decimal("0.3")  # of words around two numbers, how many are looked at; how unlike the numbers may be
CLOSE = 4  # words around a number that say what it is


@dataclass(frozen=True)
class _Told:
    sentence: Sentence
    numbers: tuple[Number, ...]
    words: frozenset[str]
    tasks: frozenset[str]


def check(document: Document) -> Outcome:
    """The sentences of the abstract against those of the body that say the same."""
    made = Outcome()
    first = [_told(*one) for one in sentences(document, (ABSTRACT,))]
    later = [_told(*one) for one in sentences(document, (BODY, APPENDIX, CAPTION))]
    elsewhere = _printed(document, later)
    for one in first:
        about = [other for other in later if _of_one_thing(one, other)]
        for number in one.numbers:
            whole = [(other, same) for other in about if (same := _same(one, number, other)) is not None]
            told = whole or [(other, same) for other in about if (same := _near(one, number, other)) is not None]
            if _key(number) in elsewhere or told:
                made.checked["numbers of the abstract"] += 1
            if (
                _key(number) in elsewhere
                or number.relation == BETWEEN
                or any(_equal(number, same) for _, same in told)
                or not told
            ):
                continue
            other, same = max(told, key=lambda pair: _likeness(one.words, pair[0].words))
            reading = "the same sentence" if whole else "the same words"
            what = f"the abstract says {number.text}, {reading} further on {same.text}; {number.text} stands nowhere else"
            sure = LIKELY if whole and _likeness(one.words, other.words) > 0.75 else POSSIBLE
            at, against = spoken(one.sentence), (spoken(other.sentence),)
            made.findings.append(
                Finding("abstract and body", sure, what, at, against, number.text, interval_of(same), reading, (same.text,))
            )
    return made


def _told(sentence: Sentence, found: tuple[Number, ...]) -> _Told:
    tasks = frozenset(id for one in mentions(sentence.text, (TASK,)) for id in (one.name.id, *one.name.open) if id)
    return _Told(sentence, found, _words(sentence.text), tasks)


def _words(text: str) -> frozenset[str]:
    return frozenset(_words_in_order(text))


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _key(number: Number) -> str:
    return f"{number.value.normalize()}"


def _printed(document: Document, later: Sequence[_Told]) -> frozenset[str]:
    """Every number of the body and of the tables."""
    made = {_key(number) for one in later for number in one.numbers}
    for table in document.tables:
        for cell in table.cells:
            found = content(cell.text)
            for value in (*found.parts, found.beside, found.spread) if found else ():
                if value:
                    made.add(f"{value.value.normalize()}")
    return frozenset(made)


def _of_one_thing(one: _Told, other: _Told) -> bool:
    """Whether the tasks that one sentence names are among the other's; what names none may be of any."""
    return one.tasks <= other.tasks or other.tasks <= one.tasks


def _same(one: _Told, number: Number, other: _Told) -> Number | None:
    """The number of another sentence that stands where this one does; None where the sentences are not the same."""
    shared = one.words & other.words
    if len(shared) < ENOUGH or _likeness(one.words, other.words) < LIKE:
        return None
    mine = [each for each in one.numbers if _kind(each) == _kind(number)]
    theirs = [each for each in other.numbers if _kind(each) == _kind(number)]
    if len(mine) != len(theirs):
        return None
    twin = theirs[mine.index(number)]
    around, beside = _around(one.sentence.text, number), _around(other.sentence.text, twin)
    return twin if len(around & beside) * 2 >= min(len(around), len(beside)) and around & beside else None


def _near(one: _Told, number: Number, other: _Told) -> Number | None:
    """A number of another sentence among the same words, of the same kind and about as large."""
    mine = _window(one.sentence.text, number)
    best: tuple[int, Number | None] = (0, None)
    for each in other.numbers:
        alike = _kind(each) == _kind(number) and each.value.as_tuple().exponent == number.value.as_tuple().exponent
        if not alike or not number.value or abs(each.value - number.value) > SIZE * abs(number.value):
            continue
        theirs = _window(other.sentence.text, each)
        shared = len(mine & theirs)
        if shared >= SHARED and shared * 2 >= min(len(mine), len(theirs)) and shared > best[0]:
            best = (shared, each)
    return best[1]


def _window(text: str, number: Number) -> frozenset[str]:
    """The words around a number that say something."""
    before, after = _words_in_order(text[: number.start])[-WIDE:], _words_in_order(text[number.end :])[:WIDE]
    return frozenset((*before, *after))


def _words_in_order(text: str) -> list[str]:
    return [word for found in WORD.finditer(text) if (word := found[0].lower().rstrip("s")) not in IDLE]


def _equal(one: Number, other: Number) -> bool:
    """Whether two numbers are the same; of two with as many decimals nothing is left to rounding."""
    alike = one.value.as_tuple().exponent == other.value.as_tuple().exponent
    return one.value == other.value if alike else one.meets(other)


def _kind(number: Number) -> tuple[str, str]:
    """Numbers that may stand for each other: of one unit, counting one thing."""
    return number.unit, key(number.noun.split(" ")[-1]) if number.noun else ""


def _around(text: str, number: Number) -> frozenset[str]:
    before = WORD.findall(text[: number.start])[-CLOSE:]
    after = WORD.findall(text[number.end :])[:CLOSE]
    return frozenset(word.lower().rstrip("s") for word in (*before, *after))
