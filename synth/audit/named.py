"""Rows and columns of tables that a sentence names."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
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
TABLE = re.compile(r"\b(?:Table|Tab\.)\s*(?P<number>[A-Z]{0,2}\.?\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Named:
    """What a sentence names of one table: its rows, its columns, and whether it names the table itself."""

    view: View
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    table: bool


class Names:
    """The labels of all tables of a document, found in sentences."""

    def __init__(self, document: Document) -> None:
        self.views = [view(table) for table in document.tables]
        self.rows = [[_patterns(path) for path in one.lines] for one in self.views]
        self.columns = [[_patterns(path) for path in one.paths] for one in self.views]

    def of(self, text: str) -> list[Named]:
        """Every table of which the text names a row or a column, or which it names itself."""
        tables = {found["number"] for found in TABLE.finditer(text)}
        made = list[Named]()
        for one, rows, columns in zip(self.views, self.rows, self.columns, strict=True):
            mentioned = one.table.number in tables if one.table.number else False
            down, across = _hits(text, rows), _hits(text, columns)
            if ON_AVERAGE.search(text):
                across = [*across, *(at for at, role in enumerate(one.roles) if role == roles.AVERAGE and at not in across)]
            if down or across or mentioned:
                made.append(Named(one, tuple(down), tuple(across), mentioned))
        return made


def named_tables(text: str, tables: Sequence[Table]) -> list[Table]:
    """The tables that a sentence names by their numbers."""
    numbers = {found["number"] for found in TABLE.finditer(text)}
    return [table for table in tables if table.number and table.number in numbers]


@functools.lru_cache(maxsize=10_000)
def _pattern(label: str) -> re.Pattern[str] | None:
    bare = CITED.sub("", label).strip(" :.-\u2013()")
    words = [one for one in re.split(r"[\W_]+", bare) if one]
    if not words or bare.lower() in PLAIN or len("".join(words)) < 3 or not any(one.isalpha() for one in bare):
        return None
    middle = r"[\W_]{0,2}".join(map(re.escape, words))
    tail = r"\+" if bare.endswith("+") else ""
    flags = re.I if len(bare) > 5 else re.NOFLAG
    return re.compile(rf"(?<![\w])(?<![\w]-){middle}{tail}(?![\w+]|-[\w]|\s*[+/]\s*\w|[\s-]{SIZES}\b|\s*\((?!{ASIDE}))", flags)


def _patterns(path: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    """The nearest label of a path that is a name; a metric ('F1') names its column with the label above it."""
    found = [one for label in reversed(path) if (one := _pattern(label))]
    return tuple(found[:1])


def _hits(text: str, patterns: Sequence[tuple[re.Pattern[str], ...]]) -> list[int]:
    """The labels in a text; one that stands inside a longer one is not named."""
    spans = [(at, found.span()) for at, mine in enumerate(patterns) for one in mine for found in one.finditer(text)]
    return list(
        dict.fromkeys(
            at
            for at, (start, end) in spans
            if not any(low <= start and end <= high and (low, high) != (start, end) for _, (low, high) in spans)
        )
    )
