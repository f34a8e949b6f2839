"""A report as parts in their order, the same for every kind of file: headings, paragraphs, items of a list, tables."""

from __future__ import annotations

from dataclasses import dataclass, field

PARAGRAPH, ITEM, TABLE = "paragraph", "item", "table"


@dataclass(frozen=True)
class Part:
    """A paragraph or an item (`text`) or a table (`rows`); `line` says where it begins, on which page of a PDF, as which
    block of an HTML page."""

    kind: str
    line: int
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    lines: tuple[int, ...] = ()  # of a table, the line of each row
    mark: str = ""  # what an item begins with: '-', '3.', '[x]'
    between: str = " "  # of a table, what parted the cells; a claim that held it is put together with it


@dataclass
class Section:
    """What stands under one heading; the first section of a report has none."""

    heading: str
    line: int
    parts: list[Part] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """A report as it was read. `notes` say what was not sure on the way."""

    path: str
    unit: str  # what `line` counts: 'line', 'page', 'block'
    sections: tuple[Section, ...]
    sha256: str = ""
    title: str = ""  # where the file says it by itself: HTML, PDF, front matter
    said: tuple[tuple[str, str], ...] = ()  # further fields that the file names: author, date
    notes: tuple[str, ...] = ()

    def where(self, part: Part) -> str:
        return f"{self.unit} {part.line}"
