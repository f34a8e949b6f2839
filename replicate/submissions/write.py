"""Predictions of a finished evaluation as the text of XTREME's files.

A row is a line of the evaluation's predictions.jsonl: language, id, prediction, for tags also `words`. Of retrieval there
is one row a language, whose prediction holds all queries, and `order` says in which order XTREME's files have these.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..problems import Problem
from ..tasks import Task
from . import layout

Row = Mapping[str, Any]


def text(task: Task, language: str, pivot: str, rows: Sequence[Row]) -> str:
    """The whole file of one language."""
    form = layout.form(task)
    if form not in FORMS:
        raise Problem(f"{task.id}: its files hold the ids of queries and candidates, and a run keeps their places only")
    return FORMS[form](task, language, pivot, rows)


def count(task: Task, rows: Sequence[Row]) -> int:
    """How many examples these rows stand for."""
    return sum(len(row["prediction"]) for row in rows) if layout.form(task) == "partners" else len(rows)


def cut(rows: Sequence[Row]) -> int:
    """In how many sentences there are words without a tag: they did not fit into the model."""
    return sum(row.get("words", 0) > len(row["prediction"]) for row in rows)


def _labels(task: Task, language: str, pivot: str, rows: Sequence[Row]) -> str:
    written = dict(zip(task.labels, layout.labels(task), strict=True))
    return "".join(f"{written.get(row['prediction'], row['prediction'])}\n" for row in rows)


def _tags(task: Task, language: str, pivot: str, rows: Sequence[Row]) -> str:
    """Words without a tag get O: XTREME's F1 then is that of our own score, where what was cut is outside of any entity."""
    filled = ([*row["prediction"], *[layout.OUTSIDE] * (row.get("words", 0) - len(row["prediction"]))] for row in rows)
    return "\n".join("".join(f"{tag}\n" for tag in tags) for tags in filled)


def _answers(task: Task, language: str, pivot: str, rows: Sequence[Row]) -> str:
    return json.dumps({str(row["id"]): row["prediction"] for row in rows}, ensure_ascii=False, indent=1) + "\n"


def _partners(task: Task, language: str, pivot: str, rows: Sequence[Row]) -> str:
    return "".join(f"{row['prediction'][place]}\n" for row in rows for place in row.get("order", range(len(row["prediction"]))))


def _mined(task: Task, language: str, pivot: str, rows: Sequence[Row]) -> str:
    """Ids as they are; a place in a collection, counted from 0, becomes BUCC's id of it, counted from 1."""

    def name(code: str, one: int | str) -> str:
        return one if isinstance(one, str) else f"{code}-{one + 1:09d}"

    return "".join(f"{name(language, pair[0])}\t{name(pivot, pair[1])}\n" for row in rows for pair in row["prediction"])


def _options(task: Task, language: str, pivot: str, rows: Sequence[Row]) -> str:
    return "".join(json.dumps({"label": row["prediction"]}) + "\n" for row in rows)


FORMS: dict[str, Callable[[Task, str, str, Sequence[Row]], str]] = {
    "labels": _labels,
    "tags": _tags,
    "answers": _answers,
    "partners": _partners,
    "mined": _mined,
    "options": _options,
}
