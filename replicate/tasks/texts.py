"""Every kind of task as text to text: what a model reads, what it should say, and what its words mean.

The text begins with the id of the task that it is trained on, so that XNLI is asked as MNLI was; the forms are T5's.
- pairs    `mnli: sentence1: ... sentence2: ...` -> the label's own name (entailment)
- choices  `csqa: context: ... question: ... A: ... B: ...` -> the letter of the right option
- tags     `udpos:` and the words with a space between -> one tag a word in their order, a space between
- spans    `squad1: question: ... context: ...` -> the answer's text; nothing at all where there is no answer
Labels and letters are a closed set, so each is scored and the likeliest one taken; tags and answers are generated.
What was said and is no answer is given as one that no metric counts as right, and is counted.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from ..problems import Problem
from ..training.batches import Batch, Encoded, ragged
from . import TASKS
from .spans import LONGEST_QUESTION, _windows
from .task import Task

SCORED, GENERATED = "scored", "generated"
LETTERS = string.ascii_uppercase
NO_TAG, NO_LABEL, NO_OPTION = "", "", -1  # in place of what could not be read: never equal to a right answer


class Answer(NamedTuple):
    """What was said, in the form that metrics/measure.py scores, and whether it could be read as an answer at all."""

    prediction: Any
    readable: bool


@dataclass(frozen=True)
class Form:
    """How one kind is put into words: the parts of its text, the words of its answer and back; how answers are found."""

    decoding: str
    parts: Callable[[Task, Any], list[str]]
    target: Callable[[Any], str]
    read: Callable[[Task, Any, Sequence[str], str], Answer]


def source(task: Task, example: Any) -> str:
    """The text that the model reads."""
    return " ".join(_form(task).parts(task, example))


def target(task: Task, example: Any) -> str:
    """The text that the model should say."""
    return _form(task).target(example)


def read(task: Task, example: Any, labels: Sequence[str], said: str) -> Answer:
    """What the model said as a prediction: a label, the index of an option, a tag for each word, an answer."""
    return _form(task).read(task, example, labels, said)


def decoding(task: Task) -> str:
    """How the answers of a task are found: `scored` or `generated`. It goes into the record of an evaluation."""
    return _form(task).decoding


def allowed(task: Task, labels: Sequence[str]) -> tuple[str, ...] | None:
    """All that may be said, where that is a closed set; None where answers are generated."""
    if decoding(task) == GENERATED:
        return None
    return tuple(LETTERS[: task.choices]) if task.kind == "choices" else tuple(labels)


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


def _read_pair(task: Task, one: Any, labels: Sequence[str], said: str) -> Answer:
    word = said.strip()
    return Answer(word, True) if word in labels else Answer(NO_LABEL, False)


def _choice(task: Task, one: Any) -> list[str]:
    stem = [f"{name}: {text}" for name, text in (("context", one.context), ("question", one.question)) if text]
    return [f"{_name(task)}:", *stem, *(f"{letter}: {text}" for letter, text in zip(LETTERS, one.options, strict=False))]


def _read_choice(task: Task, one: Any, labels: Sequence[str], said: str) -> Answer:
    letter = said.strip()
    known = letter in tuple(LETTERS[: len(one.options)])
    return Answer(LETTERS.index(letter), True) if known else Answer(NO_OPTION, False)


def _words(task: Task, one: Any) -> list[str]:
    return [f"{_name(task)}:", *one.words]


def _read_tags(task: Task, one: Any, labels: Sequence[str], said: str) -> Answer:
    """The tags in their order. A word too many is passed over; where words are missing, the last tags are, as if cut."""
    words, known = said.split(), frozenset(labels)
    tags = [word if word in known else NO_TAG for word in words[: len(one.words)]]
    return Answer(tags, len(words) == len(one.words) and NO_TAG not in tags)


def _span(task: Task, one: Any) -> list[str]:
    return [f"{_name(task)}:", f"question: {one.question}", f"context: {one.context}"]


def _read_span(task: Task, one: Any, labels: Sequence[str], said: str) -> Answer:
    """The answer as the passage writes it, if it stands there. To say nothing is an answer where there may be none."""
    text = said.strip()
    return Answer(_written(text, one.context), True) if text else Answer("", task.unanswerable)


def _written(text: str, context: str) -> str:
    """The letters of the passage that the text means: tokenizers change letters (NFKC) and spaces on the way."""
    if text in context:
        return text
    letters, places = _folded(context)
    wanted, _ = _folded(text)
    begin = letters.find(wanted) if wanted else -1
    return context[places[begin] : places[begin + len(wanted) - 1] + 1] if begin >= 0 else text


def _folded(text: str) -> tuple[str, list[int]]:
    """The letters without spaces and in their compatible form, and the place in the text of each."""
    pairs = [(k, n) for n, letter in enumerate(text) for k in unicodedata.normalize("NFKD", letter) if not k.isspace()]
    return "".join(k for k, _ in pairs), [n for _, n in pairs]


FORMS: dict[str, Form] = {
    "pairs": Form(SCORED, _pair, lambda one: one.label, _read_pair),
    "choices": Form(SCORED, _choice, lambda one: LETTERS[one.label], _read_choice),
    "tags": Form(GENERATED, _words, lambda one: " ".join(one.tags), _read_tags),
    "spans": Form(GENERATED, _span, lambda one: one.answers[0].strip() if one.answers else "", _read_span),
}


# ---- as tokens ----


def encode(task: Task, examples: Sequence[Any], labels: tuple[str, ...], tokenizer: Any, limit: int) -> Encoded:
    """Source and </s> as ids, target and </s> as targets; at most `limit` tokens are read.

    What does not fit: the longest parts of the text are cut from their ends; sentences lose their last words, with the
    tags of these; passages are read in windows, each a third of the limit further on, as the heads of XLM-R read them.
    The points of tags are the first tokens of the words that were kept.
    """
    for one in examples:
        _check(task, one, labels)
    _check_words(task, allowed(task, labels) or labels, tokenizer)
    ids, points, targets, owners = [], [], [], []
    for number, (text, firsts, said) in _ENCODED.get(task.kind, _whole)(task, examples, tokenizer, limit - 1):
        ids.append([*text, tokenizer.end])
        points.append(firsts)
        targets.append([*said, tokenizer.end])
        owners.append(number)
    return Encoded(ragged(ids), ragged(points), ragged(targets), 0, 1, np.asarray(owners, dtype=np.int64), tuple(labels))


Row = tuple[int, tuple[list[int], list[int], list[int]]]  # the example's number; its tokens, points and target


def _whole(task: Task, examples: Sequence[Any], tokenizer: Any, room: int) -> Iterable[Row]:
    parts = [_form(task).parts(task, one) for one in examples]
    read = iter(tokenizer.ids([part for row in parts for part in row]))
    said = tokenizer.ids([target(task, one) for one in examples])
    for number, row in enumerate(parts):
        yield number, (_cut([next(read) for _ in row], room), [], said[number])


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
        text, firsts, said = list(name), [], []
        pieces = [(next(words) or [tokenizer.unknown], next(tags)) for _ in one.words]
        for word, tag in pieces:
            if len(text) + len(word) > room:
                break
            firsts.append(len(text))
            text += word
            said += tag
        yield number, (text, firsts, said)


def _windowed(task: Task, examples: Sequence[Any], tokenizer: Any, room: int) -> Iterable[Row]:
    (name, context) = tokenizer.ids([f"{_name(task)}:", "context:"])
    questions = tokenizer.ids([f"question: {one.question}" for one in examples])
    passages = tokenizer.encode([one.context for one in examples])
    answers = tokenizer.ids([target(task, one) for one in examples])
    for number, (one, question, passage) in enumerate(zip(examples, questions, passages, strict=True)):
        asked = question[: min(LONGEST_QUESTION, room // 2)]
        before = [*name, *asked, *context]
        windows = _windows(len(passage.ids), max(1, room - len(before)), max(1, room // 3))
        for low, high in windows:
            holds = len(windows) == 1 or _holds(one, passage.offsets[low:high])
            yield number, ([*before, *passage.ids[low:high]], [], answers[number] if holds else [])


def _holds(one: Any, offsets: Sequence[tuple[int, int]]) -> bool:
    """Whether a window shows the answer whole."""
    return bool(one.answers) and offsets[0][0] <= one.start and one.start + len(one.answers[0]) <= offsets[-1][1]


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
            raise Problem(f"{task.id}: the tag {word!r} is not one word; tags are read back by the spaces between them")
        if (other := seen.setdefault(tuple(ids), word)) != word:
            raise Problem(f"{task.id}: the answers {other!r} and {word!r} are the same tokens to this tokenizer")


def loss(logits: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Cross entropy over the tokens of all targets, as in T5: an example with a longer target weighs more."""
    return cross_entropy(logits.float(), torch.from_numpy(np.concatenate(batch.targets)).to(logits.device))


# ---- and back ----


def join(
    task: Task, examples: Sequence[Any], labels: Sequence[str], data: Encoded, said: Sequence[tuple[str, float]]
) -> list[Answer]:
    """An answer for each example out of what was said of each item: a text, and how much likelier it is than silence.

    Of several windows the one counts in which the model was surest that there is something to say.
    """
    best: list[tuple[float, str, int]] = [(float("-inf"), "", 0)] * len(examples)
    for item, (owner, (text, surety)) in enumerate(zip(data.owners.tolist(), said, strict=True)):
        rank = surety if text.strip() else float("-inf")
        if rank > best[owner][0]:
            best[owner] = (rank, text, item)
    found = []
    for number, one in enumerate(examples):
        _, text, item = best[number]
        if task.kind == "tags":
            shown = len(data.points[number])
            one = replace(one, words=one.words[:shown])
        found.append(read(task, one, labels, text))
    return found
