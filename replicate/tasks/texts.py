"""Every kind of task as text to text: what a model reads, what it should say, and how its answer is found.

The text begins with the id of the task that it is trained on, so that XNLI is asked as MNLI was; the forms are T5's.
- pairs    `mnli: sentence1: ... sentence2: ...` -> the label's own name (entailment)
- choices  `csqa: context: ... question: ... A: ... B: ...` -> the letter of the right option
- tags     `udpos: <extra_id_0> it <extra_id_1> rains` -> `<extra_id_0> PRON <extra_id_1> VERB`: the sentinel of a word
           says whose tag it is (Raman et al. 2022)
- spans    `squad1: question: ... context: ...` -> the answer in the passage's own tokens; nothing where there is none
Nothing else can be said. Labels and letters are few: each is scored as a whole and the likeliest one taken. Tags are filled
in behind the sentinels, token by token among those of the tags. Answers are copied: each token is the likeliest of those
with which the passage goes on where it says what has been said so far, or the end.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from ..problems import Problem
from ..training.batches import Batch, Encoded, ragged
from . import TASKS
from .spans import LONGEST_QUESTION, _target, _windows
from .task import Task

SCORED, FILLED, COPIED = "scored", "filled", "copied"
LETTERS = string.ascii_uppercase
SENTINEL = "<extra_id_{}>"


@dataclass(frozen=True)
class Form:
    """How one kind is put into words: how answers are found, the parts of its text, the words of its answer."""

    decoding: str
    parts: Callable[[Task, Any], list[str]]
    target: Callable[[Any], str]


def source(task: Task, example: Any) -> str:
    """The text that the model reads."""
    return " ".join(_form(task).parts(task, example))


def target(task: Task, example: Any) -> str:
    """The text that the model should say."""
    return _form(task).target(example)


def decoding(task: Task) -> str:
    """How the answers of a task are found: scored, filled or copied. It goes into the record of an evaluation."""
    return _form(task).decoding


def allowed(task: Task, labels: Sequence[str]) -> tuple[str, ...]:
    """The words that an answer can be made of: labels, letters, tags; none where answers come out of a passage."""
    if task.kind == "choices":
        return tuple(LETTERS[: task.choices])
    return () if task.kind == "spans" else tuple(labels)


def spoken(labels: Callable[[str], Iterable[str]]) -> list[str]:
    """The words of our own that tasks are asked and answered in: a tokenizer that is trained here has to know them."""
    tasks = [task for task in TASKS.values() if task.kind in FORMS]
    letters = LETTERS[: max(task.choices for task in tasks)]
    marks = ["sentence1:", "sentence2:", "context:", "question:", *(f"{letter}:" for letter in letters)]
    answers = (label for task in tasks for label in labels(task.id))
    return list(dict.fromkeys([*marks, *(f"{_name(task)}:" for task in tasks), *letters, *answers]))


def _form(task: Task) -> Form:
    if task.kind not in FORMS:
        raise Problem(f"{task.id}: a task of the kind {task.kind!r} is not put into words; expected {', '.join(FORMS)}")
    return FORMS[task.kind]


def _name(task: Task) -> str:
    return task.train or task.id


# ---- the kinds ----


def _pair(task: Task, one: Any) -> list[str]:
    return [f"{_name(task)}:", f"sentence1: {one.first}", f"sentence2: {one.second}"]


def _choice(task: Task, one: Any) -> list[str]:
    stem = [f"{name}: {text}" for name, text in (("context", one.context), ("question", one.question)) if text]
    return [f"{_name(task)}:", *stem, *(f"{letter}: {text}" for letter, text in zip(LETTERS, one.options, strict=False))]


def _words(task: Task, one: Any) -> list[str]:
    return [f"{_name(task)}:", _marked(one.words)]


def _marked(words: Sequence[str]) -> str:
    return " ".join(f"{SENTINEL.format(number)} {word}" for number, word in enumerate(words))


def _span(task: Task, one: Any) -> list[str]:
    return [f"{_name(task)}:", f"question: {one.question}", f"context: {one.context}"]


FORMS: dict[str, Form] = {
    "pairs": Form(SCORED, _pair, lambda one: one.label),
    "choices": Form(SCORED, _choice, lambda one: LETTERS[one.label]),
    "tags": Form(FILLED, _words, lambda one: _marked(one.tags)),
    "spans": Form(COPIED, _span, lambda one: one.answers[0] if one.answers else ""),
}


# ---- as tokens ----


def encode(task: Task, examples: Sequence[Any], labels: tuple[str, ...], tokenizer: Any, limit: int) -> Encoded:
    """Source and </s> as ids, target and </s> as targets; at most `limit` tokens are read.

    What does not fit: the longest parts of the text are cut from their ends; sentences lose their last words, with the
    tags of these (and what comes after a hundred words, for want of sentinels); passages are read in windows, each a third
    of the limit further on, as the heads of XLM-R read them. The points of tags are the sentinels of the words that are
    shown, those of spans the tokens of the passage, whose `spans` are begin and end in the text.
    """
    for one in examples:
        _check(task, one, labels)
    _check_words(task, allowed(task, labels), tokenizer)
    found = list(_ENCODED.get(task.kind, _whole)(task, examples, tokenizer, limit - 1))
    return Encoded(
        ids=ragged([[*row.text, tokenizer.end] for row in found]),
        points=ragged([row.points for row in found]),
        targets=ragged([[*row.said, tokenizer.end] for row in found]),
        outputs=0,
        group=1,
        owners=np.asarray([row.owner for row in found], dtype=np.int64),
        labels=tuple(labels),
        spans=ragged([row.spans for row in found]) if task.kind == "spans" else None,
    )


@dataclass(frozen=True)
class Row:
    """One text as tokens: whose it is, what is said of it, where it asks, and what there stands in the passage."""

    owner: int
    text: Sequence[int]
    said: Sequence[int]
    points: Sequence[int] = ()
    spans: Sequence[int] = ()


def _whole(task: Task, examples: Sequence[Any], tokenizer: Any, room: int) -> Iterable[Row]:
    parts = [_form(task).parts(task, one) for one in examples]
    read = iter(tokenizer.ids([part for row in parts for part in row]))
    said = tokenizer.ids([target(task, one) for one in examples])
    for number, row in enumerate(parts):
        yield Row(number, _cut([next(read) for _ in row], room), said[number])


def _cut(parts: list[list[int]], room: int) -> list[int]:
    """The parts one after the other, none longer than the length at which all of them fit."""
    most = max(map(len, parts))
    while sum(min(len(part), most) for part in parts) > room:
        most -= 1
    return [token for part in parts for token in part[:most]]


def _tagged(task: Task, examples: Sequence[Any], tokenizer: Any, room: int) -> Iterable[Row]:
    (name,) = tokenizer.ids([f"{_name(task)}:"])
    words = iter(tokenizer.ids([word for one in examples for word in one.words]))
    tags = iter(tokenizer.ids([tag for one in examples for tag in one.tags]))
    for number, one in enumerate(examples):
        text, points, said = list(name), [], []
        pieces = [(next(words) or [tokenizer.unknown], next(tags)) for _ in one.words]
        for mark, (word, tag) in zip(tokenizer.sentinels, pieces, strict=False):
            if len(text) + 1 + len(word) > room:
                break
            points.append(len(text))
            text += [mark, *word]
            said += [mark, *tag]
        yield Row(number, text, said, points)


def _windowed(task: Task, examples: Sequence[Any], tokenizer: Any, room: int) -> Iterable[Row]:
    (name, context) = tokenizer.ids([f"{_name(task)}:", "context:"])
    questions = tokenizer.ids([f"question: {one.question}" for one in examples])
    passages = tokenizer.encode([one.context for one in examples])
    for number, (one, question, passage) in enumerate(zip(examples, questions, passages, strict=True)):
        asked = question[: min(LONGEST_QUESTION, room // 2)]
        before = [*name, *asked, *context]
        for low, high in _windows(len(passage.ids), max(1, room - len(before)), max(1, room // 3)):
            offsets, places = passage.offsets[low:high], range(len(before), len(before) + high - low)
            # Of the two ends, counted from 1; both are 0 where this window does not show the answer whole.
            first, last = _target(one, offsets, begins=low == 0)
            said = passage.ids[low + first - 1 : low + last] if first else []
            yield Row(number, [*before, *passage.ids[low:high]], said, places, [end for ends in offsets for end in ends])


_ENCODED: dict[str, Callable[[Task, Sequence[Any], Any, int], Iterable[Row]]] = {"tags": _tagged, "spans": _windowed}


def _check(task: Task, one: Any, labels: Sequence[str]) -> None:
    if task.kind == "pairs" and one.label not in labels:
        raise Problem(f"{task.id}: example {one.id} has the label {one.label!r}; expected one of {', '.join(labels)}")
    if task.kind == "choices" and (len(one.options) != task.choices or not 0 <= one.label < task.choices):
        raise Problem(f"{task.id}: example {one.id} has {len(one.options)} options and label {one.label}; "
                      f"expected {task.choices} options")  # fmt: skip
    if task.kind == "tags":
        if len(one.words) != len(one.tags) or not one.words:
            raise Problem(f"{task.id}: example {one.id} has {len(one.words)} words and {len(one.tags)} tags")
        if task.labels and (other := set(one.tags) - set(labels)):
            raise Problem(f"{task.id}: example {one.id} has the tag {min(other)!r}; expected one of {', '.join(labels)}")


def _check_words(task: Task, words: Sequence[str], tokenizer: Any) -> None:
    """The tokenizer has to tell all answers of a closed set from each other."""
    seen: dict[tuple[int, ...], str] = {}
    for word, ids in zip(words, tokenizer.ids(words), strict=True):
        if tokenizer.unknown in ids or not ids:
            raise Problem(f"{task.id}: the tokenizer has no tokens for the answer {word!r}")
        if task.kind == "tags" and word.split() != [word]:
            raise Problem(f"{task.id}: the tag {word!r} is not one word")
        if (other := seen.setdefault(tuple(ids), word)) != word:
            raise Problem(f"{task.id}: the answers {other!r} and {word!r} are the same tokens to this tokenizer")


def loss(logits: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Cross entropy over the tokens of all targets, as in T5: an example with a longer target weighs more."""
    return cross_entropy(logits.float(), torch.from_numpy(np.concatenate(batch.targets)).to(logits.device))


# ---- and back ----


def join(task: Task, examples: Sequence[Any], data: Encoded, said: Sequence[Any]) -> list[Any]:
    """A prediction for each example, in the form that metrics/measure.py scores, out of what was said of each item.

    That is the number of a label or letter; the numbers of tags; or first and last point of an answer, -1 for none, and how
    much likelier it is than silence: of several windows the one counts that is surest that there is something to say.
    """
    if task.kind == "choices":
        return list(said)
    if task.kind == "pairs":
        return [data.labels[number] for number in said]
    if task.kind == "tags":
        return [[data.labels[number] for number in tags] for tags in said]
    assert data.spans is not None
    best: list[tuple[float, str]] = [(float("-inf"), "")] * len(examples)
    for item, (owner, (first, last, surety)) in enumerate(zip(data.owners.tolist(), said, strict=True)):
        if first >= 0 and surety > best[owner][0]:
            ends = data.spans[item].reshape(-1, 2)
            best[owner] = (surety, examples[owner].context[ends[first, 0] : ends[last, 1]].strip())
    return [text for _, text in best]
