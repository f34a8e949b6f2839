"""One Report: a heading and sections of blocks. It is all that the three templates arrange.

Words are spans of text; a block is a paragraph, facts, a list, a table, a figure, the claims, or commands. Every text in
a report passes `plain.visible` when it is made, so no template has to think of control characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, Literal

from .plain import visible

SCHEMA = "synth.report/2"
Kind = Literal["", "strong", "em", "code", "link", "artificial", "verdict", "number"]
CellKind = Literal["", "up", "down"]
RowKind = Literal["", "base", "control", "total"]


@dataclass(frozen=True)
class Span:
    """Some text of one kind; a link has an address, within the page where it begins with #."""

    text: str
    kind: Kind = ""
    href: str = ""


Words = tuple[Span, ...]
Said = str | Span | Sequence[str | Span]
ARTIFICIAL = Span("artificial world", "artificial")


def words(*parts: Said) -> Words:
    """Spans out of texts and spans, all of it visible."""
    made: list[Span] = []
    for part in parts:
        for one in (part,) if isinstance(part, (str, Span)) else part:
            span = Span(one) if isinstance(one, str) else one
            if span.text:
                made.append(Span(visible(span.text), span.kind, span.href))
    return tuple(made)


def code(text: str) -> Span:
    return Span(text, "code")


def strong(text: str) -> Span:
    return Span(text, "strong")


def link(text: str, href: str) -> Span:
    return Span(text, "link", href)


def text_of(spans: Words) -> str:
    """The bare text."""
    return "".join(one.text for one in spans)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `fine` ones are set small."""

    words: Words
    kind: Literal["", "fine", "lead"] = ""
    block: str = "paragraph"


@dataclass(frozen=True)
class Facts:
    """Names with what is said of each."""

    rows: tuple[tuple[str, Words], ...]
    kind: Literal["", "abstract"] = ""
    block: str = "facts"


@dataclass(frozen=True)
class Bullets:
    items: tuple[Words, ...]
    block: str = "bullets"


@dataclass(frozen=True)
class Commands:
    """What to type to make the report again."""

    lines: tuple[str, ...]
    block: str = "commands"


@dataclass(frozen=True)
class Column:
    """A column: words to the left, numbers to the right."""

    title: str
    numeric: bool = False
    kind: Literal["", "sum"] = ""


@dataclass(frozen=True)
class Cell:
    """A cell; `up` and `down` mark what lies surely above or below nothing. `tip` says more."""

    words: Words
    kind: CellKind = ""
    tip: str = ""


@dataclass(frozen=True)
class Row:
    """The first cell heads its row."""

    cells: tuple[Cell, ...]
    kind: RowKind = ""


@dataclass(frozen=True)
class Table:
    """`wide` ones may leave the column of text."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    caption: Words = ()
    artificial: bool = False
    wide: bool = False
    block: str = "table"


@dataclass(frozen=True)
class Figure:
    """A drawing for wide and one for narrow pages, with the data that it shows. `artificial` puts the word on it."""

    id: str
    title: str
    caption: Words
    wide: str
    narrow: str
    says: str
    head: tuple[str, ...]
    data: tuple[tuple[str | float | None, ...], ...]
    artificial: bool = False
    block: str = "figure"


@dataclass(frozen=True)
class Proof:
    """One check of a claim: verdict, why, how it was worked out, and the passages or cells that decided."""

    name: str
    title: str
    verdict: str
    number: str
    line: str
    recomputation: str = ""
    quotes: tuple[Words, ...] = ()
    cells: tuple[tuple[str, str, str, str], ...] = ()  # place, value, origin, note
    artificial: bool = False


@dataclass(frozen=True)
class Control:
    """A twin: its text, what was changed, whether it is false, and what the checks said of it."""

    text: str
    kind: str
    changed: str
    false: bool
    verdict: str
    right: bool | None


@dataclass(frozen=True)
class ClaimLine:
    """A claim in a table: the reported mark beside our verdicts, and all that stands behind them."""

    id: str
    text: str
    whole: str
    paper: str
    mark: Literal["yes", "no", "none"]
    reported: str
    proofs: tuple[Proof, ...]
    verdict: str
    line: str
    confidence: str
    note: str = ""
    controls: tuple[Control, ...] = ()
    scope: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Claims:
    lines: tuple[ClaimLine, ...]
    verdicts: tuple[tuple[str, int], ...]
    block: str = "claims"


Block = Paragraph | Facts | Bullets | Commands | Table | Figure | Claims


@dataclass(frozen=True)
class Section:
    """A heading with an id, and what stands under it."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    short: str = ""  # for the contents
    artificial: bool = False


RAW = ("wide", "narrow", "data", "block", "kind")  # drawings, what is packed or escaped elsewhere, and words of our own


def _seen(value: Any) -> Any:
    """A part of a report with nothing in its texts that a reader cannot see."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, tuple):
        return tuple(map(_seen, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: _seen(getattr(value, one.name)) for one in fields(value) if one.name not in RAW})
    return value


@dataclass(frozen=True)
class Report:
    """All that a report says. `data` is what it was made from, packed; `check` unpacks it."""

    name: str
    title: str
    kind: str
    date: str
    author: str
    byline: Words
    abstract: tuple[tuple[str, Words], ...]
    sections: tuple[Section, ...]
    generator: str
    data: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        for one in fields(self):
            if one.name not in RAW:
                object.__setattr__(self, one.name, _seen(getattr(self, one.name)))

    def figures(self) -> tuple[Figure, ...]:
        """All figures in order."""
        return tuple(block for section in self.sections for block in section.blocks if isinstance(block, Figure))

    def claims(self) -> tuple[ClaimLine, ...]:
        """All claims in order."""
        return tuple(
            line for section in self.sections for block in section.blocks if isinstance(block, Claims) for line in block.lines
        )
