"""From an experiment to the steps that carry it out: a graph without cycles, every id made from content.

A step's id is a hash of what decides its result, so an intermediate model is trained once for all targets,
XQuAD and MLQA share one training on SQuAD, and a second run starts where the first one ended.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from .experiments import SCALES, find
from .experiments.experiment import Experiment, Intermediate, Recipe
from .identity import VERSIONS, Step, canonical, from_dict, step_id
from .perturb import Perturbation
from .sources import Part, Source, open_source, version
from .tasks import TASKS

__all__ = [
    "VERSIONS", "Step", "canonical", "evaluated", "evaluations", "from_dict", "leaves", "needed", "plan", "reads", "step_id",
    "stops",
]  # fmt: skip
NOISE_SEED = 0  # every model is measured on the same noise
PRETRAIN_SEED = 0  # one pretrained model for all seeds, as there is one XLM-R


def plan(experiment: Experiment) -> tuple[Step, ...]:
    """All steps of an experiment, each once, every step after its inputs."""
    steps: dict[str, Step] = {}

    def add(step: Step) -> str:
        return steps.setdefault(step.id, step).id

    for arm in experiment.whole:
        _arm(arm, _remembered(open_source(arm.source)), add)
    return tuple(steps.values())


def _remembered(source: Source) -> Source:
    """The source for the time of one plan: what it was asked once, for all languages of a task, it is not asked again."""
    return replace(source, missing=cache(source.missing), fingerprint=cache(source.fingerprint))


def _arm(experiment: Experiment, source: Source, add: Callable[[Step], str]) -> None:
    """The steps of an experiment without its arms, in their order."""
    start: str | None = None
    if experiment.pretrain is not None:
        for step in _pretraining(experiment, experiment.pretrain, source):
            start = add(step)
    for variant in experiment.intermediates:
        if variant.mlm and not variant.tasks:
            continue  # the paper has no baseline with further MLM
        for seed in experiment.seeds[: variant.seeds]:
            model, adapters = start, tuple[str, ...]()
            if variant.joined == "fused":
                singles = (Intermediate(task, (task,)) for task in variant.tasks)
                adapters = tuple(add(_intermediate(experiment, source, one, seed, start)) for one in singles)
            elif variant.tasks:
                model = add(_intermediate(experiment, source, variant, seed, start))
            for target in experiment.targets:
                task = TASKS[target].train
                trained = model
                if task is not None:
                    trained = add(_target(experiment, source, variant, task, seed, model, adapters))
                for split, languages, noise in _measured(experiment, target):
                    add(_evaluate(experiment, source, variant, target, seed, trained, split, languages, noise))


Noise = tuple[str, float] | None


def _measured(experiment: Experiment, target: str) -> Iterator[tuple[str, tuple[str, ...], Noise]]:
    """What every model of a target is measured on: split, languages, noise."""
    split, languages = _how(experiment, target).get("split", "test"), evaluated(experiment, target)
    yield split, languages, None
    if TASKS[target].kind != "retrieval":
        yield from ((split, languages, noise) for noise in experiment.noise)
        if experiment.selection and split != "dev":
            yield "dev", (experiment.pivot,), None


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


def _stock(experiment: Experiment) -> dict[str, str]:
    """How a model is named that no step makes: that of the hub with its revision, one of random weights with what it reads by."""
    if experiment.weights == "random":
        return {"model": experiment.model, "weights": "random", "tokenizer": experiment.revisions["tokenizer"]}
    return {"model": experiment.model, "revision": experiment.revisions.get("model", "")}


def _training(experiment: Experiment, model: str | None, **settings: Any) -> dict[str, Any]:
    """The settings that every training has."""
    common: dict[str, Any] = {"model": experiment.model, "pivot": experiment.pivot}
    if model is None:
        common |= _stock(experiment)
    off: dict[str, Any] = {
        "mlm": False,
        "mlm_recipe": None,
        "mlm_languages": [],
        "recipes": {},
        "translated": False,
        "shuffled": False,
    }
    method: dict[str, Any] = {} if experiment.method == "full" else {"method": experiment.method}
    if experiment.adapter_size:
        method["adapter_size"] = dict(experiment.adapter_size)
    return {**common, **off, **settings, **_trained_on(experiment, *settings["tasks"]), **method}


def _trained_on(experiment: Experiment, *tasks: str) -> dict[str, dict[str, str]]:
    """Named only where it is not the training set, so that nothing else gets another id for it."""
    other = {task: split for task, split in experiment.trained_on.items() if task in tasks}
    return {"trained_on": other} if other else {}


def _intermediate(experiment: Experiment, source: Source, variant: Intermediate, seed: int, model: str | None) -> Step:
    recipes = experiment.intermediate
    changes: dict[str, Any] = dict(variant.changes)
    recipe = replace(recipes["multi" if len(variant.tasks) > 1 else variant.tasks[0]], **changes)
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
    if variant.apart:
        settings["apart"] = True
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


def _target(
    experiment: Experiment, source: Source, variant: Intermediate, task: str, seed: int, model: str | None,
    adapters: Sequence[str] = (),
) -> Step:  # fmt: skip
    """`adapters` are the trainings whose adapters this one puts to use together."""
    settings = _training(
        experiment,
        model,
        phase="target",
        tasks=(task,),
        languages=(experiment.pivot,),
        seed=seed,
        recipe=experiment.target[task].settings(),
    )
    if variant.joined:
        settings["adapters"] = variant.joined
    step = _step(experiment, source, "train", settings, model, f"{variant.title}, then {task}, seed {seed}")
    return replace(step, inputs=(*step.inputs, *((f"adapter{place}", id) for place, id in enumerate(adapters))))


def _how(experiment: Experiment, target: str) -> dict[str, Any]:
    """How a target is evaluated: what holds for all, and what is other for this one."""
    common = {key: value for key, value in experiment.evaluation.items() if key != "targets"}
    return {**common, **experiment.evaluation.get("targets", {}).get(target, {})}


def _evaluate(
    experiment: Experiment, source: Source, variant: Intermediate, target: str, seed: int, model: str | None,
    split: str, languages: tuple[str, ...], noise: Noise,
) -> Step:  # fmt: skip
    task, how = TASKS[target], _how(experiment, target)
    length = how.get("max_length", 128) if task.train is None else experiment.target[task.train].max_length
    settings: dict[str, Any] = {
        "target": target,
        "languages": languages,
        "pivot": experiment.pivot,
        "split": split,
        "seed": seed,
        "examples": how.get("examples"),
        "row": {
            "model": experiment.model.removeprefix("hub:") + (", random weights" if experiment.weights == "random" else ""),
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
    settings["row"] |= variant.columns
    label = f"{variant.title}: {target}, seed {seed}"
    if split != how.get("split", "test"):
        label += f", {split} in {' '.join(languages)}"
    if noise:
        kind, rate = noise
        settings["perturb"] = Perturbation(kind, rate, NOISE_SEED).settings()
        settings["row"] |= {"perturbation": kind, "rate": rate}
        label += f", {kind} at {rate:g}"
    if task.train is None:
        settings["layer"] = how.get("layer")
    if model is None:
        settings |= _stock(experiment)
    return _step(experiment, source, "evaluate", settings, model, label)


def evaluated(experiment: Experiment, target: str) -> tuple[str, ...]:
    """The languages that a target is evaluated in, in the experiment's order; retrieval pairs each with the pivot."""
    languages = experiment.languages
    if experiment.world == "real":
        has = experiment.evaluation.get("targets", {}).get(target, {}).get("languages") or TASKS[target].languages
        languages = tuple(one for one in languages if one in has)
    return tuple(one for one in languages if one != experiment.pivot or TASKS[target].train is not None)


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
