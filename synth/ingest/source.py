"""A file of any kind -> Source. HTML and PDF are read by synth.reading, text and Markdown here, line by line."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from replicate import files
from replicate.problems import Problem

from . import clean, text
from .parts import PARAGRAPH, TABLE, Part, Section, Source

if TYPE_CHECKING:
    from ..reading.document import Document
    from ..reading.worker import Reader

MOST = 20 * 2**20


def read(path: str | Path, reader: Reader) -> Source:
    """The report in a file; a Problem says what is wrong with it."""
    from ..reading import pages

    path = Path(path)
    kind = pages.kind(path) if not _wide(path) else "text"
    if path.stat().st_size > MOST and kind != "pdf":
        raise Problem(f"{path}: {path.stat().st_size / 2**20:,.0f} MiB; a report has at most {MOST // 2**20} MiB of text")
    if kind in ("pdf", "html"):
        return _document(reader.read(path), path)
    notes = list[str]()
    taken: Counter[str] = Counter()
    lines = clean.visible(_decoded(path, notes), taken).split("\n")
    if not any(line.strip() for line in lines):
        raise Problem(f"{path}: nothing but blank lines")
    notes += [f"{number} {what}{'s' * (number != 1)} left out" for what, number in taken.items()]
    said, begin = text.front_matter(lines)
    found = text.sections(lines, begin)
    rest = tuple((name, value) for name, value in said.items() if name != "title")
    return Source(str(path), "line", found, files.sha256(path), said.get("title", ""), rest, tuple(notes))


def _wide(path: Path) -> bool:
    """Whether a text begins as UTF-16 does, which has the zero bytes that other texts have not."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(2) in (b"\xff\xfe", b"\xfe\xff")


def _decoded(path: Path, notes: list[str]) -> str:
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return _lines(content.decode("utf-16"))
        except UnicodeDecodeError as error:
            raise Problem(f"{path}: begins as UTF-16 and is none (byte {error.start:,}); is it the right file?") from None
    try:
        return _lines(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        notes.append(f"byte {error.start:,} is no UTF-8; read as Windows-1252")
        return _lines(content.decode("cp1252", "replace"))


def _lines(content: str) -> str:
    return re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", content)


def _document(document: Document, path: Path) -> Source:
    """The blocks of a paper as parts; the page is what people look for in a PDF."""
    from ..reading.document import FURNITURE, HEADING
    from ..reading.document import TABLE as CELLS

    made = [Section("", 1)]
    for block in document.blocks:
        page = block.span.page
        if block.label == HEADING:
            made.append(Section(re.sub(r"^(?:\d+(?:\.\d+)*|[A-Z])\.?\s+", "", block.text), page))
        elif block.label == CELLS:
            rows = tuple(tuple(one.strip() for one in line.split("\t")) for line in block.text.split("\n"))
            made[-1].parts.append(Part(TABLE, page, rows=rows, lines=(page,) * len(rows)))
        elif block.label != FURNITURE:
            made[-1].parts.append(Part(PARAGRAPH, page, block.text))
    unit = "page" if document.kind == "pdf" else "line"
    return Source(str(path), unit, tuple(made), document.sha256, document.title, (), document.notes)
