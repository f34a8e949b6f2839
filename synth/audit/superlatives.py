"""'X performs best' against the order of the table; 'the nine tasks of Table 1' against its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..english.numbers import EQUAL
from ..plural import counted
from ..reading.document import ABSTRACT, APPENDIX, BODY, Document, Sentence
from . import roles
from .findings import LIKELY, POSSIBLE, Finding, Outcome, Place
from .named import Named, Names
from .spoken import LONGEST, sentences, spoken
from .views import Entry, View, name, place

VOICES = (ABSTRACT, BODY, APPENDIX)
BEST = re.compile(
    r"\b(?:performs? best|works? best|is the best|(?:has|have|gets?|got) the (?:best|highest)"
    r"|(?:achiev|obtain|reach|yield|attain|giv|show)(?:e?s|es?d?|ing)? the (?:best|highest|top|strongest)"
    r"|outperforms? (?:all|every|any)(?: of)?(?: the)? (?:other|model|system|method|baseline|competitor)s?)",
    re.I,
)
PARTIAL = re.compile(
    r"\b(one of|among|except|second|next|not|n't|never|without|excluding|almost|nearly|only|if|when|whether|most of|some|often"
    r"|sometimes|et al|previous|prior|non-|un\w+supervised|monolingual|than|of the (?:three|two|four)|tied?"
    r"|per|each|respectively|validation|dev|development|efficien\w+|trade-?off|overall|consistent\w*|agreement|correlat\w+)\b",
    re.I,
)
SHOWS = re.compile(
    r"(?:Table|Tab\.)\s*[A-Z]?\.?\d+\s+(?:lists?|shows?|gives?|summari[sz]es?|presents?|reports?|describes?|contains?)\s+"
    r"(?:all |the |our |all the |all our |statistics (?:of|for) (?:the |our |all )?)?$",
    re.I,
)
LISTED = re.compile(
    r"(?:\s+\w+){0,6}?\s*,?\s*(?:\(?(?:listed|shown|given|summari[sz]ed|described|presented)\s+in|\(?(?:see|cf\.)|of|in|\()\s*$",
    re.I,
)


def check(document: Document) -> Outcome:
    """The superlatives and the counts of rows that a sentence says of a table."""
    made = Outcome()
    if not document.tables:
        return made
    names = Names(document)
    for sentence in document.sentences:
        if (
            sentence.label in VOICES
            and len(sentence.text) <= LONGEST
            and BEST.search(sentence.text)
            and not PARTIAL.search(sentence.text)
        ):
            made.add(_best(sentence, names.of(sentence.text, names.around(sentence.page))))
    made.add(_counts(document, names))
    return made


def _best(sentence: Sentence, there: list[Named]) -> Outcome:
    """The one row that is called best is the best of no column that may be meant."""
    made = Outcome()
    told = [(one, list(_columns(one))) for one in there if len(one.rows) == 1 and len(one.view.lines) > 1]
    told = [(one, columns) for one, columns in told if columns]
    if any(one.table for one, _ in told):
        told = [(one, columns) for one, columns in told if one.table]
    elif len(told) != 1:
        return made
    found = list[tuple[Named, Entry, Entry]]()
    for one, columns in told:
        for at in columns:
            mine = one.view.at(one.rows[0], at)
            if mine is None or mine.content.one is None:
                continue
            better = _beaten(one.view, at, mine)
            if better is None:
                made.checked["superlatives"] += 1
                return made
            found.append((one, mine, better))
    if not found:
        return made
    made.checked["superlatives"] += 1
    one, mine, better = found[-1]
    row, column = " | ".join(better.cell.rows), " | ".join(better.cell.columns)
    which = f"in {column or 'its column'}" if len(found) == 1 else f"in none of {len(found)} columns the best: in {column}"
    what = f"the text calls {' | '.join(mine.cell.rows)} the best; the table has {mine.cell.text} for it, "
    what += f"{which} {row} has {better.cell.text}"
    sure = LIKELY if one.table else POSSIBLE
    against = (place(one.view.table, mine.cell), place(one.view.table, better.cell))
    made.findings.append(Finding("superlative", sure, what, spoken(sentence), against, mine.cell.text))
    return made


def _columns(one: Named) -> Iterator[int]:
    """The columns that are meant: those named, else all that measure something."""
    skipped = (roles.DELTA, roles.RELATIVE, roles.SPREAD, roles.COUNT, roles.TOTAL, roles.RANK)
    for at in one.columns or range(len(one.view.paths)):
        if one.view.roles[at] not in skipped:
            yield at


def _beaten(view: View, at: int, mine: Entry) -> Entry | None:
    """The best other cell of a column that is better than this one; None where there is none, or the direction is not sure."""
    value = mine.content.one
    assert value is not None
    others = [
        entry for line in range(len(view.lines)) if (entry := view.at(line, at)) and entry is not mine and entry.content.one
    ]
    others = [entry for entry in others if view.line_roles[entry.cell.row] not in roles.DERIVED]
    towards = roles.direction(view.paths[at]) or roles.direction([view.table.caption])
    best = list[Entry]()
    for sign in (towards,) if towards else (1, -1):
        better = [one for one in others if sign * (one.content.parts[0].value - value.value) > 0]
        better = [
            one
            for one in better
            if one.content.parts[0].made.low >= value.made.high or one.content.parts[0].made.high <= value.made.low
        ]
        if not better:
            return None
        best.append(max(better, key=lambda one: sign * one.content.parts[0].value))
    return best[0]


def _counts(document: Document, names: Names) -> Outcome:
    """'Table 1 lists the nine tasks', where neither its rows nor its columns are nine of anything."""
    made = Outcome()
    for sentence, found in sentences(document, VOICES):
        tables = names.numbered(sentence.text, sentence.page)
        if len(tables) != 1:
            continue
        table, text = names.views[tables.pop()].table, sentence.text
        start = text.find(table.number)
        for one in found:
            noun = one.noun or (following[1] if (following := re.match(r"\s+([a-z]+)", text[one.end :])) else "")
            if not noun or one.relation != EQUAL or one.value != one.value.to_integral_value() or not 2 <= one.value <= 60:
                continue
            before = SHOWS.search(text[: one.start])
            mention = re.search(rf"(?:Table|Tab\.)\s*{re.escape(table.number)}\b", text[one.end :])
            after = mention and LISTED.fullmatch(text[one.end : one.end + mention.start()])
            if not (before or after) or start < 0:
                continue
            counts = _sizes(table.labels) | _sizes(table.header)
            made.checked["counts of rows"] += 1
            if int(one.value) in counts or int(one.value) > max(counts) + 3 or not _same_noun(noun, table.caption):
                continue
            what = f"the text counts {one.text} {noun} in {name(table)}, which has {counted(len(table.labels), 'row')}"
            what += f" and {counted(len(table.header), 'column')}"
            at = Place(table.page, name(table), quote=table.caption)
            made.findings.append(Finding("count", POSSIBLE, what, spoken(sentence), (at,), one.text))
    return made


def _sizes(paths: tuple[tuple[str, ...], ...]) -> set[int]:
    """How many things a side of a table may be said to have: lines, those without totals and averages, labels of each level."""
    plain = [path for path in paths if roles.of_path(path) not in roles.DERIVED]
    made = {len(paths), len(plain), len(paths) - 1, len(plain) - 1}
    for level in range(max((len(path) for path in paths), default=0)):
        for some in (paths, plain):
            labels = {path[level] for path in some if len(path) > level}
            made |= {len(labels), len(labels) - 1}
    firsts = {path[0] for path in plain if path}
    for first in firsts:
        made.add(sum(path[:1] == (first,) for path in plain))
    return {one for one in made if one > 0}


def _same_noun(noun: str, caption: str) -> bool:
    """Whether the caption speaks of what is counted: else the rows may be something else."""
    head = noun.split()[-1].lower().rstrip("s")
    return len(head) > 2 and head in caption.lower()
