"""What a report is made from, all of it: gathered once, packed into the finished report, unpacked to check it.

Everything that a report says is a function of its `Inputs`. The verdicts are in it as they were found, since papers do not
travel with a report; tables and runs do, so those checks can be done again by whoever holds the file.
"""

from __future__ import annotations

import base64
import binascii
import csv
import io
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from replicate import results
from replicate.problems import Problem

from .. import calibration, provenance
from ..checks import scope
from ..checks.hand import Hand, base
from ..checks.scope import Scoped
from ..facts import Facts
from ..records import Question, Verdict
from .references import Reference, references
from .revive import plain, revive
from .value import SCHEMA

GENERATOR = "stilts-claims"
MANY = 6000  # rows
ROWS = 2_000_000  # of a table in a report of somebody else
INTERVALS = ("low", "high")
MOST = 64 << 20  # bytes of unpacked data: a report of somebody else may be a bomb


@dataclass(frozen=True)
class Inputs:
    """One question with its verdicts and all that they rest on.

    `tables` and `facts` are those of papers of the library; `hand` has the shipped ones and our runs. `scoped` says what the
    claims have to do with the question, `sources` and `reliable` what confidences were learnt from and how far they hold.
    `hand` has the runs that claims are compared with, those that repeat the papers that they cite. `own` are those of the
    question's own experiment; None where they are the same.
    """

    question: Question
    verdicts: Mapping[str, Verdict]
    hand: Hand
    references: tuple[Reference, ...]
    search: Mapping[str, Any]
    about: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
    date: str
    author: str
    scoped: tuple[Scoped, ...] = ()
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    facts: Mapping[str, Facts] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    reliable: tuple[tuple[float, int, int], ...] = ()
    own: Hand | None = None

    @property
    def shown(self) -> Hand:
        """What the sections on runs look at."""
        return self.hand if self.own is None else self.own


def gather(
    question: Question,
    verdicts: Mapping[str, Verdict],
    hand: Hand,
    command: Sequence[str],
    author: str = "",
    searches: Path | None = None,
    papers: str | None = None,
    own: Hand | None = None,
) -> Inputs:
    """All that a report on a question needs. `searches` is the folder with the records of `synth search`, `own` the runs of
    the question's own experiment where claims are compared with others."""
    near = {base(paper) for paper in (*question.papers, *(claim.paper for claim in question.claims))}
    published = {id: frame for id, frame in hand.published.items() if base(id) in near}
    close = replace(hand, published=published)
    scoped = scope.scope(question, hand)
    learnt = calibration.shipped()
    search = _search(question, searches)
    return Inputs(
        question=question,
        verdicts=dict(verdicts),
        hand=close,
        references=references(question, scoped, hand, papers),
        search=search,
        about=provenance.about(command, own or hand),
        files=provenance.files(question, close),
        date=provenance.dated(question, own or hand, search),
        author=author or f"{GENERATOR} {provenance.version('stilts-claims')}",
        scoped=scoped,
        tables={id: _whole(hand, id) for id in hand.papers if base(id) in near and id not in published},
        facts={id: found for id in hand.papers if base(id) in near and id not in published and (found := hand.papers.facts(id))},
        sources=learnt.sources,
        reliable=learnt.reliable,
        own=None if own is None or set(own.runs["origin"]) == set(hand.runs["origin"]) else own,
    )


def _whole(hand: Hand, id: str) -> pd.DataFrame:
    """All rows of a paper's tables."""
    found = hand.papers[id]
    return found.whole if found.whole is not None else pd.concat([found.gains, found.levels], ignore_index=True)


def _search(question: Question, folder: Path | None) -> dict[str, Any]:
    """The counts of a question's search, with what became of its papers; empty where there is no record."""
    from ..literature import prisma, record

    path = (folder or Path("out")) / question.name / record.SEARCH
    if not path.is_file():
        return {}
    rows = record.read(path)
    head = next((row for row in rows if row.get("kind") == "search"), {})
    counts = next((row for row in rows if row.get("kind") == "counts"), None)
    if counts is None:
        return {}
    known = {name: value for name, value in counts.items() if name != "kind"}
    fetched = path.parent / record.FETCHED
    try:
        outcomes = [json.loads(line)["missing"] for line in fetched.read_text("utf-8").splitlines()] if fetched.is_file() else []
        known = prisma.after_fetching(known, outcomes).to_dict()
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise Problem(f"{fetched if fetched.is_file() else path}: the record of the search is damaged ({error})") from error
    asked = [row for row in rows if row.get("kind") == "outcome"]
    return {
        "when": head.get("when", ""), "counts": known,
        "databases": [{key: row.get(key) for key in ("database", "query", "outcome", "total", "records")} for row in asked],
    }  # fmt: skip


# ---- packed


def pack(inputs: Inputs) -> str:
    """The inputs as text that any format can hold."""
    hand = inputs.hand
    data = {
        "schema": SCHEMA,
        "question": plain(inputs.question),
        "verdicts": {id: plain(verdict) for id, verdict in inputs.verdicts.items()},
        "published": {id: _columns(frame) for id, frame in hand.published.items()},
        "runs": _columns(hand.runs) if len(hand.runs) else "",
        "where": hand.where,
        "left_out": hand.left_out,
        "references": plain(inputs.references),
        "search": plain(inputs.search),
        "about": plain(inputs.about),
        "files": plain(inputs.files),
        "date": inputs.date,
        "author": inputs.author,
        "scoped": plain(inputs.scoped),
        "tables": {id: _columns(frame) for id, frame in inputs.tables.items()},
        "facts": {id: plain(one) for id, one in inputs.facts.items()},
        "sources": plain(inputs.sources),
        "reliable": plain(inputs.reliable),
        "own": None if inputs.own is None else {"runs": _columns(inputs.own.runs), "left_out": inputs.own.left_out},
    }
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def unpack(packed: str, where: str) -> Inputs:
    """The inputs out of a finished report; a Problem where they are damaged, too large, or of another version."""
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(base64.b64decode(packed, validate=True), MOST)
        if unpacker.unconsumed_tail:
            raise Problem(f"{where}: its data are larger than {MOST >> 20} MiB unpacked; that is no report of synth's")
        data = json.loads(text)
    except (binascii.Error, zlib.error, ValueError, RecursionError) as error:
        raise Problem(f"{where}: the data in it are damaged ({error}); make the report again") from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        found = data.get("schema") if isinstance(data, dict) else None
        raise Problem(f"{where}: its data have the schema {found!r}; this version reads {SCHEMA!r}: make the report again")
    try:
        return Inputs(
            question=revive(Question, data["question"]),
            verdicts={id: revive(Verdict, one) for id, one in data["verdicts"].items()},
            hand=_hand(tuple(data["published"].items()), data["runs"], data["where"], data["left_out"]),
            references=tuple(revive(Reference, one) for one in data["references"]),
            search=data["search"],
            about=tuple((name, value) for name, value in data["about"]),
            files=tuple((name, value) for name, value in data["files"]),
            date=data["date"],
            author=data["author"],
            scoped=tuple(revive(Scoped, one) for one in data["scoped"]),
            tables={id: _frame(text) for id, text in data["tables"].items()},
            facts={id: revive(Facts, one) for id, one in data["facts"].items()},
            sources=tuple(data["sources"]),
            reliable=tuple((mean, right, of) for mean, right, of in data["reliable"]),
            own=None if data["own"] is None else _hand((), data["own"]["runs"], data["where"], data["own"]["left_out"]),
        )
    except Problem as problem:
        raise problem if str(problem).startswith(where) else Problem(f"{where}: {problem}; make the report again") from problem
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise Problem(f"{where}: the data in it lack {error}; make the report again") from error


def _columns(frame: pd.DataFrame) -> str:
    """A table column by column, which packs much smaller than row by row; a column of one value is said once. Of very many
    rows the intervals over examples stay out, which only one line of the sensitivity of the regression looks at."""
    if len(frame) > MANY:
        frame = frame.drop(columns=[name for name in INTERVALS if name in frame])
    made = {str(name): _shortened(_written(frame[[name]]), len(frame) > MANY) for name in frame.columns}
    return json.dumps({"rows": len(frame), "columns": made}, separators=(",", ":"))


def _written(column: pd.DataFrame) -> list[str]:
    """The cells of a frame's only column as CSV has them."""
    return [cells[0] for cells in csv.reader(io.StringIO(column.to_csv(index=False, header=False)))]


def _shortened(values: list[str], many: bool) -> list[str] | dict[str, Any]:
    """The values themselves; one that is the same everywhere once; of many rows each different one, and where it stands."""
    different = list(dict.fromkeys(values))
    if len(different) == 1 or not many:
        return different if len(different) == 1 else values
    places = {value: place for place, value in enumerate(different)}
    return {"of": different, "at": [places[value] for value in values]}


@lru_cache(maxsize=32)
def _frame(text: str) -> pd.DataFrame:
    data: dict[str, Any] = json.loads(text) if text else {"rows": 0, "columns": {}}
    count, columns = data["rows"], data["columns"]
    if not isinstance(count, int) or not 0 <= count <= ROWS:  # one value may stand for all rows
        raise ValueError(f"a table with at most {ROWS:,} rows (it says {str(count)[:20]})")
    if not count:
        return results.table([], "the data of the report")
    filled = {name: _filled(values, count) for name, values in columns.items()}
    return results.table(pd.DataFrame(filled, dtype=str), "the data of the report")


def _filled(values: list[str] | dict[str, Any], count: int) -> list[str]:
    """All cells of a column that was shortened."""
    if isinstance(values, dict):
        return [values["of"][place] for place in values["at"]]
    return values * count if len(values) == 1 < count else values


@lru_cache(maxsize=4)
def _hand(published: tuple[tuple[str, str], ...], runs: str, where: str, left_out: int) -> Hand:
    """What was at hand; the reports of one command mostly share it, and so what is worked out from it."""
    return Hand({id: _frame(text) for id, text in published}, _frame(runs), where, left_out)
