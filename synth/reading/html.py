"""HTML -> Document: headings, paragraphs, captions and tables with their merged cells."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from . import cells, plain
from .document import ABSTRACT, CAPTION, FOOTNOTE, HEADING, TABLE, Document, Table
from .lines import RAISED
from .plain import Part

SKIPPED = (
    "script",
    "style",
    "nav",
    "noscript",
    "template",
    "svg",
    "head",
    "annotation",
    "annotation-xml",
    "button",
    "form",
    "select",
)
BLOCKS = ("p", "div", "li", "section", "article", "blockquote", "dd", "dt", "pre", "td", "th", "tr", "table", "ul", "ol", "br",
          "figure", "figcaption", "caption", "main", "body", "h1", "h2", "h3", "h4", "h5", "h6")  # fmt: skip
BOLD = re.compile(r"ltx_font_bold|font-weight:\s*(?:bold|[6-9]00)")
VOID = ("br", "img", "hr", "input", "meta", "link", "wbr", "col", "area", "base", "embed", "source", "track")
DEEP = 400
ENDS = (("<", re.compile(">")), ("<!--", re.compile(r"--!?\s*>")), ("<![", re.compile(r"\]\s*>")))


class _Reader(HTMLParser):
    """Collects parts; whatever a page has unclosed or unopened is borne."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[Part] = []
        self.tables: list[tuple[str, list[list[cells.Piece]]]] = []
        self.text: list[str] = []
        self.skip: list[str] = []
        self.raised = 0
        self.title: list[str] | None = None
        self.found_title = ""
        self.grid: list[list[cells.Piece]] | None = None
        self.cell: dict[str, str] | None = None
        self.caption = ""
        self.open: list[tuple[str, str]] = []
        self.note: tuple[int, list[str]] | None = None  # how deep a note within a sentence began, and the text before it
        self.notes: list[str] = []
        self.heavy: list[int] = []  # how deep what is bold began
        self.plain = False  # whether the cell has a character that is not bold

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title":
            self.title = []
            return
        if self.skip:
            if tag not in VOID and len(self.skip) < DEEP:
                self.skip.append(tag)
            return
        if tag in SKIPPED and tag != "head":
            self.skip.append(tag)
            return
        given = {name: value or "" for name, value in attrs}
        if tag == "sup":
            self.raised += 1
        if tag == "math":  # LaTeXML keeps the formula's source beside it
            self.text.append(given.get("alttext", ""))
            if "alttext" in given:
                self.skip.append(tag)
            return
        if tag in ("td", "th") and self.grid is not None:
            self._flush()
            self.cell, self.plain = {**given, "tag": tag}, False
        elif tag == "tr" and self.grid is not None:
            self._flush()
            self.grid.append([])
        elif tag == "table" and self.grid is None:
            self._flush()
            self.grid = []
        elif tag in BLOCKS and self.cell is None:
            self._flush()
        elif tag == "br":
            self.text.append(" ")
        words = f"{given.get('class', '')} {given.get('id', '')} {given.get('role', '')}".lower()
        kind = ABSTRACT if "abstract" in words else FOOTNOTE if re.search(r"footnote|ltx_note\b", words) else ""
        if tag not in VOID and len(self.open) < DEEP:
            if kind == FOOTNOTE and tag == "span" and self.note is None:
                self.note, self.text = (len(self.open), self.text), []
            if tag in ("b", "strong") or BOLD.search(f"{words} {given.get('style', '')}"):
                self.heavy.append(len(self.open))
            self.open.append((tag, kind))

    def handle_endtag(self, tag: str) -> None:
        if tag == "title" and self.title is not None:
            self.found_title, self.title = " ".join("".join(self.title).split()), None
            return
        if self.skip:
            if tag in self.skip:
                while self.skip.pop() != tag:
                    pass
            return
        if tag == "sup":
            self.raised = max(0, self.raised - 1)
        if tag in ("td", "th") and self.cell is not None:
            self._flush()
        elif tag == "table" and self.grid is not None:
            self._flush()
            self.tables.append((self.caption, [row for row in self.grid if row]))
            rows = "\n".join("\t".join(piece.text for piece in row) for row in self.grid if row)
            self.parts.append(Part(rows, TABLE))
            self.grid, self.caption = None, ""
        elif tag in BLOCKS and self.cell is None:
            self._flush()
        if any(name == tag for name, _ in self.open):
            while self.open and self.open.pop()[0] != tag:
                pass
            self.heavy = [depth for depth in self.heavy if depth < len(self.open)]
            if self.note is not None and len(self.open) <= self.note[0]:
                self.notes.append(" ".join("".join(self.text).split()))
                self.text, self.note = self.note[1], None

    def handle_data(self, data: str) -> None:
        if self.title is not None:
            self.title.append(data)
        elif not self.skip:
            self.plain = self.plain or bool(data.strip() and not self.heavy)
            self.text.append("".join(RAISED.get(one, one) if not one.isalpha() else one for one in data) if self.raised else data)

    def _flush(self) -> None:
        text = " ".join("".join(self.text).split())
        self.text, self.note = [], None
        if self.cell is not None and self.grid is not None:
            down, across = (_span(self.cell.get(name, "1")) for name in ("rowspan", "colspan"))
            if not self.grid:
                self.grid.append([])
            head = self.cell["tag"] == "th"
            self.grid[-1].append(cells.Piece(text, down, across, head, bool(text) and not self.plain))
            self.cell = None
            return
        if not text:
            return
        tags = [name for name, _ in self.open]
        level = next((int(name[1]) for name in reversed(tags) if re.fullmatch(r"h[1-6]", name)), 0)
        if "caption" in tags or "figcaption" in tags:
            if self.grid is not None:
                self.caption = text
            elif text.lower().startswith("tab"):
                self._named(text)
            self.parts.append(Part(text, CAPTION))
        elif self.grid is not None:
            self.parts.append(Part(text))
        elif level:
            self.parts.append(Part(text, HEADING, level))
        else:
            kinds = [kind for _, kind in self.open if kind]
            self.parts.append(Part(text, kinds[-1] if kinds else ""))

        notes, self.notes = self.notes, []
        self.parts += [Part(note, FOOTNOTE) for note in notes if note]

    def _named(self, text: str) -> None:
        """A caption beside a table and not in it: it belongs to the table before it, if that has none, else to the next."""
        if self.tables and not self.tables[-1][0] and self.parts and self.parts[-1].label == TABLE:
            self.tables[-1] = (text, self.tables[-1][1])
        else:
            self.caption = text


def _span(said: str) -> int:
    """Over how many rows or columns a cell says that it goes."""
    return min(max(int(said), 1), 500) if re.fullmatch("[0-9]{1,18}", said) else 1


def _ended(text: str) -> str:
    """The page with what begins and never ends as characters: the parser looks for an end anew from every beginning."""
    for begin, end in ENDS:
        last = max((found.end() for found in end.finditer(text)), default=0)
        text = text[:last] + text[last:].replace(begin, begin.replace("<", "&lt;"))
    return text


def read(text: str, source: str) -> Document:
    """The document in a page of HTML."""
    reader = _Reader()
    reader.feed(_ended(text))
    reader.close()
    reader._flush()
    tables = [table for caption, rows in reader.tables if (table := cells.table(rows, caption)) is not None]
    title = next((part.text for part in reader.parts if part.label == HEADING and part.level == 1), reader.found_title)
    return plain.document(source, "html", reader.parts, [table for table in tables if isinstance(table, Table)], title)
