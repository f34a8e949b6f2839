"""A PDF of 5,000 pages: read, its tables, its audit, its index. typst sets 50 of the pages, pypdfium2 repeats them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from .case import Case, Family

SIZE, SET = 5_000, 50
SECONDS, MEBIBYTES = 6 * 3600, 16_384
Noted = Iterator[dict[str, float] | None]


def make(folder: Path, size: int) -> None:
    import pypdfium2

    from tests import papers

    source = pypdfium2.PdfDocument(io.BytesIO(papers.long(SET)))
    made, there = pypdfium2.PdfDocument.new(), len(source)
    for begin in range(0, size, there):
        made.import_pages(source, pages=list(range(min(there, size - begin))))
    (folder / "papers").mkdir()
    made.save(folder / "papers" / "long.pdf")


def command(*words: str) -> Case:
    """A command of synth on the file, beside the plain text of its pages."""

    def ours(folder: Path, size: int) -> Noted:
        from synth.__main__ import main

        more = ["--seconds", str(SECONDS), "--memory", str(MEBIBYTES)] if words[0] in ("pages", "table") else []
        yield None
        code = main([*words, str(folder / "papers" / "long.pdf"), *more])
        assert code in (0, 1), f"synth {' '.join(words)}: exit code {code}"
        yield None

    return Case(ours, text, "pypdfium2's plain text")


def text(folder: Path, size: int) -> Noted:
    import pypdfium2

    yield None
    document = pypdfium2.PdfDocument(folder / "papers" / "long.pdf")
    for number in range(len(document)):
        page = document[number]
        page.get_textpage().get_text_range()
        page.close()
    yield None


def plain(folder: Path, size: int) -> Noted:
    """The library's own quick way to the text of a page."""
    from synth.reading import pdf

    yield None
    sum(1 for _ in pdf.plain(folder / "papers" / "long.pdf"))
    yield None


def indexed(folder: Path, size: int) -> Noted:
    from synth.evidence import index

    yield None
    index.open(folder / "papers")
    yield None


FAMILY = Family(
    "pages",
    SIZE,
    "pages",
    make,
    {
        "plain text": Case(plain, text, "pypdfium2's plain text"),
        "synth pages": command("pages", "--json"),
        "synth audit": command("audit", "--json"),
        "synth table": command("table", "--json"),
        "index": Case(indexed, text, "pypdfium2's plain text"),
    },
)
