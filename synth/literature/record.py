"""The record of a search: JSON Lines, one fact a line, in the folder of its question; and the flow diagram beside it.

    {"kind": "search", ...}     the question, the plan and its criteria, when, with which version
    {"kind": "query", ...}      one page of one database: the exact query, filters, address, and the ids that came
    {"kind": "outcome", ...}    how one database ended
    {"kind": "study", ...}      one study: its names, its records, its relevance and why, what became of it and why
    {"kind": "proposed", ...}   two studies that may be one; a person decides
    {"kind": "counts", ...}     PRISMA

An earlier record is never overwritten: it is moved aside under its own date.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from replicate import confidential, files, shown
from replicate.problems import Problem

from ..figures.flow import flow
from . import criteria, ids, prisma
from .search import Found
from .web import Trouble

SCHEMA = "synth.search/1"
SEARCH, FLOW, FETCHED = "search.jsonl", "flow.svg", "fetch.jsonl"


def lines(found: Found, version: str) -> Iterator[dict[str, Any]]:
    """The whole record, line by line."""
    plan = found.plan
    yield {
        "kind": "search", "schema": SCHEMA, "name": plan.name, "question": plan.question, "when": found.begun,
        "version": version, "plan": _plan(found), "criteria": [
            {"name": one.name, "says": one.says} for one in criteria.of_plan(plan)
        ],
    }  # fmt: skip
    for heard in found.heard:
        place = 0
        for number, (when, page) in enumerate(heard.pages, 1):
            yield {
                "kind": "query", "database": heard.database.name, "query": heard.ask.query, "filters": dict(heard.ask.filters),
                "when": when, "page": number, "url": page.url, "total": page.total, "skipped": page.skipped,
                "seconds": round(page.seconds, 3), "tries": page.tries, **({"note": page.note} if page.note else {}),
                "ids": [paper.id for paper in page.papers],
            }  # fmt: skip
            place += len(page.papers)
        yield {
            "kind": "outcome", "database": heard.database.name, "service": heard.service.base, "query": heard.ask.query,
            "filters": dict(heard.ask.filters), "limit": heard.ask.limit, "outcome": heard.outcome, "total": heard.total,
            "records": place, "skipped": heard.skipped,
            "trouble": _trouble(heard.trouble),
        }  # fmt: skip
    for rank, one in enumerate(found.screened, 1):
        yield {
            "kind": "study", "rank": rank, **study(one),
            "records": [
                {"database": record.database, "rank": record.rank, **_paper(record.paper)} for record in one.study.records
            ],
        }  # fmt: skip
    for proposal in found.proposals:
        yield {"kind": "proposed", **asdict(proposal)}
    yield {"kind": "counts", **found.counts.to_dict()}


def study(one: criteria.Screened) -> dict[str, Any]:
    """A study without its records: what it is and what became of it."""
    paper = one.study.paper
    return {
        "id": paper.id, "title": paper.title, "authors": list(paper.authors), "date": paper.date, "venue": paper.venue,
        "aliases": list(one.study.aliases), "joined_by": list(one.study.joined), "outcome": one.outcome, "by": one.by,
        "criterion": one.criterion, "reasons": list(one.reasons), "relevance": round(one.score.value, 4),
        "words": {word: round(part, 4) for word, part in one.score.parts}, "missing": list(one.score.missing), "pdf": paper.pdf,
    }  # fmt: skip


def _plan(found: Found) -> dict[str, Any]:
    data = asdict(found.plan)
    return {name: data[name] for name in data if name not in ("name", "question")}


def _trouble(trouble: Trouble | None) -> dict[str, Any] | None:
    return {"kind": trouble.kind, "line": str(trouble), "status": trouble.status} if trouble else None


def _paper(paper: Any) -> dict[str, Any]:
    return {name: value for name, value in asdict(paper).items() if value not in ("", (), 0)}


def write(found: Found, folder: Path, version: str) -> Path:
    """Write the record and its diagram; an earlier record is moved aside. Returns the record's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / SEARCH
    if path.exists():
        header = _first(path)
        stamp = re.sub(r"[^0-9A-Za-z-]", "", str(header.get("when") or ""))[:40] or "earlier"
        for name in (SEARCH, FETCHED, FLOW):
            if (folder / name).exists():
                stem, _, kind = name.partition(".")
                (folder / name).rename(_free(folder, f"{stem}-{stamp}", kind))
    _jsonl(path, lines(found, version))
    draw(folder, found.plan.name, found.counts)
    return path


def _free(folder: Path, stem: str, kind: str) -> Path:
    names = (folder / f"{stem}{f'-{number}' if number else ''}.{kind}" for number in range(10_000))
    return next(name for name in names if not name.exists())


def draw(folder: Path, name: str, counts: prisma.Counts) -> None:
    with files.whole(folder / FLOW) as file:
        file.write((flow(f"flow-{name}", f"Flow of the search {name}", counts.to_dict()) + "\n").encode())


def _jsonl(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with files.whole(path) as file:
        for row in rows:
            file.write((confidential.taken_out(shown.as_json(row)) + "\n").encode())


def _first(path: Path) -> dict[str, Any]:
    """The heading of a record; a Problem if the file is something else."""
    try:
        with path.open(encoding="utf-8") as file:
            header = json.loads(file.readline())
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict) or header.get("schema") != SCHEMA:
        raise Problem(f"{path}: this is no record of a search; move it away, or choose another folder (--out DIR)")
    return header


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of a record."""
    _first(path)
    rows = []
    for number, line in enumerate(path.read_bytes().removesuffix(b"\n").split(b"\n"), 1):
        try:
            row = json.loads(line)
            names = [row["id"], *row["aliases"]] if row["kind"] == "study" else []
            if not all(isinstance(one, str) for one in names):
                raise TypeError("a name that is no text")
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise Problem(f"{path}, line {number}: no line of a record; it was damaged, search again") from error
        rows.append(row)
    return rows


def wanted(rows: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The studies that a search kept, each with the id that its paper is fetched by; "" where no open id is known."""
    made = []
    for row in rows:
        if row.get("kind") == "study" and row.get("outcome") != criteria.OUT:
            found = [id for text in (row["id"], *(_bare(alias) for alias in row["aliases"])) if (id := ids.maybe(text))]
            # arXiv's own record pins a version; the Anthology's text is the published one; a DOI alone may have no open copy.
            order = {ids.ARXIV: 0, ids.ACL: 1, ids.DOI: 2}
            best = min(found, key=lambda id: (order[id.kind], not id.version), default=None)
            made.append((str(row["id"]), str(best) if best else ""))
    return made


def _bare(alias: str) -> str:
    return alias.partition(":")[2]


def note_fetched(folder: Path, outcomes: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> prisma.Counts:
    """Keep what became of the papers of a search ("" where one was retrieved, else why not) and draw its flow again.

    Earlier outcomes of papers that were not asked for this time stay.
    """
    rows = list(rows)
    before = {}
    if (folder / FETCHED).exists():
        try:
            before = {row["study"]: row["missing"] for row in map(json.loads, (folder / FETCHED).read_bytes().splitlines())}
        except (ValueError, KeyError, TypeError, RecursionError):
            before = {}
    kept = {study for study, _ in wanted(rows)}
    now = {study: why for study, why in {**before, **outcomes}.items() if study in kept}
    _jsonl(folder / FETCHED, ({"kind": "fetched", "study": study, "missing": why} for study, why in sorted(now.items())))
    counts = next(row for row in rows if row["kind"] == "counts")
    after = prisma.after_fetching({name: value for name, value in counts.items() if name != "kind"}, now.values())
    draw(folder, str(next(row for row in rows if row["kind"] == "search")["name"]), after)
    return after
