"""1,000 papers: listed, indexed, asked, verified against; and the 4,000 records that four databases give of them."""

from __future__ import annotations

import json
import random
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from .case import Case, Family

if TYPE_CHECKING:
    from synth.literature.dedupe import Record
    from synth.records import Paper

SIZE, LINES, ASKED, CLAIMS, TOGETHER = 1_000, 40, 200, 50, 100
DATABASES = ("arxiv", "acl", "openalex", "semanticscholar")
WORDS = (
    "transfer languages training intermediate encoder retrieval tagging parsing scripts accuracy recall coverage latency "
    "agreement fluency perplexity adapters prompts tokens vocabularies corpora alignment pivots distillation noise"
).split()
Noted = Iterator[dict[str, float] | None]


def sentence(draw: random.Random) -> str:
    subject, other, what = draw.sample(WORDS, 3)
    return (
        f"We compare {subject} with {other} in {what} over {draw.randint(2, 90)} runs: the difference is "
        f"{draw.uniform(0.1, 30):.1f} points on set {draw.randint(1, 400)} of collection {draw.randint(1, 4000)}."
    )


def id_of(number: int) -> str:
    return f"{20 + number // 12_000:02}{number // 1_000 % 12 + 1:02}.{number % 1_000 + 10_000:05}"


def described(number: int) -> Paper:
    """A paper as arXiv would describe it."""
    from synth.records import Paper

    draw = random.Random(number)
    title = f"A Study of {' '.join(draw.sample(WORDS, 4)).title()}, Number {number}"
    return Paper(
        f"{id_of(number)}v1", title, (f"{draw.choice(WORDS).title()} Author", "Bea Writer"), f"20{20 + number % 6}-05-01",
        sentence(draw), aliases=(f"arxiv:{id_of(number)}", f"doi:10.1000/{number}"), source="arxiv",
    )  # fmt: skip


def make(folder: Path, size: int) -> None:
    """A library of papers of one page each, which typst sets a hundred at a time."""
    import io

    import pypdfium2

    from synth.literature import library
    from tests import papers

    shelf = library.open(folder / "library")
    for begin in range(0, size, TOGETHER):
        numbers, texts = range(begin, min(size, begin + TOGETHER)), list[str]()
        for number in numbers:
            draw = random.Random(number)
            texts.append(f"= {described(number).title}\n{papers.body([sentence(draw) for _ in range(LINES)])}")
        pages = pypdfium2.PdfDocument(papers.page("\n#pagebreak()\n".join(texts), 'paper: "a4", columns: 2, margin: 1.5cm'))
        for place, number in enumerate(numbers):
            one, content = pypdfium2.PdfDocument.new(), io.BytesIO()
            one.import_pages(pages, [place])
            one.save(content)
            shelf.put(described(number), content.getvalue())
        assert len(pages) == len(numbers), "a paper took more than its page"


def listed(folder: Path, size: int) -> Noted:
    from synth.__main__ import main

    yield None
    main(["fetch", "--list", "--papers", str(folder / "library")])
    yield None


def indexed(folder: Path, size: int) -> Noted:
    from synth.evidence import index

    yield None
    index.open(folder / "library")
    yield None


def read(folder: Path, size: int) -> Noted:
    """The words of every page, without places, sentences or terms."""
    import pypdfium2

    files = sorted((folder / "library" / "files").rglob("*.pdf"))
    yield None
    for file in files:
        document = pypdfium2.PdfDocument(file)
        for number in range(len(document)):
            document[number].get_textpage().get_text_range()
        document.close()
    yield None


def opened(folder: Path, size: int) -> Noted:
    """The index of before, found again: every file is hashed."""
    from synth.evidence import index

    yield None
    index.open(folder / "library")
    yield None


def asked(folder: Path, size: int) -> Noted:
    """200 questions put to all papers together."""
    from synth.evidence import index

    there, draw = index.open(folder / "library"), random.Random(1)
    questions = [sentence(draw) for _ in range(ASKED)]
    yield None
    for one in questions:
        there.near(one)
    yield None


def verified(folder: Path, size: int) -> Noted:
    """50 claims: one half cites a paper of the library, the other none, and is looked for in all of them."""
    from synth.commands import checking

    draw, lines = random.Random(2), list[str]()
    for number in range(CLAIMS):
        of = draw.randrange(size)
        cited = f"{id_of(of)}v1" if number % 2 else ""
        lines.append(json.dumps({"id": f"c{number}", "claim": sentence(random.Random(of)), "paper": cited}))
    (folder / "claims.jsonl").write_text("\n".join(lines) + "\n")
    arguments = Namespace(questions=[], claims=str(folder / "claims.jsonl"), papers=str(folder / "library"), results=None)
    yield None
    checking.checked(arguments)
    yield None


def records(size: int) -> list[Record]:
    """What four databases say of the papers: without the arXiv id, with another spelling, with nothing but the title."""
    from dataclasses import replace

    from synth.literature.dedupe import Record

    found = list[Record]()
    for number in range(size):
        paper = described(number)
        said = (
            paper,
            replace(paper, id=f"acl-{number}", aliases=paper.aliases[1:], title=paper.title.upper()),
            replace(paper, id=f"W{number}", aliases=(), title=paper.title.replace(",", " -")),
            replace(paper, id=f"S{number}", aliases=paper.aliases[:1], authors=("B. Writer",)),
        )
        found += [Record(database, number + 1, one) for database, one in zip(DATABASES, said, strict=True)]
    return found


def joined(folder: Path, size: int) -> Noted:
    from synth.literature import dedupe

    given = records(size)
    yield None
    studies, proposals = dedupe.studies(given)
    yield {"studies": len(studies), "proposals": len(proposals)}


AFTER = ("index, built",)
FAMILY = Family(
    "papers",
    SIZE,
    "papers",
    make,
    {
        "synth fetch --list": Case(listed),
        "index, built": Case(indexed, read, "pypdfium2's plain text"),
        "index, opened again": Case(opened, None, "", AFTER),
        "index, 200 questions": Case(asked, None, "", AFTER),
        "synth verify, 50 claims": Case(verified, None, "", AFTER),
        "records of four databases joined": Case(joined),
    },
)
