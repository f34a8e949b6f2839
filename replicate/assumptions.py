"""All that was assumed: settings that the paper does not state, choices of the experiment, and deviations of our engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .deviations import DEVIATIONS
from .experiments import Experiment, Recipe
from .tasks import TASKS


@dataclass(frozen=True)
class Setting:
    """A setting of recipes that was assumed for one reason: in which phases, and its value with the tasks that have it."""

    name: str
    why: str
    phases: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Assumptions:
    """Settings of recipes, choices of the experiment by name, deviations of the engine by name."""

    settings: tuple[Setting, ...]
    choices: Mapping[str, str]
    deviations: Mapping[str, str]

    @property
    def count(self) -> int:
        return len(self.settings) + len(self.choices) + len(self.deviations)


def assumptions(experiment: Experiment) -> Assumptions:
    """What was assumed of the trainings that this experiment has: a setting with one reason stands once, with its tasks."""
    phases: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    values: dict[tuple[str, str], dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for phase, name, recipe in _recipes(experiment):
        for field, why in recipe.assumed.items():
            phases[field, why][phase] = None
            values[field, why][_text(getattr(recipe, field, None))][name] = None
    settings = tuple(
        Setting(field, why, tuple(found), {value: tuple(names) for value, names in values[field, why].items()})
        for (field, why), found in phases.items()
    )
    choices = {name: why for arm in experiment.whole for name, why in arm.assumed.items()}
    return Assumptions(settings, choices, dict(DEVIATIONS))


def _recipes(experiment: Experiment) -> list[tuple[str, str, Recipe]]:
    """The recipes that its steps use: phase, task, recipe."""
    found: dict[tuple[str, str, int], tuple[str, str, Recipe]] = {}
    for arm in experiment.whole:
        variants = arm.intermediates
        used = dict.fromkeys(task for one in variants for task in one.tasks)
        used |= {"multi": None} if any(len(one.tasks) > 1 for one in variants) else {}
        used |= {"mlm": None} if any(one.mlm and one.tasks for one in variants) else {}
        trained = dict.fromkeys(task for target in arm.targets if (task := TASKS[target].train))
        each = [("intermediate", task, arm.intermediate[task]) for task in used if task in arm.intermediate]
        each += [("target", task, arm.target[task]) for task in trained if task in arm.target]
        each += [("pretraining", "text", arm.pretrain)] if arm.pretrain else []
        found |= {(phase, name, id(recipe)): (phase, name, recipe) for phase, name, recipe in each}
    return list(found.values())


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def lines(said: Assumptions, paper: str) -> list[str]:
    """For people: what, then why."""
    silent = f"{paper} does not state" if paper else "no paper states for it"
    found = [f"settings that {silent}, as they are assumed here:"] if said.settings else []
    for one in said.settings:
        most = max(one.values, key=lambda value: len(one.values[value]))
        whom = [f"{value} ({', '.join(names)})" for value, names in one.values.items() if value != most or len(one.values) == 1]
        value = most if len(one.values) > 1 else ""
        found += [
            f"  {one.name}, {' and '.join(one.phases)}: {'; '.join([*([value] if value else []), *whom])}",
            f"      {one.why}",
        ]
    found += ["choices of the experiment:"] if said.choices else []
    found += [f"  {name}: {why}" for name, why in said.choices.items()]
    found += ["deviations of our training engine from the paper's:"] if said.deviations else []
    return found + [f"  {name}: {why}" for name, why in said.deviations.items()]
