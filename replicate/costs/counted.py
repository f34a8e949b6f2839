"""What a step works through, counted before it runs: updates, tokens, the largest batch. Sizes stand with the tasks.

How many tokens an example has is not known before it is read: the means below are assumptions, said wherever they enter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from ..tasks import TASKS

if TYPE_CHECKING:
    from ..identity import Step

# Tokens of one sequence by kind of task (an example of choices is several): in XLM-R's vocabulary on real data, guessed from
# the tasks' own descriptions; in the artificial world as counted over 200 examples of each task.
TOKENS = {"pairs": 40, "tags": 30, "spans": 170, "choices": 60, "retrieval": 15, "text": 100}
TOKENS_OF_THE_WORLD = {"pairs": 24, "tags": 14, "spans": 38, "choices": 30, "retrieval": 11, "text": 41}
SPREAD = 0.6  # standard deviation of these lengths, as a share of the mean
# What a text-to-text model says, in tokens of an example or, of tags, as a share of what it reads.
ANSWER = {"pairs": 3.0, "choices": 3.0, "spans": 8.0}
ANSWERED = {"tags": 1.5}
TRAINED, EVALUATED = 10_000, 2_000  # examples of a set of unknown size
COLLECTIONS = {"bucc2018": 300_000, "tatoeba": 1_000}  # sentences of each side of a language
LOOK = 1_000  # updates between two looks at dev
FORWARD = 1 / 3  # what a batch costs without its backward pass
BATCH = 32  # sequences that count as a batch in an evaluation


@dataclass(frozen=True)
class Work:
    """What a step works through. Of the tokens that are read, `learnt` go forward and back and `read` forward alone; `said`
    and `answered` are likewise those that an output layer says. `largest` batch and `longest` item are in tokens; `items` are
    predictions that are kept."""

    updates: float = 0.0
    learnt: float = 0.0
    said: float = 0.0
    read: float = 0.0
    answered: float = 0.0
    largest: float = 0.0
    longest: float = 0.0
    items: float = 0.0


def world(step: Step) -> str:
    """The world of a step's data."""
    return "artificial" if str(step.settings.get("source", "")).startswith("world") else "real"


def model(step: Step) -> str:
    """The name of a step's model; that of its shape where the weights are random."""
    name = step.settings.get("model") or step.settings.get("row", {}).get("model", "")
    return str(name).removeprefix("hub:").removesuffix(", random weights")


def work(step: Step) -> Work:
    """What this step works through; nothing where it trains and evaluates nothing."""
    if step.kind == "pretrain":
        recipe = step.settings["recipe"]
        count = recipe["updates"] * recipe["batch_size"]
        return _learnt(recipe["updates"], [_Part("text", recipe, count, "", 1.0)], world(step), _wordy(step))
    if step.kind == "train":
        return _training(step.settings, world(step), _wordy(step))
    return _evaluation(step.settings, world(step), _wordy(step)) if step.kind == "evaluate" else Work()


def updates(step: Step) -> float:
    """About how many batches a step works through."""
    done = work(step)
    return done.updates or done.read / (TOKENS["pairs"] * BATCH)


def weight(step: Step) -> float:
    """What a step costs compared with others: batches, a forward pass alone counting less."""
    return 1.0 + updates(step) * (FORWARD if step.kind == "evaluate" else 1.0)


def priorities(steps: Sequence[Step]) -> dict[str, float]:
    """For each step the length of the longest chain of work that hangs on it, its own included.

    Who takes the largest first leaves no core idle at the end.
    """
    longest = {step.id: 0.0 for step in steps}
    for step in reversed(steps):
        longest[step.id] += weight(step)
        for _, id in step.inputs:
            if id in longest:
                longest[id] = max(longest[id], longest[step.id])
    return longest


def sort(step: Step) -> str:
    """What kind of work a step is, for people."""
    if step.kind == "train":
        tasks = step.settings["tasks"]
        if step.settings["phase"] == "target":
            return "target training"
        more = [*(["several tasks"] if len(tasks) > 1 else []), *(["MLM"] if step.settings["mlm"] else [])]
        return " with ".join(["intermediate training", *([" and ".join(more)] if more else [])])
    if step.kind == "evaluate":
        return "evaluation" if TASKS[step.settings["target"]].train else "retrieval"
    return "pretraining" if step.kind in ("pretrain", "average") else step.kind


SORTS = (
    "pretraining", "intermediate training", "intermediate training with MLM", "intermediate training with several tasks",
    "intermediate training with several tasks and MLM", "target training", "evaluation", "retrieval",
)  # fmt: skip


@dataclass(frozen=True)
class Sharing:
    """Trainings of a plan, and those that there were if every evaluation began from the pretrained model; of both the cost."""

    trainings: int
    alone: int
    cost: float
    cost_alone: float


def sharing(steps: Sequence[Step], cost: Mapping[str, float]) -> Sharing:
    """What steps with several users save; `cost` by id, in any unit."""
    behind: dict[str, tuple[int, float]] = {}  # the trainings that a step is made with, its own included
    trainings, alone, spent, spent_alone = 0, 0, 0.0, 0.0
    for step in steps:
        own = (1, cost.get(step.id, 0.0)) if step.kind == "train" else (0, 0.0)
        before = [behind.get(id, (0, 0.0)) for _, id in step.inputs]
        behind[step.id] = (own[0] + sum(one[0] for one in before), own[1] + sum(one[1] for one in before))
        trainings, spent = trainings + own[0], spent + own[1]
        if step.kind == "evaluate":
            alone, spent_alone = alone + behind[step.id][0], spent_alone + behind[step.id][1]
    return Sharing(trainings, alone, spent, spent_alone)


# ---- training ----


@dataclass(frozen=True)
class _Part:
    """A task of a training: how it is trained, how many examples there are, how large a share of the updates it gets."""

    kind: str
    recipe: Mapping[str, Any]
    count: float
    task: str
    share: float


def _training(settings: Mapping[str, Any], where: str, wordy: bool) -> Work:
    recipe, parts, total = settings["recipe"], [], 0.0
    for task in settings["tasks"]:
        own = settings["recipes"].get(task, recipe)
        split = settings.get("trained_on", {}).get(task, "train")
        count = min(_size(task, split, "en", where) or TRAINED, recipe["examples"] or own["examples"] or math.inf)
        parts.append((TASKS[task].kind, own, count, task))
        total += (recipe["epochs"] or 0) * count / own["batch_size"]
    if recipe.get("tokens"):
        each = [own["batch_size"] * _tokens(kind, task, own, where) for kind, own, _, task in parts]
        total = recipe["tokens"] * len(each) / sum(each)
    total = recipe["updates"] or max(1.0, total)
    if settings["mlm"]:
        mlm = settings["mlm_recipe"]
        most = total * mlm["batch_size"]
        parts.append(("text", mlm, min(mlm["examples"] or most, most), ""))
        total += mlm["updates"] or 0
    capped = [min(count, recipe["mixing_cap"] or math.inf) for _, _, count, _ in parts]
    shared = [_Part(*part, share=one / sum(capped)) for part, one in zip(parts, capped, strict=True)]
    found = _learnt(total, shared, where, wordy)
    return replace(found, **_looks(settings, shared, total, where, wordy))


def _looks(settings: Mapping[str, Any], parts: Sequence[_Part], total: float, where: str, wordy: bool) -> dict[str, float]:
    """Early stopping reads the first dev examples of every task that is not trained on them, each time it looks."""
    most, read, answered = settings["recipe"]["stop_examples"], 0.0, 0.0
    for one in parts:
        if most and one.task and one.task not in settings.get("trained_on", {}):
            mean = _tokens(one.kind, one.task, one.recipe, where)
            tokens = math.ceil(total / LOOK) * min(most, _size(one.task, "dev", "en", where) or TRAINED) * mean
            read += tokens
            answered += _said(one.kind, tokens, mean) if wordy else 0.0
    return {"read": read, "answered": answered}


def _learnt(total: float, parts: Sequence[_Part], where: str, wordy: bool) -> Work:
    learnt = said = largest = longest = 0.0
    for one in parts:
        mean, size = _tokens(one.kind, one.task, one.recipe, where), one.recipe["batch_size"]
        tokens = total * one.share * size * mean
        learnt += tokens
        said += _guessed(one.recipe, tokens, mean, wordy) if one.kind == "text" else _said(one.kind, tokens, mean) * wordy
        most = one.recipe["max_length"] * _sequences(one.task)
        # The largest of many batches lies three standard deviations above the mean, and within what an example may be long.
        largest = max(largest, min(size * most, size * mean * (1 + 3 * SPREAD / math.sqrt(size))))
        longest = max(longest, most)
    return Work(total, learnt, said, largest=largest, longest=longest)


# ---- evaluation ----


def _evaluation(settings: Mapping[str, Any], where: str, wordy: bool) -> Work:
    task, cap = TASKS[settings["target"]], settings["examples"] or math.inf
    mean = _tokens(task.kind, task.id, {"max_length": settings["row"]["max_length"]}, where)
    count = 0.0
    for language in settings["languages"]:
        if task.kind == "retrieval":
            count += 2 * min(_collection(task.id, where), cap)
        else:
            count += min(_size(task.id, settings["split"], language, where) or EVALUATED, cap)
    read = count * mean
    return Work(read=read, answered=_said(task.kind, read, mean) if wordy and task.train else 0.0, longest=mean, items=count)


def _collection(task: str, where: str) -> int:
    if where == "artificial":
        from ..sources.world import mining

        return mining.SIZES.get(task, EVALUATED)
    return COLLECTIONS.get(task, EVALUATED)


# ---- examples and their tokens ----


@cache
def _size(task: str, split: str, language: str, where: str) -> int | None:
    """How many examples a set has, None where nobody knows."""
    if where == "artificial":
        from ..sources.world import SIZES, SMALL

        return SMALL.get(task, SIZES["train"]) if split == "train" else SIZES[split]
    return TASKS[task].size(split, language) or (TASKS[task].size(split) if language != "en" else None)


def _sequences(task: str) -> int:
    return max(1, TASKS[task].choices) if task else 1


def _tokens(kind: str, task: str, recipe: Mapping[str, Any], where: str) -> float:
    """Tokens of an example."""
    mean = (TOKENS_OF_THE_WORLD if where == "artificial" else TOKENS)[kind]
    return float(min(mean, recipe["max_length"]) * _sequences(task))


def _said(kind: str, tokens: float, mean: float) -> float:
    """Tokens that a text-to-text model says while it reads so many, `mean` of them an example."""
    return tokens * ANSWERED[kind] if kind in ANSWERED else tokens / mean * ANSWER.get(kind, 0.0)


def _guessed(recipe: Mapping[str, Any], tokens: float, mean: float, wordy: bool) -> float:
    """Tokens of texts that a model is to guess; a text-to-text model says a sentinel before each span, and where it ends."""
    hidden = tokens * recipe["masked"]
    return hidden + hidden / recipe.get("span", 3.0) + tokens / mean if wordy else hidden


def _wordy(step: Step) -> bool:
    """Whether the model of a step answers in words."""
    return "mt5" in model(step)
