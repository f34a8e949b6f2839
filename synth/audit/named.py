"""Rows and columns of tables that a sentence names."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ..reading.document import Document, Table
from . import roles
from .views import View, view

CITED = re.compile(r"\s*\([^()]*\d{4}[a-z]?[^()]*\)|\s*\[[\d, ]+\]|[\u2191\u2193\u2020\u2021*]+")
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
PAPER = 30  # pages: how far away a table may be where another paper's has the same number
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
        self.views = [view(table) for table in document.tables]
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
                    if found := _nearest(path):
                        first, pattern = found
                        self._begun.setdefault(first, {}).setdefault(pattern, []).append(((at, axis), line))

    def of(self, text: str, among: Collection[int] | None = None) -> list[Named]:
        """Every table of which the text names a row or a column, or which it names itself; `among` are those looked at."""
        mentioned = {at for number in _numbers(text) for at in self._numbered.get(number, ())}
        averages = self._averages if ON_AVERAGE.search(text) else {}
        hits = self._hits(text, among)
        seen = {*mentioned, *averages, *(at for at, _ in hits)}
        made = list[Named]()
        for at in sorted(seen if among is None else seen.intersection(among)):
            down, across = hits.get((at, ROWS), ()), hits.get((at, COLUMNS), ())
            across = (*across, *(one for one in averages.get(at, ()) if one not in across))
            made.append(Named(self.views[at], down, across, at in mentioned))
        return made

    def numbered(self, text: str, page: int) -> set[int]:
        """The tables whose number a text names; in a volume of many papers those on the pages around."""
        return {at for number in _numbers(text) for at in self._around(self._numbered.get(number, []), page)}

    def _around(self, tables: Sequence[int], page: int) -> list[int]:
        away = {at: abs(self.views[at].table.page - page) for at in tables}
        return [at for at in tables if away[at] <= max(PAPER, min(away.values()))]

    def _hits(self, text: str, among: Collection[int] | None) -> dict[Axis, tuple[int, ...]]:
        """The rows and the columns of each table whose labels are in a text; one that stands inside a longer one is not named."""
        spans: dict[Axis, list[tuple[int, tuple[int, int]]]] = {}
        for pattern, labels in self._candidates(text).items():
            found = [one.span() for one in pattern.finditer(text)]
            for axis, line in labels if found else ():
                if among is None or axis[0] in among:
                    spans.setdefault(axis, []).extend((line, span) for span in found)
        return {axis: lines for axis, all in spans.items() if (lines := _outermost(all))}

    def _candidates(self, text: str) -> dict[re.Pattern[str], list[Label]]:
        """The labels whose first word begins a word of the text; what is written as two words may stand there as one."""
        words = {word.lower() for word in WORD.findall(text)}
        beginnings = {word[:end] for word in words for end in range(1, len(word) + 1)}
        return {pattern: labels for one in beginnings & self._begun.keys() for pattern, labels in self._begun[one].items()}


def _numbers(text: str) -> set[str]:
    return {found["number"] for found in TABLE.finditer(text)}


def named_tables(text: str, tables: Sequence[Table]) -> list[Table]:
    """The tables that a sentence names by their numbers."""
    numbers = _numbers(text)
    return [table for table in tables if table.number and table.number in numbers]


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


def _nearest(path: Sequence[str]) -> tuple[str, re.Pattern[str]] | None:
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
