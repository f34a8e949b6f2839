"""Readers of what people hand to synth: reports, question files, claims, papers, tables."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

from ..family import Door, Family, seeds
from .given import CLAIMS, COMMANDS, EFFECTS, LANGUAGES, LATEX, MARKS, PAGE, QUESTION, RECORD, REPORT, TABLE, TAGS, TEXT, TOLD

# ---- readers


@functools.cache
def _worker(seconds: float = 20.0) -> object:
    from synth.reading.worker import Limits, Reader

    return Reader(Limits(seconds))


class Here:
    """Reads a paper in this process, so that what the worker would hide behind a line of its own is seen."""

    def read(self, path: Path) -> object:
        from synth.reading import pages

        return pages.read(path)


def report(path: Path) -> None:
    """`synth ingest`; the question that is written is read again, and is the same."""
    from dataclasses import replace

    from synth import question_writer, questions
    from synth.ingest import build, cited, source

    made = build.ingest(source.read(path, Here()), titles=cited.titled()).question
    written = question_writer.text(made)
    assert replace(questions.parsed(written, path), path=made.path) == made, "what was written is read as something else"


def question(path: Path) -> None:
    """A question file with its plan of a search; written again it is the same."""
    from synth import question_writer, questions
    from synth.literature import plan

    found = questions.read(path)
    written = question_writer.text(found)
    assert _alike(questions.parsed(written, path), found), "what was written is read as something else"
    plan.of_question(found, ("arxiv", "openalex", "semanticscholar", "acl"))


def _alike(one: object, other: object) -> bool:
    return one == other or repr(one) == repr(other)  # NaN is no equal of itself


def claims(path: Path) -> None:
    from synth import others

    others.read(path, lambda line: None)


def paper(path: Path) -> None:
    """A paper in HTML, LaTeX or text, its way through the worker's line, its tables as results, its audit."""
    from replicate import results
    from synth.audit import run
    from synth.reading import pages, reported
    from synth.reading.document import from_dict

    found = pages.read(path)
    assert from_dict(json.loads(json.dumps(found.to_dict()))) == found, "a document is another one after the worker's line"
    parts = reported.together([reported.results_of(table, found, "2005.13013v2", {}) for table in found.tables])
    if rows := [row for part in parts for row in part.rows]:
        results.table(rows, where=found.source)
    run.audited(found)


def audited(path: Path) -> None:
    """`synth audit`, of any file."""
    from synth.audit import run

    run.audit(path, Here())


def pdf(path: Path) -> None:
    """A paper through the worker's process. What the worker says of an error that it did not expect is a fault of ours."""
    from replicate.problems import Problem

    try:
        _worker().read(path)
    except Problem as problem:
        assert not re.search(r"cannot be read \((?!Pdf)|not read after", str(problem)), str(problem)
        raise


def _here(path: Path) -> None:
    Here().read(path)


def effects(path: Path) -> None:
    from synth import pooling

    given, asked = pooling.read(path, pooling.Asked())
    pooling.report(given, asked)


def scores(path: Path) -> None:
    from synth import cells
    from synth.stats import columns

    cells.of_table(columns.read(path))


def record(path: Path) -> None:
    """The record of a search, and what is to be fetched of it."""
    from synth.literature import record as kept

    kept.wanted(kept.read(path))


def corpus(path: Path) -> None:
    from synth.evidence import piece

    piece.of_corpus(path)


def library(path: Path) -> None:
    """All records of a library, and one by its name."""
    from synth.literature import library as there

    found = there.open(path.parents[2])
    for one in found.papers():
        found.whole(one)
        found.find(one.id)


# ---- seeds


def _pdfs() -> tuple[bytes, ...]:
    """Three small PDFs: by hand, with compressed streams, and by typst."""
    import zlib

    from tests.papers import HEAD, SPREAD, compiled, table

    def made(stream: bytes, extra: bytes = b"") -> bytes:
        parts = [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
            b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(stream), extra, stream),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
        out, places = b"%PDF-1.4\n", []
        for number, part in enumerate(parts, 1):
            places.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
        begin = len(out)
        out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
        return out + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % begin

    text = b"BT /F1 12 Tf 72 720 Td (We gain 8.2 points on XTREME.) Tj 0 -14 Td (Abstract) Tj 0 -14 Td (XLM-R 79.2 80.1) Tj ET"
    rows = [[name, *cells] for name, cells in SPREAD.items()]
    grid = table(["Model", "XNLI", "PAWS-X"], rows, "Test.")
    page = f"{HEAD}\n#set page(width: 12cm, height: 12cm)\n= Results\nWe gain 8.2 points.\n{grid}"
    return made(text), made(zlib.compress(text), b"/Filter /FlateDecode"), compiled(page)


def _corpus() -> tuple[bytes, ...]:
    first = b'{"doc_id": 1, "title": "A", "abstract": ["One.", "Two."], "structured": false}\n'
    return (first + b'{"doc_id": "b", "abstract": "Three."}\n',)


def _library() -> tuple[bytes, ...]:
    from synth.literature import library as there

    one = {"schema": there.SCHEMA, "id": "2005.13013v2", "title": "A paper", "authors": ["Ann"], "aliases": ["arxiv:2005.13013"],
           "date": "2020-05-27", "sha256": "0" * 64, "size": 7, "source": "arxiv", "latest": "2005.13013v3"}  # fmt: skip
    return (json.dumps(one).encode(),)


PDF = (
    "/Type", "/Kids [2 0 R]", "/Count 999999999", "/MediaBox [0 0 1e30 1e30]", "/Rotate 90", "obj", "endobj", "stream", "xref",
    "/Filter [/FlateDecode /FlateDecode]", "/Length -1", "/Encrypt 9 0 R", "Tj", "TJ", "Tm", "q Q", "Do", "<FFFE>", "startxref",
)  # fmt: skip
READING = ("synth.reading",)
FAMILIES = (
    Family(
        "reports",
        tuple(
            Door(name, file, report, seeds(*given), form, words, ("synth.ingest", *more))
            for name, file, given, form, words, more in (
                ("markdown", "report.md", (REPORT, TOLD), "lines", MARKS, ()),
                ("text", "report.txt", (TOLD, REPORT, TEXT), "lines", MARKS, ()),
                ("html", "report.html", (PAGE,), "markup", (*TAGS, *MARKS), ("synth.reading.html",)),
                ("latex", "report.tex", (LATEX,), "text", (*COMMANDS, *MARKS), ("synth.reading.latex",)),
            )
        ),
    ),
    Family(
        "questions",
        (
            Door(
                "toml",
                "families.toml",
                question,
                seeds(QUESTION),
                "toml",
                (
                    "gain",
                    "level",
                    "best",
                    "greater",
                    "sign",
                    "count",
                    "setup",
                    "average",
                    "multi",
                    "mlm",
                    "among",
                    "languages",
                    "intermediates",
                    "rival",
                    "[[claim]]",
                    "[[claim.assert]]",
                    "AND",
                    "OR",
                    "(",
                    '""',
                ),
                ("synth.questions", "synth.question_writer", "synth.literature.plan", "synth.literature.terms"),
            ),
        ),
    ),
    Family(
        "claims",
        (
            Door(
                "jsonl",
                "claims.jsonl",
                claims,
                seeds(CLAIMS),
                "jsonl",
                MARKS,
                ("synth.others", "synth.english", "synth.ingest.clean"),
            ),
            Door("corpus", "corpus.jsonl", corpus, _corpus, "jsonl", (), ("synth.evidence.piece",)),
        ),
    ),
    Family(
        "html",
        (
            Door("html", "paper.html", paper, seeds(PAGE), "markup", (*TAGS, *MARKS), READING),
            Door("latex", "paper.tex", paper, seeds(LATEX), "text", (*COMMANDS, *MARKS), READING),
            Door("text", "paper.txt", paper, seeds(TEXT), "lines", MARKS, READING),
        ),
    ),
    Family(
        "tables",
        (
            Door(
                "audit",
                "table.csv",
                audited,
                seeds(TABLE),
                "csv",
                MARKS,
                ("synth.audit", "synth.reading.cells", "synth.reading.grid"),
            ),
            Door("document", "paper.md", audited, seeds(TEXT), "lines", MARKS, ("synth.audit",)),
            Door(
                "effects",
                "effects.csv",
                effects,
                seeds(EFFECTS),
                "csv",
                ("NA", ";", "-0", "inf"),
                ("synth.pooling", "synth.stats.columns"),
            ),
            Door(
                "scores",
                "scores.csv",
                scores,
                seeds(LANGUAGES),
                "csv",
                ("NA", ";", "-0", "inf"),
                ("synth.cells", "synth.stats.columns"),
            ),
        ),
    ),
    Family("pdf", (Door("pdf", "paper.pdf", pdf, _pdfs, "text", PDF, READING, guide=_here, heavy=True),)),
    Family(
        "library",
        (
            Door(
                "record",
                "papers/arxiv/2005.13013v2.json",
                library,
                _library,
                "json",
                (),
                ("synth.literature.library",),
                named=False,
            ),
            Door("search", "search.jsonl", record, seeds(RECORD), "jsonl", (), ("synth.literature.record",)),
        ),
    ),
)
