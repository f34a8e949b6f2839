"""Which letters a finger, or an input method, takes for one another: the neighbours of a letter in a language.

Neighbours are of the same sort, so that a unit stays one: letters for letters, vowel signs for vowel signs. A keyboard's
come from `data/keyboards.toml`. Chinese characters have no keys: their neighbours are those of the national character
set, which is in order of sound for the common ones (as an input method offers them), of shape for the others. The
artificial languages have an alphabet; neighbours are next to each other in it.
"""

from __future__ import annotations

import functools
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .. import resources
from ..languages import Language, languages
from ..problems import Problem, unknown
from . import graphemes

FILE, SCHEMA = "keyboards.toml", "replicate.keyboards/1"
# Where each row begins, in widths of a key: rows of a keyboard stand a little to the right of the row above.
ROWS = (0.0, 1.5, 1.75, 1.25)
REACH = 1.3  # of a key's width: six keys around one, not those beyond
EMPTY, CIRCLE = ".", "\u25cc"
# Character sets with their levels of rows; within a level the order says something: sound, or strokes and radical.
SETS: dict[str, tuple[tuple[str, tuple[tuple[int, int], ...]], ...]] = {
    "zh": (("gb2312", ((0xB0, 0xD7), (0xD8, 0xF7))), ("big5", ((0xA4, 0xC6), (0xC9, 0xF9)))),
    "ja": (("euc_jp", ((0xB0, 0xCF), (0xD0, 0xF4))),),
    "ko": (("euc_kr", ((0xCA, 0xFD),)),),
}
TRAILS = {"big5": (*range(0x40, 0x7F), *range(0xA1, 0xFF))}
TURKIC = ("tr", "az")
KATAKANA = 0x60  # above hiragana

Near = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Layout:
    """Who stands beside whom on one keyboard, by letter, nearest first; `title` says which one it is."""

    title: str
    near: Near


def language(name: str) -> Language:
    """The language of this code or English name, real or artificial; a Problem with the nearest ones where there is none."""
    table = {**languages("artificial"), **languages()}
    wanted = name.strip().lower()
    for one in table.values():
        if wanted in (one.code.lower(), one.name.lower()):
            return one
    names = () if len(wanted) <= 3 else (one.name for one in table.values())
    raise unknown("language", name, (*table, *names))


@functools.cache
def layout(code: str) -> Layout | None:
    """The keyboard of a language, or the alphabet of an artificial one; None for Chinese, which is not typed by character."""
    if code in languages():
        name = _file()["languages"].get(code)
        return _layout(name) if name else None
    return Layout("alphabetical order", _alphabets(languages("artificial")[code].script))


@functools.lru_cache(maxsize=65536)
def near(letter: str, code: str) -> tuple[str, ...]:
    """The neighbours of one character in a language; empty where it has none. Letters of the Latin script that the
    language's own keyboard lacks are looked up on the American one; capitals have capitals for neighbours."""
    own, turkic = layout(code), code in TURKIC
    small = graphemes.lower(letter, turkic)
    for one in (own, layout("en")):
        if one and letter in one.near:
            return one.near[letter]
        if one and small != letter and small in one.near:
            return tuple(graphemes.upper(found, turkic) for found in one.near[small])
    return _in_set(letter, code) if "CJK UNIFIED" in unicodedata.name(letter, "") else ()


@functools.cache
def _file() -> dict[str, Any]:
    path = resources.data() / FILE
    with path.open("rb") as file:
        data = tomllib.load(file)
    if data.get("schema") != SCHEMA:
        raise Problem(f"{path}: has the schema {data.get('schema')!r}; this version reads {SCHEMA!r}: install it again")
    return data


@functools.cache
def _layout(name: str) -> Layout:
    found = _file()["layouts"][name]
    if groups := found.get("groups"):
        keys = [group.split() for group in groups]
        keys += [[chr(ord(kana) + KATAKANA) for kana in key] for key in keys]
        return Layout(found["title"], {one: tuple(other for other in key if other != one) for key in keys for one in key})
    levels = [_places(found[level]) for level in ("plain", "shifted") if level in found]
    table: dict[str, tuple[str, ...]] = {}
    for number, places in enumerate(levels):
        for (x, y), one in places.items():
            around = sorted(
                (abs(a - x) + abs(b - y), other) for (a, b), other in places.items() if 0 < _apart(a - x, b - y) < REACH
            )
            # The same key with shift, or without, is as near as the next key.
            other_level = [level[x, y] for level in levels[:number] + levels[number + 1 :] if (x, y) in level]
            alike = [other for other in (*other_level, *(o for _, o in around)) if _sort(other) == _sort(one) is not None]
            if alike := [other for other in alike if other != one]:
                # A letter may be on several keys.
                table[one] = tuple(dict.fromkeys((*table.get(one, ()), *alike)))
    return Layout(found["title"], table)


def _places(rows: Iterable[str]) -> dict[tuple[float, float], str]:
    found = {}
    for number, (row, begin) in enumerate(zip(rows, ROWS, strict=True)):
        for place, key in enumerate(row.split()):
            if key != EMPTY:
                found[begin + place, float(number)] = unicodedata.normalize("NFC", key.removeprefix(CIRCLE))
    return found


def _apart(x: float, y: float) -> float:
    return (x * x + y * y) ** 0.5


def _sort(letter: str) -> str | None:
    """What may stand for one another inside a unit; None for what makes the unit (a virama) or is a diacritic of its own."""
    if unicodedata.category(letter[0])[0] == "L":
        return "letter" if not 0x3131 <= ord(letter[0]) <= 0x3163 else "consonant" if letter <= "ㅎ" else "vowel"
    kind = unicodedata.combining(letter)
    if kind in (graphemes.VIRAMA, graphemes.NUKTA):
        return None
    return "tone" if kind == graphemes.THAI_TONE else "sign"


def _alphabets(script: str) -> Near:
    """Consonants and vowels of the world, each a row, in the script and in the pivot's, which loans and names keep."""
    from ..sources.world import grammar, tree

    count = len(tree.CONSONANTS)
    letters = {"Latn": grammar.LATIN, **grammar.WRITING, "Deva": "".join(grammar.DEVA[sound] for sound in grammar.LATIN)}
    signs = "".join(grammar.SIGNS[sound] for sound in tree.VOWELS)
    rows = [part for one in dict.fromkeys(("Latn", script)) for part in (letters[one][:count], letters[one][count:])]
    table = {}
    for row in (*rows, *([signs] if script == "Deva" else [])):
        for place, one in enumerate(row):
            table[one] = tuple(row[place - 1 : place] + row[place + 1 : place + 2]) if place else (row[1],)
    return table


def _in_set(letter: str, code: str) -> tuple[str, ...]:
    """The two characters before and the two behind in the character set of the language, of the same level."""
    for codec, levels in SETS.get(code, ()):
        trails = TRAILS.get(codec, tuple(range(0xA1, 0xFF)))
        try:
            lead, trail = letter.encode(codec)
        except ValueError:  # not in this set, or not in two bytes
            continue
        level = next((one for one in levels if one[0] <= lead <= one[1]), None)
        if level is None or trail not in trails:
            continue
        place, found = lead * len(trails) + trails.index(trail), []
        for other in (place - 1, place + 1, place - 2, place + 2):
            first, second = divmod(other, len(trails))
            try:
                character = bytes((first, trails[second])).decode(codec)
            except UnicodeDecodeError:
                continue
            if level[0] <= first <= level[1] and "CJK UNIFIED" in unicodedata.name(character, ""):
                found.append(character)
        return tuple(found)
    return ()
