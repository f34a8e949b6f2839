"""What each kind of step does: pretrain, average, train, evaluate.

A method gets the step, the folders of its inputs by role, an empty folder to write to, and `report(done,
total)`. What it returns becomes the step's result; the runner commits folder and result together.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .models import encoder, nano, tokens
from .plan import Step
from .problems import Problem
from .sources import Source, open_source
from .tasks import TASKS, Task, retrieval
from .tasks.kinds import KINDS
from .training import loop
from .training.batches import Encoded

Report = Callable[[int, int], None]
Inputs = Mapping[str, Path]
# Text of each language is drawn with its size to this power, so that small languages are heard: XLM-R's own rule.
ALPHA = 0.3
EVALUATION_TOKENS = 4096  # per forward pass; decides speed, not results


def _source(step: Step) -> Source:
    source = open_source(step.settings["source"])
    if source.id != step.settings["source"]:
        raise Problem(f"this plan was made for the source {step.settings['source']}, here is {source.id}; plan it again")
    return source


def _start(step: Step, inputs: Inputs) -> tuple[encoder.Encoder, tokens.Tokenizer, Path]:
    """The model that a step begins with: that of its input."""
    if "model" not in inputs:
        raise Problem(
            f"{step.settings['model']}: models of a hub cannot be loaded yet by this version; "
            "--scale nano and --scale tiny run anywhere"
        )
    return encoder.load(inputs["model"]), tokens.load(inputs["model"]), inputs["model"]


def _finish(model: encoder.Encoder, tokenizer: Path, out: Path, heads: bool) -> None:
    encoder.save(model, out, heads)
    shutil.copyfile(tokenizer / "tokenizer.json", out / "tokenizer.json")


@cache
def _corpus(source: str, language: str) -> list[str]:
    """Kept between the steps of a worker: making it again would cost more than a round of pretraining."""
    return list(open_source(source).text(language))


def texts(source: Source, languages: Sequence[str], count: int, seed: Sequence[int]) -> list[str]:
    """So many documents, each language's share by its size to the power of ALPHA, drawn without order."""
    corpora = [_corpus(source.id, language) for language in languages]
    sizes = np.asarray([len(corpus) for corpus in corpora], dtype=float) ** ALPHA
    picks = np.random.default_rng([3, *seed]).choice(len(languages), size=count, p=sizes / sizes.sum())
    queues = [_endless(corpus, [4, *seed, number]) for number, corpus in enumerate(corpora)]
    return [next(queues[pick]) for pick in picks.tolist()]


def _endless(documents: list[str], seed: Sequence[int]) -> Iterator[str]:
    rng = np.random.default_rng(seed)
    while True:
        for number in rng.permutation(len(documents)).tolist():
            yield documents[number]


def _text_lesson(documents: list[str], tokenizer: tokens.Tokenizer, recipe: Mapping[str, Any]) -> loop.Lesson:
    ids = [np.asarray(one, dtype=np.int64) for one in _segments(tokenizer, documents, recipe["max_length"])]
    none = np.zeros(0, dtype=np.int64)
    data = Encoded(ids, [none] * len(ids), [none] * len(ids), [None] * len(ids), 0)
    return loop.Lesson("mlm", data, None, recipe["batch_size"], recipe["masked"])


def _segments(tokenizer: tokens.Tokenizer, documents: list[str], limit: int) -> Iterator[list[int]]:
    """Every second document in two parts, with the separator between them that pairs of sentences will have."""
    for number, encoded in enumerate(tokenizer.encode(documents)):
        cut = random.Random(number).randint(1, max(1, len(encoded.ids) - 1))
        if number % 2:
            yield tokenizer.pair(encoded.ids[:cut], encoded.ids[cut:], limit)
        else:
            yield tokenizer.single(encoded.ids, limit)


def _schedule(recipe: Mapping[str, Any], updates: int, **more: Any) -> loop.Schedule:
    cap = {"cap": recipe["mixing_cap"]} if recipe.get("mixing_cap") else {}
    return loop.Schedule(
        updates, recipe["learning_rate"], recipe["warmup"], recipe["weight_decay"], recipe["clip"], **{**cap, **more}
    )


def pretrain(step: Step, inputs: Inputs, out: Path, report: Report) -> dict[str, Any]:
    """One shard of one round of masked language modelling on the source's monolingual text.

    The first round trains the tokenizer too; every shard of it makes the same one.
    """
    settings, recipe, source = step.settings, step.settings["recipe"], _source(step)
    languages = settings["languages"]
    if "model" in inputs:
        model, tokenizer, where = encoder.load(inputs["model"]), tokens.load(inputs["model"]), inputs["model"]
    else:
        sample = (document for language in languages for document in _corpus(source.id, language))
        tokens.train(sample, nano.VOCABULARY[settings["model"]]).save(str(out / "tokenizer.json"))
        tokenizer, where = tokens.load(out), out
        model = encoder.new(nano.config(settings["model"], tokenizer.size, recipe["dropout"]), settings["seed"])
    seed = [settings["seed"], settings["round"], settings["shard"]]
    lesson = _text_lesson(texts(source, languages, recipe["updates"] * recipe["batch_size"], seed), tokenizer, recipe)
    schedule = _schedule(
        recipe, recipe["updates"], before=settings["round"] * recipe["updates"], total=settings["rounds"] * recipe["updates"]
    )
    figures = loop.teach(model, [lesson], schedule, 1000 * seed[0] + 100 * seed[1] + seed[2], tokenizer.mask, report)
    encoder.save(model, out, heads=False)
    if where != out:
        shutil.copyfile(where / "tokenizer.json", out / "tokenizer.json")
    return {"figures": figures}


def average(step: Step, inputs: Inputs, out: Path, report: Report) -> dict[str, Any]:
    """The mean of the shards' weights."""
    folders = [inputs[role] for role in sorted(inputs)]
    _finish(encoder.average(folders), folders[0], out, heads=False)
    report(1, 1)
    return {"figures": {"averaged": len(folders)}}


def _lesson(
    task: Task, settings: Mapping[str, Any], source: Source, tokenizer: tokens.Tokenizer, recipe: Mapping[str, Any]
) -> loop.Lesson:
    """A task's training data, an equal part from each language."""
    share = None if recipe["examples"] is None else max(1, recipe["examples"] // len(settings["languages"]))
    examples = [
        one
        for language in settings["languages"]
        for one in source.examples(task.id, "train", language, limit=share, translated=settings["translated"])
    ]
    if settings["shuffled"]:
        examples = shuffled(examples, settings["seed"])
    kind = KINDS[task.kind]
    data = kind.encode(task, examples, source.labels(task.id), tokenizer, recipe["max_length"])
    return loop.Lesson(task.id, data, kind.loss, recipe["batch_size"])


def shuffled(examples: Sequence[Any], seed: int) -> list[Any]:
    """The examples with what they teach taken from one another: labels, or which words answer a question."""
    rng = random.Random(seed)
    if hasattr(examples[0], "label"):
        labels = [one.label for one in examples]
        rng.shuffle(labels)
        return [replace(one, label=label) for one, label in zip(examples, labels, strict=True)]
    if hasattr(examples[0], "tags"):
        return [replace(one, tags=tuple(rng.sample(one.tags, len(one.tags)))) for one in examples]
    found = []
    for one in examples:
        length = len(one.answers[0]) if one.answers else 1
        begins = [0, *(k + 1 for k, letter in enumerate(one.context) if letter == " ")]
        spaced = len(begins) > 1
        start = rng.choice(begins if spaced else range(max(1, len(one.context) - length)))
        stop = one.context.find(" ", start + length) if spaced else start + length
        found.append(replace(one, answers=(one.context[start : stop if stop >= 0 else None],), start=start))
    return found


def train(step: Step, inputs: Inputs, out: Path, report: Report) -> dict[str, Any]:
    """One phase of training: on one task, on several at once, with masked language modelling mixed in or not."""
    settings, recipe, source = step.settings, step.settings["recipe"], _source(step)
    model, tokenizer, where = _start(step, inputs)
    model.set_dropout(recipe["dropout"])
    torch.manual_seed(settings["seed"])
    lessons = []
    for name in settings["tasks"]:
        own = settings["recipes"].get(name, recipe)
        lesson = _lesson(TASKS[name], settings, source, tokenizer, {**own, "examples": recipe["examples"] or own["examples"]})
        model.add_head(name, lesson.data.outputs)
        lessons.append(lesson)
    updates = recipe["updates"] or sum(round(recipe["epochs"] * len(one.data) / one.batch_size) for one in lessons)
    if settings["mlm"]:
        mlm = settings["mlm_recipe"]
        count = min(mlm["examples"] or updates * mlm["batch_size"], updates * mlm["batch_size"])
        lessons.append(_text_lesson(texts(source, settings["mlm_languages"], count, [settings["seed"], 9]), tokenizer, mlm))
        updates += mlm["updates"] or 0
    figures = loop.teach(model, lessons, _schedule(recipe, updates), settings["seed"], tokenizer.mask, report)
    _finish(model, where, out, heads=settings["phase"] == "target")
    return {"figures": {**figures, "examples": {one.name: len(one.data) for one in lessons}}}


def evaluate(step: Step, inputs: Inputs, out: Path, report: Report) -> dict[str, Any]:
    """One target in all its languages with one load of the model; what was predicted is kept beside the cells."""
    settings, source, task = step.settings, _source(step), TASKS[step.settings["target"]]
    if "model" not in inputs:
        _start(step, inputs)
    model, tokenizer = encoder.load(inputs["model"], heads=task.train is not None), tokens.load(inputs["model"])
    measure = _retrieve if task.kind == "retrieval" else _predict
    cells = []
    with (out / "predictions.jsonl").open("w", encoding="utf-8") as file:
        for number, language in enumerate(settings["languages"]):
            values, count, predictions = measure(task, settings, source, model, tokenizer, language)
            cells += [{"language": language, "metric": metric, "value": round(v, 6), "n": count} for metric, v in values.items()]
            for id, said in predictions:
                file.write(json.dumps({"language": language, "id": id, "prediction": said}, ensure_ascii=False) + "\n")
            report(number + 1, len(settings["languages"]))
    return {"cells": cells}


Measured = tuple[dict[str, float], int, list[tuple[str, Any]]]


def _predict(
    task: Task, settings: Mapping[str, Any], source: Source, model: encoder.Encoder, tokenizer: tokens.Tokenizer, language: str
) -> Measured:
    examples = source.examples(task.id, settings["split"], language, limit=settings["examples"])
    kind = KINDS[task.kind]
    data = kind.encode(task, examples, source.labels(task.id), tokenizer, settings["row"]["max_length"])
    said = loop.outputs(model, task.train or task.id, data, kind.predict, EVALUATION_TOKENS)
    return kind.score(task, examples, said), len(examples), [(one.id, p) for one, p in zip(examples, said, strict=True)]


def _retrieve(
    task: Task, settings: Mapping[str, Any], source: Source, model: encoder.Encoder, tokenizer: tokens.Tokenizer, language: str
) -> Measured:
    cut: float | None = None
    measured: Measured = ({}, 0, [])
    # Mining is cut at a margin that is chosen on dev, never on what it is scored on.
    for split in ("dev", settings["split"]):
        if split == "dev" and task.id != "bucc2018":
            continue
        (one,) = source.examples(task.id, split, language, limit=settings["examples"])
        sides = (retrieval.encode_texts(side, tokenizer, settings["row"]["max_length"]) for side in (one.queries, one.candidates))
        queries, candidates = (loop.embeddings(model, side, settings["layer"], EVALUATION_TOKENS) for side in sides)
        if split == "dev":
            cut = retrieval.threshold(task, one, queries, candidates)
        if split == settings["split"]:
            values, found = retrieval.score(task, one, queries, candidates, cut)
            measured = values, len(one.gold if task.id == "bucc2018" else one.queries), [(one.id, found)]
    return measured


STEPS = {"pretrain": pretrain, "average": average, "train": train, "evaluate": evaluate}
