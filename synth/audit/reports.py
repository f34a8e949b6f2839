"""Reports made by machines: the counts that they give of themselves against their own list of claims, and against each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ..reading.document import Document, Sentence, Table
from .findings import SURE, Finding, Outcome, Place
from .spoken import spoken
from .views import name

NUMBER = r"(?P<number>\d+(?:\.\d+)?)"
SAYS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "claims extracted",
        re.compile(rf"\b{NUMBER}\s+(?:\w+\s+)?claims?\s+(?:were\s+|was\s+)?(?:extracted|identified|found)\b", re.I),
    ),
    (
        "claims verified",
        re.compile(rf"\b{NUMBER}\s+(?:of\s+them\s+|claims?\s+)?(?:were\s+|was\s+)?(?:\w+ly\s+)?verified\b", re.I),
    ),
    ("papers", re.compile(rf"\b{NUMBER}\s+(?:\w+\s+)?papers?\s+(?:were\s+)?(?:retrieved|found|identified)\b", re.I)),
    ("papers", re.compile(rf"\b(?:yielded|retrieved|returned|found)\s+{NUMBER}\s+(?:\w+\s+)?papers?\b", re.I)),
    (
        "quality score",
        re.compile(rf"\b(?:quality|review)(?:\s+review)?\s+score\s*(?:of|:|was|is|=)?\s*{NUMBER}(?=\s*/\s*10|\b)", re.I),
    ),
)
VERIFIED = re.compile(r"^(?:verified|supported|status|verdict)\??$", re.I)
YES = re.compile(r"^(?:\u2713|\u2714|\u2705|yes|true|verified|supported|\[x\])$", re.I)
NO = re.compile(r"^(?:\u2717|\u2718|\u00d7|x|\u274c|no|false|not verified|unverified|unsupported|\[ \]|\u2013|-)$", re.I)


@dataclass(frozen=True)
class _Said:
    what: str
    value: Decimal
    text: str
    sentence: Sentence


@dataclass(frozen=True)
class _List:
    """A table of claims: how many it has, and how many of them are ticked; None where a mark is not understood."""

    table: Table
    claims: int
    ticked: int | None


def check(document: Document) -> Outcome:
    """What a report says of its own numbers."""
    made = Outcome()
    said = list(_said(document))
    lists = [each for table in document.tables if (each := _list(table))]
    first: dict[str, _Said] = {}
    for one in said:
        earlier = first.setdefault(one.what, one)
        if earlier is one:
            continue
        made.checked["counts of a report"] += 1
        if earlier.value != one.value:
            what = f"{one.what}: {earlier.text} in one place, {one.text} in another"
            places = (spoken(earlier.sentence),)
            made.findings.append(Finding("report", SURE, what, spoken(one.sentence), places, one.text))
    if len(lists) != 1:
        return made
    there = lists[0]
    for what, number in (("claims extracted", there.claims), ("claims verified", there.ticked)):
        if what not in first or number is None:
            continue
        made.checked["counts of a report"] += 1
        if first[what].value != number:
            told = first[what]
            shown = f"the report says {told.text} {what}, its own list has {number}"
            at = Place(
                there.table.page, name(there.table) if there.table.number else "the list of claims", quote=f"{there.claims} rows"
            )
            made.findings.append(Finding("report", SURE, shown, spoken(told.sentence), (at,), told.text))
    if {"claims extracted", "claims verified"} <= set(first) and first["claims verified"].value > first["claims extracted"].value:
        more, fewer = first["claims verified"], first["claims extracted"]
        what = f"{more.text} claims verified of {fewer.text} extracted"
        made.findings.append(Finding("report", SURE, what, spoken(more.sentence), (spoken(fewer.sentence),), more.text))
    return made


def _said(document: Document) -> Iterator[_Said]:
    for sentence in document.sentences:
        for what, pattern in SAYS:
            for found in pattern.finditer(sentence.text):
                yield _Said(what, Decimal(found["number"]), found["number"], sentence)


def _list(table: Table) -> _List | None:
    """The table as a list of claims, if its header says that it is one."""
    heads = [path[-1] if path else "" for path in table.header]
    marks = [at for at, head in enumerate(heads) if VERIFIED.match(head)]
    ticked = table.labels and all(len(path) > 1 and (YES.match(path[-1]) or NO.match(path[-1])) for path in table.labels)
    if not (marks or ticked) or (table.caption and not re.search(r"claim", table.caption, re.I)):
        return None
    if marks:
        texts = [cell.text.strip() if (cell := table.at(row, marks[0])) else "" for row in range(len(table.labels))]
    else:  # ticks beside the claims are labels to a reader of tables
        texts = [path[-1].strip() for path in table.labels]
    understood = all(YES.match(text) or NO.match(text) for text in texts)
    return _List(table, len(table.labels), sum(bool(YES.match(text)) for text in texts) if understood else None)
