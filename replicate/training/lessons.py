"""What a training step teaches from: a task's examples in its languages, encoded once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..models.tokens import Tokenizer
from ..problems import Problem
from ..sources import Part, Source, version
from ..sources.examples import Examples
from ..tasks.task import Task
from .encoding import Made, encode, kept
from .loop import Lesson


def lesson(
    task: Task, settings: Mapping[str, Any], source: Source, tokenizer: Tokenizer, recipe: Mapping[str, Any], form: Any
) -> tuple[Lesson, dict[str, Any]]:
    """A task's training data, an equal part from each language; beside it what there is to say of the data.

    The parts begin with the same examples, or each is of examples of its own where the settings say `apart`. `form` is the
    module that encodes the task's examples and knows its loss.
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
        **{name: True for name in ("apart", "fitting") if settings.get(name) or recipe.get(name)},
    }

    def make() -> Made:
        found = [_part(source, part, number, share, settings) for number, part in enumerate(parts)]
        examples = [one for part in found for one in part]
        if not examples:
            raise Problem(f"{task.id}: {source.name} has no example to train on ({split}, {' '.join(settings['languages'])})")
        about: dict[str, Any] = said(found)
        if recipe.get("fitting"):
            every, examples = len(examples), _fitting(form, task, examples, labels, tokenizer, recipe["max_length"])
            about["longer"] = every - len(examples)
            if not examples:
                raise Problem(f"{task.id}: none of {every:,} examples fits into {recipe['max_length']} tokens; take more")
        if settings["shuffled"]:
            examples = shuffled(examples, settings["seed"])
        about = {"examples": len(examples), **about}
        return encode(form, task, examples, labels, tokenizer, recipe["max_length"]), about

    data, about = kept(key, make)
    if split != "train":
        about = {
            **about,
            "notes": [*about.get("notes", ()), f"{task.id}: trained on its {split} set, for want of a training set"],
        }
    return Lesson(task.id, data, form.loss, recipe["batch_size"]), {**about, "items": len(data)}


def _part(source: Source, part: Part, number: int, share: int | None, settings: Mapping[str, Any]) -> Examples:
    """What one language gives: its first examples, or those that come after what the languages before it have given."""
    if not settings.get("apart") or share is None:
        return source.examples(*part[:3], limit=share, translated=part[3])
    found = source.examples(*part[:3], limit=share * (number + 1), translated=part[3])
    return Examples(found.rows[share * number :], found.skipped, found.notes)


def _fitting(form: Any, task: Task, examples: list[Any], labels: tuple[str, ...], tokenizer: Tokenizer, length: int) -> list[Any]:
    """The examples that so many tokens hold whole: those that come out no longer where one token more is allowed."""
    data = encode(form, task, examples, labels, tokenizer, length + 1)
    longest = data.ids.lengths.reshape(-1, data.group).max(1)
    too_long = set(data.owners[longest > length].tolist())
    return [one for number, one in enumerate(examples) if number not in too_long]


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
