"""The kinds of perturbation: which units of a text each can hit, and what it puts in their place.

A kind gives `could`, the places that it can hit in a text as it came, and `change`, what a hit puts where: pieces by
place, or None where it cannot be done without melting units together or taking a word's last letter.
"""

from __future__ import annotations

import functools
import itertools
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from . import graphemes, keyboards

Change = Mapping[int, Sequence[str]] | None
# Conjoining consonants and vowels of Korean in Unicode's order, as the letters that the keyboard writes.
FIRSTS, VOWELS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ", "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
LASTS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
SYLLABLES = 0xAC00
NONE = -1


@dataclass
class Text:
    """A text on its way: its units, which of them may be hit, and what stands now where one was hit."""

    units: Sequence[str]
    free: Sequence[bool]
    language: str
    decomposed: bool = False  # written in normal form D, so that what is put into it is too
    now: dict[int, Sequence[str]] = field(default_factory=dict)
    words: list[int] = field(default_factory=list)  # at each letter where its word begins, NONE elsewhere
    letters: dict[int, int] = field(default_factory=dict)  # where a word begins -> the letters that it still has

    def __post_init__(self) -> None:
        begin, letter = NONE, graphemes.is_letter
        for place, unit in enumerate(self.units):
            if not letter(unit):
                if begin != NONE:
                    self.letters[begin] = place - begin
                begin = NONE
            elif begin == NONE:
                begin = place
            self.words.append(begin)
        if begin != NONE:
            self.letters[begin] = len(self.units) - begin

    def before(self, place: int) -> str:
        """The unit that now stands before a place; empty at the beginning."""
        return self._next(place, -1)

    def after(self, place: int) -> str:
        """The unit that now stands behind a place; empty at the end."""
        return self._next(place, 1)

    def _next(self, place: int, step: int) -> str:
        place += step
        while 0 <= place < len(self.units):
            if standing := self.now.get(place, (self.units[place],)):
                return standing[-1 if step < 0 else 0]
            place += step
        return ""

    def asked(self, place: int) -> str:
        """The composed form of the unit that came at a place."""
        return graphemes.composed(self.units[place])

    def written(self, unit: str) -> str:
        """A composed unit as this text writes it."""
        return unicodedata.normalize("NFD", unit) if self.decomposed else unit

    def fits(self, first: int, last: int, pieces: Sequence[str]) -> bool:
        """Whether the pieces are units still in the place of those from `first` to `last`."""
        return graphemes.hold([self.before(first), *pieces, self.after(last)])


@dataclass(frozen=True)
class Kind:
    """One kind of perturbation; `size` is how many units a hit moves or changes."""

    name: str
    about: str
    could: Callable[[Text], list[int]]
    change: Callable[[Text, int, float], Change]
    size: int = 1


def _free(text: Text) -> list[int]:
    return [place for place, (word, free) in enumerate(zip(text.words, text.free, strict=True)) if word != NONE and free]


def _first_fitting(text: Text, place: int, draw: float, options: Sequence[Sequence[str]]) -> Change:
    """The drawn option, or the next one that fits."""
    begin = int(draw * len(options))
    for pieces in (*options[begin:], *options[:begin]):
        if text.fits(place, place, pieces):
            return {place: pieces}
    return None


def _swaps(text: Text) -> list[int]:
    units, places = text.units, _free(text)
    return [one for one, other in itertools.pairwise(places) if other == one + 1 and units[one] != units[other]]


def _swap(text: Text, place: int, draw: float) -> Change:
    one, other = text.units[place : place + 2]
    if place in text.now or place + 1 in text.now or not text.fits(place, place + 1, (other, one)):
        return None
    return {place: (other,), place + 1: (one,)}


def _deletes(text: Text) -> list[int]:
    return [place for place in _free(text) if text.letters[text.words[place]] > 1]


def _delete(text: Text, place: int, draw: float) -> Change:
    word = text.words[place]
    if text.letters[word] < 2 or not text.fits(place, place, ()):
        return None
    text.letters[word] -= 1
    return {place: ()}


def _kept(text: Text, place: int) -> bool:
    """Whether what stands there belongs to an answer: nothing is glued to it."""
    return 0 <= place < len(text.units) and not text.free[place]


def _inserts(text: Text) -> list[int]:
    return [place for place in _free(text) if not (_kept(text, place - 1) and _kept(text, place + 1))]


def _insert(text: Text, place: int, draw: float) -> Change:
    unit = text.units[place]
    added = [text.written(one) for one in pressed(text.asked(place), text.language)] or [unit]
    options = [(unit, one) for one in added] if not _kept(text, place + 1) else []
    if not _kept(text, place - 1):
        # Behind the letter where that is possible; before it, a letter that would melt into what follows is none.
        found = _first_fitting(text, place, draw, options) if options else None
        return found or _first_fitting(text, place, draw, [(one, unit) for one in added])
    return _first_fitting(text, place, draw, options)


def _substitutes(text: Text) -> list[int]:
    return [place for place in _free(text) if replaced(text.asked(place), text.language)]


def _substitute(text: Text, place: int, draw: float) -> Change:
    return _first_fitting(text, place, draw, [(text.written(one),) for one in replaced(text.asked(place), text.language)])


def _marked(text: Text) -> list[int]:
    return [place for place in _free(text) if graphemes.bare(text.asked(place)) != text.asked(place)]


def _drop(text: Text, place: int, draw: float) -> Change:
    return _first_fitting(text, place, draw, [(text.written(graphemes.bare(text.asked(place))),)])


def _cased(text: Text) -> list[int]:
    turkic = text.language in keyboards.TURKIC
    return [place for place in _free(text) if graphemes.other_case(text.asked(place), turkic) != text.asked(place)]


def _flip(text: Text, place: int, draw: float) -> Change:
    other = graphemes.other_case(text.asked(place), text.language in keyboards.TURKIC)
    return _first_fitting(text, place, draw, [(text.written(other),)])


@functools.lru_cache(maxsize=65536)
def replaced(unit: str, code: str) -> tuple[str, ...]:
    """What a composed unit becomes when one of its letters or signs is exchanged for a neighbour; empty where none has one.

    Of a Korean syllable one letter is exchanged, so that it stays a syllable. A letter with diacritics that has no key of its
    own counts as its plain letter where the script has capitals, and keeps its marks elsewhere.
    """
    if _is_syllable(unit):
        found = list(_syllables(unit, code))
    else:
        whole, plain = unit, graphemes.bare(unit)
        if whole != whole.swapcase() and plain != whole and not (len(whole) == 1 and keyboards.near(whole, code)):
            whole = plain
        found = [
            whole[:place] + other + whole[place + 1 :]
            for place, letter in enumerate(whole)
            for other in keyboards.near(letter, code)
        ]
    return tuple(one for one in dict.fromkeys(map(graphemes.composed, found)) if one != unit and len(graphemes.units(one)) == 1)


def _is_syllable(unit: str) -> bool:
    return len(unit) == 1 and SYLLABLES <= ord(unit) < SYLLABLES + len(FIRSTS) * len(VOWELS) * len(LASTS)


def _syllables(syllable: str, code: str) -> Iterator[str]:
    rest, last = divmod(ord(syllable) - SYLLABLES, len(LASTS))
    first, vowel = divmod(rest, len(VOWELS))
    parts, rows = (first, vowel, last), (FIRSTS, VOWELS, LASTS)
    for place, (part, row) in enumerate(zip(parts, rows, strict=True)):
        for other in keyboards.near(row[part], code):
            if other in row:
                exchanged = [*parts]
                exchanged[place] = row.index(other)
                yield chr(SYLLABLES + (exchanged[0] * len(VOWELS) + exchanged[1]) * len(LASTS) + exchanged[2])


@functools.lru_cache(maxsize=65536)
def pressed(unit: str, code: str) -> tuple[str, ...]:
    """The letters of the keys around a composed unit's own, each a unit by itself: what a finger presses beside it."""
    whole = FIRSTS[(ord(unit) - SYLLABLES) // (len(VOWELS) * len(LASTS))] if _is_syllable(unit) else unit
    found = [other for letter in (*whole, *graphemes.bare(whole)) for other in keyboards.near(letter, code)]
    return tuple(one for one in dict.fromkeys(found) if graphemes.is_letter(one) and len(graphemes.units(one)) == 1)


KINDS = {
    kind.name: kind
    for kind in (
        Kind("none", "leave the text as it is", lambda text: [], lambda text, place, draw: None),
        Kind("swap", "exchange two neighbouring letters of a word", _swaps, _swap, size=2),
        Kind("delete", "leave a letter out, never the last one of a word", _deletes, _delete),
        Kind("insert", "add a letter from a neighbouring key; a letter without neighbours is doubled", _inserts, _insert),
        Kind("substitute", "put a letter from a neighbouring key in the place of another", _substitutes, _substitute),
        Kind("diacritics", "drop what stands on, under or in a letter", _marked, _drop),
        Kind("case", "make a small letter a capital, and a capital a small one", _cased, _flip),
    )
}
