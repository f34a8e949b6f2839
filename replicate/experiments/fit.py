"""An experiment cut to what a source has: the rest is listed, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .. import resources
from ..problems import Problem
from ..sources import Source
from ..tasks import TASKS
from .experiment import Experiment


def fitted(experiment: Experiment, source: Source, train_on: str = "train") -> Experiment:
    """The experiment with its examples out of this source. With `train_on` "dev" a task without a training set is
    trained on its dev set, and every result says so; what it was trained on it is not evaluated on.
    """
    return experiment.each(lambda arm: _fitted(arm, source, train_on))


def _fitted(experiment: Experiment, source: Source, train_on: str) -> Experiment:
    experiment = _moved(experiment, source)
    known = experiment.languages if experiment.world == "real" else source.languages
    unavailable: dict[str, str] = {}
    trained_on: dict[str, str] = {}

    def lacking(task: str, languages: tuple[str, ...], translated: bool = False) -> str:
        """Why a task cannot be trained on; notes where its dev set has to do."""
        for language in languages or (experiment.pivot,):
            if language not in known:
                return f"{language} is spoken in the artificial world alone"
            why = source.missing(task, "train", language, translated)
            if why and (train_on != "dev" or translated or source.missing(task, "dev", language)):
                return why
            if why:
                trained_on[task] = "dev"
        return ""

    intermediates = []
    for variant in experiment.intermediates:
        if why := _first(
            f"{task}: {why}" for task in variant.tasks if (why := lacking(task, variant.languages, variant.translated))
        ):
            unavailable[variant.name] = why.removeprefix(f"{variant.name}: ")
        elif variant.mlm and all(source.missing("text", "train", one) for one in experiment.languages):
            unavailable[variant.title] = source.missing("text", "train", experiment.pivot)
        else:
            intermediates.append(variant)
    targets, how = [], dict[str, dict[str, Any]](experiment.evaluation.get("targets", {}))
    for target in experiment.targets:
        train = TASKS[target].train
        if train is not None and (why := lacking(train, ())):
            unavailable[target] = why
            continue
        split = {**experiment.evaluation, **how.get(target, {})}.get("split", "test")
        wanted = how.get(target, {}).get("languages") or TASKS[target].languages
        wanted = tuple(one for one in experiment.languages if one in wanted or experiment.world == "artificial")
        lacks = {one: why for one in wanted if (why := _unread(source, target, split, one, trained_on))}
        kept = tuple(one for one in wanted if one not in lacks)
        if not any(one != experiment.pivot for one in kept):
            unavailable[target] = next(iter(lacks.values()), f"it has none of these languages: {' '.join(experiment.languages)}")
            continue
        if lacks:
            how[target] = {**how.get(target, {}), "languages": kept}
            unavailable[f"{target} in {' '.join(lacks)}"] = next(iter(lacks.values()))
        targets.append(target)
    if not targets:
        raise Problem(f"source {source.name}: no target of {experiment.name} can be trained and evaluated: "
                      + "; ".join(f"{name}: {why}" for name, why in unavailable.items()))  # fmt: skip
    evaluation = {**experiment.evaluation, **({"targets": how} if how else {})}
    return replace(
        experiment,
        intermediates=tuple(intermediates),
        targets=tuple(targets),
        evaluation=evaluation,
        unavailable=unavailable,
        trained_on=trained_on,
    )


def _first(found: Any) -> str:
    return next(iter(found), "")


def _unread(source: Source, target: str, split: str, language: str, trained_on: Mapping[str, str]) -> str:
    """Why a target cannot be evaluated in a language: no data, or data that it was trained on."""
    why = source.missing(target, split, language)
    if why or language != source.pivot:
        return why
    train = TASKS[target].train or ""
    if train in trained_on and source.fingerprint(target, split, language) == source.fingerprint(
        train, trained_on[train], language
    ):
        return f"{target} is trained on the set that it would be evaluated on"
    return ""


def _moved(experiment: Experiment, source: Source) -> Experiment:
    """The experiment in the world of the source: a small model of ours can be pretrained on any text."""
    if source.world == experiment.world:
        return replace(experiment, source=source.name if source.world == "real" else source.id)
    if experiment.pretrain is None:
        raise Problem(
            f"scale {experiment.scale} is {experiment.model.removeprefix('hub:')} on real data, and {source.name!r} is not; "
            "leave --source out, take --scale nano, or rehearse it with --weights random"
        )
    targets = (*experiment.targets, *_more(experiment, source))
    wanted = {language for target in targets for language in TASKS[target].languages}
    languages = (source.pivot, *sorted(wanted & set(source.languages) - {source.pivot}))
    place = {"world": source.world, "source": source.name, "pivot": source.pivot}
    return replace(experiment, **{**experiment.on_text, **place, "languages": languages, "targets": targets})


def rehearsed(experiment: Experiment, source: str) -> Experiment:
    """The experiment at its real shapes with weights that mean nothing, on the artificial world, where nobody takes a figure
    for a result. Tasks, recipes and evaluations stay; languages are as many of the world's as it has."""
    if experiment.pretrain is not None:
        raise Problem(f"--weights random: scale {experiment.scale} makes its own small model; take --scale base or large")
    if source != "world":
        raise Problem("--weights random rehearses a run, on data that nobody takes for results: add --source world")
    return experiment.each(_rehearsed)


def _rehearsed(experiment: Experiment) -> Experiment:
    from ..sources.world import tree

    def languages(of: tuple[str, ...]) -> tuple[str, ...]:
        others = iter(tree.DEMO[1:])
        found = (tree.PIVOT if one == experiment.pivot else next(others, tree.PIVOT) for one in of)
        return tuple(dict.fromkeys(found))

    targets = {
        target: {key: value for key, value in how.items() if key != "languages"}
        for target, how in experiment.evaluation.get("targets", {}).items()
    }
    return replace(
        experiment,
        world="artificial",
        weights="random",
        changed=True,
        pivot=tree.PIVOT,
        languages=tree.DEMO,
        intermediates=tuple(replace(one, languages=languages(one.languages)) for one in experiment.intermediates),
        evaluation={**experiment.evaluation, "targets": {target: how for target, how in targets.items() if how}},
        revisions={"tokenizer": next((one.name for one in resources.models()), "")},
    )


def _more(experiment: Experiment, source: Source) -> list[str]:
    """Targets that are not the experiment's and can be measured all the same: XTREME-R's, where their data is there."""
    split, found = experiment.evaluation.get("split", "test"), []
    for task in TASKS.values():
        ready = task.train is None or (task.train in experiment.target and not source.missing(task.train, "train", source.pivot))
        if task.role == "target" and task.id not in experiment.targets and ready:
            found += [task.id] if any(not source.missing(task.id, split, one) for one in task.languages) else []
    return found


def listed(experiment: Experiment) -> list[str]:
    """What is left out, in lines for people: what lacks for one reason stands together."""
    reasons: dict[str, list[str]] = {}
    for name, why in experiment.unavailable.items():
        task, colon, rest = why.partition(": ")
        reasons.setdefault(rest if colon and task in TASKS else why, []).append(name)
    lines = [f"left out, {experiment.source} lacks what these need:"] if reasons else []
    lines += [f"  {', '.join(names)}: {why}" for why, names in reasons.items()]
    lines += [
        f"{task} is trained on its {split} set, for want of a training set" for task, split in experiment.trained_on.items()
    ]
    return lines
