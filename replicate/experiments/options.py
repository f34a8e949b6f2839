"""The options of the command line that make a variant of an experiment: --only, --limit, --seeds, --set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ..models import shapes
from ..problems import Problem, unknown
from ..tasks import ALIASES, TASKS
from .experiment import Experiment, Intermediate, Part, Recipe, types_of
from .mt5 import suited, with_mt5

SWITCHES = ("mlm", "no-mlm", "shuffled")
PHASES = ("pretrain", "intermediate", "target")
SPLITS = ("dev", "test")
EVALUATION = {"split": str, "examples": int, "max_length": int, "layer": int}
WHOLE = {"rounds": int, "shards": int}
LISTS = ("languages", "seeds")
SWITCH = {"true": True, "false": False}
LONG = ("epochs", "updates", "tokens")  # what says how long a phase is
CELLS, EVERYTHING = "cells", "everything"  # the part that is taken where --only says nothing, and the word for all there is
ADAPTERS = ("houlsby", "pfeiffer", "lora")
METHODS = ("full", "adapter", *ADAPTERS)
MODELS = ("xlmr", "mt5")
RATE, SMALL_RATE = 1e-4, 2e-3  # of adapters, in XLM-R (Pfeiffer et al. 2020) and in the small models


def choose(
    experiment: Experiment,
    only: Sequence[str] = (),
    limit: int | None = None,
    seeds: int | None = None,
    changes: Sequence[str] = (),
    method: str = "full",
    model: str = "",
) -> Experiment:
    """The experiment with these options applied; a Problem for names and values that do not exist."""
    if changes or limit is not None:
        experiment = experiment.each(lambda one: replace(one, changed=True))
    if model:
        _alone(experiment, "model", model, len({one.model for one in experiment.whole}))
        experiment = experiment.each(lambda one: with_model(one, model))
    if method != "full":
        _alone(experiment, "method", method, len({one.method for one in experiment.whole}))
        experiment = experiment.each(lambda one: adapted(one, method))
    for change in changes:
        experiment = experiment.each(partial(changed, change=change))
    if EVERYTHING not in only:
        only = only or [CELLS] * (CELLS in experiment.parts)
    if only := [word for word in only if word != EVERYTHING]:
        experiment = restricted(experiment, only)
    if seeds is not None:
        if seeds < 1:
            raise Problem(f"--seeds {seeds}: at least one seed is needed")
        if seeds > len(experiment.seeds):
            has = " ".join(map(str, experiment.seeds))
            raise Problem(f"--seeds {seeds}: {experiment.name} has {len(experiment.seeds)} at scale {experiment.scale} ({has}); "
                          "--set seeds=1,2,... names others, --only everything takes all")  # fmt: skip
        experiment = experiment.each(lambda one: replace(one, seeds=one.seeds[:seeds]))
    if limit is not None:
        if limit < 1:
            raise Problem(f"--limit {limit}: at least one example is needed")
        experiment = experiment.each(lambda one: limited(one, limit))
    return experiment


def _alone(experiment: Experiment, what: str, value: str, several: int) -> None:
    if several > 1:
        arms = ", ".join(one.arm for one in experiment.whole)
        raise Problem(f"--{what} {value}: {experiment.name} compares {what}s itself; --only takes one of its arms ({arms})")


def with_model(experiment: Experiment, model: str) -> Experiment:
    """The experiment with another model than XLM-R: "mt5", text to text, or a model of either kind as hub:ID or dir:PATH."""
    if model == "xlmr":
        return experiment
    if model == "mt5":
        return with_mt5(experiment)
    if model.partition(":")[0] not in ("hub", "dir") or not model.partition(":")[2]:
        raise unknown("model", model, (*MODELS, "hub:namespace/name", "dir:PATH"))
    if experiment.pretrain is not None:
        raise Problem(f"--model {model}: at scale {experiment.scale} models are ours (xlmr or mt5); take --scale base")
    if experiment.weights == "random" and model.removeprefix("hub:") not in shapes.REAL:
        raise Problem(f"--model {model}: --weights random knows the shapes of {', '.join(shapes.REAL)} alone")
    named = replace(experiment, model=model, revisions={**experiment.revisions, "model": ""}, changed=True)
    about = shapes.of(model)
    return suited(named) if about is not None and about.kind == shapes.TEXT else named


def adapted(experiment: Experiment, method: str) -> Experiment:
    """The experiment with adapters in place of all weights: the rest of the model is frozen after its pretraining, and rates
    are higher, as a few weights need them."""
    kind = {"adapter": "pfeiffer"}.get(method, method)
    if kind not in ADAPTERS:
        raise unknown("method", method, METHODS)
    rate = SMALL_RATE if experiment.pretrain is not None else RATE

    def higher(recipe: Recipe) -> Recipe:
        return replace(recipe, learning_rate=rate, assumed={**recipe.assumed, "learning_rate": f"{rate:g}, usual for adapters"})

    return replace(
        experiment,
        method=kind,
        changed=True,
        intermediate={name: higher(recipe) for name, recipe in experiment.intermediate.items()},
        target={name: higher(recipe) for name, recipe in experiment.target.items()},
    )


def words(experiment: Experiment) -> tuple[str, ...]:
    """What `--only` understands for this experiment."""
    variants = dict.fromkeys(one.name for arm in experiment.whole for one in arm.intermediates)
    arms = [one.arm for one in experiment.whole if one.arm]
    return (*experiment.parts, EVERYTHING, *arms, *variants, *experiment.targets, *SWITCHES)


def restricted(experiment: Experiment, only: Sequence[str]) -> Experiment:
    """Names of intermediates restrict the variants, names of targets the targets, names of arms the arms.

    The baseline always stays: gains are over it.
    """
    names, targets, switches, arms = set[str](), set[str](), set[str](), set[str]()
    known = {one.name for arm in experiment.whole for one in arm.intermediates}
    lacking = {name: why for arm in experiment.whole for name, why in arm.unavailable.items()}
    todo = [(word, False) for word in only]
    while todo:
        word, implied = todo.pop(0)
        name = ALIASES.get(word.lower(), word)
        if word in experiment.parts:
            part = experiment.parts[word]
            todo += [(one, True) for one in part.only]
            experiment = experiment.each(partial(_seeded, part=part))
        elif word in SWITCHES:
            switches.add(word)
        elif name in known:
            names.add(name)
        elif name in experiment.targets:
            targets.add(name)
        elif word in [one.arm for one in experiment.whole]:
            arms.add(word)
        elif name in lacking:
            if not implied:
                raise Problem(f"{name} is unavailable from {experiment.source}: {lacking[name]}")
        else:
            raise unknown("word for --only", word, words(experiment))

    def kept(one: Intermediate) -> bool:
        if not one.tasks:
            return True
        if "shuffled" in switches and one.shuffled:
            return not names or one.name in names or set(one.tasks) <= names
        if switches & {"mlm", "no-mlm"} and ("mlm" if one.mlm else "no-mlm") not in switches:
            return False
        if "shuffled" in switches and not names and not switches & {"mlm", "no-mlm"}:
            return False
        return not names or one.name in names

    cut = experiment.each(
        lambda arm: replace(
            arm,
            intermediates=tuple(one for one in arm.intermediates if kept(one)),
            targets=tuple(one for one in arm.targets if not targets or one in targets),
        )
    )
    if not arms:
        return cut
    first, *others = [one for one in cut.whole if one.arm in arms]
    return replace(
        first, arms=tuple(others), protocol=experiment.protocol, contrasts=experiment.contrasts, parts=experiment.parts
    )


def _seeded(arm: Experiment, part: Part) -> Experiment:
    """The seeds of a part: of an arm or a variant fewer than of the others where it says so, none of what it leaves out."""
    fewer = {one: part.fewer.get(one.title, part.fewer.get(one.name)) for one in arm.intermediates}
    variants = tuple(replace(one, seeds=count) if count else one for one, count in fewer.items() if count != 0)
    return replace(arm, seeds=arm.seeds[: part.fewer.get(arm.arm, part.seeds)], intermediates=variants)


def limited(experiment: Experiment, limit: int) -> Experiment:
    """At most so many examples to train on and to evaluate per language; a rehearsal has no more updates than that either."""
    short = experiment.weights == "random"

    def less(value: int | None) -> int:
        return limit if value is None else min(limit, value)

    def cut(recipe: Recipe) -> Recipe:
        kept = replace(recipe, examples=less(recipe.examples), stop_examples=min(limit, recipe.stop_examples))
        return replace(kept, **shorter({name: getattr(kept, name) for name in LONG}, recipe.max_length)) if short else kept

    def shorter(asked: Mapping[str, Any], length: int) -> dict[str, Any]:
        most = {"updates": limit, "tokens": limit * length}
        return {name: min(value, most[name]) if name in most and value else value for name, value in asked.items()}

    def cut_variant(one: Intermediate) -> Intermediate:
        changes: dict[str, Any] = dict(one.changes)
        if changes.get("examples"):
            changes["examples"] = less(changes["examples"])
        return replace(one, changes=shorter(changes, changes.get("max_length") or 1) if short else changes)

    evaluation: dict[str, Any] = {**experiment.evaluation, "examples": less(experiment.evaluation.get("examples"))}
    evaluation["targets"] = {
        target: {**how, "examples": less(how["examples"])} if "examples" in how else how
        for target, how in experiment.evaluation.get("targets", {}).items()
    }
    if not evaluation["targets"]:
        del evaluation["targets"]
    return replace(
        experiment,
        intermediates=tuple(cut_variant(one) for one in experiment.intermediates),
        intermediate={name: cut(recipe) for name, recipe in experiment.intermediate.items()},
        target={name: cut(recipe) for name, recipe in experiment.target.items()},
        evaluation=evaluation,
    )


def changed(experiment: Experiment, change: str) -> Experiment:
    """The experiment with one `key=value` of `--set` applied."""
    key, equals, text = change.partition("=")
    if not equals or not key:
        raise Problem(f"--set {change}: expected key=value, for example --set target.epochs=2")
    head, *rest = key.split(".")
    if head in PHASES:
        return _recipes(experiment, head, rest, key, text)
    if head == "evaluation" and rest:
        return _evaluation(experiment, rest, key, text)
    if key in WHOLE:
        whole: dict[str, Any] = {key: _positive(key, text)}
        return replace(experiment, **whole)
    if key == "seeds":
        return replace(experiment, seeds=tuple(int(_value(key, one, int)) for one in _parts(key, text)))
    if key == "languages":
        return replace(experiment, languages=_languages(experiment, _parts(key, text)))
    fields = [f"{phase}.{name}" for phase in PHASES for name in types_of(Recipe)]
    raise unknown("setting", key, [*fields, *(f"evaluation.{name}" for name in EVALUATION), *WHOLE, *LISTS])


def _recipes(experiment: Experiment, phase: str, rest: Sequence[str], key: str, text: str) -> Experiment:
    """target.FIELD changes every recipe of the phase, target.TASK.FIELD one."""
    if not rest:
        raise Problem(f"--set {key}={text}: name the field too, for example {key}.learning_rate={text}")
    name, types = rest[-1], types_of(Recipe)
    if name not in types:
        raise unknown(f"setting of {phase}", name, types)
    value = _value(key, text, types[name], optional=name in (*LONG, "examples", "mixing_cap"))
    values: dict[str, Any] = {name: value}
    if name in LONG:
        # A recipe has one of them; who sets the one takes back the others.
        if value is None:
            raise Problem(f"--set {key}={text}: set another one of {', '.join(LONG)} instead")
        values = {**dict.fromkeys(LONG), name: value}

    def apply(recipe: Recipe) -> Recipe:
        return replace(recipe, **values, assumed={field: why for field, why in recipe.assumed.items() if field != name})

    if phase == "pretrain":
        if len(rest) > 1:
            raise unknown("setting", key, [f"pretrain.{one}" for one in types])
        if experiment.pretrain is None:
            raise Problem(f"--set {key}={text}: at scale {experiment.scale} nothing is pretrained, the model comes from the hub")
        return replace(experiment, pretrain=apply(experiment.pretrain))
    recipes: Mapping[str, Recipe] = getattr(experiment, phase)
    chosen = set(recipes)
    if len(rest) > 1:
        asked = ".".join(rest[:-1])
        task = ALIASES.get(asked.lower(), asked)
        if phase == "target" and task in experiment.targets:
            task = TASKS[task].train or task
        if task not in recipes:
            raise unknown(f"{phase} task", asked, [*recipes, *(experiment.targets if phase == "target" else ())])
        chosen = {task}
    after: dict[str, Any] = {phase: {one: apply(recipe) if one in chosen else recipe for one, recipe in recipes.items()}}
    return replace(experiment, **after)


def _evaluation(experiment: Experiment, rest: Sequence[str], key: str, text: str) -> Experiment:
    if rest[-1] not in EVALUATION:
        raise unknown("setting of evaluation", rest[-1], EVALUATION)
    value = _value(key, text, EVALUATION[rest[-1]], optional=rest[-1] == "examples")
    if rest[-1] == "split" and value not in SPLITS:
        raise unknown("split", text, SPLITS)
    if rest[-1] in ("examples", "max_length") and value is not None and value < 1:
        raise Problem(f"--set {key}={text}: at least 1")
    if len(rest) == 1:
        return replace(experiment, evaluation={**experiment.evaluation, rest[0]: value})
    asked = ".".join(rest[:-1])
    target = ALIASES.get(asked.lower(), asked)
    if target not in experiment.targets:
        raise unknown("target task", asked, experiment.targets)
    targets = dict(experiment.evaluation.get("targets", {}))
    targets[target] = {**targets.get(target, {}), rest[-1]: value}
    return replace(experiment, evaluation={**experiment.evaluation, "targets": targets})


def _languages(experiment: Experiment, codes: Sequence[str]) -> tuple[str, ...]:
    from ..languages import find

    found = [find(code, experiment.world).code for code in codes]
    # Training data is in the pivot, so it is always among the languages.
    return tuple(dict.fromkeys((experiment.pivot, *found)))


def _parts(key: str, text: str) -> list[str]:
    parts = [one.strip() for one in text.split(",") if one.strip()]
    if not parts:
        raise Problem(f"--set {key}={text}: expected values with commas between them")
    return list(dict.fromkeys(parts))


def _positive(key: str, text: str) -> int:
    value = int(_value(key, text, int))
    if value < 1:
        raise Problem(f"--set {key}={text}: at least 1")
    return value


def _value(key: str, text: str, kind: type, optional: bool = False) -> Any:
    if optional and text.lower() in ("none", "all"):
        return None
    try:
        value = SWITCH[text] if kind is bool else kind(text)
    except (ValueError, KeyError):
        expected = {int: "a whole number", float: "a number", bool: "true or false"}[kind] + (" or none" if optional else "")
        raise Problem(f"--set {key}={text}: expected {expected}") from None
    if kind in (int, float) and not 0 <= value < float("inf"):
        raise Problem(f"--set {key}={text}: expected a number that is not negative and not infinite")
    return value
