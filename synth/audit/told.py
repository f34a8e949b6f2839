"""Text against tables: a number given for a row and a column that the sentence names, a lead of one row over another."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from replicate.results import Interval, difference

from ..english import units
from ..english.numbers import EQUAL, Number
from ..reading.document import ABSTRACT, APPENDIX, BODY, Document, Sentence
from . import roles
from .changes import CHANGE
from .findings import LIKELY, POSSIBLE, Finding, Outcome, between, digit_slip, gap
from .named import Named, Names
from .spoken import SAID, interval_of, sentences, spoken
from .values import Value
from .views import Entry, label, place

VOICES = (ABSTRACT, BODY, APPENDIX)
# A sentence with one of these may speak of what no table has.
ELSEWHERE = re.compile(
    r"\b(previous(ly)?|prior|reported|published|original(ly)?|et al|state[- ]of[- ]the[- ]art|dev(elopment)?|valid(ation)?"
    r"|ablat\w*|few-?shot|zero-?shot|without|w/o|except|excluding|if|when|only|each|respectively|ranges?|ranging|between|seeds?|runs?|std"
    r"|deviation|compared|versus|vs|than|p|figure|fig|averaged|median|correlation|another|other|both)\b",
    re.I,
)
RECENT = 4  # sentences: a table that one of them names is still spoken of
LEAD = re.compile(
    r"\b(outperform\w*|beats?|exceeds?|surpass\w*|better than|higher than|improves? (over|on|upon)|gains? over|ahead of)\b", re.I
)
BY = re.compile(r"\bby\s+(?:about\s+|an average of\s+|up to\s+)?[+]?\s*$", re.I)

# '4.5 points above the Baseline'
APART = re.compile(
    r"\s*(?:points?|%)?\s*(?:above|over|ahead of|below|behind|(?:better|higher|more|worse|lower|less) than)\b", re.I
)


def check(document: Document) -> Outcome:
    """The sentences of a document against its tables."""
    made, names = Outcome(), Names(document)
    if not document.tables:
        return made
    printed = _printed(names)
    recent = deque[str](maxlen=RECENT)
    numbered = {id(sentence): found for sentence, found in sentences(document, VOICES)}
    for sentence in document.sentences:
        recent.append(sentence.text)
        found = numbered.get(id(sentence))
        if not found:
            continue
        if "(" in sentence.text and re.search(r"\bet al\b|\((19|20)\d\d", sentence.text):
            continue
        level, lead = _one_level(found, sentence.text), _one_lead(found, sentence.text)
        if not level and not lead:
            continue
        anywhere = names.around(sentence.page)
        about = anywhere if sentence.label == ABSTRACT else names.numbered(" ".join(recent), sentence.page)
        there = names.of(sentence.text, about)
        if level:
            made.add(_level(sentence, level, there, printed))
        if lead:  # a level that a cell prints says which table is meant
            made.add(_lead(sentence, lead, names.of(sentence.text, anywhere) if lead.levels else there))
    return made


def _printed(names: Names) -> dict[Decimal, int]:
    """Every number that stands in a table, with how often: a number of the text that is one of them may be of that cell."""
    count: dict[Decimal, int] = {}
    for one in names.views:
        for entry in one.entries.values():
            for value in (*entry.content.parts, entry.content.spread, entry.content.beside):
                if value:
                    count[abs(value.value)] = count.get(abs(value.value), 0) + 1
    return count


@dataclass(frozen=True)
class Lead:
    """How far one is ahead of another, and the levels that the sentence gives beside it."""

    by: Number
    levels: tuple[Number, ...]


def _one_level(found: Sequence[Number], text: str) -> Number | None:
    """The one number that may be a level: with a decimal or a percent sign, and no change."""
    levels = [
        one
        for one in found
        if one.unit in (units.PERCENT, "")
        and ("." in one.text or one.unit == units.PERCENT)
        and not CHANGE.search(text[: one.start])
        and not BY.search(text[: one.start])
    ]
    return levels[0] if len(levels) == 1 and levels[0].relation == EQUAL else None


def _one_lead(found: Sequence[Number], text: str) -> Lead | None:
    """The one lead that a sentence speaks of."""
    apart = [one for one in found if one.unit == units.POINTS and one.relation == EQUAL and APART.match(text, one.end)]
    leads = [one for one in found if one.unit in SAID and one.relation == EQUAL and BY.search(text[: one.start])]
    leads = leads if LEAD.search(text) and leads else apart
    levels = tuple(one for one in found if one.unit in SAID and one not in leads)
    return Lead(leads[0], levels) if len(leads) == 1 and (not levels or leads == apart) else None


def _bound(there: Sequence[Named]) -> Iterator[tuple[Named, Entry]]:
    """The cells that a sentence names with one row and one column, in all tables."""
    for one in there:
        columns = one.columns or (tuple(range(len(one.view.paths))) if len(one.view.paths) == 1 else ())
        if len(one.rows) == 1 and columns and len({one.view.paths[at][:1] for at in columns}) == 1:
            for at in columns:
                entry = one.view.at(one.rows[0], at)
                if entry:
                    yield one, entry


def _level(sentence: Sentence, number: Number, there: Sequence[Named], printed: dict[Decimal, int]) -> Outcome:
    made, cells = Outcome(), _bound(there)
    values = [(one, entry, value) for one, entry in cells for value in entry.content.parts if _comparable(number, value)]
    if not values:
        return made
    if any(number.value == value.value for _, _, value in values):
        made.checked["numbers of the text in tables"] += 1
        return made
    captions = " ".join(one.view.table.caption for one, _, _ in values)
    if re.search(r"\btest\b", sentence.text, re.I) and not re.search(r"\btest\b", captions, re.I):
        return made
    if ELSEWHERE.search(sentence.text) or abs(number.value) in printed or len(values) > 2:
        return made
    one, entry, value = min(values, key=lambda each: abs(each[2].value - number.value))
    near = abs(value.value - number.value) <= abs(value.value) / 10
    if not near or not (one.table or digit_slip(number.text, value.printed)):
        return made
    made.checked["numbers of the text in tables"] += 1
    row, column = " | ".join(entry.cell.rows), " | ".join(entry.cell.columns)
    what = f"the text gives {number.text} for {row}, {column}; the table prints {entry.cell.text}, "
    what += f"and {number.text} stands in no cell"
    sure = LIKELY if one.table else POSSIBLE
    at = place(one.view.table, entry.cell)
    made.findings.append(
        Finding("text and table", sure, what, spoken(sentence), (at,), number.text, value.made, "the cell", (value.printed,))
    )
    return made


def _comparable(number: Number, value: Value) -> bool:
    places = len(number.text.partition(".")[2])
    return places == value.places and (number.unit != units.PERCENT or value.unit in ("%", "")) and value.unit in ("%", "")


def _lead(sentence: Sentence, lead: Lead, there: Sequence[Named]) -> Outcome:
    """'A outperforms B by 2.3 points on C' against the two cells."""
    made, text = Outcome(), sentence.text
    number, levels, told = lead.by, lead.levels, list[tuple[Named, Entry, Entry, Interval, bool]]()
    for one in there:
        columns = one.columns or (tuple(range(len(one.view.paths))) if len(one.view.paths) == 1 else ())
        if len(columns) != 1 or one.view.roles[columns[0]] in roles.DERIVED[4:]:
            continue
        rows = one.rows or _baseline(one, text)
        rows = rows if len(rows) != 1 else (*_of_level(one, rows[0], columns[0], levels), *rows)
        if len(rows) != 2:
            continue
        first, second = (one.view.at(row, columns[0]) for row in rows)
        if first and second and first.content.one and second.content.one:
            if any(level.value not in (first.content.one.value, second.content.one.value) for level in levels):
                continue
            shift = difference(first.content.one.made, second.content.one.made)
            shift = shift if shift.low + shift.high > 0 else Interval(-shift.high, -shift.low)
            told.append((one, first, second, shift, _relative(number, first.content.one, second.content.one)))
    if not told:
        return made
    made.checked["leads of the text in tables"] += 1
    if any(not gap(interval_of(number), shift) or relative for _, _, _, shift, relative in told):
        return made
    one, first, second, shift, _ = told[0]
    if ELSEWHERE.search(APART.sub("", LEAD.sub("", text))):
        made.checked["leads of the text in tables"] -= 1
        return made
    cells = f"{first.cell.text} and {second.cell.text}"
    what = f"the text gives a lead of {number.text}; the two cells, {cells}, are {between(shift)} apart"
    against = tuple(place(one.view.table, each.cell) for each in (first, second))
    sure = LIKELY if one.table else POSSIBLE
    members = (first.cell.text, second.cell.text)
    made.findings.append(
        Finding("text and table", sure, what, spoken(sentence), against, number.text, shift, "difference", members)
    )
    return made


def _baseline(one: Named, text: str) -> tuple[int, ...]:
    """The one row that is labelled so, where a sentence speaks of 'the baseline'."""
    rows = [row for row, path in enumerate(one.view.lines) if label(path).lower() == "baseline"]
    return tuple(rows) if len(rows) == 1 and re.search(r"\bthe baseline\b", text, re.I) else ()


def _of_level(one: Named, named: int, column: int, levels: Sequence[Number]) -> tuple[int, ...]:
    """The row, not named, whose cell is the level that a sentence gives: '74.0 on MNLI, 4.5 points above the Baseline'."""
    entries = [(row, one.view.at(row, column)) for row in range(len(one.view.lines)) if row != named and len(levels) == 1]
    rows = [row for row, entry in entries if entry and entry.content.one and entry.content.one.value == levels[0].value]
    return tuple(rows) if len(rows) == 1 else ()


def _relative(number: Number, one: Value, other: Value) -> bool:
    """Whether a lead is meant in percent of the lower number."""
    if number.unit == "points" or min(one.made.low, other.made.low) <= 0:
        return False
    high, low = (one, other) if one.value >= other.value else (other, one)
    made = Interval(100 * (high.made.low / low.made.high - 1), 100 * (high.made.high / low.made.low - 1))
    return not gap(interval_of(number), made)
