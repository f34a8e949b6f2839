"""What each kind of step does: pretrain, average, train, evaluate.

A method gets the step, the folders of its inputs by role, an empty folder to write to, and `report(done,
total)`. What it returns becomes the step's result; the runner commits folder and result together.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

from . import families
from .devices import at_once, chosen
from .families import Family
from .metrics import measure, scores, significance
from .models import adapters, hub
from .plan import Step, reads, stops
from .problems import Problem
from .sources import Source, open_source, version
from .sources.examples import Examples
from .store import CHECKPOINT
from .tasks import TASKS, Task, retrieval
from .training import encoding, lessons, loop, text
from .training.checkpoint import Keeper

Report = Callable[[int, int], None]
Inputs = Mapping[str, Path]
COLLAPSED = "the model says the same of every example"
FEW = 20  # examples of which a model may say the same by chance
ADAPTER = "task"  # the name of the one adapter of a training, which goes on from phase to phase
EVALUATION_TOKENS = 4096  # per forward pass; decides speed, not results
OWN_THRESHOLD = "the threshold is chosen on the collection that it is scored on, as in the paper's own code: F1 is its optimum"


def _source(step: Step) -> Source:
    named = step.settings["source"]
    source = open_source(step.place or named)
    found = version(source, reads(step.kind, step.settings))
    if found != named:
        raise Problem(f"this plan was made for the source {named}, here is {found}: the data has changed; plan it again")
    return source


def _start(step: Step, inputs: Inputs, heads: bool = False) -> tuple[Any, Any, Path, Family]:
    """The model that a step begins with, its tokenizer, folder and family: that of its input, or one of the hub."""
    if "model" in inputs:
        folder, family = inputs["model"], families.of(inputs["model"])
        return family.load(folder, heads).to(chosen()), family.tokens(folder), folder, family
    folder = hub.fetch(step.settings["model"], step.settings["revision"])
    family = families.of(folder)
    return family.stock(folder).to(chosen()), family.tokens(folder), folder, family


def _finish(family: Family, model: Any, tokenizer: Path, out: Path, heads: bool) -> None:
    family.save(model, out, heads)
    shutil.copyfile(tokenizer / "tokenizer.json", out / "tokenizer.json")


def _schedule(recipe: Mapping[str, Any], updates: int, **more: Any) -> loop.Schedule:
    cap = {"cap": recipe["mixing_cap"]} if recipe.get("mixing_cap") else {}
    return loop.Schedule(
        updates,
        recipe["learning_rate"],
        recipe["warmup"],
        recipe["weight_decay"],
        recipe["clip"],
        at_once=at_once(),
        **{**cap, **more},
    )


def pretrain(step: Step, inputs: Inputs, out: Path, report: Report) -> dict[str, Any]:
    """One shard of one round of masked language modelling on the source's monolingual text.

    The first round trains the tokenizer too; every shard of it makes the same one.
    """
    settings, recipe, source = step.settings, step.settings["recipe"], _source(step)
    languages = settings["languages"]
    if "model" in inputs:
        model, tokenizer, where, family = _start(step, inputs)
    else:
        family, size = families.small(settings["model"])
        sample = (document for language in languages for document in text.corpus(source, language))
        family.teach_tokens(sample, size, source).save(str(out / "tokenizer.json"))
        tokenizer, where = family.tokens(out), out
        model = family.new(size, tokenizer.size, recipe["dropout"], settings["seed"])
    seed = [settings["seed"], settings["round"], settings["shard"]]
    documents = text.drawn(source, languages, recipe["updates"] * recipe["batch_size"], seed)
    schedule = _schedule(
        recipe, recipe["updates"], before=settings["round"] * recipe["updates"], total=settings["rounds"] * recipe["updates"]
    )
    lesson, model = text.lesson(documents, tokenizer, recipe), model.to(chosen())
    number = 1000 * seed[0] + 100 * seed[1] + seed[2]
    figures = loop.teach(model, [lesson], schedule, number, tokenizer.mask, report, Keeper(out / CHECKPOINT))
    family.save(model, out, False)
    if where != out:
        shutil.copyfile(where / "tokenizer.json", out / "tokenizer.json")
    return {"figures": figures}


def average(step: Step, inputs: Inputs, out: Path, report: Report) -> dict[str, Any]:
    """The mean of the shards' weights."""
    folders = [inputs[role] for role in sorted(inputs)]
    family = families.of(folders[0])
    _finish(family, family.average(folders), folders[0], out, heads=False)
    report(1, 1)
    return {"figures": {"averaged": len(folders)}}


def train(step: Step, inputs: Inputs, out: Path, report: Report) -> dict[str, Any]:
    """One phase of training: on one task, on several at once, with masked language modelling mixed in or not."""
    settings, recipe, source = step.settings, step.settings["recipe"], _source(step)
    model, tokenizer, where, family = _start(step, inputs)
    model.set_dropout(recipe["dropout"])
    torch.manual_seed(settings["seed"])
    taught, about = [], {}
    for name in settings["tasks"]:
        own = settings["recipes"].get(name, recipe)
        own = {**own, "examples": recipe["examples"] or own["examples"]}
        lesson, about[name] = lessons.lesson(TASKS[name], settings, source, tokenizer, own, family.form(TASKS[name]))
        if lesson.data.outputs:  # a model that answers in words has no heads
            model.add_head(name, lesson.data.outputs)
            model.heads[name].to(model.device)
        taught.append(lesson)
    counts = _adapted(model, settings)
    updates = recipe["updates"] or max(1, sum(round(recipe["epochs"] * len(one.data) / one.batch_size) for one in taught))
    if settings["mlm"]:
        mlm = settings["mlm_recipe"]
        count = min(mlm["examples"] or updates * mlm["batch_size"], updates * mlm["batch_size"])
        documents = text.drawn(source, settings["mlm_languages"], count, [settings["seed"], 9])
        taught.append(text.lesson(documents, tokenizer, mlm))
        updates += mlm["updates"] or 0
    watch = _watch(settings, source, tokenizer, model, family)
    figures = loop.teach(
        model, taught, _schedule(recipe, updates), settings["seed"], tokenizer.mask, report, Keeper(out / CHECKPOINT), watch
    )
    _finish(family, model, where, out, heads=settings["phase"] == "target")
    return {"figures": {**figures, "examples": {one.name: len(one.data) for one in taught}, **counts}, "data": about}


def _watch(settings: Mapping[str, Any], source: Source, tokenizer: Any, model: Any, family: Family) -> loop.Watch | None:
    """Early stopping on the first dev examples in the pivot, as the paper has it: the mean over tasks of their own metric.

    None where no task has a dev set.
    """
    recipe, pivot = settings["recipe"], settings["pivot"]

    def look(task: Task) -> Callable[[], float]:
        examples, labels = source.examples(task.id, "dev", pivot, limit=recipe["stop_examples"]), source.labels(task.id)
        data = encoding.encode(family.form(task), task, examples, labels, tokenizer, recipe["max_length"])

        def score() -> float:
            said, _ = family.answers(model, task, examples, labels, data, tokenizer, task.id, EVALUATION_TOKENS)
            return measure.figures(measure.measure(task, measure.targets(task, examples), said))[task.metrics[0]]

        return score

    looks = [look(TASKS[task]) for task in stops(settings) if not source.missing(task, "dev", pivot)]
    return loop.Watch(lambda: sum(one() for one in looks) / len(looks)) if looks else None


def _adapted(model: Any, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Where a method trains adapters alone: those that the model brings from the phase before, or new ones; how many weights
    learn and how many do not."""
    if "method" not in settings:
        return {}
    if not adapters.of(model):
        adapters.install(model, adapters.Adapter(settings["method"], ADAPTER), settings["seed"])
    return {"weights": adapters.counts(model)}


def evaluate(step: Step, inputs: Inputs, out: Path, report: Report) -> dict[str, Any]:
    """One target in all its languages with one load of the model; what was predicted is kept beside the cells."""
    settings, source, task = step.settings, _source(step), TASKS[step.settings["target"]]
    model, tokenizer, _, family = _start(step, inputs, heads=task.train is not None)
    predict = _retrieve if task.kind == "retrieval" else _predict
    cells, about = [], {}
    with (out / "predictions.jsonl").open("w", encoding="utf-8") as file:
        for number, language in enumerate(settings["languages"]):
            examples = _examples(source, task.id, settings["split"], language, settings["examples"])
            if not examples:
                raise Problem(f"{task.id}: {source.name} has no example to evaluate on ({settings['split']}, {language})")
            said, told = predict(task, settings, source, model, tokenizer, family, language, examples)
            guess = [tuple(pair[:2]) for pair in said] if retrieval.mined(task) else said
            for metric, parts in measure.measure(task, measure.targets(task, examples), guess, language).items():
                low, high = significance.interval(parts)
                ends = {"value": round(scores.figure(parts), 6), "low": round(low, 4), "high": round(high, 4)}
                note = {"note": COLLAPSED} if task.kind != "retrieval" and collapsed(said) else {}
                cells.append({"language": language, "metric": metric, "n": _count(task, examples), **ends, **note})
            for line in _lines(task, examples, said):
                file.write(json.dumps({"language": language, **line}, ensure_ascii=False) + "\n")
            if heard := {**lessons.said([examples]), **told}:
                about[language] = heard
            if retrieval.mined(task) and settings["split"] == "dev":
                heard = about.setdefault(language, {})
                heard["notes"] = [*heard.get("notes", ()), OWN_THRESHOLD]
            report(number + 1, len(settings["languages"]))
    return {"cells": cells, **({"data": about} if about else {})}


@lru_cache(maxsize=128)
def _examples(source: Source, task: str, split: str, language: str, limit: int | None) -> Examples:
    """Kept between the steps of a worker: every model is measured on the same examples."""
    return source.examples(task, split, language, limit=limit)


def collapsed(said: list[Any]) -> bool:
    """Whether a model says one and the same of everything, be it a label, a tag or no answer: it has learnt nothing."""
    different = {tuple(one) if isinstance(one, list) else one for one in said}
    if all(isinstance(one, tuple) for one in different):
        different = {tag for one in different for tag in one}
    return len(said) >= FEW and len(different) < 2


def _count(task: Task, examples: Examples) -> int:
    if task.kind != "retrieval":
        return len(examples)
    return len(examples[0].gold if retrieval.mined(task) else examples[0].queries)


def _lines(task: Task, examples: Examples, said: list[Any]) -> Iterator[dict[str, Any]]:
    """One line an example: its id and what was predicted; for tags also how many words there are, read or not."""
    if task.kind == "retrieval":
        (one,) = examples
        # XTREME's own files have the asking sentences in alphabetical order, so a submission is written in it.
        order = sorted(range(len(one.queries)), key=lambda place: one.queries[place].strip())
        yield {"id": one.id, "prediction": said, **({} if retrieval.mined(task) else {"order": order})}
        return
    for one, prediction in zip(examples, said, strict=True):
        yield {"id": one.id, "prediction": prediction, **({"words": len(one.words)} if task.kind == "tags" else {})}


Predicted = tuple[list[Any], dict[str, Any]]


def _predict(
    task: Task, settings: Mapping[str, Any], source: Source, model: Any, tokenizer: Any, family: Family, language: str,
    examples: Examples,
) -> Predicted:  # fmt: skip
    """An answer for each example, and what there is to say of how it was found."""
    labels, limit, form = source.labels(task.train or task.id), settings["row"]["max_length"], family.form(task)
    part = (task.id, settings["split"], language, False)
    key = {
        "data": version(source, [part]), "parts": [part], "share": settings["examples"], "labels": labels,
        "tokenizer": tokenizer.digest, "max_length": limit, "shuffled": None,
    }  # fmt: skip
    data, _ = encoding.kept(key, lambda: (encoding.encode(form, task, examples, labels, tokenizer, limit), {}))
    return family.answers(model, task, examples, labels, data, tokenizer, task.train or task.id, EVALUATION_TOKENS)


def _retrieve(
    task: Task, settings: Mapping[str, Any], source: Source, model: Any, tokenizer: Any, family: Family, language: str,
    examples: Examples,
) -> Predicted:  # fmt: skip
    """What the embeddings of a layer find."""

    def embedded(one: Any) -> list[Any]:
        limit = settings["row"]["max_length"]
        sides = (retrieval.encode_texts(retrieval.read(task, side), tokenizer, limit) for side in (one.queries, one.candidates))
        return [family.embeddings(model, side, settings["layer"], EVALUATION_TOKENS) for side in sides]

    cut: float | None = None
    if retrieval.mined(task):
        # Mining is cut at a margin that is chosen on dev, never on what it is scored on.
        (dev,) = _examples(source, task.id, "dev", language, settings["examples"])
        cut = retrieval.threshold(task, dev, *embedded(dev))
    queries, candidates = embedded(examples[0])
    return retrieval.find(task, examples[0], queries, candidates, cut), {}


STEPS = {"pretrain": pretrain, "average": average, "train": train, "evaluate": evaluate}
