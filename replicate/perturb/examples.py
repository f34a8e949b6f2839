"""Examples with perturbed texts: what carries the answer stays, and offsets move with the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..sources.examples import Choice, Example, Examples, Mining, Pair, Span, Tagged
from ..tasks.task import Task
from .noise import Count, Perturbation, hit, read

# Retrieval tasks whose queries are in the pivot: the side that speaks the evaluated language is the one to be found.
ASKED_IN_PIVOT = ("tatoeba",)


def noisy(examples: Examples, task: Task, language: str, setting: Mapping[str, Any] | None) -> Examples:
    """The examples with their texts perturbed as the setting says; themselves where it says nothing, `none`, or rate 0.

    Their number, order, ids and labels stay; a note says how much was hit.
    """
    noise = read(setting)
    if noise.idle:
        return examples
    rows, count = [], Count()
    for one in examples:
        row, counted = perturbed(task, one, noise, language)
        rows.append(row)
        count = count.plus(counted)
    return replace(examples, rows=rows, notes=(*examples.notes, f"perturbed by {noise.kind} at rate {noise.rate:g}: {count}"))


def perturbed(task: Task, example: Example, noise: Perturbation, language: str) -> tuple[Example, Count]:
    """One example with its texts perturbed, and how much of them was hit. Its id and its labels stay, and of

    - a pair both sentences may be hit;
    - a sentence of words the letters inside the words: neither their number nor their tags change, no word becomes empty;
    - a question the question, and of its passage all but the answers, wherever they stand in it: they keep their characters,
      nothing is glued to them, and `start` moves with them;
    - a choice the context, the question and all options;
    - a collection to search the side that is in the language: the queries (of Tatoeba, where English asks, the candidates).
    """
    match example:
        case Pair():
            return _fields(example, noise, language, "first", "second")
        case Tagged():
            found = hit(example.words, noise, language, f"{example.id} words")
            return replace(example, words=found.parts), found.count
        case Span():
            asked, count = _fields(example, noise, language, "question")
            found = hit([example.context], noise, language, f"{example.id} context", list(_answers(example)))
            start = found.moved(example.start) if example.answers and example.start >= 0 else example.start
            return replace(asked, context=found.parts[0], start=start), count.plus(found.count)
        case Choice():
            told, count = _fields(example, noise, language, "context", "question")
            options = [hit([one], noise, language, f"{example.id} option {k}") for k, one in enumerate(example.options)]
            for one in options:
                count = count.plus(one.count)
            return replace(told, options=tuple(one.parts[0] for one in options)), count
        case Mining():
            side = "candidates" if task.id in ASKED_IN_PIVOT else "queries"
            return _side(example, noise, language, side)


def _fields(example: Any, noise: Perturbation, language: str, *names: str) -> tuple[Any, Count]:
    count, changed = Count(), dict[str, str]()
    for name in names:
        found = hit([getattr(example, name)], noise, language, f"{example.id} {name}")
        changed[name], count = found.parts[0], count.plus(found.count)
    return replace(example, **changed), count


def _side(example: Mining, noise: Perturbation, language: str, side: str) -> tuple[Mining, Count]:
    """The text itself is the key: where pairs are mined, equal sentences count as one, and so they stay equal."""
    texts: Sequence[str] = getattr(example, side)
    found = {text: hit([text], noise, language, f"{example.id} {text}") for text in dict.fromkeys(texts)}
    changed: dict[str, Any] = {side: tuple(found[text].parts[0] for text in texts)}
    count = Count()
    for text in texts:
        count = count.plus(found[text].count)
    return replace(example, **changed), count


def _answers(example: Span) -> Iterator[tuple[int, int]]:
    """Where answers stand in the passage: the first where the example says, each of them wherever its words stand."""
    if example.answers and example.start >= 0:
        yield example.start, example.start + len(example.answers[0])
    for answer in dict.fromkeys(example.answers):
        if answer:
            yield from ((one.start(), one.end()) for one in re.finditer(re.escape(answer), example.context))
