"""Files of rows: CSV, TSV, JSON Lines, Parquet, CoNLL, CoNLL-U and plain text, each read row by row.

What is wrong with a file is said with its name and line. Nothing is repaired; what is left out is given as the reason.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..problems import Problem
from .forms import no_column
from .lines import parsed

FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".parquet": "parquet",
    ".conll": "conll",
    ".conllu": "conllu",
    ".txt": "text",
}
UNITS = {"parquet": "row", "conllu": "sentence"}  # what is counted where lines are not
BATCH = 1024
LONGEST_FIELD = 1 << 28  # characters; the csv module stops at 128 KiB, and passages may be longer


@dataclass(frozen=True)
class Layout:
    """How a file is laid out.

    `header`: the first line names the columns, else they are "0", "1", ... `quoted`: quotes hold a field together;
    `wanted` are the columns to be read, where a format can leave out others. CoNLL: `word` and `tag` are the numbers of
    the two columns, from 0, `separator` stands between them (empty: any white space), lines that begin with `comment`
    are none of the data. `document`: what a text file holds in one line, or one `block` between empty lines. CoNLL-U
    is told apart by `language`, which decides the tags of fused words.
    """

    format: str
    header: bool = True
    quoted: bool = True
    wanted: tuple[str, ...] = ()
    word: int = 0
    tag: int = 1
    separator: str = "\t"
    comment: str = ""
    document: str = "line"
    language: str = ""


class Cursor:
    """Where reading stands, for people."""

    def __init__(self) -> None:
        self.path, self.line, self.unit = Path(), 0, "line"

    def __str__(self) -> str:
        return f"{self.path}, {self.unit} {self.line}"


def read(path: Path, layout: Layout, cursor: Cursor) -> Iterator[dict[str, Any] | str]:
    """The rows of one file, or why one is left out; the cursor stands at the row that was given last."""
    cursor.path, cursor.line, cursor.unit = path, 0, UNITS.get(layout.format, "line")
    return _READERS[layout.format](path, layout, cursor)


def lines(path: Path) -> Iterator[str]:
    """The lines of a file in UTF-8, with their ends; a Problem names the line that is not."""
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            try:
                line = raw.decode("utf-8")
            except UnicodeDecodeError as error:
                raise Problem(
                    f"{path}, line {number}: byte {error.start + 1} (0x{raw[error.start]:02x}) is not UTF-8; "
                    "convert the file to UTF-8, and see that its parts are not in several encodings"
                ) from None
            yield line.removeprefix("\ufeff") if number == 1 else line


def _separated(path: Path, layout: Layout, cursor: Cursor) -> Iterator[dict[str, Any]]:
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(
        lines(path),
        delimiter="\t" if layout.format == "tsv" else ",",
        quoting=csv.QUOTE_MINIMAL if layout.quoted else csv.QUOTE_NONE,
        strict=True,
    )
    names: list[str] = []
    while True:
        cursor.line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Problem(
                f"{cursor}: {error}; a field with quotes in it has to stand in quotes, with each quote doubled"
            ) from None
        if not row:
            continue
        if not names:
            names = row if layout.header else [str(number) for number in range(len(row))]
            if again := next((name for name in names if names.count(name) > 1), None):
                raise Problem(f"{cursor}: two columns are called {again!r}")
            if layout.header:
                continue
        if len(row) != len(names):
            raise Problem(f"{cursor}: {len(row)} fields; expected {len(names)}: {', '.join(names)}")
        yield dict(zip(names, row, strict=True))


def _objects(path: Path, layout: Layout, cursor: Cursor) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines(path), 1):
        cursor.line = number
        if line.strip():
            yield parsed(line, str(cursor))


def _parquet(path: Path, layout: Layout, cursor: Cursor) -> Iterator[dict[str, Any]]:
    import pyarrow
    import pyarrow.parquet

    path.open("rb").close()  # a file that may not be read is no broken one
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            names = file.schema_arrow.names
            held = dict.fromkeys(names)
            columns = [name if name in held else name.split(".")[0] for name in layout.wanted]
            for name, column in zip(layout.wanted, columns, strict=True):
                if column not in held:
                    raise Problem(f"{path}: {no_column(name, held)}")
            for batch in file.iter_batches(BATCH, columns=list(dict.fromkeys(columns)) or None):
                for row in batch.to_pylist():
                    cursor.line += 1
                    yield row
    except (pyarrow.ArrowException, OSError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Problem(f"{path}: this is no whole Parquet file ({said}); it may be cut off: copy or download it again") from None


def _conll(path: Path, layout: Layout, cursor: Cursor) -> Iterator[dict[str, Any]]:
    """One row for each sentence: `words` and `tags`. The cursor stands at the sentence's first line."""
    words: list[str] = []
    tags: list[str] = []
    begin, needed = 0, max(layout.word, layout.tag)
    for number, line in enumerate(lines(path), 1):
        line = line.rstrip("\r\n")
        if layout.comment and line.startswith(layout.comment):
            continue
        if not line.strip():
            if words:
                cursor.line = begin
                yield {"words": words, "tags": tags}
                words, tags = [], []
            continue
        fields = line.split(layout.separator) if layout.separator else line.split()
        if len(fields) <= needed:
            raise Problem(f"{path}, line {number}: {len(fields)} columns; expected at least {needed + 1}, a word in column "
                          f"{layout.word} and its tag in column {layout.tag}, counted from 0")  # fmt: skip
        begin = begin if words else number
        words.append(fields[layout.word])
        tags.append(fields[layout.tag])
    if words:
        cursor.line = begin
        yield {"words": words, "tags": tags}


def _universal(path: Path, layout: Layout, cursor: Cursor) -> Iterator[dict[str, Any] | str]:
    """XTREME's form of a treebank: surface words, each with one part of speech."""
    from . import ud

    for number, sentence in enumerate(ud.sentences(path, layout.language), 1):
        cursor.line = number
        yield sentence if isinstance(sentence, str) else {"words": sentence[0], "tags": sentence[1]}


def _texts(path: Path, layout: Layout, cursor: Cursor) -> Iterator[dict[str, Any]]:
    for number, text in enumerate(lines(path) if layout.document == "line" else _blocks(lines(path)), 1):
        cursor.line = number
        yield {"text": text}


def _blocks(written: Iterable[str]) -> Iterator[str]:
    block: list[str] = []
    for line in written:
        if line.strip():
            block.append(line)
        elif block:
            yield "".join(block)
            block = []
    if block:
        yield "".join(block)


_READERS: dict[str, Callable[[Path, Layout, Cursor], Iterator[Any]]] = {
    "csv": _separated,
    "tsv": _separated,
    "jsonl": _objects,
    "parquet": _parquet,
    "conll": _conll,
    "conllu": _universal,
    "text": _texts,
}
