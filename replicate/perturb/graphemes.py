"""Text as people see it: what looks like one letter is one unit, whatever it is written with.

A unit is an extended grapheme cluster of Unicode (UAX 29, Indic conjuncts included), and a sign that Unicode lets stand
alone (a vowel sign of Burmese) belongs to the unit before it: it cannot stand without one.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence

import regex

_UNIT = regex.compile(r"\X(?:(?=\p{M})\X)*")
# Letters with a stroke and the like are no composites to Unicode; who drops diacritics writes the plain letter.
_PLAIN = str.maketrans("đĐłŁøØħĦŧŦıƀɓɗ", "dDlLoOhHtTibbd")
VIRAMA, NUKTA, KANA_VOICING, THAI_TONE = 9, 7, 8, 107
# Combining classes of what is dropped: Hebrew points 10 to 26, Arabic marks 27 to 35, what stands on or under letters 200 to 240.
_DIACRITICS = frozenset((NUKTA, KANA_VOICING, THAI_TONE, *range(10, 36), *range(200, 241)))


def units(text: str) -> list[str]:
    """The text cut into its units; joined they are the text again."""
    return list(text) if text.isascii() and "\r" not in text else _UNIT.findall(text)


def hold(pieces: Sequence[str]) -> bool:
    """Whether these units are still units when they stand side by side: none melts into its neighbour."""
    joined = "".join(pieces)
    return units(joined) == [piece for piece in pieces if piece]


@functools.lru_cache(maxsize=65536)
def is_letter(unit: str) -> bool:
    """Whether a unit is a letter with what stands on it: no space, digit, punctuation, emoji or lone sign."""
    return unicodedata.category(unit[0])[0] == "L"


@functools.lru_cache(maxsize=65536)
def composed(unit: str) -> str:
    """The unit in normal form C: what is asked of a unit is asked of this form, so that the answer is the same for all."""
    return unicodedata.normalize("NFC", unit)


@functools.lru_cache(maxsize=65536)
def bare(unit: str) -> str:
    """A composed unit without its diacritics. Vowel signs, viramas and what else spells a sound are no diacritics and stay."""
    parts = unicodedata.normalize("NFD", unit).translate(_PLAIN)
    return composed("".join(part for part in parts if unicodedata.combining(part) not in _DIACRITICS))


def lower(letter: str, turkic: bool) -> str:
    """In small letters; Turkish and Azerbaijani have two letters i."""
    return (letter.replace("I", "ı").replace("İ", "i") if turkic else letter).lower()


def upper(letter: str, turkic: bool) -> str:
    """In capitals."""
    return (letter.replace("i", "İ") if turkic else letter).upper()


@functools.lru_cache(maxsize=65536)
def other_case(unit: str, turkic: bool) -> str:
    """A composed unit in its other case; the unit itself where it has none, or none of the same length.

    Georgian's capitals are of headings, no word is written with one of them: it counts as a script without case.
    """
    if "\u10a0" <= unit[0] <= "\u10ff" or "\u1c90" <= unit[0] <= "\u1cbf":
        return unit
    raised = upper(unit, turkic)
    changed = composed(raised if raised != unit else lower(unit, turkic))
    return changed if len(changed) == len(unit) and hold([changed]) else unit
