"""Files of questions: on passages, in SQuAD's form, and with options, an object in each line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...problems import Problem
from ...tasks.task import Task
from ...tasks.xtreme import TYDIQA
from .. import rows
from ..examples import Examples
from ..lines import Lines, objects, whole
from .layout import Place
from .sentences import removed

SPANS = {"id": "id", "question": "question", "context": "context", "answers": "answers"}
COPA = {"context": "premise", "question": "question", "option0": "choice1", "option1": "choice2", "label": "label", "id": "idx"}
SIQA = {"context": "context", "question": "question", "option0": "answerA", "option1": "answerB", "option2": "answerC"}
SIQA |= {"label": "correct"}
NO_ANSWER = [{"answer_start": 0, "text": ""}]  # what XTREME puts in place of the answers of its test sets
TWICE = "XTREME tests on TyDiQA's dev set: dev and test are the same questions"


# ---- passages ----


def squad(place: Place, task: Task, split: str, language: str, limit: int | None) -> Examples:
    """SQuAD's JSON: articles, their paragraphs, each with its context and its questions."""
    return _squad(place, task, split, limit, "")


def tydiqa(place: Place, task: Task, split: str, language: str, limit: int | None) -> Examples:
    """TyDiQA's own files, with all languages in one: the ids begin with the language's English name."""
    return _squad(place, task, split, limit, f"{TYDIQA[language]}-")


def _squad(place: Place, task: Task, split: str, limit: int | None, prefix: str) -> Examples:
    (path,) = place.files
    at = [""]

    def read() -> Iterator[dict[str, Any]]:
        for paragraph, where in paragraphs(path):
            for asked in paragraph["qas"]:
                if not isinstance(asked, dict) or "id" not in asked or "question" not in asked:
                    raise Problem(f"{where}: a question without its id or its text; expected SQuAD's form")
                if prefix and not str(asked["id"]).startswith(prefix):
                    continue
                at[0] = f"{path}, question {asked['id']}"
                if "answers" not in asked or asked["answers"] == NO_ANSWER:
                    raise Problem(removed(path))
                yield {**asked, "context": paragraph["context"]}

    found = rows.collect(task, SPANS, (), read(), lambda number: at[0], limit, split)
    return Examples(found.rows, found.skipped, (*found.notes, TWICE) if task.id == "tydiqa" and split != "train" else found.notes)


def paragraphs(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """The paragraphs of a file in SQuAD's form, each with where it stands."""
    held = whole(path)
    articles = held.get("data") if isinstance(held, dict) else None
    if not isinstance(articles, list):
        raise Problem(f"{path}: no list 'data'; expected SQuAD's form: data, paragraphs, context, qas")
    number = 0
    for article in articles:
        found = article.get("paragraphs") if isinstance(article, dict) else None
        if not isinstance(found, list):
            raise Problem(f"{path}, after paragraph {number}: an article without its 'paragraphs'; expected SQuAD's form")
        for paragraph in found:
            number += 1
            where = f"{path}, paragraph {number}"
            for key, kind in (("context", str), ("qas", list)):
                if not isinstance(paragraph, dict) or not isinstance(paragraph.get(key), kind):
                    raise Problem(f"{where}: no {key!r}; expected SQuAD's form: data, paragraphs, context, qas")
            yield paragraph, where


def passages(place: Place, language: str) -> Iterator[str]:
    """The contexts; questions and answers are not looked at, but for the language of TyDiQA's questions."""
    prefix = f"{TYDIQA[language]}-" if place.form == "tydiqa" else ""
    for paragraph, _ in paragraphs(place.files[0]):
        if not prefix or any(str(one.get("id", "")).startswith(prefix) for one in paragraph["qas"] if isinstance(one, dict)):
            yield paragraph["context"]


# ---- options ----


def copa(place: Place, task: Task, split: str, language: str, limit: int | None) -> Examples:
    """A premise, whether its cause or its effect is asked for, and two choices."""
    return _choices(place, task, COPA, split, limit)


def siqa(place: Place, task: Task, split: str, language: str, limit: int | None) -> Examples:
    """A context, a question and three answers; the right one by its letter."""
    return _choices(place, task, SIQA, split, limit)


def _choices(place: Place, task: Task, columns: dict[str, str], split: str, limit: int | None) -> Examples:
    lines = Lines(place.files[0])

    def read() -> Iterator[dict[str, Any]]:
        for one in objects(lines):
            if columns["label"] not in one:
                raise Problem(removed(lines.path))
            yield {"idx": None, **one}

    return rows.collect(task, columns, (), read(), lambda number: str(lines), limit, split)


def choice_texts(place: Place, language: str) -> Iterator[str]:
    """What is told and what may follow; which is right is not looked at."""
    columns = COPA if place.form == "copa" else SIQA
    told = [columns[field] for field in ("context", *sorted(field for field in columns if field.startswith("option")))]
    for one in objects(Lines(place.files[0])):
        yield from (str(one[column]) for column in told if one.get(column))
