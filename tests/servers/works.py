"""Made-up papers: what exists in the little world that the servers tell of. The same number gives the same paper."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

METHODS = (
    "Intermediate Training", "Adapter Stacking", "Vocabulary Grafting", "Contrastive Alignment", "Curriculum Sampling",
    "Head Pruning", "Prompt Transfer", "Pivot Distillation", "Script Romanization", "Span Masking",
)  # fmt: skip
TASKS = (
    "Natural Language Inference", "Question Answering", "Named Entity Recognition", "Sentence Retrieval",
    "Part-of-Speech Tagging",
    "Paraphrase Identification",
)  # fmt: skip
SETTINGS = (
    "Zero-Shot Cross-Lingual Transfer",
    "Low-Resource Languages",
    "Multilingual Encoders",
    "Code-Switched Text",
    "Dialect Corpora",
)
FIRST = ("Ada", "Bram", "Chidi", "Dunja", "Elif", "Farid", "Göran", "Hanaé", "Íris", "Jürgen")
LAST = ("Adebayo", "Bergström", "Castañeda", "Dvořák", "Eriksen", "Fujita", "García López", "Haddad", "van Ijzeren", "Jovanović")


@dataclass(frozen=True)
class Work:
    """A made-up paper and where it is known. `withdrawn` is the version that withdrew it, `textless` versions without a PDF."""

    number: int
    title: str
    authors: tuple[str, ...]
    abstract: str
    year: int
    month: int
    arxiv: str = ""
    versions: int = 1
    acl: str = ""
    doi: str = ""
    language: str = "en"
    withdrawn: int = 0
    retracted: bool = False
    textless: tuple[int, ...] = ()
    open_pdf: bool = False
    variants: tuple[str, ...] = field(default=())  # databases that spell its title in their own way

    @property
    def date(self) -> str:
        return f"{self.year}-{self.month:02d}-15"


def works(count: int = 260) -> tuple[Work, ...]:
    """So many papers: most on arXiv, every third in the Anthology, some with a DOI alone; a few with something special."""
    return tuple(_work(number) for number in range(1, count + 1))


def _work(number: int) -> Work:
    method, task = METHODS[number % 10], TASKS[(number // 10) % 6]
    setting = SETTINGS[(number * 7 + number // 10) % 5]
    title = f"{method} for {task}: {setting}, Study {number}"
    year, month = 2017 + number % 8, 1 + number % 12
    authors = tuple(f"{FIRST[(number + step) % 10]} {LAST[(number * 3 + step) % 10]}" for step in range(1 + number % 4))
    abstract = (
        f"We study {method.lower()} with XLM-R and {'mT5' if number % 3 else 'mBERT'} on {task.lower()} in {setting.lower()}. "
        f"Over {2 + number % 9} languages, the mean score rises by {number % 90 / 10:.1f} points."
    )
    if number % 11 == 0:
        abstract += " This survey collects what others report."
    acl = f"{year}.{('acl-main', 'emnlp-main', 'findings-acl')[number % 3]}.{number}" if number % 3 == 0 and year >= 2020 else ""
    alone = number % 13 == 0
    arxiv = "" if alone else f"{year % 100:02d}{month:02d}.{number:05d}"
    doi = f"10.18653/v1/{acl}" if acl else f"10.5555/made-up.{number}" if alone or number % 5 == 0 else ""
    return Work(
        number, title, authors, "" if number % 37 == 0 else abstract, year, month, arxiv, 1 + number % 3, acl, doi,
        language="fr" if number % 29 == 0 else "en", withdrawn=1 + number % 3 if number % 41 == 0 else 0, retracted=number == 65,
        textless=(1 + number % 3,) if number % 43 == 0 else (), open_pdf=alone and number % 2 == 0,
        variants=("semanticscholar", "openalex") if number % 4 == 0 else (),
    )  # fmt: skip


def pdf(work: Work, version: int) -> bytes:
    """The PDF of a version: a page with title, abstract and arXiv's stamp, by hand, so that its bytes are always the same."""
    stamp = f"arXiv:{work.arxiv}v{version} [cs.CL] {work.date}" if work.arxiv else work.acl or work.doi
    said = [work.title, ", ".join(work.authors), *_wrapped(work.abstract), stamp]
    text = "BT /F1 10 Tf 60 760 Td 14 TL " + " ".join(f"({_escaped(line)}) Tj T*" for line in said) + " ET"
    stream = zlib.compress(text.encode("latin-1", "replace"))
    link = f"https://arxiv.org/abs/{work.arxiv}v{version}" if work.arxiv else ""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< /Title ({_escaped(work.title)}) {f'/arXivID ({link})' if link else ''} >>".encode("latin-1", "replace"),
    ]
    made, places = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    size = len(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n" % size + b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + table + b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(made))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _wrapped(text: str, width: int = 80) -> list[str]:
    import textwrap

    return textwrap.wrap(text, width)
