"""A PDF -> Document: pypdfium2 for the characters; pypdf to say that a second reader sees the same numbers."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from replicate.problems import Problem

from . import glyphs, labels, layout, lines, prose, regions
from .document import Box, Document, Page, Span, Table

MOST_PAGES = 6_000  # a third of a MiB each, and a paper may take 3 GiB (benchmarks/scale)
LETTERS = str.maketrans(glyphs.LETTERS)


def plain(path: Path) -> Iterator[str]:
    """The text of page after page, as the library has it: the quick way, without layout."""
    file = _open(path)
    try:
        for number in range(len(file)):
            page = file[number]
            text = page.get_textpage()
            yield _joined(text.get_text_range())
            text.close()
            page.close()
    finally:
        file.close()


def _joined(text: str) -> str:
    return text.replace("\r\n", "\n").translate(LETTERS)


def _open(path: Path) -> Any:
    import pypdfium2
    import pypdfium2.raw as raw

    try:
        file = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
            raise Problem(f"{path}: encrypted, it asks for a password; open it with the password and save it without") from error
        if getattr(error, "err_code", None) == raw.FPDF_ERR_SECURITY:
            raise Problem(f"{path}: encrypted in a way that is not known; save it without encryption") from error
        raise Problem(f"{path}: broken, no PDF reader can open it ({_word(error)}); fetch it again") from error
    if not len(file):
        raise Problem(f"{path}: a PDF without pages; fetch it again")
    return file


def _word(error: Exception) -> str:
    found = re.search(r"\(PDFium: (.*?)\.?\)", str(error))
    return found[1].lower() if found else str(error).rstrip(".").lower()


def read(path: Path, only: Iterable[int] = (), progress: Callable[[int, int], None] | None = None) -> Document:
    """The whole paper, or only these pages of it."""
    file = _open(path)
    try:
        count, wanted = len(file), sorted(set(only))
        for number in wanted:
            if not 1 <= number <= count:
                raise Problem(f"{path}: page {number} is not there, it has {count:,} page{'s' * (count != 1)}")
        if count > MOST_PAGES and not wanted:
            raise Problem(f"{path}: {count:,} pages, more than the {MOST_PAGES:,} that are read at once; name one with --page N")
        pages, notes = list[labels.Leaf](), list[str]()
        for number in wanted or range(1, count + 1):
            leaf, note = _leaf(file, number)
            pages.append(leaf)
            notes += [f"page {number}: {note}"] if note else []
            if progress:
                progress(len(pages), len(wanted) or count)
        title = (file.get_metadata_dict(skip_empty=True).get("Title") or "").strip()
    finally:
        file.close()
    return _document(path, pages, notes, title)


def _leaf(file: Any, number: int) -> tuple[labels.Leaf, str]:
    """One page in pieces, with its tables."""
    import pypdfium2

    try:
        page = file[number - 1]
    except pypdfium2.PdfiumError:
        return labels.Leaf(number, 0, 0, 0, [], [], 0.0), "broken, nothing of it could be read"
    made, note = glyphs.sheets(page)
    pieces, tables = list[layout.Piece](), list[tuple[Table, layout.Piece]]()
    unread = list[str]()
    main = made[0]
    read = [layout.down_columns(lines.lines(sheet)) for sheet in made]
    for place, sheet in enumerate(made):
        there, across = read[place]
        mine = layout.pieces(sheet, there, place)
        sides = [
            _seen(sheet, other, one) for other, (rest, _) in zip(made, read, strict=True) if other is not sheet for one in rest
        ]
        found = regions.tables(sheet, there, mine, number, sides) if len(there) > 3 else []
        mine = _without(mine, [one for table in found for one in table.lines])
        for one in found:
            row = layout.Piece(sorted(one.lines, key=lambda line: (line.y, line.box.left)), place, label="table")
            row.parts = rows(one)
            mine.insert(_place(mine, one), row)
            caption = prose.joined([line.text for line in one.caption.lines]) if one.caption else ""
            if one.table is not None:
                tables.append((replace(one.table, caption=caption), row))
            else:
                unread.append(f"'{caption[:40]}...' is not understood as rows and columns")
            if one.caption is not None:
                one.caption.label = "caption"
        mine, moved = layout.ordered(mine)
        if (moved or across) and place == 0:
            note = "; ".join(
                [*([note] if note else []), "its text is not stored in reading order; it was put in order by columns"]
            )
        pieces += mine
    empty = not main.characters and _drawn(page)
    if empty:
        note = "a picture without text (scanned?)"
    note = "; ".join(one for one in (note, *unread) if one)
    width, height = (main.width, main.height)
    size = layout.body_size(line for piece in pieces for line in piece.lines)
    page.close()
    return labels.Leaf(number, width, height, main.turned, pieces, tables, size), note


def _seen(sheet: glyphs.Sheet, other: glyphs.Sheet, line: lines.Line) -> tuple[str, Box]:
    """A line of another direction and where it stands on a sheet: a label on its side beside the rows of a table."""
    left, top, right, bottom = sheet.frame.turn(*other.frame.back(*line.box))
    return line.text, Box(left, top, right, bottom)


def rows(found: regions.Found) -> list[str]:
    """The rows of a table as text, cells with a tab between."""
    made = list[tuple[float, list[lines.Line]]]()
    for one in sorted(found.lines, key=lambda line: line.y):
        if made and one.y - made[-1][0] < 0.35 * one.size:
            made[-1][1].append(one)
        else:
            made.append((one.y, [one]))
    return ["\t".join(one.text for one in sorted(row, key=lambda line: line.box.left)) for _, row in made]


def _without(pieces: list[layout.Piece], gone: list[lines.Line]) -> list[layout.Piece]:
    taken = {id(one) for one in gone}
    made = list[layout.Piece]()
    for piece in pieces:
        kept = [one for one in piece.lines if id(one) not in taken]
        if len(kept) == len(piece.lines):
            made.append(piece)
        elif kept:
            made.append(replace(piece, lines=kept))
    return made


def _place(pieces: list[layout.Piece], found: regions.Found) -> int:
    """Where a table goes among the pieces: where its first line stands in the file."""
    first = min(one.start for one in found.lines)
    return next((place for place, piece in enumerate(pieces) if piece.lines[0].start > first), len(pieces))


def _drawn(page: Any) -> bool:
    import pypdfium2.raw as raw

    return any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM], max_depth=2))


def _document(path: Path, leaves: list[labels.Leaf], notes: list[str], title: str) -> Document:
    labelled = labels.label(leaves)
    if not any(piece.lines for leaf in leaves for piece in leaf.pieces):
        pictures = sum("picture" in note for note in notes)
        if pictures:
            raise Problem(
                f"{path}: no text, {pictures} of its {len(leaves)} pages hold only a picture (scanned); run it through OCR first"
            )
        raise Problem(f"{path}: no text on its {len(leaves)} page{'s' * (len(leaves) != 1)}; is it the right file?")
    pages, blocks = list[Page](), list[prose.Flow]()
    for leaf in leaves:
        at, texts = 0, list[str]()
        for piece in leaf.pieces:
            shown = piece.shown()
            span = Span(leaf.number, at, at + len(shown))
            blocks.append(prose.Flow(span, shown, piece.label, piece.heading, piece.box, [one.box for one in piece.lines]))
            texts.append(shown)
            at += len(shown) + 1
        pages.append(Page(leaf.number, "\n".join(texts), leaf.width, leaf.height, leaf.turned))
    made, sentences = prose.read(blocks)
    tables = tuple(table for leaf in leaves for table, _ in leaf.tables)
    return Document(
        str(path), "pdf", "", labelled.title or title, labelled.stamp, tuple(pages), made, sentences, tables, tuple(notes)
    )


# ---- the second reader

FIGURE = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
TOGETHER = 250  # pages for which it stays open


@functools.lru_cache(maxsize=1)
def _second(path: Path, when: int, size: int, part: int) -> Any:
    """The file as pypdf has it. To open it for every page of a long one would take the square of their number; to keep it
    open for all of them, all their memory."""
    import logging

    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    return pypdf.PdfReader(path)


def cross_check(path: Path, document: Document, number: int) -> str:
    """What pypdf does not find of the numbers of a page: those of its tables, or all where it has none. Empty where it
    finds them. It glues cells and footnote marks to numbers, so a number counts as found inside a longer one."""
    try:
        about = path.stat()
        text = _second(path, about.st_mtime_ns, about.st_size, number // TOGETHER).pages[number - 1].extract_text()
    except Exception as error:  # a broken file raises whatever it likes there
        return f"page {number}: pypdf cannot read it ({type(error).__name__}), so its numbers were read once only"
    cells = [cell.text for table in document.tables if table.page == number for cell in table.cells]
    ours = Counter(FIGURE.findall("\n".join(cells) if cells else document.page(number).text))
    absent = [one for one, times in ours.items() if text.count(one) < times]
    if not absent:
        return ""
    shown = ", ".join(absent[:5]) + (", ..." if len(absent) > 5 else "")
    return f"page {number}: {len(absent)} of {len(ours)} numbers are not found as often by pypdf: {shown}"


__all__ = ["Box", "cross_check", "plain", "read"]
