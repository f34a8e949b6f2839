"""From gold and guess to the parts of a task's metrics: one door for evaluations, prediction files and comparisons.

What gold and guess are, by kind:
- pairs: a label each; choices: the index of an option each
- tags: the tags of a sentence each; a guess may be shorter (the model's length cut it), then the rest is wrong
- spans: all accepted answers; the guess is a text, None where there is no prediction
- retrieval scored by F1 (BUCC): lists of pairs, in any order; by accuracy (Tatoeba): a candidate for each query;
  by mAP@20 (LAReQA, Mewsli-X): the set of right candidates for each query, the guess ranks candidates, best first
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..problems import Problem
from ..sources.examples import Choice, Mining, Pair, Span, Tagged
from ..tasks.task import Task
from . import answers, scores
from .scores import Parts

DEPTH = 20  # of a ranking, as in XTREME-R

Measured = dict[str, Parts]


def gold(example: Any) -> Any:
    """What is right for one example: a label, the index of an option, tags, answers, pairs."""
    match example:
        case Pair() | Choice():
            return example.label
        case Tagged():
            return example.tags
        case Span():
            return example.answers
        case Mining():
            return list(example.gold)
    raise TypeError(f"no example: {type(example).__name__}")


def targets(task: Task, examples: Sequence[Any]) -> list[Any]:
    """What is right for all examples, as `measure` takes it; retrieval has one example that holds all queries."""
    if task.kind != "retrieval":
        return [gold(one) for one in examples]
    (one,) = examples
    if _rule(task) is _mined:
        return gold(one)
    if _rule(task) is _ranked:
        right: list[set[int]] = [set() for _ in one.queries]
        for query, candidate in one.gold:
            right[query].add(candidate)
        return right
    partner = dict(one.gold)
    return [partner.get(query, -1) for query in range(len(one.queries))]  # -1: no candidate is right


def _labels(task: Task, gold: Sequence[Any], guess: Sequence[Any], language: str) -> Measured:
    return {"accuracy": scores.agreement(gold, guess)}


def _tags(task: Task, gold: Sequence[Any], guess: Sequence[Any], language: str) -> Measured:
    for number, (right, said) in enumerate(zip(gold, guess, strict=True), 1):
        if len(said) > len(right):
            raise Problem(f"{task.id}: sentence {number} has {len(said)} predicted tags; expected {len(right)}, one a word")
    f1 = scores.chunk_f1 if scores.OUTSIDE in task.labels else scores.run_f1
    return {"f1": f1(gold, guess), "accuracy": scores.token_agreement(gold, guess)}


def _spans(task: Task, gold: Sequence[Any], guess: Sequence[Any], language: str) -> Measured:
    if task.unanswerable:
        return answers.squad2(gold, guess)
    try:
        return answers.mlqa(gold, guess, language) if task.id == "mlqa" else answers.squad1(gold, guess)
    except Problem as problem:
        raise Problem(f"{task.id}: {problem}") from None


def _mined(task: Task, gold: Sequence[Any], guess: Sequence[Any], language: str) -> Measured:
    return {"f1": scores.pairs_f1(gold, guess)}


def _ranked(task: Task, gold: Sequence[Any], guess: Sequence[Any], language: str) -> Measured:
    return {"map20": scores.mean_average_precision(gold, guess, DEPTH)}


Rule = Callable[[Task, Sequence[Any], Sequence[Any], str], Measured]
KINDS: dict[str, Rule] = {"pairs": _labels, "choices": _labels, "tags": _tags, "spans": _spans}
RETRIEVAL: dict[str, Rule] = {"accuracy": _labels, "f1": _mined, "map20": _ranked}  # by the task's own metric


def _rule(task: Task) -> Rule:
    rule = RETRIEVAL.get(task.metrics[0]) if task.kind == "retrieval" else KINDS.get(task.kind)
    if rule is None:
        raise Problem(f"{task.id}: nothing scores a task of the kind {task.kind!r} with the metrics {task.metrics}")
    return rule


def measure(task: Task, gold: Sequence[Any], guess: Sequence[Any], language: str = "") -> Measured:
    """The parts of each metric of a task, in the task's order, as its official scorer counts them.

    `language` is that of the answers; only MLQA's scorer asks for it. `scores.figure` makes points of parts.
    """
    rule = _rule(task)
    if rule is not _mined and len(gold) != len(guess):
        raise Problem(f"{task.id}: {len(guess)} predictions for {len(gold)} examples; expected one for each")
    return rule(task, gold, guess, language)


def paired(
    task: Task, gold: Sequence[Any], one: Sequence[Any], two: Sequence[Any], language: str = ""
) -> dict[str, tuple[Parts, Parts]]:
    """The parts of two systems with the same rows, for `significance.compare`.

    Of mined pairs the rows are all that gold or either system names; one that only the other system named adds
    nothing to this one's sums.
    """
    if _rule(task) is _mined:
        named = dict.fromkeys([*gold, *one, *two])
        right = set(gold)
        sides = [
            scores.of([(2 * (pair in right and pair in said), (pair in right) + (pair in said)) for pair in named])
            for said in (set(one), set(two))
        ]
        return {"f1": (sides[0], sides[1])}
    first, second = (measure(task, gold, guess, language) for guess in (one, two))
    return {metric: (first[metric], second[metric]) for metric in first}


def figures(measured: Measured) -> dict[str, float]:
    """The points of each metric."""
    return {metric: scores.figure(parts) for metric, parts in measured.items()}
