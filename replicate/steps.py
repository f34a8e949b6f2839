"""What each kind of step does: pretrain, average, train, evaluate.

A method gets the step, the folders of its inputs by role, an empty folder to write to, and `report(done,
total)`. What it returns becomes the step's result; the runner commits folder and result together.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from . import evaluation, families
from .devices import at_once, chosen
from .families import Family
from .metrics import measure
from .models import adapters, hub, rehearsal
from .plan import Step, reads, stops
from .problems import Problem
from .sources import Source, open_source, version
from .store import CHECKPOINT
from .tasks import TASKS, Task
from .training import encoding, lessons, loop, text
from .training.checkpoint import Keeper

Report = Callable[[int, int], None]
Inputs = Mapping[str, Path]


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
    if step.settings.get("weights") == "random":
        folder, model = rehearsal.tokenizer(step.settings["model"]), rehearsal.model(step.settings["model"])
        family = families.FAMILIES[model.config.model_type]
        return model.to(chosen()), family.tokens(folder), folder, family
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
    counts = _adapted(model, settings, inputs)
    updates = _updates(recipe, taught)
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


def _updates(recipe: Mapping[str, Any], taught: Sequence[loop.Lesson]) -> int:
    """How long a phase is: in updates as it says, or as many as its epochs or its tokens make."""
    if recipe["updates"]:
        return int(recipe["updates"])
    if recipe.get("tokens"):
        an_update = sum(one.batch_size * float(one.data.lengths.mean()) for one in taught) / len(taught)
        return max(1, round(recipe["tokens"] / an_update))
    return max(1, sum(round(recipe["epochs"] * len(one.data) / one.batch_size) for one in taught))


def _watch(settings: Mapping[str, Any], source: Source, tokenizer: Any, model: Any, family: Family) -> loop.Watch | None:
    """Early stopping on the first dev examples in the pivot, as the paper has it: the mean over tasks of their own metric.

    None where no task has a dev set.
    """
    recipe, pivot = settings["recipe"], settings["pivot"]

    def look(task: Task) -> Callable[[], float]:
        examples, labels = source.examples(task.id, "dev", pivot, limit=recipe["stop_examples"]), source.labels(task.id)
        data = encoding.encode(family.form(task), task, examples, labels, tokenizer, recipe["max_length"])

        def score() -> float:
            said, _ = family.answers(model, task, examples, labels, data, tokenizer, task.id, evaluation.TOKENS)
            return measure.figures(measure.measure(task, measure.targets(task, examples), said))[task.metrics[0]]

        return score

    looks = [look(TASKS[task]) for task in stops(settings) if not source.missing(task, "dev", pivot)]
    return loop.Watch(lambda: sum(one() for one in looks) / len(looks)) if looks else None


def _adapted(model: Any, settings: Mapping[str, Any], inputs: Inputs) -> dict[str, Any]:
    """Where a method trains adapters alone: those that the model brings from the phase before, or new ones, by themselves or
    with those of other trainings (inputs adapter0, adapter1, ...); how many weights learn and how many do not."""
    if "method" not in settings:
        return {}
    others = [inputs[f"adapter{n}"] for n in range(sum(role.startswith("adapter") for role in inputs))]
    joined, size = settings.get("adapters", adapters.SHARED), settings.get("adapter_size")
    adapters.begin(model, settings["method"], settings["seed"], joined, others, size)
    return {"weights": adapters.counts(model)}


def evaluate(step: Step, inputs: Inputs, out: Path, report: Report) -> dict[str, Any]:
    """One target in all its languages with one load of the model; what was predicted is kept beside the cells."""
    source, task = _source(step), TASKS[step.settings["target"]]
    model, tokenizer, _, family = _start(step, inputs, heads=task.train is not None)
    return evaluation.evaluate(evaluation.Reader(family, model, tokenizer), task, step.settings, source, out, report)


STEPS = {"pretrain": pretrain, "average": average, "train": train, "evaluate": evaluate}
