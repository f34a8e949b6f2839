"""Plain text and Markdown -> parts: headings, paragraphs, lists, tables by tabs, pipes or commas."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence

from ..english.verbs import finite
from .header import DATE
from .parts import ITEM, PARAGRAPH, TABLE, Part, Section

HASHES = re.compile(r"#{1,6}\s+(?=\S)")
NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,3}|[IVX]{1,4}|[A-Z])[.)]?\s+(\S.*)$")
UNDERLINE = re.compile(r"(=|-|~){3,}\s*$")
FENCE = re.compile(r"\s*(```|~~~)")
MARK = re.compile(r"\s*(?:([-*+\u2022\u2023\u25aa\u25cf\u2013])|(\(?\d{1,3}[.)]|\(?[a-z][.)]))\s+(?=\S)")
BOX = re.compile(r"\[([ xX\u2713\u2714\u2717\u2718\u00d7-])\]\s+")
RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
HEADINGS = frozenset(
    "abstract introduction background methods method methodology results discussion limitations conclusion conclusions "
    "references bibliography sources claims findings evidence summary appendix overview acknowledgements "
    "verification".split()
)
LABEL = re.compile(r"\s*(?:\*\*)?(?:claim|finding|statement|c)\s*\.?\s*#?(\d{1,3})\s*(?:[:.)\u2013\u2014-])(?:\*\*)?\s*", re.I)
COLUMN = re.compile(r"\b(claims?|statements?|findings?|assertions?)\b", re.I)
LONGEST_HEADING = 90
LONGEST_HEAD = 5_000  # characters of the first line of comma-separated values
LONGEST_CELL = 2**17  # characters; what is longer stands in no table, whatever limit the reader of CSV has at this moment


def front_matter(lines: Sequence[str]) -> tuple[dict[str, str], int]:
    """The fields between two lines of '---' at the beginning, and how many lines they take."""
    if not lines or lines[0].strip() != "---":
        return {}, 0
    end = next((place for place, line in enumerate(lines[1:60], 1) if line.strip() in ("---", "...")), 0)
    found = [re.match(r"(\w[\w -]*?)\s*:\s*(.+)$", line) for line in lines[1:end]]
    if not end or not any(found):
        return {}, 0
    return {match[1].lower(): match[2].strip().strip("\"'") for match in found if match}, end + 1


def sections(lines: Sequence[str], begin: int = 0) -> tuple[Section, ...]:
    """The parts of a text under their headings."""
    made = [Section("", 1)]
    place = begin
    while place < len(lines):
        if not lines[place].strip():
            place += 1
            continue
        for read in READERS:
            part, used = read(lines, place)
            if used:
                break
        if isinstance(part, Section):
            made.append(part)
        elif part is not None:
            made[-1].parts.append(part)
        place += max(used, 1)
    return tuple(one for one in made if one.heading or one.parts)


Read = tuple[Section | Part | None, int]


def _blank(lines: Sequence[str], place: int) -> bool:
    return not 0 <= place < len(lines) or not lines[place].strip()


def _heading(lines: Sequence[str], place: int) -> Read:
    line = lines[place].strip()
    if match := HASHES.match(line):
        title = line[match.end() :].rstrip("#").rstrip() or "#"
        return Section(re.sub(r"^\d+(?:\.\d+)*[.)]?\s+", "", title), place + 1), 1
    if (
        not _blank(lines, place + 1)
        and UNDERLINE.match(lines[place + 1].strip())
        and len(line) <= LONGEST_HEADING
        and "|" not in line
    ):
        return Section(line, place + 1), 2
    numbered = None if DATE.fullmatch(line) else NUMBERED.match(line)
    title = numbered[1] if numbered else line
    title = re.sub(r"^\*\*(.+?)\*\*:?$", r"\1", title).rstrip(":")
    after = _blank(lines, place + 1) or _tabular(lines, place + 1) or _announces(line, lines[place + 1])
    alone = _blank(lines, place - 1) and after
    if not alone or len(title) > LONGEST_HEADING or title[-1:] in ".!?," or "\t" in line:
        return None, 0
    known = {word.lower() for word in re.findall(r"[A-Za-z]+", title)} & HEADINGS
    short = len(title.split()) <= 6
    if (
        (known and short)
        or (numbered and short and title[:1].isupper() and not finite(title))
        or title != title.lower() == title.upper()
    ):
        return Section(title, place + 1), 1
    return None, 0


def _announces(line: str, below: str) -> bool:
    """'Claims that I found:' right above a list, as people write it."""
    return line.endswith(":") and bool(COLUMN.search(line)) and bool(MARK.match(below))


def _tabular(lines: Sequence[str], place: int) -> bool:
    return place < len(lines) and ("\t" in lines[place] or lines[place].lstrip().startswith("|"))


def _fence(lines: Sequence[str], place: int) -> Read:
    """What stands between fences is text as it is, or a table where it holds one."""
    if not FENCE.match(lines[place]):
        return None, 0
    end = next((at for at in range(place + 1, len(lines)) if FENCE.match(lines[at])), len(lines))
    inner = lines[place + 1 : end]
    for read in (_tabs, _pipes, _commas):
        part, used = read(inner, 0) if inner else (None, 0)
        if isinstance(part, Part) and used == len(inner):
            shifted = tuple(line + place + 1 for line in part.lines)
            return Part(TABLE, place + 2, rows=part.rows, lines=shifted), end - place + 1
    return Part(PARAGRAPH, place + 1, " ".join(line.strip() for line in inner)), end - place + 1


def _rows(lines: Sequence[str], place: int, cells: Callable[[str], list[str] | None], between: str = " ") -> Read:
    rows, numbers, at = list[tuple[str, ...]](), list[int](), place
    while at < len(lines) and lines[at].strip():
        found = cells(lines[at])
        if found is None:
            break
        if not _ruled(lines[at], under_head=len(rows) <= 1):
            rows.append(tuple(found))
            numbers.append(at + 1)
        at += 1
    if not rows:
        return None, 0
    return Part(TABLE, place + 1, rows=tuple(rows), lines=tuple(numbers), between=between), at - place


def _ruled(line: str, under_head: bool) -> bool:
    """Whether a line parts the head of a table from its rows; with single hyphens further down it is a row of empty cells."""
    return bool(RULE.match(line)) and ("--" in line or ("|" in line and under_head))


def _tabs(lines: Sequence[str], place: int) -> Read:
    """Lines with tabs. After a head with a column of claims a line without tabs is a row that lost its cells."""
    if "\t" not in lines[place].strip("\n"):
        return None, 0
    ragged = bool(COLUMN.search(lines[place]))
    return _rows(lines, place, lambda line: [one.strip() for one in line.split("\t")] if "\t" in line or ragged else None)


def _pipes(lines: Sequence[str], place: int) -> Read:
    line = lines[place].strip()
    ruled = place + 1 < len(lines) and "|" in lines[place + 1] and RULE.match(lines[place + 1])
    if not (line.startswith("|") or ("|" in line and ruled)):
        return None, 0

    def cells(one: str) -> list[str] | None:
        if "|" not in one:
            return None
        inner = one.strip().removeprefix("|")
        inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
        return [cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", inner)]

    return _rows(lines, place, cells, " | ")


def _commas(lines: Sequence[str], place: int) -> Read:
    """Comma- or semicolon-separated values, where the first line is a head with a column of claims."""
    head = lines[place]
    for mark in (",", ";") if len(head) <= LONGEST_HEAD else ():
        names = next(csv.reader([head], delimiter=mark, skipinitialspace=True), [])
        if len(names) > 1 and any(COLUMN.fullmatch(one.strip()) for one in names) and all(len(one.split()) <= 3 for one in names):
            end = next((at for at in range(place, len(lines)) if not lines[at].strip()), len(lines))
            reader = csv.reader(lines[place:end], delimiter=mark, skipinitialspace=True)
            rows, numbers, before = list[tuple[str, ...]](), list[int](), 0
            try:
                for row in reader:
                    if any(len(one) >= LONGEST_CELL for one in row):
                        return None, 0
                    rows.append(tuple(one.strip() for one in row))
                    numbers.append(place + before + 1)
                    before = reader.line_num
            except csv.Error:
                return None, 0
            return Part(TABLE, place + 1, rows=tuple(rows), lines=tuple(numbers), between=f"{mark} "), end - place
    return None, 0


def _item(lines: Sequence[str], place: int) -> Read:
    """An item of a list with the lines that go on with it."""
    mark = MARK.match(lines[place])
    if not mark:
        return None, 0
    text, at = lines[place][mark.end() :], place + 1
    while (
        at < len(lines)
        and lines[at].strip()
        and not MARK.match(lines[at])
        and not HASHES.match(lines[at])
        and lines[at][:1].isspace()
    ):
        text += " " + lines[at].strip()
        at += 1
    box = BOX.match(text)
    return Part(ITEM, place + 1, text[box.end() :] if box else text, mark=box[0].strip() if box else mark[0].strip()), at - place


def _paragraph(lines: Sequence[str], place: int) -> Read:
    at = place + 1
    while at < len(lines) and lines[at].strip() and not any(read(lines, at)[1] for read in (_tabs, _pipes, _item)):
        if HASHES.match(lines[at].strip()) or FENCE.match(lines[at]) or LABEL.match(lines[at]):
            break
        at += 1
    return Part(PARAGRAPH, place + 1, " ".join(line.strip() for line in lines[place:at])), at - place


READERS: tuple[Callable[[Sequence[str], int], Read], ...] = (_fence, _heading, _pipes, _tabs, _commas, _item, _paragraph)
