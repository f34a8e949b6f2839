"""Rows of a table into examples: the one home for it, whatever the table came from.

A row is a mapping: a row of the hub, a line of a CSV file, a JSON object. `columns` says in which of its columns
lies each field of the example; `a.b` reaches into a struct, or into each struct of a list. Fields by kind of task:

    pairs      first, second, label, [id]
    tags       words, tags, [id]                          lists, or strings with spaces between
    spans      question, context, answers, [id]           {text: [...], answer_start: [...]}, or a list of {text, answer_start};
                                                          or answer and [start] as columns of their own
    choices    [context], [question], options or option0..optionN, label, [label_from], [id]
    retrieval  query, candidate                           row by row each other's translation
    text       text

`labels` are the table's own names of the labels in the order of the task's, several for one label joined by `|`.
An int counts into `labels` if they are given, else into the task's; a table whose ClassLabel stands in another order
has to be read by names. `label_from` is the number of the first option where that is not 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..problems import Problem
from ..tasks.task import Task
from .examples import Example, Examples, Mining
from .forms import MAKERS, Row, Skip, check_fields, getter, no_column, plain

Place = str | Callable[[int], str]  # where a row stands, for people: a table's name, or the name of row N


class Reader:
    """Turns rows of one table into examples. Call it with a row and its number, from 0: an example, or why the row is skipped.

    What is wrong with the table raises a Problem that does not say where; `told` counts what was mended on the way.
    """

    def __init__(self, task: Task, columns: Mapping[str, str], labels: Sequence[str] = (), split: str = "train") -> None:
        check_fields(task.kind, columns)
        self.told: Counter[str] = Counter()
        self._make = MAKERS[task.kind](task, columns, tuple(labels), split, self.told)

    def __call__(self, row: Row, number: int) -> Example | str:
        try:
            return self._make(row, number)
        except Skip as skip:
            return str(skip)
        except KeyError as error:
            raise no_column(str(error.args[0]), row) from None


def example(
    task: Task, columns: Mapping[str, str], labels: Sequence[str], row: Row, where: str, number: int, split: str = "train"
) -> Example | str:
    """The example of one row, or why it is skipped. For many rows `collect` is the faster way."""
    try:
        return Reader(task, columns, labels, split)(row, number)
    except Problem as problem:
        raise Problem(f"{where}: {problem}") from None


def collect(
    task: Task,
    columns: Mapping[str, str],
    labels: Sequence[str],
    rows: Iterable[Row | str],
    where: Place,
    limit: int | None = None,
    split: str = "train",
    begin: int = 0,
) -> Examples:
    """The examples of all rows, at most `limit`, with what was skipped. Rows of retrieval become one collection.

    A text in place of a row is the reason why the file leaves it out. Rows without an id are numbered from `begin`:
    set it where several tables are joined.
    """
    reader, skipped = Reader(task, columns, labels, split), Counter[str]()
    found: list[Any] = []
    for number, row in enumerate(rows):
        if limit is not None and len(found) >= limit:
            break
        try:
            made = row if isinstance(row, str) else reader(row, begin + number)
        except Problem as problem:
            raise Problem(f"{_place(where, number)}: {problem}") from None
        if type(made) is str:
            skipped[made] += 1
        else:
            found.append(made)
    notes = tuple(f"{count} {what}" for what, count in sorted(reader.told.items()))
    if task.kind == "retrieval":
        return Examples(_collection(f"{task.id}-{split}", found), dict(skipped), notes)
    return join([Examples(found, dict(skipped), notes)])


def join(parts: Sequence[Examples], limit: int | None = None) -> Examples:
    """Several tables as one; ids that come again are numbered, since predictions are written by id."""
    found = [one for part in parts for one in part.rows][:limit]
    skipped: Counter[str] = Counter()
    for part in parts:
        skipped.update(part.skipped)
    ids, again = duplicates([one.id for one in found])
    notes = _summed(note for part in parts for note in part.notes)
    if again:
        found = [one if one.id == id else replace(one, id=id) for one, id in zip(found, ids, strict=True)]
        notes += (f"{again} duplicated ids were numbered",)
    return Examples(found, dict(skipped), notes)


def duplicates(ids: Sequence[str]) -> tuple[list[str], int]:
    """The ids made unique, and how many came again: their second is `id-2`, their third `id-3`."""
    taken = set(ids)
    if len(taken) == len(ids):
        return list(ids), 0
    seen, unique, again = Counter[str](), [], 0
    for id in ids:
        seen[id] += 1
        if seen[id] > 1:
            again += 1
            count = seen[id]
            while f"{id}-{count}" in taken:
                count += 1
            id = f"{id}-{count}"
            taken.add(id)
        unique.append(id)
    return unique, again


def documents(column: str, rows: Iterable[Row], where: Place) -> Iterator[str]:
    """The texts of a column, those that hold anything."""
    get = getter(column)
    for number, row in enumerate(rows):
        try:
            text = get(row)
            written = plain(text, column).strip()
        except Skip:
            continue
        except Problem as problem:
            raise Problem(f"{_place(where, number)}: {problem}") from None
        except KeyError:
            raise Problem(f"{_place(where, number)}: {no_column(column, row)}") from None
        if written:
            yield written


def _place(where: Place, number: int) -> str:
    return where(number) if callable(where) else f"{where}, row {number + 1}"


def _summed(notes: Iterable[str]) -> tuple[str, ...]:
    """Notes that begin with a number are added up, others stand once."""
    counts, others = Counter[str](), dict[str, None]()
    for note in notes:
        number, _, what = note.partition(" ")
        if number.isdigit():
            counts[what] += int(number)
        else:
            others[note] = None
    return (*others, *(f"{count} {what}" for what, count in counts.items()))


def _collection(id: str, parts: Sequence[Mining]) -> list[Mining]:
    if not parts:
        return []
    queries, candidates = (tuple(getattr(part, side)[0] for part in parts) for side in ("queries", "candidates"))
    return [Mining(id, queries, candidates, tuple((k, k) for k in range(len(parts))))]
