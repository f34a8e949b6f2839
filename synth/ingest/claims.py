"""The claims of a report: rows of a table with a column of claims, items or paragraphs under a heading that says so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from . import clean, marks
from .cited import ids_in
from .parts import ITEM, PARAGRAPH, TABLE, Part, Section, Source
from .text import LABEL

CLAIM = re.compile(r"\b(?:claims?|statements?|findings?|assertions?)\b", re.I)
VERIFIED = re.compile(
    r"\b(?:verified|supported|verdict|verification|status|confirmed|check(?:ed)?|valid(?:ated)?|true|result|tick)\b|^[\u2713\u2714?]$",
    re.I,
)
CONFIDENCE = re.compile(r"\b(?:confidence|conf|score|probability|certainty|likelihood|p)\b\.?", re.I)
SOURCE = re.compile(r"\b(?:sources?|papers?|references?|refs?|citations?|cit(?:es|ed)|arxiv|evidence|doi)\b", re.I)
ID = re.compile(r"(?:#|id|no\.?|nr\.?|number|n)$", re.I)
UNDER = re.compile(
    r"\b(?:claims?|statements?|assertions?|(?:key|main|extracted|verified)\s+(?:findings|results|points)|findings)\b", re.I
)
FIELD = re.compile(
    r"(?:^|\s)(claim|statement|text|verified|status|verdict|supported|confidence|source|paper|evidence|note|quote)\s*[:=]\s*",
    re.I,
)
ABOUT = re.compile(
    r"^(?:claims?\s+(?:were|are|was)\b|the\s+following\s+(?:claims|table)\b|(?:table|figure)\s+\d|note:|legend|verified\s+claims\s+are)",
    re.I,
)


@dataclass(frozen=True)
class Row:
    """One claim as it stands in a report, cleaned, with what the report says of it."""

    text: str
    line: int
    verified: bool | None = None
    confidence: float | None = None
    source: str = ""  # what the report names as its source, as it is written
    extra: tuple[tuple[str, str], ...] = ()  # further cells by their column
    headed: bool = False  # whether it has a heading of its own


@dataclass
class Found:
    """The claims of a report, what was wrong with some, and the parts that they stood in."""

    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    used: list[Part] = field(default_factory=list)


def find(source: Source) -> Found:
    """Every claim of a report: of all its tables of claims, else of its lists and paragraphs of claims."""
    found = Found()
    taken: Counter[str] = Counter()
    for section in source.sections:
        for part in section.parts:
            if part.kind == TABLE and (columns := _columns(part, bool(UNDER.search(section.heading)))):
                _table(part, columns, source, found, taken)
    for section in source.sections:
        if not found.rows or found.rows[-1].headed:
            _headed(section, source, found, taken)
    if not found.rows:
        for section in source.sections:
            if UNDER.search(section.heading):
                _listed(section, source, found, taken)
    if not found.rows:
        for section in source.sections:
            _labelled(section, source, found, taken)
    found.notes += [f"{number} {what}{'s' * (number != 1)} left out of claims" for what, number in taken.items()]
    return found


@dataclass(frozen=True)
class Columns:
    """Which column of a table is what; `head` says whether its first row names them."""

    claim: int
    verified: int | None
    confidence: int | None
    source: int | None
    id: int | None
    head: bool
    names: tuple[str, ...]


def _columns(table: Part, expected: bool) -> Columns | None:
    """The columns of a table of claims, by their names; by what they hold where the heading says that these are claims."""
    head = [clean.plain(one, Counter()) for one in table.rows[0]]
    kinds: dict[str, int] = {}
    for place, name in enumerate(head):
        for kind, pattern in (
            ("claim", CLAIM),
            ("verified", VERIFIED),
            ("confidence", CONFIDENCE),
            ("source", SOURCE),
            ("id", ID),
        ):
            if (
                kind not in kinds
                and len(name.split()) <= 4
                and pattern.search(name)
                and not (kind == "claim" and ID.search(name))
            ):
                kinds[kind] = place
                break
    if "claim" in kinds and (len(table.rows[0]) > 1 or expected):
        return Columns(
            kinds["claim"],
            kinds.get("verified"),
            kinds.get("confidence"),
            kinds.get("source"),
            kinds.get("id"),
            True,
            tuple(head),
        )
    return _by_content(table) if expected else None


def _by_content(table: Part) -> Columns | None:
    """A table without a head: the long cells are the claims, the marks and the numbers beside them what is said of them."""
    width = max(len(row) for row in table.rows)
    columns = [[row[place] for row in table.rows if place < len(row)] for place in range(width)]
    lengths = [sum(map(len, cells)) / len(cells) for cells in columns]
    claim = max(range(width), key=lambda place: lengths[place])
    if lengths[claim] < 20:
        return None

    def most(fits: Callable[[str], bool], but: Sequence[int]) -> int | None:
        return next(
            (place for place in range(width) if place not in but and sum(map(fits, columns[place])) > len(columns[place]) / 2),
            None,
        )

    verified = most(lambda cell: marks.tick(cell) is not None, [claim])
    sure = most(lambda cell: marks.confidence(cell) is not None, [claim, verified if verified is not None else -1])
    return Columns(claim, verified, sure, None, None, False, ())


def _table(table: Part, columns: Columns, source: Source, found: Found, taken: Counter[str]) -> None:
    width = len(table.rows[0])
    found.used.append(table)
    ragged = list[str]()
    whole = marks.scale([_cell(row, columns.confidence) for row in table.rows[columns.head :] if len(row) == width])
    for row, line in list(zip(table.rows, table.lines, strict=True))[columns.head :]:
        cells = _fitted(row, width, columns, table.between)
        if len(row) != width:
            ragged.append(f"{source.unit} {line}: {len(row)} cell{'s' * (len(row) != 1)} where the table has {width}")
        text = clean.plain(cells[columns.claim], taken) if columns.claim < len(cells) else ""
        if not text:
            found.notes.append(f"{source.unit} {line}: a row without a claim")
            continue
        verified, sure = _cell(cells, columns.verified), _cell(cells, columns.confidence)
        extra = _extra(cells, columns, taken)
        if verified and not marks.is_mark(verified):
            found.notes.append(f"{source.unit} {line}: {verified[:40]!r} is no mark that is known; it is kept as a note")
            extra += ((_named(columns, columns.verified, "verified"), clean.plain(verified, taken)),)
        if sure and marks.confidence(sure, whole) is None and not marks.is_mark(sure):
            found.notes.append(f"{source.unit} {line}: {sure[:40]!r} is no confidence from 0 to 1 or 100%; it is kept as a note")
            extra += ((_named(columns, columns.confidence, "confidence"), clean.plain(sure, taken)),)
        own, tick, share = (text, marks.tick(verified), marks.confidence(sure, whole))
        if columns.verified is None and columns.confidence is None:
            own, tick, share = marks.inline(text)
        named = _cell(cells, columns.source) or _linked(cells[columns.claim])
        found.rows.append(Row(own, line, tick, share, named, extra))
    if ragged:
        more = f" and {len(ragged) - 3} more" if len(ragged) > 3 else ""
        found.notes.append(f"a ragged table: {'; '.join(ragged[:3])}{more}; its claims are kept")


def _fitted(row: Sequence[str], width: int, columns: Columns, between: str) -> list[str]:
    """A claim that held the mark between cells is put together again, unless its row reads better with cells to spare."""
    cells = list(row)
    more = len(cells) - width
    if more <= 0 or (columns.claim == 0 and all(not cell.strip() for cell in cells[width:])):
        return cells
    start = columns.claim
    joined = [*cells[:start], between.join(cells[start : start + more + 1]), *cells[start + more + 1 :]]
    return cells if _telling(cells, columns) > _telling(joined, columns) else joined


def _telling(cells: Sequence[str], columns: Columns) -> int:
    """How many of mark and confidence can be read where they are looked for."""
    tick, share = marks.tick(_cell(cells, columns.verified)), marks.confidence(_cell(cells, columns.confidence))
    return (tick is not None) + (share is not None)


def _extra(cells: Sequence[str], columns: Columns, taken: Counter[str]) -> tuple[tuple[str, str], ...]:
    """The cells of columns that are neither claim nor mark, by their names."""
    known = (columns.claim, columns.verified, columns.confidence, columns.source, columns.id)
    there = [(place, cell) for place, cell in enumerate(cells) if place not in known and cell.strip()]
    return tuple((_named(columns, place, "") or f"column {place + 1}", clean.plain(cell, taken)) for place, cell in there)


def _named(columns: Columns, place: int | None, otherwise: str) -> str:
    return columns.names[place] if place is not None and place < len(columns.names) else otherwise


def _cell(cells: Sequence[str], place: int | None) -> str:
    return cells[place].strip() if place is not None and place < len(cells) else ""


def _linked(text: str) -> str:
    """The ids of papers in a claim as it was written; its links are taken out with its mark-up."""
    return " ".join(str(one) for one in ids_in(text))


def _listed(section: Section, source: Source, found: Found, taken: Counter[str]) -> None:
    """Items under a heading of claims; where there is no list, its paragraphs."""
    items = [part for part in section.parts if part.kind == ITEM]
    for part in items or [one for one in section.parts if one.kind == PARAGRAPH]:
        text = clean.plain(part.text, taken)
        if not items and (ABOUT.match(text) or text.endswith(":")):
            continue
        _one(part, text, source, found)


def _headed(section: Section, source: Source, found: Found, taken: Counter[str]) -> None:
    """A claim with a heading of its own, 'Claim 3', and beneath it what is said of it, field by field."""
    label = LABEL.match(f"{section.heading}:")
    if not label:
        return
    said = clean.plain(section.heading, taken)[label.end() :].strip()
    fields: list[tuple[str, str]] = []
    for part in section.parts:
        text = clean.plain(part.text, taken)
        named = FIELD.split(text)  # words before the first field, then names and values in turn
        fields += [(name.lower(), value.strip(" ;,.|*")) for name, value in zip(named[1::2], named[2::2], strict=True)]
        said = said or next((value for name, value in fields if name in ("claim", "statement", "text")), "") or named[0].strip()
        found.used.append(part)
    told = dict(reversed(fields))
    verdict = next((told[name] for name in ("verified", "status", "verdict", "supported") if name in told), "")
    known = ("verified", "status", "verdict", "supported", "confidence", "source", "paper", "claim", "statement", "text")
    extra = tuple((name, value) for name, value in fields if name not in known)
    if said:
        share, named_in = marks.confidence(told.get("confidence", "")), told.get("source", told.get("paper", ""))
        found.rows.append(Row(said, section.line, marks.tick(verdict), share, named_in, extra, True))
    else:
        found.notes.append(f"{source.unit} {section.line}: a heading of a claim without a claim")


def _labelled(section: Section, source: Source, found: Found, taken: Counter[str]) -> None:
    """'Claim 3: ...' wherever it stands."""
    for part in section.parts:
        if part.kind != TABLE and LABEL.match(text := clean.plain(part.text, taken)):
            _one(part, text, source, found)


def _one(part: Part, text: str, source: Source, found: Found) -> None:
    text, tick, sure = marks.inline(LABEL.sub("", text))
    if tick is None and part.mark.startswith("["):
        tick = marks.tick(part.mark)
    found.used.append(part)
    if text:
        found.rows.append(Row(text, part.line, tick, sure, _linked(part.text)))
    else:
        found.notes.append(f"{source.where(part)}: an item without a claim")
