"""10,000 claims on a published table: read, taken in out of a report, verified, reviewed, reported.

They are sentences on the rows of the table (_labelled.py), each with another number; about one in ten is true.
"""

from __future__ import annotations

import json
import pickle
import re
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .case import Case, Family

if TYPE_CHECKING:
    from synth.commands.checking import Checked

SIZE, TRUE = 10_000, 10
NAME, QUESTION = "many", "Does intermediate training on more tasks change transfer to other languages?"
Noted = Iterator[dict[str, float] | None]


def texts(size: int) -> list[str]:
    """So many different sentences."""
    from .. import _labelled

    known, found = _labelled.known(), list[str]()
    for number in range(size):
        text = known[number % len(known)].text
        if number % TRUE and (figure := re.search(r"\d+\.\d", text)):
            text = f"{text[: figure.start()]}{1 + number % 97}.{number // len(known) % 10}{text[figure.end() :]}"
        found.append(text)
    return found


def make(folder: Path, size: int) -> None:
    """The claims as a question file, as claims of others, and as a report."""
    from replicate import results
    from synth import question_writer
    from synth.english.reading import read
    from synth.records import Claim, Question

    from .._labelled import PAPER

    said = texts(size)
    claims = tuple(Claim(f"c{number}", text, PAPER, read(text).asserts) for number, text in enumerate(said))
    question = Question(NAME, QUESTION, "", (PAPER,), 0.5, claims)
    (folder / "bare.toml").write_text(question_writer.text(question))
    lines = (json.dumps({"id": f"c{number}", "claim": text, "paper": PAPER}) for number, text in enumerate(said))
    (folder / "claims.jsonl").write_text("\n".join(lines) + "\n")
    rows = "\n".join(f"| {text} | {'✓' if number % 2 else '✗'} | 0.{number % 90 + 10} |" for number, text in enumerate(said))
    head = f"# A report\n\nResearch question: {QUESTION}\n\n## Claims\n\n| Claim | Verified | Confidence |\n| --- | --- | --- |\n"
    (folder / "report.md").write_text(f"{head}{rows}\n\n## References\n\n[1] arXiv:{PAPER}\n")
    (folder / "none").mkdir()
    results.write(results.table([]), folder / "none.parquet")


def read_toml(folder: Path, size: int) -> Noted:
    from synth import questions

    yield None
    questions.read(folder / "bare.toml")
    yield None


def bare_toml(folder: Path, size: int) -> Noted:
    import tomllib

    yield None
    tomllib.loads((folder / "bare.toml").read_text())
    yield None


def read_jsonl(folder: Path, size: int) -> Noted:
    """What each claim asserts is read out of its words."""
    from synth import others

    yield None
    others.read(folder / "claims.jsonl")
    yield None


def bare_jsonl(folder: Path, size: int) -> Noted:
    yield None
    [json.loads(line) for line in (folder / "claims.jsonl").read_text().splitlines()]
    yield None


def ingested(folder: Path, size: int) -> Noted:
    from synth.__main__ import main

    yield None
    main(["ingest", str(folder / "report.md"), "--out", str(folder / "ingested"), "--papers", str(folder / "none")])
    yield None


def verified(folder: Path, size: int) -> Noted:
    """`synth verify --json`; its verdicts are kept for the cases after it."""
    from synth import verify
    from synth.commands import checking

    yield None
    where = {"claims": folder / "bare.toml", "papers": folder / "none", "results": folder / "none.parquet"}
    found = checking.checked(Namespace(questions=[], **{name: str(path) for name, path in where.items()}))
    text = json.dumps([verify.to_dict(one.question, one.verdicts) for one in found])
    yield {"kilobytes": len(text) / 1000}
    (folder / "verdicts.pickle").write_bytes(pickle.dumps([(one.question, one.verdicts) for one in found]))


def kept(folder: Path) -> list[Checked]:
    """What `verified` left."""
    from synth import verify
    from synth.commands.checking import Checked

    at_hand = verify.hand(folder / "none.parquet", papers=folder / "none")
    found: list[Any] = pickle.loads((folder / "verdicts.pickle").read_bytes())  # our own, of a moment ago
    return [Checked(question, at_hand, verdicts) for question, verdicts in found]


def reviewed(folder: Path, size: int) -> Noted:
    """`synth review --json` on verdicts that are there."""
    from synth.review import plain
    from synth.review.panel import review

    found = kept(folder)
    yield None
    json.dumps(plain.document([review(one.question, one.verdicts, one.hand) for one in found]))
    yield None


def reported(folder: Path, size: int) -> Noted:
    """`synth report --format html` on verdicts that are there."""
    from synth.report.inputs import gather
    from synth.report.write import write

    found, out = kept(folder), folder / "out"
    yield None
    inputs = [gather(one.question, one.verdicts, one.hand, ["report"], papers=str(folder / "none")) for one in found]
    write(inputs, out, ("html",))
    yield {"kilobytes": max(one.stat().st_size for one in out.rglob("*.html")) / 1000}


def shown(folder: Path, size: int) -> Noted:
    """The table that `synth verify` prints, of verdicts that are there."""
    from synth.commands import claims

    found = kept(folder)
    yield None
    for one in found:
        print(claims._table(one.question, one.verdicts))
    yield None


AFTER = ("synth verify",)
FAMILY = Family(
    "claims",
    SIZE,
    "claims",
    make,
    {
        "read TOML": Case(read_toml, bare_toml, "tomllib's loads"),
        "read JSON Lines": Case(read_jsonl, bare_jsonl, "json's loads"),
        "synth ingest": Case(ingested),
        "synth verify": Case(verified),
        "the table of synth verify": Case(shown, None, "", AFTER),
        "synth review": Case(reviewed, None, "", AFTER),
        "synth report": Case(reported, None, "", AFTER),
    },
)
