"""A file of any kind -> the Document that is audited. Text keeps its pipe tables, CSV is one table."""

from __future__ import annotations

import bisect
import csv
import hashlib
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from replicate.problems import Problem

from ..reading import cells, latex, pages, plain
from ..reading.document import Document, Sentence, Span, Table
from ..reading.environments import environments
from ..reading.layout import CAPTION
from ..reading.worker import Reader

CSV = (".csv", ".tsv")
RESULTS = (".parquet", ".csv")
BOLD = re.compile(r"^(?:\*\*(?P<stars>.+)\*\*|__(?P<lines>.+)__|<b>(?P<tag>.+)</b>)$")
RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")
LABEL = re.compile(r"\\label\{([^{}]+)\}")
PIPES = re.compile(r"^\s*\|.*\|\s*$")


def is_results(path: Path) -> bool:
    """Whether a file holds rows of the contract."""
    if path.suffix == ".parquet":
        return True
    if path.suffix not in RESULTS:
        return False
    with path.open("rb") as file:
        return file.read(32).startswith(b"# replicate.results")


def read(path: Path, reader: Reader) -> Document:
    """The document in a file; a Problem where there is none."""
    kind = pages.kind(path)
    if path.suffix.lower() in CSV:
        return _table(path)
    document = reader.read(path)
    if kind not in ("latex", "text"):
        return document
    return (_numbered if kind == "latex" else _text)(document, plain.decoded(path.read_bytes()))


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _table(path: Path) -> Document:
    text = plain.decoded(path.read_bytes())
    try:
        rows = [
            row for row in csv.reader(io.StringIO(text), delimiter="\t" if path.suffix.lower() == ".tsv" else ",") if any(row)
        ]
    except csv.Error as error:
        raise Problem(f"{path}: damaged, not a whole CSV file ({error}); write it anew") from error
    made = cells.table([[_piece(one, head=not number) for one in row] for number, row in enumerate(rows)])
    if made is None:
        raise Problem(f"{path}: no table: one needs a row of names, and rows with a name and numbers")
    return Document(str(path), "csv", _hash(path), path.stem, tables=(made,))


def _numbered(document: Document, source: str) -> Document:
    """LaTeX numbers its tables when it sets them: the number of each by its place, and references to it by that number."""
    floats = [found.inner for found in environments(source, latex.TABLES) if "\\caption" in found.inner]
    numbers = {latex.text_of(latex._argument(one, one.find("\\caption"))): str(at) for at, one in enumerate(floats, 1)}
    names = {label: str(at) for at, one in enumerate(floats, 1) for label in LABEL.findall(one)}
    tables = tuple(replace(one, number=one.number or numbers.get(one.caption, "")) for one in document.tables)
    if not names:
        return replace(document, tables=tables)
    refers = re.compile(r"(?<=[Tt]able )(" + "|".join(map(re.escape, sorted(names, key=len, reverse=True))) + r")(?![\w:-])")
    sentences = tuple(replace(one, text=refers.sub(lambda found: names[found[1]], one.text)) for one in document.sentences)
    return replace(document, tables=tables, sentences=sentences)


def _piece(text: str, head: bool = False) -> cells.Piece:
    found = BOLD.match(text.strip())
    inner = next((one for one in found.groups() if one), "") if found else text.strip()
    return cells.Piece(inner.replace("**", "").replace("\\|", "|").strip(), head=head, bold=found is not None)


def _text(document: Document, source: str) -> Document:
    """Plain text and Markdown: what the reader of plain text makes of it, and its tables of pipes or tabs."""
    raw = source.replace("\r\n", "\n").split("\n")
    tables = [table for first, last in _blocks(raw) if (table := _made(raw, first, last)) is not None]
    page = document.pages[0]
    lines = page.text.split("\n")
    starts = [0, *itertools.accumulate(len(line) + 1 for line in lines)]
    inside = [(starts[first], starts[last]) for first, last in _blocks(lines)]
    sentences = tuple(kept for one in document.sentences if (kept := _beside(one, inside, page.text)) is not None)
    return replace(document, tables=tuple(replace(table, page=1) for table in tables), sentences=sentences)


def _beside(sentence: Sentence, inside: Sequence[tuple[int, int]], text: str) -> Sentence | None:
    """A sentence without the rows of a table that run into it; None where nothing is left."""
    span = sentence.spans[0]
    at = bisect.bisect_right(inside, (span.start, 10**12)) - 1
    if at >= 0 and inside[at][1] > span.start:
        return None
    if at + 1 == len(inside) or inside[at + 1][0] >= sentence.spans[-1].end:
        return sentence
    end = inside[at + 1][0]
    return replace(sentence, text=" ".join(text[span.start : end].split()), spans=(Span(span.page, span.start, end),))


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Runs of at least two lines that are rows of a table: first, and one after the last."""
    at = 0
    while at < len(lines):
        end = at
        tabs = lines[at].count("\t")
        while end < len(lines) and (
            PIPES.match(lines[end]) or RULE.match(lines[end]) or (tabs and lines[end].count("\t") == tabs)
        ):
            end += 1
        if end - at > 1:
            yield at, end
        at = max(end, at + 1)


def _made(lines: Sequence[str], first: int, last: int) -> Table | None:
    rows = list[list[cells.Piece]]()
    ruled = next((at for at in range(first + 1, last) if RULE.match(lines[at])), first)
    for at, line in enumerate(lines[first:last], first):
        if not RULE.match(line):
            inner = line.strip().removeprefix("|").removesuffix("|")
            texts = re.split(r"(?<!\\)\|", inner) if PIPES.match(line) else line.split("\t")
            rows.append([_piece(one, head=at < ruled) for one in texts])
    return cells.table(rows, _caption(lines, first, last))


def _caption(lines: Sequence[str], first: int, last: int) -> str:
    """The paragraph before a table that is its caption; else the one after it."""
    for around in (reversed(lines[max(0, first - 4) : first]), lines[last : last + 4]):
        said = next((line.strip().replace("**", "") for line in around if line.strip()), "")
        if CAPTION.match(said):
            return said
    return ""
