"""A file of any kind -> Source. HTML and PDF are read by synth.reading, text and Markdown here, line by line."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from replicate import files
from replicate.problems import Problem

from ..reading import plain
from . import clean, grid, text
from .claims import UNDER
from .parts import PARAGRAPH, TABLE, Part, Section, Source

if TYPE_CHECKING:
    from ..reading.document import Block, Document
    from ..reading.worker import Reader

MOST = 20 * 2**20
PLAIN = (".txt", ".md", ".markdown")


def read(path: str | Path, reader: Reader) -> Source:
    """The report in a file; a Problem says what is wrong with it."""
    from ..reading import pages

    path = Path(path)
    if path.is_dir():
        raise Problem(f"{path}: a folder; name the reports in it")
    if path.is_file() and not path.stat().st_size:
        raise Problem(f"{path}: empty, 0 bytes")
    kind = "text" if _wide(path) or _littered(path) else pages.kind(path)
    if path.stat().st_size > MOST and kind != "pdf":
        raise Problem(f"{path}: {path.stat().st_size / 2**20:,.0f} MiB; a report has at most {MOST // 2**20} MiB of text")
    if kind == "pdf":
        return _document(reader.read(path), path, "page")
    if kind == "html":
        return _html(path)
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
        return file.read(2) in plain.WIDE


def _littered(path: Path) -> bool:
    """Whether a file is text but for a few zero bytes, as programs leave them behind."""
    if path.suffix.lower() not in PLAIN or not path.is_file() or path.stat().st_size > MOST:
        return False
    content = path.read_bytes()
    if not 0 < content.count(0) <= 1 + len(content) // 100:
        return False
    try:
        return bool(content.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _decoded(path: Path, notes: list[str]) -> str:
    content = path.read_bytes()
    wide = content[:2] in plain.WIDE
    try:
        content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        if wide:
            raise Problem(f"{path}: begins as UTF-16 and is none (byte {error.start:,}); is it the right file?") from None
        notes.append(f"byte {error.start:,} is no UTF-8; read as Windows-1252")
    return re.sub(r"[\u2028\u2029\x0b\x0c\x85]", "\n", plain.decoded(content))


LINK = re.compile(r"<a\s(?=[^<>]*+>)[^<>]*?href\s*=\s*[\"']([^\"'<>]+)[\"'][^<>]*+>(.{0,2000}?)</a\s*>", re.I | re.S)


def _html(path: Path) -> Source:
    """An HTML page. Links to papers are kept as Markdown writes them, since a page's text does not show where they lead."""
    from ..literature import ids
    from ..reading import html

    notes = list[str]()
    written = _decoded(path, notes)
    linked = LINK.sub(lambda link: f"[{link[2]}]({link[1]})" if ids.maybe(link[1]) else link[0], written)
    found = _document(html.read(linked, str(path)), path, "block")
    return replace(found, sha256=files.sha256(path), notes=(*notes, *found.notes))


def _document(document: Document, path: Path, unit: str) -> Source:
    """The blocks of a paper as parts; in a PDF people look for the page."""
    from ..reading.document import FURNITURE, HEADING
    from ..reading.document import TABLE as CELLS

    made = [Section("", 1)]
    inside: list[list[Block]] = [[]]
    for number, block in enumerate(document.blocks, 1):
        place = block.span.page if unit == "page" else number
        if block.label == HEADING:
            made.append(Section(re.sub(r"^(?:\d+(?:\.\d+)*|[A-Z])\.?\s+", "", block.text), place))
            inside.append([])
        elif block.label == CELLS:
            rows = tuple(tuple(one.strip() for one in line.split("\t")) for line in block.text.split("\n"))
            made[-1].parts.append(Part(TABLE, place, rows=rows, lines=(place,) * len(rows)))
        elif block.label != FURNITURE:
            inside[-1].append(block)
            made[-1].parts += grid.items(block) if unit == "page" else [Part(PARAGRAPH, place, block.text)]
    for section, blocks in zip(made, inside, strict=True):
        if unit == "page" and UNDER.search(section.heading) and (table := grid.table(blocks)):
            section.parts[:] = [table]
    kept = tuple(one for one in made if one.heading or one.parts)
    return Source(str(path), unit, kept, document.sha256, document.title, (), document.notes)
