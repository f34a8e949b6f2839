"""Rows and columns of tables that a sentence names."""

from __future__ import annotations

import functools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ..reading.document import Document
from . import roles
from .views import View, view

CITED = re.compile(r"\s*\((?=[^()]*+\))[^()]*\d{4}[a-z]?[^()]*\)|\s*\[[\d, ]+\]|[\u2191\u2193\u2020\u2021*]+")
ASIDE = r"(?i:tab|see|cf|fig|section|appendix|\d)"
SIZES = r"(?i:large|base|small|tiny|mini|medium|xl|xxl|x?huge|multi|v\d)"
# Labels that are words of any sentence.
PLAIN = frozenset(
    "none all total model models method methods system systems task tasks baseline baselines data dataset datasets train "
    "training dev test ours our other others with without yes no full base large small single multi english en de fr es the "
    "score size name language languages setting results random mean average overall first second time metric acc accuracy "
    "f1 em p r".split()
)
ON_AVERAGE = re.compile(r"\b(?:on average|averages?|averaged|mean|overall)\b", re.I)
WORD = re.compile(r"[^\W_]+")
PAPER = 30  # pages: how far away a table may be where another one has the same number
VOLUME = 100  # pages: how far away a table may be at all
TABLE = re.compile(r"\b(?:Table|Tab\.)\s*(?P<number>[A-Z]{0,2}\.?\d+(?:\.\d+)?)")

Axis = tuple[int, int]  # a table, and whether its rows or its columns
Label = tuple[Axis, int]  # and which of them
ROWS, COLUMNS = 0, 1


@dataclass(frozen=True)
class Named:
    """What a sentence names of one table: its rows, its columns, and whether it names the table itself."""

    view: View
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    table: bool


class Names:
    """The labels of all tables of a document, found in sentences.

    They are kept by their first words: a volume has a hundred thousand labels, a sentence the first words of few.
    """

    def __init__(self, document: Document) -> None:
        self.views = [view(table) for table in sorted(document.tables, key=lambda one: one.page)]
        self._pages = [one.table.page for one in self.views]
        self._numbered: dict[str, list[int]] = {}
        self._averages: dict[int, list[int]] = {}
        self._begun: dict[str, dict[re.Pattern[str], list[Label]]] = {}
        for at, one in enumerate(self.views):
            if one.table.number:
                self._numbered.setdefault(one.table.number, []).append(at)
            if averages := [column for column, role in enumerate(one.roles) if role == roles.AVERAGE]:
                self._averages[at] = averages
            for axis, paths in enumerate((one.lines, one.paths)):
                for line, path in enumerate(paths):
                    if found := _name(path):
                        first, pattern = found
                        self._begun.setdefault(first, {}).setdefault(pattern, []).append(((at, axis), line))

    def of(self, text: str, among: Collection[int]) -> list[Named]:
        """Those of these tables of which the text names a row or a column, or which it names itself."""
        if not among:
            return []
        numbers, averages = _numbers(text), ON_AVERAGE.search(text)
        hits = self._hits(text, among)
        made = list[Named]()
        for at in sorted(among):
            one, down, across = self.views[at], hits.get((at, ROWS), ()), hits.get((at, COLUMNS), ())
            if averages:
                across = (*across, *(column for column in self._averages.get(at, ()) if column not in across))
            mentioned = one.table.number in numbers
            if down or across or mentioned:
                made.append(Named(one, down, across, mentioned))
        return made

    def around(self, page: int) -> range:
        """The tables on so many pages before and behind one: what lies farther away is another paper's."""
        return range(bisect_left(self._pages, page - VOLUME), bisect_right(self._pages, page + VOLUME))

    def numbered(self, text: str, page: int) -> set[int]:
        """The tables whose number a text names; of a volume's many with one number those on the pages around."""
        return {at for number in _numbers(text) for at in self._nearest(self._numbered.get(number, []), page)}

    def _nearest(self, tables: Sequence[int], page: int) -> Sequence[int]:
        """Of tables in their order those at most a paper's length away; where there are none the next one on each side."""

        def before(pages: int) -> int:
            return bisect_left(tables, pages, key=self._pages.__getitem__)

        low, high = before(page - PAPER), before(page + PAPER + 1)
        return tables[low:high] or tables[max(low - 1, 0) : low + 1]

    def _hits(self, text: str, among: Collection[int]) -> dict[Axis, tuple[int, ...]]:
        """The rows and the columns of each table whose labels are in a text; one that stands inside a longer one is not named."""
        spans: dict[Axis, list[tuple[int, tuple[int, int]]]] = {}
        first, last = ((min(among), 0), 0), ((max(among) + 1, 0), 0)
        for pattern, labels in self._candidates(text).items():
            found = [one.span() for one in pattern.finditer(text)]
            for axis, line in labels[bisect_left(labels, first) : bisect_left(labels, last)] if found else ():
                if axis[0] in among:
                    spans.setdefault(axis, []).extend((line, span) for span in found)
        return {axis: lines for axis, all in spans.items() if (lines := _outermost(all))}

    def _candidates(self, text: str) -> dict[re.Pattern[str], list[Label]]:
        """The labels whose first word begins a word of the text; what is written as two words may stand there as one."""
        words = {word.lower() for word in WORD.findall(text)}
        beginnings = {word[:end] for word in words for end in range(1, len(word) + 1)}
        return {pattern: labels for one in beginnings & self._begun.keys() for pattern, labels in self._begun[one].items()}


def _numbers(text: str) -> set[str]:
    return {found["number"] for found in TABLE.finditer(text)}


@functools.lru_cache(maxsize=10_000)
def _pattern(label: str) -> tuple[str, re.Pattern[str]] | None:
    """A label's first word in small letters, and how it stands in a sentence; None for what is no name."""
    bare = CITED.sub("", label).strip(" :.-\u2013()")
    words = WORD.findall(bare)
    if not words or bare.lower() in PLAIN or len("".join(words)) < 3 or not any(one.isalpha() for one in bare):
        return None
    middle = r"[\W_]{0,2}".join(map(re.escape, words))
    tail = r"\+" if bare.endswith("+") else ""
    flags = re.I if len(bare) > 5 else re.NOFLAG
    ends = rf"(?![\w+]|-[\w]|\s*[+/]\s*\w|[\s-]{SIZES}\b|\s*\((?!{ASIDE}))"
    return words[0].lower(), re.compile(rf"(?<![\w])(?<![\w]-){middle}{tail}{ends}", flags)


def _name(path: Sequence[str]) -> tuple[str, re.Pattern[str]] | None:
    """The nearest label of a path that is a name; a metric ('F1') names its column with the label above it."""
    return next((found for label in reversed(path) if (found := _pattern(label))), None)


def _outermost(spans: Sequence[tuple[int, tuple[int, int]]]) -> tuple[int, ...]:
    """The lines whose label stands in a text, and not only inside a longer one."""
    lines = {
        line
        for line, (start, end) in spans
        if not any(low <= start and end <= high and (low, high) != (start, end) for _, (low, high) in spans)
    }
    return tuple(sorted(lines))
