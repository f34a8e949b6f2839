"""What a report says of itself: title, author, date, research question, the paper that it examines, its counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import clean
from .parts import TABLE, Part, Source

MONTHS = "January February March April May June July August September October November December".split()
MONTH = "|".join(f"{name}|{name[:3]}\\.?" for name in MONTHS)
DATE = re.compile(
    rf"\b(?:(?P<month>{MONTH})\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}})|(?P<day2>\d{{1,2}})\.?\s+(?P<month2>{MONTH})\s+(?P<year2>\d{{4}})"
    r"|(?P<iso>\d{4}-\d{2}-\d{2}))\b"
)
QUESTION = re.compile(r"(?:research\s+question|question|RQ\s*\d*)\s*[:\u2013\u2014]\s*(?=\S)", re.I)
ASKED = re.compile(r"\?(?=\W|$)")
EXAMINES = re.compile(
    r"(?:this\s+(?:paper|report|review)\s+(?:examines|reviews|is\s+about|concerns|discusses)|source\s+paper|primary\s+paper)\s*:?\s*"
    r"[\"\u201c]?(.+?)[\"\u201d]?(?:\.\s|\.$|$|\s+Research\s+question)",
    re.I,
)
NUMBER = r"(\d{1,3}(?:,\d{3}){1,4}|\d{1,15})"
COUNTS = {
    "papers_retrieved": (
        rf"\b{NUMBER}\s+(?:\w+\s+)?(?:papers|articles|studies|documents|records)\s+(?:were\s+)?(?:retrieved|found|identified|collected|returned)\b",
        rf"\b(?:yield(?:ed|s)|retrieved|returned|identified|found|gave)\s+{NUMBER}\s+(?:\w+\s+)?(?:papers|articles|studies|documents|records)\b",
        rf"\bpapers?\s+retrieved\s*[:=]\s*{NUMBER}\b",
    ),
    "claims_extracted": (
        rf"\b{NUMBER}\s+claims\s+(?:were\s+)?extracted\b",
        rf"\bextracted\s+{NUMBER}\s+claims\b",
        rf"\bclaims?\s+extracted\s*[:=]\s*{NUMBER}\b",
    ),
    "claims_verified": (
        rf"\b{NUMBER}\s+(?:claims\s+)?(?:were\s+|was\s+)?(?:independently\s+)?verified\b",
        rf"\b{NUMBER}\s+of\s+(?:the\s+)?\d+\s+(?:claims\s+)?(?:were\s+)?(?:independently\s+)?verified\b",
        rf"\bclaims?\s+verified\s*[:=]\s*{NUMBER}\b",
    ),
}
SCORE = re.compile(
    r"\b(?:quality|review|overall|assessment)[\w\s]{0,80}?(?:score|rating)[\w\s]{0,80}?(?:of|is|was|[:=])\s*(\d{1,3}(?:\.\d+)?)\s*(?:/|out\s+of)\s*(\d{1,3})",
    re.I,
)
NO_AUTHOR = re.compile(r"[.?!:]$|\bresearch question\b|\b(?:this|source|primary) (?:paper|report|review)\b|https?://|^\[\d", re.I)
LABELLED = re.compile(r"^\**(title|authors?|by|date|published|version|question|research question)\**\s*:\s*\**\s*(.+)$", re.I)
NEXT = re.compile(
    r"\s+(?=\**(?:Title|Authors?|Date|Published|Version|Question|Research [Qq]uestion)\**\s*:)"
)  # of lines that were joined


@dataclass
class Header:
    """Fields of a report, empty where it does not have them; `used` are the parts that they were read from."""

    title: str = ""
    author: str = ""
    date: str = ""
    question: str = ""
    examined: str = ""
    counts: dict[str, float | int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    used: list[Part] = field(default_factory=list)


def read(source: Source) -> Header:
    """What the report says of itself."""
    made = Header(title=clean.plain(source.title, Counter()))
    for name, value in source.said:
        _labelled(made, name, value)
    _front(source, made)
    for text, part in _texts(source):
        if not made.question and (match := QUESTION.search(text)) and (end := ASKED.search(text, match.end() + 1)):
            made.question = text[match.end() : end.end()]
            made.used.append(part)
        if not made.examined and (match := EXAMINES.search(text)):
            made.examined = match[1].strip().rstrip(".")
            made.used.append(part)
        _counts(text, part, made)
    if not made.question:
        _asked(source, made)
    return made


def _front(source: Source, made: Header) -> None:
    """The lines before the first section: a title, who wrote it, when."""
    first = source.sections[0] if source.sections else None
    if first is None:
        return
    parts = list(first.parts)
    if first.heading and len(source.sections) > 0:
        made.title = made.title or clean.plain(first.heading, Counter())
    for place, part in enumerate(parts[:8]):
        text = clean.plain(part.text, Counter())
        if part.kind == TABLE or len(text) > 300:
            continue
        labels = [LABELLED.match(line) for line in NEXT.split(text)]
        date = DATE.search(text)
        if labels[0]:
            for label in filter(None, labels):
                _labelled(made, label[1], label[2])
        elif date and len(text) <= len(date[0]) + 20:
            made.date = made.date or _iso(date)
        elif not made.title and text:
            made.title = text
        elif text == made.title:
            pass
        elif not made.author and len(text) <= 120 and not NO_AUTHOR.search(text) and place <= 3:
            made.author = text
        else:
            continue
        made.used.append(part)


def _labelled(made: Header, name: str, value: str) -> None:
    name, value = name.lower(), clean.plain(value, Counter())
    if name.startswith("title"):
        made.title = made.title or value
    elif name.startswith(("author", "by")):
        made.author = made.author or value
    elif name in ("date", "published") and (match := DATE.search(value)):
        made.date = made.date or _iso(match)
    elif "question" in name:
        made.question = made.question or value


def _iso(match: re.Match[str]) -> str:
    if match["iso"]:
        return match["iso"]
    month = match["month"] or match["month2"]
    number = next(place for place, name in enumerate(MONTHS, 1) if name[:3].lower() == month[:3].lower())
    return f"{match['year'] or match['year2']}-{number:02}-{int(match['day'] or match['day2']):02}"


def _texts(source: Source) -> Iterator[tuple[str, Part]]:
    for section in source.sections:
        for part in section.parts:
            if part.kind != TABLE:
                yield clean.plain(part.text, Counter()), part


def _counts(text: str, part: Part, made: Header) -> None:
    found: dict[str, list[float | int]] = {}
    for name, patterns in COUNTS.items():
        for pattern in patterns:
            found.setdefault(name, []).extend(int(match.replace(",", "")) for match in re.findall(pattern, text, re.I))
    for match in SCORE.finditer(text):
        value, whole = float(match[1]), float(match[2])
        found.setdefault("score", []).append(value if whole == 10 or not whole else round(10 * value / whole, 3))
    for name, values in found.items():
        for value in values:
            if name in made.counts and made.counts[name] != value:
                made.notes.append(f"{name.replace('_', ' ')}: the report says {made.counts[name]:g} and {value:g}")
            made.counts.setdefault(name, value)
            made.used.append(part)


def _asked(source: Source, made: Header) -> None:
    """A question under its own heading, else a title that asks."""
    for section in source.sections:
        if re.fullmatch(r"(?:the\s+)?(?:research\s+)?questions?", section.heading.strip(), re.I) and section.parts:
            made.question = clean.plain(section.parts[0].text, Counter())
            made.used.append(section.parts[0])
            return
    if made.title.endswith("?"):
        made.question = made.title
