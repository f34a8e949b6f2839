"""Commands that begin a question: ingest (out of reports), extract (out of papers), new (an empty one)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from replicate.terminal.usage import Parser

from ..plural import counted
from . import Declare, named, plain, print_json

if TYPE_CHECKING:
    from ..ingest.build import Ingested
    from ..records import Claim

INGEST_SCHEMA, EXTRACT_SCHEMA, NEW_SCHEMA = "synth.ingest/1", "synth.extract/1", "synth.question/1"


def declare(command: Declare) -> None:
    """What these commands are called and which options they take."""
    common = Parser(add_help=False)
    common.add_argument("--out", metavar="DIR", default="claims", help="folder of the question files (default: claims)")
    common.add_argument("--name", metavar="NAME", help="name of the question and of its file (default: out of the title)")
    common.add_argument("--experiment", metavar="NAME", help="the experiment that answers the question (replicate experiments)")
    common.add_argument("--force", action="store_true", help="overwrite a question file")
    ingest = command(
        "ingest",
        "a report's claims as a question file: text, Markdown, HTML or PDF",
        [common, plain()],
        "report.txt notes.md --out claims",
        "report.pdf --name adapters --force",
    )
    ingest.add_argument("reports", metavar="REPORT", nargs="+", help="a file: .txt, .md, .html, .pdf")
    ingest.add_argument(
        "--papers",
        metavar="DIR",
        help="the library whose titles say which paper a report examines (default: in the cache folder)",
    )
    extract = command(
        "extract",
        "claims out of papers: whole sentences that assert something",
        [common, plain()],
        "2005.13013v2 --to adapters",
        "paper.pdf --limit 5 --out claims",
    )
    extract.add_argument("papers_given", metavar="FILE|ID", nargs="+", help="papers of the library, or files")
    extract.add_argument("--papers", metavar="DIR", help="the library of fetched papers (default: in the cache folder)")
    extract.add_argument("--to", metavar="QUESTION", help="add the claims to this question file in --out, comments and all")
    extract.add_argument("--limit", metavar="N", type=int, default=20, help="claims of a paper, the best first (default: 20)")
    new = command(
        "new",
        "an empty question, which search, fetch, extract, verify and report then fill",
        [common, plain()],
        '"Do adapters help far languages?" --name far --experiment adapters',
    )
    new.add_argument("question", metavar="QUESTION", help="the question, in quotes")


def _experiment(name: str | None) -> str:
    from replicate import experiments
    from replicate.problems import unknown

    if name and name not in experiments.names():
        raise unknown("experiment", name, experiments.names())
    return name or ""


def _name(name: str | None, most: int = 1, option: str = "--name") -> str:
    """The name that was given, if it may stand in a path."""
    import re

    from replicate.problems import Problem

    if name is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise Problem(f"{option} {name!r}: wanted letters, digits, dots and hyphens, as in character-noise")
    if name is not None and most > 1:
        raise Problem(f"--name is for one question; {most} reports get names of their own")
    return name or ""


def _ingest(arguments: argparse.Namespace, given: Sequence[str]) -> int:
    from replicate.problems import BAD_INPUT, DONE, Problem

    from .. import question_writer
    from ..ingest import build, cited, source
    from ..reading.worker import Reader

    name, experiment = _name(arguments.name, len(arguments.reports)), _experiment(arguments.experiment)
    titles = {**cited.titled(), **_titles(arguments.papers)}
    done: list[tuple[Ingested, Path]] = []
    problems: list[dict[str, str]] = []
    taken: set[str] = set()
    with Reader() as reader:
        for report in arguments.reports:
            try:
                made = build.ingest(source.read(named(report), reader), name, experiment, titles)
                if made.question.name in taken:
                    made = build.renamed(made, build.another(made.question.name, taken))
                path = question_writer.write(made.question, Path(arguments.out) / f"{made.question.name}.toml", arguments.force)
            except Problem as problem:
                print(f"synth: {problem}", file=sys.stderr)
                problems.append({"report": report, "problem": str(problem)})
                continue
            taken.add(made.question.name)
            done.append((made, path))
            if not arguments.json:
                _told(made, path)
    if arguments.json:
        print_json({"schema": INGEST_SCHEMA, "reports": [_ingested(*one) for one in done], "problems": problems})
    if problems and len(arguments.reports) > 1:
        number = len(problems)
        print(
            f"synth: {number} of {len(arguments.reports)} reports {'was' if number == 1 else 'were'} not ingested",
            file=sys.stderr,
        )
    return BAD_INPUT if problems else DONE


def _titles(papers: str | None) -> dict[str, str]:
    """The titles of the papers in a library, by their key."""
    from ..literature import ids, library, terms

    there = library.open(papers)
    found = ((one.title, ids.maybe(one.id)) for one in there.papers())
    return {terms.title_key(title): id.bare.key for title, id in found if title and id}


def _told(made: Ingested, path: Path) -> None:
    """What became of a report, for people: the file, its counts, then what to know."""
    claims = made.question.claims
    asserts = sum(bool(one.asserts) for one in claims)
    marked = [one.reported.get("verified") for one in claims]
    cut = sum(one.cut for one in claims)
    print(path)
    ticks, crosses = sum(one is True for one in marked), sum(one is False for one in marked)
    line = f"{counted(len(claims), 'claim')}: {ticks} ticked, {crosses} crossed"
    unmarked = sum(one is None for one in marked)
    parts = [
        line + (f", {unmarked} without a mark" if unmarked else ""),
        *([f"{cut} cut off"] if cut else []),
        f"{asserts} with assertions ({sum(len(one.asserts) for one in claims)})",
        counted(len(made.question.papers), "paper"),
    ]
    print("  " + "; ".join(parts))
    for note in made.notes:
        print(f"synth: {made.source}: {note}", file=sys.stderr)
    if made.unused:
        print(
            f"synth: {made.source}: not used: {'; '.join(f'{heading}: {what}' for heading, what in made.unused)}", file=sys.stderr
        )
    if made.unread:
        left = counted(len(made.unread), "claim")
        print(f"synth: {made.source}: {left} with a part that no assertion holds (--json lists them)", file=sys.stderr)


def _ingested(made: Ingested, path: Path) -> dict[str, Any]:
    question = made.question
    return {
        "report": made.source,
        "path": str(path),
        "name": question.name,
        "question": question.question,
        "papers": list(question.papers),
        "reported": dict(question.reported),
        "claims": [_claim(one, (made.unread or {}).get(one.id, ())) for one in question.claims],
        "notes": list(made.notes),
        "not_used": [{"section": heading, "parts": what} for heading, what in made.unused],
    }


def _claim(one: Claim, unread: Sequence[str]) -> dict[str, Any]:
    from .. import question_writer

    asserts = [{"kind": each.kind, **dict(question_writer.said(each))} for each in one.asserts]
    return {
        "id": one.id,
        "claim": one.text,
        "paper": one.paper,
        "cut": one.cut,
        "reported": dict(one.reported),
        "asserts": asserts,
        "unread": list(unread),
    }


def _extract(arguments: argparse.Namespace, given: Sequence[str]) -> int:
    from replicate.problems import BAD_INPUT, DONE, Problem

    from .. import extract, question_writer, questions
    from ..reading.worker import Reader
    from .reading import located

    if arguments.limit < 1:
        raise Problem(f"--limit {arguments.limit}: wanted at least 1 claim")
    name, experiment = _name(arguments.name), _experiment(arguments.experiment)
    _name(arguments.to, option="--to")
    if arguments.to and (name or experiment):
        raise Problem("--to adds to a question that has its name and experiment; --name and --experiment are for a new one")
    done, problems = list[extract.Extracted](), list[dict[str, str]]()
    with Reader() as reader:
        for paper in arguments.papers_given:
            try:
                document = reader.read(located(paper, arguments.papers))
                done.append(extract.extract(document, extract.named(paper, document), arguments.limit))
            except Problem as problem:
                print(f"synth: {problem}", file=sys.stderr)
                problems.append({"paper": paper, "problem": str(problem)})
    if not done:
        return BAD_INPUT
    path = Path(arguments.out) / f"{arguments.to}.toml"
    if arguments.to:
        if not path.is_file():
            raise Problem(f"{path}: no such question file; python -m synth new begins one")
        question = extract.into(questions.read(path), done)
        question_writer.add(path, question.claims, question.papers)
    else:
        question = extract.question(done, name, experiment)
        path = question_writer.write(question, Path(arguments.out) / f"{question.name}.toml", arguments.force)
    if arguments.json:
        claims = [_claim(one, ()) for one in question.claims]
        read = [
            {"paper": one.paper, "sentences": one.sentences, "asserting": one.asserting, "kept": len(one.claims)} for one in done
        ]
        print_json(
            {
                "schema": EXTRACT_SCHEMA,
                "path": str(path),
                "name": question.name,
                "papers": read,
                "claims": claims,
                "problems": problems,
            }
        )
    else:
        print(path)
        for one in done:
            sentences = counted(one.sentences, "sentence")
            telling = f"{one.asserting} of them assert{'s' * (one.asserting == 1)} something"
            print(f"  {one.paper}: {sentences}, {telling}, {len(one.claims)} kept")
    return BAD_INPUT if problems else DONE


def _new(arguments: argparse.Namespace, given: Sequence[str]) -> int:
    from replicate.problems import DONE, Problem

    from .. import question_writer
    from ..ingest.build import MARGIN, slug
    from ..records import Question

    asked = " ".join(arguments.question.split())
    if not asked:
        raise Problem('new wants a question in quotes: python -m synth new "Does training on X help Y?"')
    experiment = _experiment(arguments.experiment)
    name = _name(arguments.name) or slug(asked, 5) or "question"
    made = Question(name, asked, experiment, (), MARGIN, ())
    path = question_writer.write(made, Path(arguments.out) / f"{name}.toml", arguments.force)
    if arguments.json:
        print_json({"schema": NEW_SCHEMA, "path": str(path), "name": name, "question": asked})
    else:
        print(path)
        there, out = ("", "") if arguments.out == "claims" else (f" --claims {arguments.out}", f" --out {arguments.out}")
        print(
            f"next: python -m synth search {name}{there}; then fetch {name}{there}; extract ID... --to {name}{out}; "
            f"verify {name}{there}",
            file=sys.stderr,
        )
    return DONE


COMMANDS = {"ingest": _ingest, "extract": _extract, "new": _new}
