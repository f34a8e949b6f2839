"""One target in all its languages with one load of the model: cells, and what was predicted beside them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from . import perturb
from .families import Family
from .metrics import measure, scores, significance
from .problems import Problem
from .sources import Source, version
from .sources.examples import Examples
from .tasks import Task, retrieval
from .training import encoding, lessons
from .training.batches import Encoded

Report = Callable[[int, int], None]
Answers = Iterator[tuple[list[Any], dict[str, Any]]]  # of each language: a prediction for each example, what to say of them

TOKENS = 4096  # per forward pass; decides speed, not results
COLLAPSED = "the model says the same of every example"
FEW = 20  # examples of which a model may say the same by chance
OWN_THRESHOLD = "the threshold is chosen on the collection that it is scored on, as in the paper's own code: F1 is its optimum"


@dataclass(frozen=True)
class Reader:
    """A model with what it reads by."""

    family: Family
    model: Any
    tokenizer: Any


def evaluate(
    reader: Reader, task: Task, settings: Mapping[str, Any], source: Source, out: Path, report: Report
) -> dict[str, Any]:
    """The cells of all languages; predictions.jsonl in `out` has a line for each example."""
    languages, split = settings["languages"], settings["split"]
    found = [_examples(source, task, split, language, settings["examples"], _noise(settings)) for language in languages]
    for language, examples in zip(languages, found, strict=True):
        if not examples:
            raise Problem(f"{task.id}: {source.name} has no example to evaluate on ({split}, {language})")
    find = _retrieved if task.kind == "retrieval" else _answered
    cells, about = list[dict[str, Any]](), dict[str, Any]()
    with (out / "predictions.jsonl").open("w", encoding="utf-8") as file:
        answers = find(reader, task, settings, source, found, report)
        for language, examples, (said, told) in zip(languages, found, answers, strict=True):
            cells += _cells(task, language, examples, said)
            for line in _lines(task, examples, said):
                file.write(json.dumps({"language": language, **line}, ensure_ascii=False) + "\n")
            if heard := {**lessons.said([examples]), **told}:
                about[language] = heard
    return {"cells": cells, **({"data": about} if about else {})}


def _cells(task: Task, language: str, examples: Examples, said: list[Any]) -> Iterator[dict[str, Any]]:
    guess = [tuple(pair[:2]) for pair in said] if retrieval.mined(task) else said
    note = {"note": COLLAPSED} if task.kind != "retrieval" and collapsed(said) else {}
    for metric, parts in measure.measure(task, measure.targets(task, examples), guess, language).items():
        low, high = significance.interval(parts)
        ends = {"value": round(scores.figure(parts), 6), "low": round(low, 4), "high": round(high, 4)}
        yield {"language": language, "metric": metric, "n": _count(task, examples), **ends, **note}


def _count(task: Task, examples: Examples) -> int:
    if task.kind != "retrieval":
        return len(examples)
    return len(examples[0].gold if retrieval.mined(task) else examples[0].queries)


def collapsed(said: Sequence[Any]) -> bool:
    """Whether a model says one and the same of everything, be it a label, a tag or no answer: it has learnt nothing."""
    different = {tuple(one) if isinstance(one, list) else one for one in said}
    if all(isinstance(one, tuple) for one in different):
        different = {tag for one in different for tag in one}
    return len(said) >= FEW and len(different) < 2


def _lines(task: Task, examples: Examples, said: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """One line an example: its id and what was predicted; for tags also how many words there are, read or not."""
    if task.kind == "retrieval":
        (one,) = examples
        # XTREME's own files have the asking sentences in alphabetical order, so a submission is written in it.
        order = sorted(range(len(one.queries)), key=lambda place: one.queries[place].strip())
        yield {"id": one.id, "prediction": said, **({} if retrieval.mined(task) else {"order": order})}
        return
    for one, prediction in zip(examples, said, strict=True):
        yield {"id": one.id, "prediction": prediction, **({"words": len(one.words)} if task.kind == "tags" else {})}


# ---- what is read ----


def _noise(settings: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(settings.get("perturb", {}).items()))


@lru_cache(maxsize=128)
def _examples(
    source: Source, task: Task, split: str, language: str, limit: int | None, noise: tuple[tuple[str, Any], ...] = ()
) -> Examples:
    """Kept between the steps of a worker: every model is measured on the same examples."""
    return perturb.noisy(source.examples(task.id, split, language, limit=limit), task, language, dict(noise) or None)


def _encoded(
    reader: Reader, task: Task, settings: Mapping[str, Any], source: Source, language: str, examples: Examples
) -> Encoded:
    labels, limit, form = source.labels(task.train or task.id), settings["row"]["max_length"], reader.family.form(task)
    part = (task.id, settings["split"], language, False)
    noise = {"perturb": settings["perturb"]} if "perturb" in settings else {}
    key = {
        "data": version(source, [part]), "parts": [part], "share": settings["examples"], "labels": labels,
        "tokenizer": reader.tokenizer.digest, "max_length": limit, "shuffled": None, **noise,
    }  # fmt: skip
    return encoding.kept(key, lambda: (encoding.encode(form, task, examples, labels, reader.tokenizer, limit), {}))[0]


# ---- what is said ----


def _answered(
    reader: Reader, task: Task, settings: Mapping[str, Any], source: Source, found: Sequence[Examples], report: Report
) -> Answers:
    """All languages in one stream, sorted by length: no batch is left half full, none waits for its longest sequence."""
    family, head, before = reader.family, task.train or task.id, 0
    parts = [_encoded(reader, task, settings, source, *one) for one in zip(settings["languages"], found, strict=True)]
    total = sum(map(len, parts))
    for some in [range(len(parts))] if family.streams else [[number] for number in range(len(parts))]:
        data, every = encoding.together([parts[k] for k in some]), [one for k in some for one in found[k]]

        def heard(done: int, _: int, before: int = before) -> None:
            report(before + done, total)

        said, told = family.answers(reader.model, task, every, source.labels(head), data, reader.tokenizer, head, TOKENS, heard)
        rest, before = iter(said), before + len(data)
        report(before, total)
        yield from ((list(islice(rest, len(found[k]))), told) for k in some)


def _retrieved(
    reader: Reader, task: Task, settings: Mapping[str, Any], source: Source, found: Sequence[Examples], report: Report
) -> Answers:
    """What the embeddings of a layer find. A stream for each collection: the vectors of all languages would fill the memory."""

    def embedded(one: Any) -> list[Any]:
        limit = settings["row"]["max_length"]
        sides = (
            retrieval.encode_texts(retrieval.read(task, side), reader.tokenizer, limit) for side in (one.queries, one.candidates)
        )
        return [reader.family.embeddings(reader.model, side, settings["layer"], TOKENS) for side in sides]

    for number, (language, (one,)) in enumerate(zip(settings["languages"], found, strict=True)):
        cut: float | None = None
        if retrieval.mined(task):
            # Mining is cut at a margin that is chosen on dev, as it is without noise, never on what it is scored on.
            (dev,) = _examples(source, task, "dev", language, settings["examples"])
            cut = retrieval.threshold(task, dev, *embedded(dev))
        queries, candidates = embedded(one)
        own = retrieval.mined(task) and settings["split"] == "dev"
        told = {"notes": [*found[number].notes, OWN_THRESHOLD]} if own else {}
        yield retrieval.find(task, one, queries, candidates, cut), told
        report(number + 1, len(found))
