"""A paper as it was read, the same value for PDF, HTML, LaTeX and plain text: pages, blocks, sentences, tables.

Offsets count characters of `Page.text`, so `page.text[start:end]` is always the printed words themselves, line breaks and
hyphens included; the text of a sentence is the same with its lines joined. Boxes are in points from the upper left corner
of the text held upright; what has no pages (HTML, LaTeX, plain text) is one page without boxes.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

SCHEMA = "synth.pages/1"
FRONT, ABSTRACT, BODY, RELATED, REFERENCES, APPENDIX = "front", "abstract", "body", "related work", "references", "appendix"
HEADING, FOOTNOTE, CAPTION, TABLE, FIGURE, FURNITURE = "heading", "footnote", "caption", "table", "figure", "furniture"
# What a paper says in its own voice, in the order of reading; furniture is page numbers, running heads and stamps.
PROSE = (ABSTRACT, BODY, RELATED, APPENDIX)
LABELS = (FRONT, *PROSE, REFERENCES, HEADING, FOOTNOTE, CAPTION, TABLE, FIGURE, FURNITURE)


class Box(NamedTuple):
    """A rectangle on a page; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def union(self, other: Box) -> Box:
        return Box(
            min(self.left, other.left), min(self.top, other.top), max(self.right, other.right), max(self.bottom, other.bottom)
        )


class Span(NamedTuple):
    """Where characters stand: `page.text[start:end]` of the page with this number."""

    page: int
    start: int
    end: int


@dataclass(frozen=True)
class Page:
    """One page, its lines in reading order. `turned` says by how many degrees most of its text had to be turned."""

    number: int
    text: str
    width: float = 0.0
    height: float = 0.0
    turned: int = 0


@dataclass(frozen=True)
class Block:
    """Lines that belong together: a paragraph, a heading, a caption, a footnote, the cells of a table.

    `label` is one of LABELS; `heading` is the title of the section around it.
    """

    span: Span
    text: str
    label: str
    heading: str = ""
    box: Box | None = None


@dataclass(frozen=True)
class Sentence:
    """One sentence, whole even where a column, a footnote or a page comes between: then it has several spans."""

    text: str
    spans: tuple[Span, ...]
    label: str
    heading: str = ""
    box: Box | None = None  # of its first span

    @property
    def page(self) -> int:
        return self.spans[0].page


@dataclass(frozen=True)
class Cell:
    """A cell with a value. `text` is what is printed; `notes` are its footnote marks, which are no part of it.

    `rows` and `columns` are the header paths, from the outermost label to the nearest.
    """

    row: int
    column: int
    text: str
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    notes: str = ""
    bold: bool = False
    underlined: bool = False
    box: Box | None = None


@dataclass(frozen=True)
class Table:
    """A table as it was understood: `header` holds a path for every column, `labels` one for every row of values."""

    number: str  # as its caption has it: '2', 'A.1'; empty where it has none
    caption: str
    page: int
    header: tuple[tuple[str, ...], ...]
    labels: tuple[tuple[str, ...], ...]
    cells: tuple[Cell, ...]
    stubs: int = 1  # the columns on the left that name the rows
    box: Box | None = None
    turned: int = 0
    doubts: tuple[str, ...] = ()  # what was not sure while it was read

    def at(self, row: int, column: int) -> Cell | None:
        return next((cell for cell in self.cells if (cell.row, cell.column) == (row, column)), None)

    def grid(self) -> list[list[str]]:
        """The texts of the values, a list for each row; empty where there is no cell."""
        made = [[""] * len(self.header) for _ in self.labels]
        for cell in self.cells:
            made[cell.row][cell.column] = cell.text
        return made


@dataclass(frozen=True)
class Document:
    """A paper as it was read. `notes` say what was left out or not sure; `stamp` is the arXiv id printed on it."""

    source: str
    kind: str
    sha256: str = ""
    title: str = ""
    stamp: str = ""
    pages: tuple[Page, ...] = ()
    blocks: tuple[Block, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def page(self, number: int) -> Page:
        return next(page for page in self.pages if page.number == number)

    def quote(self, span: Span) -> str:
        """The printed characters themselves."""
        return self.page(span.page).text[span.start : span.end]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"schema": SCHEMA, **_plain(self)}


def _plain(value: Any) -> Any:
    if isinstance(value, Span):
        return value._asdict()
    if isinstance(value, Box):
        return [round(float(one), 1) for one in value]
    if dataclasses.is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def from_dict(data: Mapping[str, Any]) -> Document:
    """The document again out of its plain values."""
    return Document(
        **{name: data[name] for name in ("source", "kind", "sha256", "title", "stamp")},
        pages=tuple(Page(**one) for one in data["pages"]),
        blocks=tuple(Block(**{**one, "span": Span(**one["span"]), "box": _box(one["box"])}) for one in data["blocks"]),
        sentences=tuple(
            Sentence(**{**one, "spans": tuple(Span(**span) for span in one["spans"]), "box": _box(one["box"])})
            for one in data["sentences"]
        ),
        tables=tuple(_table(one) for one in data["tables"]),
        notes=tuple(data["notes"]),
    )


def _box(values: Any) -> Box | None:
    return None if values is None else Box(*values)


def _paths(values: Any) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(one) for one in values)


def _table(data: Mapping[str, Any]) -> Table:
    cells = tuple(
        Cell(**{**one, "rows": tuple(one["rows"]), "columns": tuple(one["columns"]), "box": _box(one["box"])})
        for one in data["cells"]
    )
    made = {**data, "cells": cells, "box": _box(data["box"]), "doubts": tuple(data["doubts"])}
    return Table(**{**made, "header": _paths(data["header"]), "labels": _paths(data["labels"])})


# A number as tables print it: a sign, thousands, decimals; percent and K, M, B after it. Raised digits are no digits here.
NUMBER = re.compile(r"[+\-\u2212\u2013\u00b1]?\s?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?\s?[%KMBkx\u00d7]?")


def is_number(text: str) -> bool:
    """Whether a cell holds one printed number."""
    return bool(NUMBER.fullmatch(text.strip())) and any("0" <= one <= "9" for one in text)
