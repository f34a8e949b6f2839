"""What the tables of papers print: those that ship with us, and those of papers at hand as files, read when they are asked for.

A file is read once: its rows and facts lie in the user's cache under the hash of its content.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from replicate import files, results
from replicate.problems import Problem

from .. import vocabulary
from ..assertions import Selection, selection
from ..evidence.shelf import CORPUS, File, files_in
from ..facts import SIZES, SPELLED, Fact, Facts
from ..literature import ids
from ..reading import reported, worker

if TYPE_CHECKING:
    from ..reading.document import Table

SCHEMA = "synth.tables/1"
WHOLE = re.compile(r"[\d,]+(\s*[-\u2013]\s*[\d,]+)?|[-\u2013\u2014]?|N/?A", re.I)


def base(paper: str) -> str:
    """A paper without its version."""
    return re.sub(r"v\d+$", "", paper)


@dataclass(frozen=True)
class Printed:
    """The tables of a paper: `rows` by the contract (without the paper's name in their origin), facts, what was left and why."""

    rows: tuple[dict[str, Any], ...] = ()
    facts: tuple[tuple[str, str, str, str], ...] = ()  # about, what, value, table
    tables: int = 0
    left: tuple[tuple[str, int], ...] = ()  # cells that are neither, by reason
    why: str = ""  # nothing could be read
    whole: bool = False  # no cell of a table of results was left

    @property
    def silence(self) -> str:
        """Why its tables say no more than they do, in one line."""
        if self.why:
            return self.why
        if not self.tables:
            return "no table was found in it"
        cells = sum(count for _, count in self.left)
        rest = f"; of {cells} cells that were not, {self.left[0][1]} for this: {self.left[0][0]}" if self.left else ""
        tables = "1 table" if self.tables == 1 else f"{self.tables} tables"
        return f"{len(self.rows)} scores and {len(self.facts)} facts were understood in its {tables}{rest}"


class Papers(Mapping[str, Selection]):
    """The tables of papers by id and version, the shipped ones first. Those of files are read when their id is asked for."""

    def __init__(
        self, shipped: Mapping[str, pd.DataFrame], stated: Mapping[str, Facts], folder: Path | None = None, index: Any = None
    ) -> None:
        self._shipped, self._stated, self._folder, self._index = shipped, stated, folder, index
        self._made: dict[str, Selection] = {}
        self._read: dict[str, Printed] = {}
        self._facts: dict[str, Facts | None] = {}

    def __getitem__(self, paper: str) -> Selection:
        if paper not in self._made:
            if paper in self._shipped:
                self._made[paper] = selection(self._shipped[paper])
            elif paper in self._files:
                self._made[paper] = selection(_table(self.printed(paper), paper))
            else:
                raise KeyError(paper)
        return self._made[paper]

    def __contains__(self, paper: object) -> bool:
        return paper in self._shipped or paper in self._files

    def __iter__(self) -> Iterator[str]:
        yield from self._shipped
        yield from (name for name in self._files if name not in self._shipped)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def facts(self, paper: str) -> Facts | None:
        """What a paper states: the shipped facts, and those of its own tables where it lies at hand."""
        if paper not in self._facts:
            shipped = self._stated.get(paper)
            read = [Fact(f"paper:{paper}", *one) for one in self.printed(paper).facts] if paper in self._files else []
            known = shipped.facts if shipped else ()
            whole = paper in self._files and self.printed(paper).whole
            there = known or read or whole
            self._facts[paper] = Facts((*known, *read), shipped.source if shipped else {}, whole) if there else None
        return self._facts[paper]

    def named(self, paper: str) -> str:
        """The id under which a paper is known here; without a version the newest text of it. Empty where it is not."""
        if paper in self:
            return paper
        if base(paper) == paper and (there := self.versions(paper)):
            return there[-1]
        return ""

    def versions(self, paper: str) -> list[str]:
        """Every version of a paper that is known here, the newest last."""
        found = [one for one in self._by_base.get(base(paper), ()) if one != paper]
        return sorted(found, key=lambda one: int(one[len(base(one)) + 1 :] or 0))

    def printed(self, paper: str) -> Printed:
        """What the tables of a file print, read once."""
        file = self._files[paper]
        if file.sha256 not in self._read:
            self._read[file.sha256] = tables_of(file.path, file.sha256)
        return self._read[file.sha256]

    @cached_property
    def _by_base(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for one in self:
            found.setdefault(base(one), []).append(one)
        return found

    @cached_property
    def _files(self) -> dict[str, File]:
        """The files by every name that a claim may cite them by; a name of several files is none."""
        if self._folder is None:
            return {}
        found = [one for one in files_in(self._folder)[0] if one.path.suffix.lower() != CORPUS]
        printed = {one.sha256: one.names for one in self._index.papers} if self._index is not None else {}
        by_name: dict[str, dict[str, File]] = {}
        for one in found:
            for name in {one.id, *one.names, *printed.get(one.sha256, ())}:
                known = ids.maybe(name)
                for spelled in {name, str(known) if known else name}:
                    by_name.setdefault(spelled, {})[one.sha256] = one
        return {name: next(iter(those.values())) for name, those in by_name.items() if len(those) == 1}


def _table(printed: Printed, paper: str) -> pd.DataFrame:
    """The rows of a paper that was read, as results."""
    rows = [{**row, "origin": f"paper:{paper}{row['origin']}"} for row in printed.rows]
    return results.table(rows, where=paper)


def tables_of(path: Path, sha256: str) -> Printed:
    """The tables of a file, from the cache where it was read before; one that cannot be read says why."""
    place = files.cache() / "tables" / f"{sha256[:32]}-{_reader()}.json"
    try:
        data = json.loads(place.read_text(encoding="utf-8"))
        if data.get("schema") == SCHEMA:
            left = tuple((str(why), int(count)) for why, count in data["left"])
            facts = tuple(tuple(one) for one in data["facts"])
            return Printed(tuple(data["rows"]), facts, data["tables"], left, data["why"], data["whole"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # made again
    made = _understood(path)
    data = {"schema": SCHEMA, **asdict(made)}
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with files.whole(place) as file:
            file.write(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"))
    except OSError:
        pass  # a cache that cannot be written costs time and no result
    return made


@cache
def _reader() -> str:
    """What reads tables, as a short hash of its source: what it did before it was changed does not count."""
    here, digest = Path(__file__).resolve(), hashlib.sha256(SCHEMA.encode())
    for file in [here, here.parents[1] / "vocabulary.py", *sorted((here.parents[1] / "reading").glob("*.py"))]:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _understood(path: Path) -> Printed:
    try:
        document = worker.read(path)
    except Problem as problem:
        return Printed(why=str(problem))
    parts = reported.together([reported.results_of(table, document, "") for table in document.tables])
    rows = [{**row, "origin": row["origin"].removeprefix("paper:")} for part in parts for row in part.rows]
    stated = [_stated(table) for table in document.tables]
    facts = tuple(dict.fromkeys(one for those in stated for one in those))
    # The cells of a table on data are no scores, and were not meant to be.
    left = Counter(one.reason for part, data in zip(parts, stated, strict=True) if part.rows or not data for one in part.left)
    try:
        _table(Printed(tuple(rows)), "x")
    except Problem as problem:
        return Printed(facts=facts, tables=len(document.tables), why=f"its tables contradict each other: {problem}")
    whole = bool(rows) and not any(part.left for part in parts if part.rows)
    return Printed(tuple(rows), facts, len(document.tables), tuple(left.most_common()), "", whole)


def _stated(table: Table) -> list[tuple[str, str, str, str]]:
    """The facts of one table. A column of sizes holds whole numbers alone: else it is one of scores on that split."""
    about = [{one.id for label in path for one in vocabulary.find(label, vocabulary.TASK)} for path in table.labels]
    what = [SPELLED.get(vocabulary.key(path[-1]), "") if path else "" for path in table.header]
    scores = {cell.column for cell in table.cells if not WHOLE.fullmatch(cell.text.strip())}
    where = f"table{table.number or f'-page{table.page}'}"
    return [
        (next(iter(about[cell.row])), what[cell.column], cell.text.strip(), where)
        for cell in table.cells
        if len(about[cell.row]) == 1 and what[cell.column] and not (what[cell.column] in SIZES and cell.column in scores)
        and any(one.isalnum() for one in cell.text)
    ]  # fmt: skip


__all__ = ["Papers", "Printed", "base", "tables_of"]
