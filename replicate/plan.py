"""From an experiment to the steps that carry it out: a graph without cycles, every id made from content.

A step's id is a hash of what decides its result, so an intermediate model is trained once for all targets,
XQuAD and MLQA share one training on SQuAD, and a second run starts where the first one ended.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from .experiments import SCALES, find
from .experiments.experiment import Experiment, Intermediate, Recipe
from .sources import Part, Source, open_source, version
from .tasks import TASKS

# A change of the code that changes results raises the number: old steps stay, and are not mistaken for new ones.
VERSIONS = {"pretrain": 1, "average": 1, "train": 1, "evaluate": 2}
PRETRAIN_SEED = 0  # one pretrained model for all seeds, as there is one XLM-R

TRAINED = 10_000  # examples of a training set of unknown size, for estimates only
EVALUATED = 2_000  # examples per language where no cap is set, for estimates only
FORWARD = 0.3  # what a batch costs without its backward pass, for estimates only


@dataclass(frozen=True)
class Step:
    """One unit of work. `id` is a hash of kind, version, settings and inputs.

    The rest decides nothing: `label` is for people, `place` says where this machine finds the source's data (empty
    where the settings say it all), `answers` names the experiment that an evaluation belongs to as it is written down,
    empty where somebody changed its settings.
    """

    kind: str
    settings: Mapping[str, Any]
    inputs: tuple[tuple[str, str], ...]
    label: str
    place: str = ""
    answers: str = ""

    def __post_init__(self) -> None:
        # Raises here and not later where something has no canonical form; tuples become lists, as in step.json.
        object.__setattr__(self, "settings", json.loads(canonical(self.settings)))

    @property
    def version(self) -> int:
        return VERSIONS.get(self.kind, 1)

    @cached_property
    def id(self) -> str:
        return step_id(self.kind, self.version, self.settings, self.inputs)

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "version": self.version,
            "settings": dict(self.settings),
            "inputs": [list(one) for one in self.inputs],
            "label": self.label,
            "place": self.place,
            "answers": self.answers,
        }


def from_dict(data: Mapping[str, Any]) -> Step:
    """The step that `to_dict` wrote; its id is computed anew."""
    inputs = tuple((role, id) for role, id in data["inputs"])
    return Step(data["kind"], data["settings"], inputs, data["label"], data.get("place", ""), data.get("answers", ""))


def step_id(kind: str, version: int, settings: Mapping[str, Any], inputs: Sequence[Sequence[str]]) -> str:
    """The hash of all that decides a step's result; settings are plain JSON already, as a `Step` and step.json hold them."""
    return hashlib.sha256(_text({"kind": kind, "version": version, "settings": settings, "inputs": inputs}).encode()).hexdigest()[
        :16
    ]


def canonical(value: object) -> str:
    """The one text of a value of plain JSON types; raises where there is none (NaN, sets, objects, subclasses)."""
    return _text(_plain(value, "value"))


def _text(plain: object) -> str:
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _plain(value: object, where: str) -> object:
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        if not math.isfinite(value):
            raise ValueError(f"{where}: {value} has no canonical form")
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(one, f"{where}[{index}]") for index, one in enumerate(value)]
    if isinstance(value, Mapping):
        for key in value:
            if type(key) is not str:
                raise ValueError(f"{where}: the key {key!r} is no text, so it has no canonical form")
        return {key: _plain(one, f"{where}.{key}") for key, one in value.items()}
    raise ValueError(f"{where}: a {type(value).__name__} has no canonical form")


def plan(experiment: Experiment) -> tuple[Step, ...]:
    """All steps of an experiment, each once, every step after its inputs."""
    steps: dict[str, Step] = {}
    source = open_source(experiment.source)

    def add(step: Step) -> str:
        return steps.setdefault(step.id, step).id

    start: str | None = None
    if experiment.pretrain is not None:
        for step in _pretraining(experiment, experiment.pretrain, source):
            start = add(step)
    for variant in experiment.intermediates:
        if variant.mlm and not variant.tasks:
            continue  # the paper has no baseline with further MLM
        for seed in experiment.seeds:
            model = add(_intermediate(experiment, source, variant, seed, start)) if variant.tasks else start
            for target in experiment.targets:
                task = TASKS[target].train
                trained = model if task is None else add(_target(experiment, source, variant, task, seed, model))
                add(_evaluate(experiment, source, variant, target, seed, trained))
    return tuple(steps.values())


def reads(kind: str, settings: Mapping[str, Any]) -> list[Part]:
    """What a step of this kind and settings reads from its source."""
    if kind == "pretrain":
        return [("text", "train", language, False) for language in settings["languages"]]
    if kind == "train":
        split, translated = settings.get("trained_on", {}), settings["translated"]
        parts = [
            (task, split.get(task, "train"), language, translated)
            for task in settings["tasks"]
            for language in settings["languages"]
        ]
        parts += [(task, "dev", settings["pivot"], False) for task in stops(settings)]
        return parts + [("text", "train", language, False) for language in settings["mlm_languages"]]
    if kind == "evaluate":
        splits = {settings["split"], *(["dev"] if settings["target"] == "bucc2018" else [])}
        return [(settings["target"], split, language, False) for split in sorted(splits) for language in settings["languages"]]
    return []


def stops(settings: Mapping[str, Any]) -> list[str]:
    """The tasks of a training whose dev sets say when it ends: none of those that are trained on them."""
    if not settings["recipe"]["stop_examples"]:
        return []
    return [task for task in settings["tasks"] if task not in settings.get("trained_on", {})]


def _step(experiment: Experiment, source: Source, kind: str, settings: dict[str, Any], model: str | None, label: str) -> Step:
    """A step that reads from the source, which its settings name by what is read."""
    named = {**settings, "source": version(source, reads(kind, settings))}
    place = source.name if experiment.world == "real" else ""
    answers = experiment.name if kind == "evaluate" and not experiment.changed and not experiment.trained_on else ""
    return Step(kind, named, _model(model), label, place, answers)


def _with_text(experiment: Experiment, source: Source) -> list[str]:
    return [language for language in experiment.languages if not source.missing("text", "train", language)]


def _pretraining(experiment: Experiment, recipe: Recipe, source: Source) -> Iterable[Step]:
    start: str | None = None
    languages = _with_text(experiment, source)
    for round in range(experiment.rounds):
        shards = [
            _step(
                experiment,
                source,
                "pretrain",
                {
                    "model": experiment.model,
                    "languages": languages,
                    "seed": PRETRAIN_SEED,
                    "round": round,
                    "rounds": experiment.rounds,
                    "shard": shard,
                    "shards": experiment.shards,
                    "recipe": recipe.settings(),
                },
                start,
                f"pretraining, round {round + 1} of {experiment.rounds}"
                + (f", shard {shard + 1} of {experiment.shards}" if experiment.shards > 1 else ""),
            )
            for shard in range(experiment.shards)
        ]
        yield from shards
        start = shards[0].id
        if experiment.shards > 1:
            inputs = tuple((f"shard{index}", one.id) for index, one in enumerate(shards))
            average = Step("average", {}, inputs, f"average of round {round + 1} of {experiment.rounds}")
            yield average
            start = average.id


def _model(id: str | None) -> tuple[tuple[str, str], ...]:
    return () if id is None else (("model", id),)


def _training(experiment: Experiment, model: str | None, **settings: Any) -> dict[str, Any]:
    """The settings that every training has; a hub model, having no step, is named with its revision."""
    common: dict[str, Any] = {"model": experiment.model, "pivot": experiment.pivot}
    if model is None:
        common["revision"] = experiment.revisions.get("model", "")
    off: dict[str, Any] = {
        "mlm": False,
        "mlm_recipe": None,
        "mlm_languages": [],
        "recipes": {},
        "translated": False,
        "shuffled": False,
    }
    method = {} if experiment.method == "full" else {"method": experiment.method}
    return {**common, **off, **settings, **_trained_on(experiment, *settings["tasks"]), **method}


def _trained_on(experiment: Experiment, *tasks: str) -> dict[str, dict[str, str]]:
    """Named only where it is not the training set, so that nothing else gets another id for it."""
    other = {task: split for task, split in experiment.trained_on.items() if task in tasks}
    return {"trained_on": other} if other else {}


def _intermediate(experiment: Experiment, source: Source, variant: Intermediate, seed: int, model: str | None) -> Step:
    recipes = experiment.intermediate
    recipe = recipes["multi" if len(variant.tasks) > 1 else variant.tasks[0]]
    settings = _training(
        experiment,
        model,
        phase="intermediate",
        tasks=variant.tasks,
        languages=variant.languages or (experiment.pivot,),
        seed=seed,
        recipe=recipe.settings(),
        translated=variant.translated,
        shuffled=variant.shuffled,
    )
    if len(variant.tasks) > 1:
        settings["recipes"] = {task: recipes[task].settings() for task in variant.tasks}
    if variant.mlm:
        mlm = recipes["mlm"]
        # With MLM the paper lowers the rate of the whole phase, not that of MLM alone.
        settings |= {
            "recipe": replace(recipe, learning_rate=mlm.learning_rate).settings(),
            "mlm": True,
            "mlm_recipe": mlm.settings(),
            "mlm_languages": _with_text(experiment, source),
        }
    return _step(experiment, source, "train", settings, model, f"training on {variant.title}, seed {seed}")


def _target(experiment: Experiment, source: Source, variant: Intermediate, task: str, seed: int, model: str | None) -> Step:
    settings = _training(
        experiment,
        model,
        phase="target",
        tasks=(task,),
        languages=(experiment.pivot,),
        seed=seed,
        recipe=experiment.target[task].settings(),
    )
    return _step(experiment, source, "train", settings, model, f"{variant.title}, then {task}, seed {seed}")


def _evaluate(experiment: Experiment, source: Source, variant: Intermediate, target: str, seed: int, model: str | None) -> Step:
    task = TASKS[target]
    how = {key: value for key, value in experiment.evaluation.items() if key != "targets"}
    how |= experiment.evaluation.get("targets", {}).get(target, {})
    length = how.get("max_length", 128) if task.train is None else experiment.target[task.train].max_length
    settings: dict[str, Any] = {
        "target": target,
        "languages": evaluated(experiment, target),
        "pivot": experiment.pivot,
        "split": how.get("split", "test"),
        "seed": seed,
        "examples": how.get("examples"),
        "row": {
            "model": experiment.model.removeprefix("hub:"),
            "method": experiment.method,
            "seed": seed,
            "intermediate": variant.name,
            "intermediate_languages": (variant.languages or (experiment.pivot,)) if variant.tasks else (),
            "mlm": variant.mlm,
            "max_length": length,
            "world": experiment.world,
        },
    }
    if other := _trained_on(experiment, *variant.tasks, *([task.train] if task.train else [])):
        settings["row"]["trained_on"] = ", ".join(f"{name}: {split}" for name, split in other["trained_on"].items())
    if task.train is None:
        settings["layer"] = how.get("layer")
    if model is None:
        settings |= {"model": experiment.model, "revision": experiment.revisions.get("model", "")}
    return _step(experiment, source, "evaluate", settings, model, f"{variant.title}: {target}, seed {seed}")


def evaluated(experiment: Experiment, target: str) -> tuple[str, ...]:
    """The languages that a target is evaluated in, in the experiment's order; retrieval pairs each with the pivot."""
    languages = experiment.languages
    if experiment.world == "real":
        has = experiment.evaluation.get("targets", {}).get(target, {}).get("languages") or TASKS[target].languages
        languages = tuple(one for one in languages if one in has)
    return tuple(one for one in languages if one != experiment.pivot or TASKS[target].train is not None)


def updates(step: Step) -> float:
    """About how many batches a step works through; 0 where it trains and evaluates nothing."""
    if step.kind == "evaluate":
        return len(step.settings["languages"]) * (step.settings["examples"] or EVALUATED) / 32
    recipe = step.settings.get("recipe")
    if not recipe:
        return 0.0
    if recipe["updates"] is not None:
        return float(recipe["updates"])
    cap = recipe["examples"] or math.inf
    tasks = [min(TASKS[task].size() or TRAINED, cap) for task in step.settings.get("tasks", [])]
    return recipe["epochs"] * sum(tasks or [TRAINED]) / recipe["batch_size"]


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


def leaves(steps: Sequence[Step]) -> list[Step]:
    """The steps that nothing else is made from: the evaluations."""
    used = {id for step in steps for _, id in step.inputs}
    return [step for step in steps if step.id not in used]


def needed(steps: Sequence[Step], have: Collection[str]) -> list[Step]:
    """The steps to be done so that every leaf is there: what only finished steps are made from is not among them."""
    by_id = {step.id: step for step in steps}
    wanted, todo = set[str](), [step.id for step in leaves(steps)]
    while todo:
        id = todo.pop()
        if id not in have and id not in wanted:
            wanted.add(id)
            todo += [one for _, one in by_id[id].inputs]
    return [step for step in steps if step.id in wanted]


def evaluations(name: str) -> frozenset[str]:
    """The ids of all evaluations of an experiment as it stands, at every scale: what answers its question.

    Runs with other settings (`--set`, `--limit`) have other ids and are not among them.
    """
    steps = (step for scale in SCALES for step in plan(find(name, scale)))
    return frozenset(step.id for step in steps if step.kind == "evaluate")
