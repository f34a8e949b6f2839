"""Reports as machines write them, and how the tests read one."""

from __future__ import annotations

from pathlib import Path

from synth.ingest import build, source
from synth.reading.worker import Reader

HEAD = """

Adapters and Their Kin in Far Languages

Some Research Group

July 6, 2026

Abstract

We look at adapters. They are small.

1 Introduction

This paper examines: A Study of Adapters. Research question: Do adapters help far languages?.

3 Results

14 papers retrieved. 3 claims extracted; 2 independently verified. Quality review score: 9.3/10.

5 Extracted Claims

"""
TABS = "Claim\tVerified\tConfidence\n{}\n"
PIPES = "| Claim | Verified | Confidence |\n|---|:---:|---:|\n{}\n"
ROWS = [
    ("Training on SQuAD and MNLI raises the average by 8.2 and 7.5 points.", "✓", "0.27"),
    ("MNLI improves XNLI by 1.2 points (on the development set).", "×", "0.10"),
    ("XNLI contains 392,702 training examples.", "✓", "0.15"),
]
TAIL = "\nReferences\n\n- <http://arxiv.org/abs/2104.07412v2>\n- A Study of Adapters. <http://arxiv.org/abs/2008.07651v1>\n"


def read(tmp_path: Path, text: str | bytes, name: str = "report.txt") -> build.Ingested:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with Reader() as reader:
        return build.ingest(source.read(path, reader), titles={})


def table(kind: str, rows=ROWS) -> str:
    return kind.format("\n".join("\t".join(row) if kind == TABS else f"| {' | '.join(row)} |" for row in rows))


def marked(made: build.Ingested) -> list[tuple[object, object]]:
    return [(one.reported.get("verified"), one.reported.get("confidence")) for one in made.question.claims]
