"""Commands on the literature: search."""

from __future__ import annotations

import argparse
import sys
import textwrap
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import Declare, asking, plain, print_json

if TYPE_CHECKING:
    from ..literature.search import Found, Heard

SCHEMA = "synth.found/1"
SHOWN = 10  # studies that are printed; the record has all


def declare(command: Declare) -> None:
    """What this command is called and which options it takes."""
    search = command(
        "search",
        "look for papers in several databases, every query on record",
        [asking.options(), plain()],
        "stilts",
        "--query '\"intermediate training\" AND (cross-lingual OR multilingual)' --databases arxiv,acl --limit 50",
    )
    search.add_argument("question", metavar="QUESTION", nargs="?", help="name of a question file, or a path to one")
    search.add_argument("--query", metavar="WORDS", help='words, "phrases", OR, brackets; instead of a question')
    search.add_argument("--databases", metavar="NAMES", help="names with commas between (default: those of the question, or all)")
    search.add_argument("--limit", metavar="N", type=int, help="most results of one database (default: 200)")


def _search(arguments: argparse.Namespace, given: Sequence[str]) -> int:
    from replicate.problems import DONE, FAILED, INTERRUPTED, Problem

    from .. import provenance
    from ..literature import databases, plan, record, search, services

    if (arguments.question is None) == (arguments.query is None):
        raise Problem('search what? python -m synth search QUESTION, or python -m synth search --query "words"')
    if arguments.query is not None:
        made = plan.of_query(arguments.query)
    else:
        made = plan.of_question(asking.question(arguments.question, arguments.claims), databases.ALL)
    made = _changed(arguments, made)
    known = services.configured(arguments.base, arguments.interval)
    names = made.databases or tuple(databases.ALL)
    folder = Path(arguments.out) / made.name
    folder.mkdir(parents=True, exist_ok=True)  # before anybody is asked: what cannot be written need not be searched
    if made.ranked:
        print("synth: the question has no [search] table; any of its words are searched for, best first", file=sys.stderr)
    progress = _Progress(names)
    try:
        found = search.run(
            made, [databases.ALL[name] for name in names], known, asking.web(arguments, progress.note), progress.heard
        )
    except KeyboardInterrupt:
        print("synth: interrupted; a search that is not whole leaves no record", file=sys.stderr)
        return INTERRUPTED
    path = record.write(found, folder, provenance.version("stilts-claims"))
    if arguments.json:
        print_json(_found_json(found, path))
    else:
        print(_found(found, path))
    if all(one.outcome == search.NOTHING for one in found.heard):
        print("synth: no database answered; the record says why", file=sys.stderr)
        return FAILED
    return DONE


def _changed(arguments: argparse.Namespace, made: Any) -> Any:
    """The plan with what the command line says."""
    from dataclasses import replace

    from replicate.problems import Problem, unknown

    from ..literature import databases, plan

    if arguments.databases is not None:
        names = tuple(dict.fromkeys(name.strip() for name in arguments.databases.split(",") if name.strip()))
        for name in names:
            if name not in databases.ALL:
                raise unknown("database", name, databases.ALL)
        made = replace(made, databases=names)
    if arguments.limit is not None:
        if not 1 <= arguments.limit <= plan.MOST:
            raise Problem(f"--limit {arguments.limit}: wanted a number from 1 to {plan.MOST:,}")
        made = replace(made, limit=arguments.limit)
    return made


class _Progress:
    """A line on stderr for each page that comes, from whichever thread."""

    def __init__(self, names: Sequence[str]) -> None:
        self.lock = threading.Lock()
        self.note(f"asking {', '.join(names)}")

    def note(self, line: str) -> None:
        with self.lock:
            print(f"synth: {line}", file=sys.stderr, flush=True)

    def heard(self, one: Heard) -> None:
        if one.trouble:
            self.note(f"{one.database.title}: {one.trouble}")
        elif one.pages:
            self.note(f"{one.database.title}: {one.papers:,} of {one.total:,}")


def _found(found: Found, path: Path) -> str:
    """A search as people read it."""
    from ..literature import criteria

    counts, plan = found.counts, found.plan
    rows = [("database", "matches", "records", "outcome")]
    for one in found.heard:
        why = f": {one.trouble}" if one.trouble else ""
        rows.append(
            (one.database.title, f"{one.total:,}" if one.pages else "-", f"{one.papers + one.skipped:,}", f"{one.outcome}{why}")
        )
    made = [f"{plan.name}: {plan.question}", "", *_columns(rows), ""]
    came = sum(counts.identified.values())
    out = sum(counts.excluded_by_rule.values()) + counts.excluded_by_hand
    reasons = ", ".join([*(f"{name} {number}" for name, number in counts.excluded_by_rule.items()),
                         *([f"by hand {counts.excluded_by_hand}"] if counts.excluded_by_hand else [])])  # fmt: skip
    unusable = f", {counts.unusable} without a title or id" if counts.unusable else ""
    made += [
        f"{came:,} records: {counts.duplicates:,} duplicates{unusable}, {counts.screened:,} studies",
        f"{out:,} excluded{f' ({reasons})' if reasons else ''}, {counts.sought:,} kept"
        + (f", {counts.unsure:,} of them to look at (no rule could judge)" if counts.unsure else ""),
    ]
    if found.proposals:
        made.append(f"{len(found.proposals):,} pairs that may be one study: kept apart, listed in the record")
    kept = [one for one in found.screened if one.outcome != criteria.OUT]
    if kept:
        made += ["", f"The most relevant of the {len(kept):,} kept:" if len(kept) > SHOWN else "Kept:"]
    for study in kept[:SHOWN]:
        paper = study.study.paper
        words = ", ".join(word for word, _ in study.score.parts[:5])
        mark = "?" if study.outcome == criteria.UNSURE else " "
        made.append(f" {mark}{study.score.value:.2f}  {paper.id}  {textwrap.shorten(paper.title, 90, placeholder=' ...')}")
        made.append(f"         {paper.date[:4] or 'year unknown'}; {words or 'no word of the question'}")
    made += ["", f"record: {path}", f"flow:   {path.parent / 'flow.svg'}"]
    return "\n".join(made)


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _found_json(found: Found, path: Path) -> dict[str, Any]:
    from ..literature import record

    outcomes = [line for line in record.lines(found, "") if line["kind"] == "outcome"]
    return {
        "schema": SCHEMA,
        "name": found.plan.name,
        "question": found.plan.question,
        "when": found.begun,
        "record": str(path),
        "databases": [{name: value for name, value in line.items() if name != "kind"} for line in outcomes],
        "counts": found.counts.to_dict(),
        "studies": [record.study(one) for one in found.screened],
        "proposed": [{"one": one.one, "other": one.other, "why": one.why} for one in found.proposals],
    }


COMMANDS = {"search": _search}
