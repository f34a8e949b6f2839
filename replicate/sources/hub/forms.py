"""The forms in which sets of the hub hold their examples: rows, treebanks, and collections to be mined."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ... import tasks
from ...problems import Problem
from .. import rows, ud
from ..examples import Examples, Mining
from . import read
from .snapshots import Snapshot


@dataclass(frozen=True)
class Table:
    """A split of a config of a set, and what is wanted of it."""

    task: tasks.Task
    set: tasks.Dataset
    config: str
    split: str
    language: str
    held: Snapshot
    paths: tuple[str, ...]

    def __str__(self) -> str:
        return f"dataset {self.held}" + (f", {self.config}" if self.config else "")

    def rows(self, columns: tuple[str, ...], classes: str = "") -> Iterator[dict[str, Any]]:
        """Its rows with these columns, those of the language alone."""
        return read.rows(self.held, self.config, self.paths, read.Wanted(columns, self.set.kept(self.language), classes))


def _rows(table: Table, limit: int | None, begin: int) -> Examples:
    """A row is an example."""
    columns = table.set.columns
    classes = columns.get("label" if table.task.kind == "pairs" else "tags", "")
    found = table.rows(read.columns_of(columns), classes)
    return rows.collect(
        table.task, columns, table.set.labels, found, str(table), limit=limit, split=table.split, begin=begin
    )  # fmt: skip


def _treebank(table: Table, limit: int | None, begin: int) -> Examples:
    """Universal Dependencies as the hub has them, in XTREME's form: they are written as CoNLL-U, and read as that always is."""
    columns = {"head": "head", "deps": "deps", **table.set.columns}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{table.config}.conllu"
        with file.open("w", encoding="utf-8") as out:
            for row in table.rows(read.columns_of(columns), columns["tags"]):
                out.write(_conllu(row, columns, str(table)))
        sentences = (
            one if isinstance(one, str) else dict(zip(("words", "tags"), one, strict=True))
            for one in ud.sentences(file, table.language)
        )
        tagged = {"words": "words", "tags": "tags"}
        return rows.collect(table.task, tagged, (), sentences, str(table), limit=limit, split=table.split, begin=begin)


def _conllu(row: Mapping[str, Any], columns: Mapping[str, str], where: str) -> str:
    """One sentence in CoNLL-U, with the columns that decide the form of its words."""
    words, tags, heads, deps = (row[columns[name]] for name in ("words", "tags", "head", "deps"))
    if not len(words) == len(tags) == len(heads) == len(deps):
        raise Problem(
            f"{where}: a sentence with {len(words)} words, {len(tags)} tags, {len(heads)} heads and {len(deps)} relations"
        )
    spans = {one["id"].partition("-")[0]: f"{one['id']}\t{one['form']}" + "\t_" * 8 + "\n" for one in row[columns["mwt"]] or ()}
    lines = ["# sentence\n"]
    for number, (word, tag, head, enhanced) in enumerate(zip(words, tags, heads, deps, strict=True), 1):
        lines.append(spans.get(str(number), ""))
        lines.append(f"{number}\t{word}\t_\t{tag}\t_\t_\t{'_' if head is None else head}\t_\t{enhanced or '_'}\t_\n")
    return "".join(lines) + "\n"


def _collection(table: Table, limit: int | None, begin: int) -> Examples:
    """Two collections in one row, and the pairs of them that belong together, counted from 1.

    A limit takes the first pairs, and as many sentences again of each side, as the files of XTREME's own download are read.
    """
    columns = table.set.columns
    found = list(table.rows(read.columns_of(columns)))
    if len(found) != 1:
        raise Problem(f"{table}: {len(found)} rows; expected one, with the two collections in it")
    queries, candidates, gold = (found[0][columns[name]] for name in ("query", "candidate", "gold"))
    sides = [[text.strip() for text in side] for side in (queries, candidates)]
    pairs = [(int(i) - 1, int(j) - 1) for i, j in gold][:limit]
    for i, j in pairs:
        if not (0 <= i < len(sides[0]) and 0 <= j < len(sides[1])):
            raise Problem(
                f"{table}: the gold pair {i + 1}, {j + 1}; the collections have {len(sides[0])} and {len(sides[1])} sentences"
            )
    if limit is not None:
        places = [_fewer(len(side), [pair[which] for pair in pairs], 2 * limit) for which, side in enumerate(sides)]
        pairs = [(places[0][i], places[1][j]) for i, j in pairs]
        sides = [[side[number] for number in kept] for side, kept in zip(sides, places, strict=True)]
    return Examples([Mining(f"{table.task.id}-{table.split}", tuple(sides[0]), tuple(sides[1]), tuple(pairs))])


def _fewer(count: int, needed: list[int], size: int) -> dict[int, int]:
    """The places that are needed and the first others, so many in all and in their order; and where each stands then."""
    kept = dict.fromkeys([*needed, *range(min(count, size + len(needed)))])
    return {number: k for k, number in enumerate(sorted(list(kept)[: max(size, len(set(needed)))]))}


READERS: dict[str, Callable[[Table, int | None, int], Examples]] = {
    "rows": _rows, "ud": _treebank, "collection": _collection,
}  # fmt: skip
