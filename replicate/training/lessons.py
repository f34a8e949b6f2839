"""What a training step teaches from: a task's examples in its languages, encoded once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..models.tokens import Tokenizer
from ..problems import Problem
from ..sources import Source, version
from ..tasks.task import Task
from .encoding import Made, encode, kept
from .loop import Lesson


def lesson(
    task: Task, settings: Mapping[str, Any], source: Source, tokenizer: Tokenizer, recipe: Mapping[str, Any], form: Any
) -> tuple[Lesson, dict[str, Any]]:
    """A task's training data, an equal part from each language; beside it what there is to say of the data.

    `form` is the module that encodes the task's examples and knows its loss.
    """
    share = None if recipe["examples"] is None else max(1, recipe["examples"] // len(settings["languages"]))
    split = settings.get("trained_on", {}).get(task.id, "train")
    translated = settings["translated"]
    parts = [(task.id, split, language, translated) for language in settings["languages"]]
    labels = source.labels(task.id)
    key = {
        "data": version(source, parts),
        "parts": parts,
        "share": share,
        "labels": labels,
        "tokenizer": tokenizer.digest,
        "max_length": recipe["max_length"],
        "shuffled": settings["seed"] if settings["shuffled"] else None,
    }

    def make() -> Made:
        found = [source.examples(*part[:3], limit=share, translated=translated) for part in parts]
        examples = [one for part in found for one in part]
        if not examples:
            raise Problem(f"{task.id}: {source.name} has no example to train on ({split}, {' '.join(settings['languages'])})")
        if settings["shuffled"]:
            examples = shuffled(examples, settings["seed"])
        about = {"examples": len(examples), **said(found)}
        return encode(form, task, examples, labels, tokenizer, recipe["max_length"]), about

    data, about = kept(key, make)
    if split != "train":
        about = {
            **about,
            "notes": [*about.get("notes", ()), f"{task.id}: trained on its {split} set, for want of a training set"],
        }
    return Lesson(task.id, data, form.loss, recipe["batch_size"]), {**about, "items": len(data)}


def said(found: Sequence[Any]) -> dict[str, Any]:
    """What sources had to say of the examples that they gave: what was skipped and why, and how the data differs."""
    skipped: Counter[str] = Counter()
    for one in found:
        skipped.update(one.skipped)
    notes = list(dict.fromkeys(note for one in found for note in one.notes))
    return {**({"skipped": dict(skipped)} if skipped else {}), **({"notes": notes} if notes else {})}


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
